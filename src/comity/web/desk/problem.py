"""The page for whatever is wrong: what happened, what to do; never a trace of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from comity.accounts.duties import Act, acts, roles
from comity.accounts.errors import NotAllowed, TooSoon
from comity.kernel.errors import ComityError
from comity.kernel.language import _

if TYPE_CHECKING:
    from .visit import Visit


def problem(visit: Visit, error: ComityError | None) -> Response:
    """Answer with what is wrong; nothing is told of what nobody foresaw."""
    status = error.status if error else 500
    act = _withheld(visit, error)
    may = [one for one in roles().values() if act and one.name in act.roles]
    response = visit.page("problem.html", status, title=_title(status), error=error, act=act, may=may)
    if isinstance(error, TooSoon):
        response.headers["retry-after"] = str(error.seconds)
    elif status == 503:
        response.headers["retry-after"] = "10"
    return response


def _withheld(visit: Visit, error: ComityError | None) -> Act | None:
    """Give the act that the matrix does not give to this person's roles, if that is what is wrong."""
    if visit.route is None or visit.who is None or not isinstance(error, NotAllowed):
        return None
    act = acts()[visit.route.act]
    return None if act.allows(visit.who.roles) else act


def _title(status: int) -> str:
    match status:
        case 401:
            return _("Please sign in")
        case 403:
            return _("Not for you to do")
        case 404:
            return _("There is no such page")
        case 405 | 408 | 413 | 415 | 422:
            return _("This could not be read")
        case 409:
            return _("This is not allowed")
        case 421:
            return _("Another address")
        case 429:
            return _("Please wait")
        case 503:
            return _("Not now")
    return _("Something went wrong here")
