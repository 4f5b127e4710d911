"""A delivery that came over the wire becomes an item of evidence: written out, sealed, and entered in custody, in one act.

    1. the delivery must be whole; one that became an item before is that item, whatever is asked now;
    2. its files are written beside the place of the item, each part held against its digest, with the signed messages that
       announced them (`exporting`);
    3. they are acquired and sealed like any source; the description names request, delivery, sender, times and the digest of
       each message;
    4. one unit registers the item, enters in custody that it was received from the sender and sealed here, and notes which
       item the delivery became.

Broken off anywhere, the same command goes on where it stood.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from comity.crypto.recipient import Identity
from comity.evidence.acquiring import Order, Watch, acquire, unwatched
from comity.evidence.custody import Custodian
from comity.evidence.custodyentry import MAX_HASHES, Deed, Hand
from comity.evidence.errors import BadGeneration
from comity.evidence.model import Generation
from comity.evidence.registering import bag_of
from comity.evidence.sealing import ACQUISITION, MAX_ACQUISITION, Seal, finish, read_generation
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import BadInput
from comity.requests import tables as requests
from comity.requests.model import Request
from comity.requests.office import Office
from comity.store.blobs import writing
from comity.store.engine import Unit

from . import deliverytables as tables
from .deliveries import log
from .deliverytables import Kept, Note
from .errors import NoDelivery
from .exporting import export, find, message_of
from .receiving import whole

ACQUIRED = "acquired"
TOP = "delivery"
SHORT = 8


@dataclass(frozen=True)
class Became:
    """Which item a delivery became: its name, the digest of its bag, where that is; *known* if it did so before."""

    delivery: str
    item: str
    digest: str
    folder: str
    known: bool = False

    def plain(self) -> dict[str, Any]:
        """Give it as JSON data."""
        return dict(vars(self))


@dataclass(frozen=True)
class Intake:
    """Who takes a delivery in and how: *deed* says who, where and why, *order* the item and its place."""

    deed: Deed
    order: Order
    seal: Seal
    identity: Identity | None = None


def acquire_delivery(
    office: Office, custodian: Custodian, name: str, intake: Intake, *, watch: Watch = unwatched
) -> Became:
    """Make the one delivery that is named, by request or identifier, an item; one that is an item already stays that one.

    Raises:
        NoDelivery: there is none, several, or it is not whole yet.
        BadInput, OtherAcquisition, EvidenceUnwritable: as `acquire`.
        WrongHand, BadCustody: as `Custodian.register`.
        StoreCorrupt: a kept file is not what was acknowledged.
    """
    with office.store.read() as unit:
        parts = _one(find(unit, office, name), name)
        (request,) = requests.find_requests(unit, id=parts[0].request)
        if known := _known(unit, parts[0]):
            return known
        about = {"delivery": _about(unit, request, parts)}
    order, now = intake.order, office.clock.now()
    item = order.act.item or parts[0].part.delivery
    staged = order.target.with_name(order.target.name + ".received")
    case = order.act.case or request.case
    act = replace(order.act, item=item, case=case, request=order.act.request or request.reference)
    order = replace(order, act=act, paths=(staged / TOP,), about=about)
    if not order.target.parent.is_dir():
        raise BadInput("got a path in no folder, expected a new folder in one", file=str(order.target))
    if not _sealed(order):
        with writing(staged):
            staged.mkdir(exist_ok=True)
        export(office, parts[0].part.delivery, staged / TOP, intake.identity)
        acquire(order, intake.seal, clock=office.clock, watch=watch)
    generation = finish(order.target, intake.seal)
    became = Became(parts[0].part.delivery, item, generation.digest, str(order.target.resolve()))
    with office.store.write(durable=True) as unit:
        if known := _known(unit, parts[0]):
            return known
        custodian.admit(
            unit, bag_of(generation, order.target.resolve(), at=now), *_deeds(intake.deed, generation, about)
        )
        note = Note(request.id, now, ACQUIRED, intake.deed.by.text, "", became.plain())
        tables.add_note(unit, note)
        office.record(unit, request, "acquire", intake.deed.by.text, item)
        log(unit, office, "delivery.acquired", parts[0], digest=generation.digest)
    shutil.rmtree(staged, ignore_errors=True)
    return became


def _one(found: Sequence[list[Kept]], name: str) -> list[Kept]:
    if len(found) != 1:
        names = ", ".join(parts[0].part.delivery[:SHORT] for parts in found[:20])
        advice = "Name one of them by its identifier."
        raise NoDelivery(
            f"got {name!r}, on which there are several: {names}; expected one", field="name", advice=advice
        )
    if not whole(found[0]):
        raise NoDelivery(f"got {name!r}, which is not whole yet, expected one that is", field="name")
    return found[0]


def _known(unit: Unit, kept: Kept) -> Became | None:
    """Give the item that a delivery became before."""
    for note in tables.find_notes(unit, request=kept.request, kind=ACQUIRED):
        if note.facts["delivery"] == kept.part.delivery:
            return Became(**{**note.facts, "known": True})
    return None


def _about(unit: Unit, request: Request, parts: Sequence[Kept]) -> dict[str, Any]:
    """Describe a delivery: what came when, in which messages, from whom, on which request."""
    good = [kept for kept in parts if kept.file]
    messages = {kept.transaction: hashlib.sha256(message_of(unit, kept)).hexdigest() for kept in good}
    return {
        "identifier": parts[0].part.delivery, "from": parts[0].peer, "request": request.id, "reference": request.reference,
        "announced_at": stamp(min(kept.at for kept in good)), "whole_at": stamp(_whole_at(good)), "messages": messages,
        "parts": [
            {"number": kept.part.sequence, "object": kept.part.id, "name": kept.part.name, "size": kept.part.size,
             "sha256": kept.part.sha256, "sealed": kept.part.sealed, "message": kept.transaction, "at": stamp(kept.at)}
            for kept in good
        ],
    }  # fmt: skip


def _whole_at(parts: Sequence[Kept]) -> datetime:
    return max(kept.changed_at for kept in parts)


def _sealed(order: Order) -> bool:
    """Tell whether the item stands in its place already, sealed of this very delivery.

    Raises:
        BadInput: something else is there.
    """
    if not order.target.exists() or order.target.with_name(order.target.name + ".journal").exists():
        return False
    try:
        same = read_generation(order.target).act.item == order.act.item
        said = canonical.load((order.target / ACQUISITION).read_bytes(), limit=MAX_ACQUISITION)
        same = same and said.get("delivery", {}).get("identifier") == order.about["delivery"]["identifier"]
    except (BadGeneration, OSError):
        same = False
    if not same:
        raise BadInput("got an existing file or folder, expected a new place", file=str(order.target))
    return True


def _deeds(deed: Deed, generation: Generation, about: dict[str, Any]) -> tuple[Deed, Deed]:
    """Give the entries of custody: received from the sender, sealed here."""
    said = about["delivery"]
    figures = f"{generation.files} files, {generation.size} bytes"
    hashes = dict(list(said["messages"].items())[:MAX_HASHES])
    came = replace(
        deed, act="received", to=Hand("", said["from"]), result=figures, hashes=hashes, tool="comity",
        authority=deed.authority or said["reference"], note=f"delivery {said['identifier']}", happened=moment(said["whole_at"]),
    )  # fmt: skip
    sealed = replace(deed, act="sealed", result=figures, tool="comity", happened=generation.sealed)
    return came, sealed
