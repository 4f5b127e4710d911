"""The items of one's cases: where each is, its custody drawn and told, what a check finds, the paper for a court."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.responses import Response

from comity.accounts.access import cases_of
from comity.evidence.custodychain import Checked, Standing
from comity.evidence.custodysheet import checks, details, done, print_custody, standing
from comity.evidence.custodytables import Bag, bags_of, find_bags, find_tokens, last_custody
from comity.evidence.custodytime import check_times
from comity.evidence.errors import NoItem
from comity.evidence.holding import marks_on
from comity.evidence.verification import Depth, Verdict, verify
from comity.evidence.witness import Given

from .custodyline import custody_line, words
from .desk import Desk
from .errors import Busy
from .routes import Route
from .visit import Visit

SHOWN = 200
SAMPLE, LARGEST = 50, 4 << 30


def by_item(desk: Desk, given: Mapping[str, str]) -> str:
    """Find the case of the item that is the parameter `item`; one that is of no case is nobody's here.

    Raises:
        NoItem: there is none.
    """
    with desk.node.store.read() as unit:
        bags = find_bags(unit, item=given["item"])
    case = next((one.case for one in reversed(bags) if one.case), "")
    if not case:
        raise NoItem("got no item, or one of no case, expected one", field="item")
    return case


def listed(visit: Visit) -> Response:
    """List the items of one's cases."""
    staff = visit.desk.staff
    with staff.store.read() as unit:
        bags = bags_of(unit, cases_of(staff, unit, visit.me))
        rows = []
        for bag in bags[:SHOWN]:
            last = last_custody(unit, bag.item)
            where = Standing.load(last.standing) if last and last.standing else Standing()
            rows.append((bag, standing(where), last.number if last else 0, marks_on(unit, bag.item)))
    return visit.page("evidence.html", rows=rows, count=len(bags))


def shown(visit: Visit, verdict: Verdict | None = None) -> Response:
    """Show an item: its custody, checked against the log, and the marks on it."""
    item, checked, bags = _looked(visit)
    with visit.desk.staff.store.read() as unit:
        marks = marks_on(unit, item)
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
    with visit.desk.staff.store.read() as unit:
        bag = find_bags(unit, item=visit.given["item"])[-1]
    if bag.size > LARGEST:
        raise Busy("got an item of many gigabytes, expected a smaller one", advice="Use: comity evidence verify PATH.")
    if not visit.desk.checking.acquire(blocking=False):
        raise Busy("got a check while another one is under way, expected one at a time", advice="Wait for its end.")
    try:
        given = Given(visit.desk.staff.now, visit.desk.node.mirror.root, tuple(visit.desk.node.office.authorities))
        verdict = verify(Path(bag.path), given, depth=Depth(SAMPLE if bag.files > SAMPLE else 0))
    finally:
        visit.desk.checking.release()
    return shown(visit, verdict)


def drawn(visit: Visit) -> Response:
    """Draw an item's custody."""
    item = visit.given["item"]
    with visit.desk.staff.store.read() as unit:
        checked = visit.desk.node.custodian.check(unit, item)
    return Response(custody_line(item, checked).encode(), media_type="image/svg+xml")


def paper(visit: Visit) -> Response:
    """Give an item's custody as PDF/A, in the person's language."""
    item, checked, bags = _looked(visit)
    data = print_custody(item, checked, bags, at=visit.desk.staff.now, log=visit.desk.node.ledger.origin)
    headers = {"content-disposition": 'attachment; filename="custody.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers)


def _looked(visit: Visit) -> tuple[str, Checked, list[Bag]]:
    """Check an item's chain for somebody to read; that is an entry of the log."""
    item, node = visit.given["item"], visit.desk.node
    checked = node.custodian.look(item)
    with node.store.read() as unit:
        bags, tokens = find_bags(unit, item=item), find_tokens(unit, item)
    return item, check_times(checked, tokens, node.office.authorities), bags


ROUTES = (
    Route("GET", "/evidence", "evidence.list", listed, menu="Evidence"),
    Route("GET", "/evidence/drawn/{item:path}", "evidence.read", drawn, case=by_item, quiet=True),
    Route("GET", "/evidence/paper/{item:path}", "evidence.read", paper, case=by_item),
    Route("POST", "/evidence/verify/{item:path}", "evidence.read", verified, case=by_item),
    Route("GET", "/item/{item:path}", "evidence.read", shown, case=by_item),
)
