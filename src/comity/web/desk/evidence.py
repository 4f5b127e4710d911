"""The items of one's cases: where each is, its custody drawn and told, what a check finds, the paper for a court."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response

from comity.evidence.custodysheet import checks, details, done, print_custody, standing
from comity.evidence.custodytables import find_bags
from comity.evidence.verification import Verdict

from ..acts import evidence as acts
from ..acts.evidence import case_of
from .custodyline import custody_line, words
from .desk import Desk
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
    return visit.page("evidence.html", rows=rows, after=after, more=count > len(rows))


def shown(visit: Visit, verdict: Verdict | None = None) -> Response:
    """Show an item: its custody, checked against the log, and the marks on it."""
    found = acts.look(visit.actor, visit.given["item"])
    item, checked, bags, marks = found.item, found.checked, found.bags, found.marks
    return visit.page(
        "item.html",
        item=item,
        case=bags[-1].case if bags else "",
        checked=checked,
        bags=bags,
        marks=marks,
        where=standing(checked.standing),
        findings=checks(checked, visit.desk.node.ledger.origin),
        spoken=words(checked),
        details=details,
        done=done,
        verdict=verdict,
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
