"""An operation says what it is by data: method, path, the act of the duty matrix that it is, and which case it is about.

As with the pages of the desk: what an operation does not say, nobody may do, and the API does not start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from comity.accounts.duties import CASE, acts
from comity.requests.model import IN, OUT

from ..desk.desk import Desk
from .errors import BadOperation

CaseOf = Callable[[Desk, Mapping[str, str]], str]
NOTHING, JSON, FILE, FORM = "", "application/json", "application/octet-stream", "multipart/form-data"
SHEET, PACKAGE = 1 << 20, 64 << 20
CHANGING = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class Operation:
    """One operation; its id is the name of what it *does*.

    *case* finds the case that it is about from the parameters of path and query, where its act is about a case. *takes*
    is the kind of body, *most* how many bytes it may have, *files* how many files a form. *fields* is the model of a form.
    *answers* is what comes back: the model of a document, or the media types of a file. *proof* tells that a person proves in
    the call that he is there. *match* tells that the call names what it saw, in its body or as If-Match.
    """

    method: str
    path: str
    act: str
    does: Callable[..., Any]
    answers: Any
    case: CaseOf | None = None
    takes: str = NOTHING
    most: int = SHEET
    status: int = 200
    files: int = 0
    fields: Any = None
    proof: bool = False
    match: bool = False

    @property
    def id(self) -> str:
        """Give the operation's id, which stays the same."""
        return self.does.__name__

    @property
    def changes(self) -> bool:
        """Tell whether the act changes something, so that it takes an idempotency key."""
        return acts()[self.act].changes


def by_case(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case whose reference is the parameter `case`."""
    return given.get("case", "")


def by_outgoing(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of our request whose id or reference is the parameter `request`.

    Raises:
        NoRequest: there is none.
    """
    with desk.node.store.read() as unit:
        return desk.node.office.find(unit, given["request"], OUT).case


def by_incoming(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the request that came in and whose id or reference is the parameter `request`.

    Raises:
        NoRequest: there is none.
    """
    with desk.node.store.read() as unit:
        found = desk.node.office.find(unit, given["request"], IN)
    return f"{found.peer}:{found.case}"


def checked(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """Give the operations back if each says all that it has to.

    Raises:
        BadOperation: one does not.
    """
    found = tuple(operations)
    for one in found:
        place, act = f"{one.method} {one.path}", acts().get(one.act)
        if act is None:
            raise BadOperation(f"got the act {one.act!r}, expected one of the duty matrix", field=place)
        if (act.scope == CASE) != (one.case is not None):
            raise BadOperation("got no way to the case, or one too many, expected it where the act asks", field=place)
        if one.method not in ("GET", *CHANGING) or (one.method == "GET" and (act.changes or one.takes)):
            raise BadOperation(f"got {one.method} for {act.name}, expected GET to look and no other", field=place)
    if len({(one.method, one.path) for one in found}) != len(found) or len({one.id for one in found}) != len(found):
        raise BadOperation("got an operation or an id twice, expected each once")
    return found
