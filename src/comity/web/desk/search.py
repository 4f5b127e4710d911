"""Search: one's own cases and requests, by words in any script or by an identifier in any spelling.

What is found is what one may read; an identifier is looked up in the returns of those cases too. What was asked is kept nowhere.
"""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts.access import cases_of
from comity.identifiers.model import Identifier
from comity.kernel.errors import BadInput
from comity.matching.model import Hit
from comity.requests import tables
from comity.requests.model import IN, CaseFile, Request
from comity.requests.searching import CASE, LONGEST, MOST, find
from comity.store.words import Page

from .routes import Route
from .visit import Visit


def search(visit: Visit) -> Response:
    """Show the question and what it finds."""
    question, staff = visit.query("q").strip()[:LONGEST], visit.desk.staff
    region = staff.party.partition(".")[0]
    with staff.store.read() as unit:
        mine = cases_of(staff, unit, visit.me)
        found = find(unit, question, mine, region=region)
        cases = tables.cases_named(unit, [page.ref for page in found.pages if page.kind == CASE])
        requests = tables.requests_named(unit, [page.ref for page in found.pages if page.kind != CASE])
    shown = {one.reference: one for one in cases} | {one.id: one for one in requests}
    return visit.page(
        "search.html",
        question=question,
        rows=[(page, shown[page.ref], _path(page, shown[page.ref])) for page in found.pages if page.ref in shown],
        identifiers=found.identifiers,
        hits=_hits(visit, found.identifiers, mine),
        most=MOST,
    )


def _hits(visit: Visit, identifiers: tuple[Identifier, ...], mine: frozenset[str]) -> list[Hit]:
    """Look identifiers up in what returns brought to one's own cases."""
    hits: list[Hit] = []
    for one in identifiers:
        try:
            hits += visit.desk.node.correlator.look_up([(one.kind, one.value)], mine)
        except BadInput:
            continue
    return [one for one in hits if one.cases]


def _path(page: Page, kept: CaseFile | Request) -> str:
    if isinstance(kept, CaseFile):
        return f"/case/{page.ref}"
    return f"/incoming/{page.ref}" if kept.direction == IN else f"/request/{page.ref}"


ROUTES = (Route("GET", "/search", "search.run", search, menu="Search"),)
