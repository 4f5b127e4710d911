"""Where a request begins: the own cases in which one may draft, chosen at home."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from comity.accounts.access import known_to
from comity.requests import tables
from comity.requests.model import CaseFile

from .routes import Route
from .visit import Visit

MOST = 100


def beginnings(visit: Visit) -> list[CaseFile]:
    """List the cases in which a person may draft a request, by reference, at most a hundred; none for who may not draft."""
    if not visit.me.may("request.draft"):
        return []
    with visit.desk.staff.store.read() as unit:
        return tables.cases_named(unit, known_to(visit.desk.staff, visit.me), most=MOST)


def begun(visit: Visit) -> Response:
    """Go on to what may be asked in the case that was chosen; without one, to the cases."""
    case = visit.query("case")[:200]
    return visit.go(f"/case/{quote(case)}#ask-title" if case else "/cases")


ROUTES = (Route("GET", "/begin", "case.list", begun),)
