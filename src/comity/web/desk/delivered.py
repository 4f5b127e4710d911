"""What the other side delivered on a request of ours: how far it has come, copies of it, and the item of evidence that it becomes.

The node's worker fetches by itself; a person may have it try at once. Who took a copy of which file, and who took a delivery into
evidence, stands in the history of the request and in the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from comity.accounts.duties import roles
from comity.evidence.acquiring import Order
from comity.evidence.custodychain import Standing
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.custodysheet import standing
from comity.evidence.custodytables import find_bags, last_custody
from comity.evidence.model import Act
from comity.evidence.recording import recorder
from comity.evidence.sealer import ROLE, require_sealer
from comity.evidence.sealing import Seal
from comity.exchange import deliverytables, exporting, fetching
from comity.exchange.acquiring import ACQUIRED, Intake, acquire_delivery
from comity.exchange.deliveries import by_delivery, log
from comity.exchange.deliverytables import Kept
from comity.exchange.errors import NoDelivery
from comity.exchange.part import AVAILABLE, EXISTENCE
from comity.exchange.receiving import whole
from comity.kernel.errors import BadInput, ComityError
from comity.kernel.language import _
from comity.requests.model import Request
from comity.store.engine import Unit

from .drafting import by_ours, ours
from .errors import Busy
from .routes import Route
from .signing import signer_of
from .visit import Visit

ITEMS = "evidence"
LARGEST = 4 << 30


@dataclass(frozen=True)
class File:
    """One file of a delivery: how much of it is here, of how much."""

    name: str
    size: int
    here: int
    sha256: str
    state: str
    sealed: bool
    reason: str

    @property
    def hundredths(self) -> int:
        """Give how far it has come."""
        return 100 * self.here // self.size if self.size else 100


@dataclass(frozen=True)
class Item:
    """The item of evidence that a delivery became: who holds it, and how often something was entered."""

    name: str
    holder: str
    entries: int


@dataclass(frozen=True)
class Delivery:
    """One delivery as a page shows it; *exists* is the other side's word where it says only whether there are data."""

    id: str
    files: tuple[File, ...]
    whole: bool
    exists: bool | None
    item: Item | None
    name: str

    @property
    def waiting(self) -> bool:
        """Tell whether something of it is still to be fetched."""
        return any(one.state == AVAILABLE for one in self.files)


def deliveries(visit: Visit, request: Request) -> list[Delivery]:
    """Give what was delivered on a request of ours."""
    with visit.desk.node.store.read() as unit:
        groups = by_delivery(deliverytables.find_parts(unit, request=request.id, direction="in"))
        notes = deliverytables.find_notes(unit, request=request.id, kind=ACQUIRED)
        became = {one.facts["delivery"]: str(one.facts["item"]) for one in notes}
        return [
            Delivery(
                parts[0].part.delivery, tuple(_files(visit, parts)), whole(parts), parts[0].part.exists,
                _item(unit, became.get(parts[0].part.delivery, "")), f"{request.reference}-{number}",
            )
            for number, parts in enumerate(groups, 1)
        ]  # fmt: skip


def told(visit: Visit, request: Request) -> dict[str, Any]:
    """Give what the part of a page on deliveries is made of."""
    me, now = visit.desk.node.office.own().find(visit.desk.staff.party), visit.desk.staff.now
    mine = [key for key in me.keys if key.holder == visit.person.holder and not key.may(ROLE, now)] if me else []
    return {
        "request": request,
        "deliveries": deliveries(visit, request),
        "seals": bool(visit.person.key and mine),
        "opens": visit.desk.exchange.identity is not None,
    }


def shown(visit: Visit) -> Response:
    """Show how far the deliveries have come: a piece of the page, asked again while something is fetched."""
    return visit.page("delivered.html", **told(visit, ours(visit.desk, visit.given["request"])))


def fetched(visit: Visit) -> Response:
    """Have what waits for a later try fetched now; who asked for it stands in the history."""
    request, office = ours(visit.desk, visit.given["request"]), visit.desk.node.office
    with office.store.write() as unit:
        parts = deliverytables.find_parts(unit, request=request.id, direction="in")
        if fetching.hurry(unit, office, parts):
            office.record(unit, request, "fetch", visit.person.label)
            office.log(unit, "delivery.wanted", request, person=visit.person.id)
    return visit.go(f"/request/{request.id}#delivered")


def copied(visit: Visit) -> Response:
    """Give one file of a whole delivery, opened if it was sealed to us; who took it stands in the history and the log."""
    request, office = ours(visit.desk, visit.given["request"]), visit.desk.node.office
    name, parts = visit.given["name"], _parts(visit, request)
    pieces = dict(exporting.files(parts)).get(name)
    if not pieces or not whole(parts):
        raise NoDelivery("got a file that is not here, expected one of a whole delivery", field="name")
    if sum(one.part.size for one in pieces) > LARGEST:
        raise Busy("got a file of many gigabytes, expected a smaller one", advice="Use: comity delivery export.")
    identity = visit.desk.exchange.identity
    path = exporting.copied(office, pieces, identity)
    opened = bool(identity and pieces[0].part.sealed)
    with office.store.write(durable=True) as unit:
        office.record(unit, request, "take a copy", visit.person.label, name)
        log(unit, office, "delivery.copied", pieces[0], person=visit.person.id)
    return FileResponse(
        path, media_type="application/octet-stream", filename=name.removesuffix(".age") if opened else name,
        background=BackgroundTask(office.blobs.unstage, path),
    )  # fmt: skip


