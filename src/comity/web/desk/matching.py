"""Links between cases: pairs that share rare identifiers, for a person who may read both to decide on, with a reason."""

from __future__ import annotations

from starlette.responses import Response

from comity.accounts.access import cases_of
from comity.kernel.clock import moment
from comity.kernel.errors import ComityError
from comity.matching.model import OPEN, Link, Related

from ..acts.matching import common
from .routes import Route
from .visit import Visit

SHOWN, ACROSS = 100, 200


def listed(visit: Visit, wrong: ComityError | None = None) -> Response:
    """Show the links between one's own cases: those that are open, or all."""
    everything, mine = visit.query("all") == "yes", _mine(visit)
    found = visit.desk.node.correlator.links(mine, "" if everything else OPEN)
    return visit.page(
        "matching.html",
        422 if wrong else 200,
        links=[(one, _shared(visit, one, mine)) for one in found[:SHOWN]],
        count=len(found),
        everything=everything,
        wrong=wrong,
    )


def decided(visit: Visit) -> Response:
    """Record what a person says of a link."""
    name, reason = visit.person.label, visit.field("reason")[:400]
    visit.desk.node.correlator.decide(
        visit.given["link"], visit.field("verdict"), by=name, reason=reason, visible=_mine(visit)
    )
    return visit.go("/matching")


def shared(visit: Visit) -> Response:
    """Show what all of one's own cases share: identifiers, or pairs of cases; since a day, where one is named."""
    since, wrong = None, None
    pairs, day = visit.query("pairs") == "yes", visit.query("since")[:20]
    try:
        since = moment(f"{day}T00:00:00Z", field="since") if day else None
    except ComityError as e:
        wrong = e
    found = common(visit.actor, pairs=pairs, since=since, top=ACROSS)
    return visit.page("across.html", 422 if wrong else 200, found=found, pairs=pairs, day=day, wrong=wrong)


def _mine(visit: Visit) -> frozenset[str]:
    staff = visit.desk.staff
    with staff.store.read() as unit:
        return cases_of(staff, unit, visit.me)


def _shared(visit: Visit, link: Link, mine: frozenset[str]) -> Related | None:
    """Give what two cases share, weighed by one's own cases: the link's own weight would tell of others."""
    found = visit.desk.node.correlator.related(link.case_a, mine)
    return next((one for one in found if one.case == link.case_b), None)


ROUTES = (
    Route("GET", "/matching", "matching.list", listed, menu="Links"),
    Route("GET", "/matching/across", "matching.list", shared),
    Route("POST", "/matching/{link}", "matching.decide", decided),
)
