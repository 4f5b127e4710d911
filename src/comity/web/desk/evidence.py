"""The items of one's cases: where each is, its custody drawn and told, what a check finds, the paper for a court."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from comity.evidence.custodysheet import checks, details, done, print_custody, standing
from comity.evidence.custodytables import find_bags
from comity.evidence.verification import Verdict
from comity.kernel.errors import ComityError

from ..acts import evidence as acts
from ..acts.evidence import case_of
from ..acts.parcels import waiting
from .custodyline import custody_line, words
from .desk import Desk
from .itemparts import status, told
from .routes import Route
from .visit import Visit

SHOWN = 50


def by_item(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the item that is the parameter `item`; one that is of no case is nobody's here.

    Raises:
        NoItem: there is none.
    """
    with desk.node.store.read() as unit:
        bags = find_bags(unit, item=given["item"])
    return case_of(bags)


def listed(visit: Visit) -> Response:
    """List the items of one's cases, a page at once."""
    after = visit.query("after")
    found, count = acts.items(visit.actor, SHOWN, after)
    rows = [(one.bag, standing(one.standing), one.entries, one.marks) for one in found]
    waits = waiting(visit.actor).count
    return visit.page("evidence.html", rows=rows, after=after, more=count > len(rows), waits=waits)


def shown(visit: Visit, verdict: Verdict | None = None, *, wrong: ComityError | None = None, at: str = "") -> Response:
    """Show an item: its custody, checked against the log, the marks on it, who else has it, and what may be done with it.

    *wrong* is what was wrong with the form that is called *at*.
    """
    found = acts.look(visit.actor, visit.given["item"])
    item, checked, bags, marks = found.item, found.checked, found.bags, found.marks
    case = case_of(bags)
    return visit.page(
        "item.html",
        status(wrong),
        item=item,
        case=case,
        checked=checked,
        bags=bags,
        marks=marks,
        where=standing(checked.standing),
        findings=checks(checked, visit.desk.node.ledger.origin),
        spoken=words(checked),
        details=details,
        done=done,
        verdict=verdict,
        wrong=wrong,
        at=at,
        **told(visit, found, case),
    )


def verified(visit: Visit) -> Response:
    """Verify the newest bag where it lies: its seal and structure whole, of its files a sample; one at a time."""
    return shown(visit, acts.check(visit.actor, visit.given["item"]))


def drawn(visit: Visit) -> Response:
    """Draw an item's custody."""
    item = visit.given["item"]
    with visit.desk.staff.store.read() as unit:
        checked = visit.desk.node.custodian.check(unit, item)
    return Response(custody_line(item, checked).encode(), media_type="image/svg+xml")


def paper(visit: Visit) -> Response:
    """Give an item's custody as PDF/A, in the person's language."""
    found = acts.look(visit.actor, visit.given["item"])
    data = print_custody(
        found.item, found.checked, found.bags, at=visit.desk.staff.now, log=visit.desk.node.ledger.origin
    )
    headers = {"content-disposition": 'attachment; filename="custody.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


ROUTES = (
    Route("GET", "/evidence", "evidence.list", listed, menu="Evidence"),
    Route("GET", "/evidence/drawn/{item:path}", "evidence.read", drawn, case=by_item, quiet=True),
    Route("GET", "/evidence/paper/{item:path}", "evidence.read", paper, case=by_item),
    Route("POST", "/evidence/verify/{item:path}", "evidence.read", verified, case=by_item),
    Route("GET", "/item/{item:path}", "evidence.read", shown, case=by_item),
)