def acquired(visit: Visit) -> Response:
    """Take a whole delivery into evidence: sealed, registered, and its custody begun; broken off, the same form goes on."""
    from .request import page

    request = ours(visit.desk, visit.given["request"])
    try:
        item = _acquire(visit, request)
    except NoDelivery:
        raise
    except ComityError as e:
        return page(visit, wrong=e)
    return visit.go(f"/request/{request.id}#delivered" if not item else f"/item/{item}")


def _acquire(visit: Visit, request: Request) -> str:
    node, parts = visit.desk.node, _parts(visit, request)
    if sum(one.part.size for one in parts) > LARGEST:
        raise Busy("got a delivery of many gigabytes, expected a smaller one", advice="Use: comity delivery acquire.")
    item, why = visit.field("item").strip(), visit.field("why").strip()
    if not item or not why:
        raise BadInput("got no name of the item or no reason, expected both", field="item" if why else "why")
    post = roles()[next(one for one in ("custodian", *sorted(visit.me.roles)) if one in visit.me.roles)].label
    hand = Hand(post, visit.desk.staff.party, visit.person.label)
    deed = Deed("received", hand, place=visit.field("place").strip(), why=why)
    folder = node.settings.home / ITEMS
    folder.mkdir(mode=0o700, exist_ok=True)
    act = Act(item, by=f"{hand.person} ({post})", place=deed.place, why=why, case=request.case, party=hand.party)
    identity = visit.desk.exchange.identity if visit.field("open") else None
    order, delivery = Order(act, (), folder / parts[0].part.delivery), parts[0].part.delivery
    if not visit.desk.checking.acquire(blocking=False):
        raise Busy("got a check while another one is under way, expected one at a time", advice="Wait for its end.")
    try:
        _free(visit, item, delivery)
        became = acquire_delivery(node.office, node.custodian, delivery, Intake(deed, order, _seal(visit), identity))
    finally:
        visit.desk.checking.release()
    return became.item


def _free(visit: Visit, item: str, delivery: str) -> None:
    """Find that an item's name is free, before anything is written under it.

    Raises:
        BadInput: another item has it.
    """
    with visit.desk.node.store.read() as unit:
        mine = [one for one in deliverytables.find_notes(unit, kind=ACQUIRED) if one.facts["delivery"] == delivery]
        if not mine and find_bags(unit, item=item):
            raise BadInput(
                "got the name of another item, expected a new one", field="item", advice=_("Choose another name.")
            )


def _seal(visit: Visit) -> Seal:
    """Give with what is sealed: the person's key, if he typed its passphrase and it may seal, and the node's log."""
    node, role = visit.desk.node, {}
    signer = signer_of(visit) if visit.field("passphrase") else None
    if signer:
        require_sealer(node.office.me(), signer.public.keyid, at=visit.desk.staff.now)
        role = node.mirror.slice(node.settings.party)
    return Seal(secrets.token_bytes, signer, role, recorder(node.store, node.ledger, node.clock))


def _parts(visit: Visit, request: Request) -> list[Kept]:
    """Give the parts of the delivery that is asked for, if it came in on this very request.

    Raises:
        NoDelivery: it did not.
    """
    with visit.desk.node.store.read() as unit:
        parts = deliverytables.find_parts(unit, request=request.id, direction="in", delivery=visit.given["delivery"])
    if not parts:
        raise NoDelivery("got a delivery that is not here, expected one on this request", field="delivery")
    return parts


def _files(visit: Visit, parts: Sequence[Kept]) -> Iterator[File]:
    """Give the files of a delivery, as far as they are announced; several pieces are one file."""
    blobs, named = (
        visit.desk.node.blobs,
        {one.part.id: name for name, pieces in exporting.files(parts) for one in pieces},
    )
    found: dict[str, list[Kept]] = {}
    for one in parts:
        if one.part.way != EXISTENCE:
            found.setdefault(named.get(one.part.id, one.part.name), []).append(one)
    for name, pieces in found.items():
        here = sum(
            one.part.size if one.file else blobs.grown(fetching.growing(one.peer, one.part.id)) for one in pieces
        )
        worst = next(
            (one for one in pieces if one.reason), next((p for p in pieces if p.state == AVAILABLE), pieces[-1])
        )
        sha256 = pieces[0].part.sha256 if len(pieces) == 1 else ""
        size = sum(one.part.size for one in pieces)
        yield File(name, size, min(here, size), sha256, worst.state, pieces[0].part.sealed, worst.reason)


def _item(unit: Unit, name: str) -> Item | None:
    """Give an item with where it stands."""
    last = last_custody(unit, name) if name else None
    if last is None:
        return None
    where = Standing.load(last.standing) if last.standing else Standing()
    return Item(name, standing(where), last.number)


ROUTES = (
    Route("GET", "/request/{request}/delivered", "request.read", shown, case=by_ours, quiet=True),
    Route("POST", "/request/{request}/fetch", "delivery.fetch", fetched, case=by_ours),
    Route("GET", "/request/{request}/delivered/{delivery}/{name}", "delivery.read", copied, case=by_ours),
    Route("POST", "/request/{request}/delivered/{delivery}/acquire", "evidence.change", acquired, case=by_ours),
)
