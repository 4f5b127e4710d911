"""A route says what it is by data: method, path, the act of the duty matrix that it is, and which case it is about.

What a route does not say, nobody may do: a route without an act, a route on a case that does not tell how to find it, or a
page that changes something when it is merely looked at does not start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from comity.accounts.duties import CASE, acts

from .errors import BadRoute

if TYPE_CHECKING:
    from starlette.responses import Response

    from .desk import Desk
    from .visit import Visit

    Page = Callable[[Visit], Response]
    CaseOf = Callable[[Desk, Mapping[str, str]], str]

FORM = 64 * 1024


@dataclass(frozen=True)
class Route:
    """One page or form.

    *case* finds the case that it is about from the parameters of its path, where its act is about a case. *fresh* asks
    that the person proved lately who he is. *most* is how many bytes a form may have, *files* how many files in it.
    *menu* puts the page into the menu under that word. Looking at something of a case is an event of the log, unless the page
    is *quiet*: a piece of a page that was logged already, asked again and again. From *strangers* few forms are taken at once,
    seldom from one address, and in a short time.
    """

    method: str
    path: str
    act: str
    page: Page
    case: CaseOf | None = None
    fresh: bool = False
    most: int = FORM
    files: int = 0
    menu: str = ""
    quiet: bool = False
    strangers: bool = False


def by_name(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case whose reference is the parameter `case`."""
    return given["case"]


def by_request(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the request whose id is the parameter `request`.

    Raises:
        NoRequest: there is none.
    """
    with desk.node.store.read() as unit:
        request = desk.node.office.find(unit, given["request"])
    return request.case if request.direction == "out" else f"{request.peer}:{request.case}"


def checked(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Give the routes back if each says all that it has to.

    Raises:
        BadRoute: one does not.
    """
    found = tuple(routes)
    for one in found:
        place = f"{one.method} {one.path}"
        act = acts().get(one.act)
        if act is None:
            raise BadRoute(f"got the act {one.act!r}, expected one of the duty matrix", field=place)
        if (act.scope == CASE) != (one.case is not None):
            raise BadRoute("got no way to the case, or one too many, expected it where the act asks", field=place)
        if one.method not in ("GET", "POST") or (one.method == "GET" and act.changes):
            raise BadRoute(f"got {one.method} for {act.name}, expected GET to look and POST to change", field=place)
    if len({(one.method, one.path) for one in found}) != len(found):
        raise BadRoute("got a route twice, expected each once")
    return found
