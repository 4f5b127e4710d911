"""What the other side delivered on a request of ours: how far it has come, copies of it, and the item of evidence that it becomes.

The node's worker fetches by itself; a person may have it try at once. Who took a copy of which file, and who took a delivery into
evidence, stands in the history of the request and in the log.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from comity.accounts.duties import roles
from comity.crypto.keys import Signer
from comity.crypto.recipient import Identity
from comity.evidence.acquiring import Order
from comity.evidence.custodychain import Standing
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.custodysheet import standing
from comity.evidence.custodytables import find_bags, last_custody
from comity.evidence.model import Act
from comity.evidence.recording import recorder
from comity.evidence.sealer import require_sealer
from comity.evidence.sealing import Seal
from comity.exchange import deliverytables, exporting, fetching
from comity.exchange.acquiring import ACQUIRED, Intake, acquire_delivery
from comity.exchange.deliveries import by_delivery, log
from comity.exchange.deliverytables import Kept
from comity.exchange.errors import NoDelivery
from comity.exchange.part import AVAILABLE, EXISTENCE
from comity.exchange.receiving import whole
from comity.kernel.errors import BadInput
from comity.kernel.language import _
from comity.requests.model import Request
from comity.store.engine import Unit

from ..errors import Busy
from .actor import Actor
from .auditing import one_at_a_time

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


@dataclass(frozen=True)
class Taking:
    """How a delivery is taken into evidence: as which item, why, where; *opens* what is sealed to us."""

    item: str
    why: str
    place: str = ""
    opens: bool = False


@dataclass(frozen=True)
class Copy:
    """A copy of a delivered file, put aside to be given away, and its name."""

    path: Path
    name: str


def deliveries(actor: Actor, request: Request) -> list[Delivery]:
    """Give what was delivered on a request of ours."""
    with actor.office.store.read() as unit:
        groups = by_delivery(deliverytables.find_parts(unit, request=request.id, direction="in"))
        notes = deliverytables.find_notes(unit, request=request.id, kind=ACQUIRED)
        became = {one.facts["delivery"]: str(one.facts["item"]) for one in notes}
        return [
            Delivery(
                parts[0].part.delivery, tuple(_files(actor, parts)), whole(parts), parts[0].part.exists,
                _item(unit, became.get(parts[0].part.delivery, "")), f"{request.reference}-{number}",
            )
            for number, parts in enumerate(groups, 1)
        ]  # fmt: skip


def fetch_now(actor: Actor, request: Request) -> int:
    """Have what waits for a later try fetched now; gives how many parts that are. Who asked for it stands in the history."""
    office = actor.office
    with office.store.write() as unit:
        parts = deliverytables.find_parts(unit, request=request.id, direction="in")
        count = fetching.hurry(unit, office, parts)
        if count:
            office.record(unit, request, "fetch", actor.person.label)
            office.log(unit, "delivery.wanted", request, person=actor.person.id)
    return count


def copy_of(actor: Actor, request: Request, delivery: str, name: str) -> Copy:
    """Give one file of a whole delivery, opened if it was sealed to us; who took it stands in the history and the log.

    Raises:
        NoDelivery: it is not here, or not whole.
        Busy: it is larger than is given in this way.
    """
    office, parts = actor.office, _parts(actor, request, delivery)
    pieces = dict(exporting.files(parts)).get(name)
    if not pieces or not whole(parts):
        raise NoDelivery("got a file that is not here, expected one of a whole delivery", field="name")
    if sum(one.part.size for one in pieces) > LARGEST:
        raise Busy("got a file of many gigabytes, expected a smaller one", advice="Use: comity delivery export.")
    identity = actor.exchange.identity
    path = exporting.copied(office, pieces, identity)
    opened = bool(identity and pieces[0].part.sealed)
    with office.store.write(durable=True) as unit:
        office.record(unit, request, "take a copy", actor.person.label, name)
        log(unit, office, "delivery.copied", pieces[0], person=actor.person.id)
    return Copy(path, name.removesuffix(".age") if opened else name)


def acquire(actor: Actor, request: Request, delivery: str, how: Taking, signer: Signer | None) -> str:
    """Take a whole delivery into evidence: sealed, registered, and its custody begun; broken off, the same call goes on.

    Gives the name of the item. Without a signer the seal has no signature of a person.

    Raises:
        NoDelivery: it is not here, or not whole.
        BadInput: the name of the item is another one's, or it or the reason is missing.
        Busy: it is larger than is taken in this way, or somebody else checks something.
    """
    node, parts = actor.node, _parts(actor, request, delivery)
    if sum(one.part.size for one in parts) > LARGEST:
        raise Busy("got a delivery of many gigabytes, expected a smaller one", advice="Use: comity delivery acquire.")
    item, why = how.item.strip(), how.why.strip()
    if not item or not why:
        raise BadInput("got no name of the item or no reason, expected both", field="item" if why else "why")
    hand = hand_of(actor)
    deed = Deed("received", hand, place=how.place.strip(), why=why)
    folder = node.settings.home / ITEMS
    folder.mkdir(mode=0o700, exist_ok=True)
    act = Act(item, by=f"{hand.person} ({hand.post})", place=deed.place, why=why, case=request.case, party=hand.party)
    identity: Identity | None = actor.exchange.identity if how.opens else None
    order = Order(act, (), folder / delivery)
    with one_at_a_time(actor.place):
        _free(actor, item, delivery)
        intake = Intake(deed, order, _seal(actor, signer), identity)
        return acquire_delivery(node.office, node.custodian, delivery, intake).item


def hand_of(actor: Actor) -> Hand:
    """Give him as a hand that holds evidence: under the post of a custodian, if he is one, else of his first role."""
    held = actor.who.roles
    post = roles()[next(one for one in ("custodian", *sorted(held)) if one in held)].label
    return Hand(post, actor.staff.party, actor.person.label)


def _free(actor: Actor, item: str, delivery: str) -> None:
    """Find that an item's name is free, before anything is written under it.

    Raises:
        BadInput: another item has it.
    """
    with actor.office.store.read() as unit:
        mine = [one for one in deliverytables.find_notes(unit, kind=ACQUIRED) if one.facts["delivery"] == delivery]
        if not mine and find_bags(unit, item=item):
            raise BadInput(
                "got the name of another item, expected a new one", field="item", advice=_("Choose another name.")
            )


def _seal(actor: Actor, signer: Signer | None) -> Seal:
    """Give with what is sealed: the person's key, if he signs and it may seal, and the node's log."""
    node, role = actor.node, {}
    if signer:
        require_sealer(node.office.me(), signer.public.keyid, at=actor.staff.now)
        role = node.mirror.slice(node.settings.party)
    return Seal(secrets.token_bytes, signer, role, recorder(node.store, node.ledger, node.clock))


def _parts(actor: Actor, request: Request, delivery: str) -> list[Kept]:
    """Give the parts of a delivery, if it came in on this very request.

    Raises:
        NoDelivery: it did not.
    """
    with actor.office.store.read() as unit:
        parts = deliverytables.find_parts(unit, request=request.id, direction="in", delivery=delivery)
    if not parts:
        raise NoDelivery("got a delivery that is not here, expected one on this request", field="delivery")
    return parts


def _files(actor: Actor, parts: Sequence[Kept]) -> Iterator[File]:
    """Give the files of a delivery, as far as they are announced; several pieces are one file."""
    blobs = actor.node.blobs
    named = {one.part.id: name for name, pieces in exporting.files(parts) for one in pieces}
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
