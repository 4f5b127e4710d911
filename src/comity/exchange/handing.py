"""Evidence handed over between two nodes, from the sender's side, and the signed papers on it, from either side.

    1. the sealed file of a hand-over is put on offer, for its receiver's certificate alone, and announced in a message
    2. the receiver's node fetches it, finds it true, and says so (see `arriving`); a person there accepts or refuses it
    3. that answer comes back as a signed paper in a message of its own; so do recalls, corrections and confirmations

Each message is one document with one body, of which the media type says what it is. It is queued in the unit that keeps
what it says, once each. What was handed over is complete by the papers alone, on whatever way they came: the messages move
bytes, and prove nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from comity.evidence.custody import Custodian
from comity.evidence.papers import ACCEPTANCE, CONFIRMATION, RECALL, REFUSAL, Also, SignedPaper, payload_type
from comity.evidence.papers import Desk as PaperDesk
from comity.hi1.model import Action, Message, Thing
from comity.hi1.things import body, derived
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.kernel.shape import load_shape
from comity.requests.office import Office
from comity.store.engine import Unit

from . import outbox, tables
from .deliveries import DAYS, measure
from .deliverytables import Parcel, find_parcels, put_parcel
from .desk import Desk
from .errors import NoPeer
from .mapping import ours, owner
from .part import AVAILABLE, ERROR, EXPIRED
from .sending import stands
from .tables import OUT
from .transport import FILES

EVIDENCE = "Evidence"
PARCEL, WORD, PAPER = "parcel", "parcel-word", "evidence-paper"
KINDS = (PARCEL, WORD, PAPER)
PAPERS = (ACCEPTANCE, REFUSAL, RECALL, CONFIRMATION)
MEDIA = {
    **{f"application/vnd.comity.{kind}+json": kind for kind in (PARCEL, WORD)},
    **{payload_type(kind): kind for kind in PAPERS},
}


def papers_of(office: Office) -> PaperDesk:
    """Give where a node's papers on evidence are signed and checked."""
    keeper = Custodian(office.party, office.store, office.ledger, office.clock, secrets.token_bytes)
    return PaperDesk(keeper, office.mirror)


def check_way(desk: Desk, party: str) -> None:
    """See that evidence can go to a party's node, and be fetched from ours.

    Raises:
        NoPeer: the directory has no address of it, or of us.
    """
    for one in (party, desk.party):
        known = desk.office.known(one)
        if known is None or known.exchange is None:
            advice = "Hand it over as a file: leave out --send."
            raise NoPeer(f"got {one}, which has no address in the directory, expected one", field="to", advice=advice)


def offer(desk: Desk, note: SignedPaper, staged: Path, *, days: int = DAYS) -> Parcel:
    """Put the sealed file of a hand-over on offer and announce it; what stands already is left as it is.

    Raises:
        NoPeer: the directory has no address of the receiver, or of us.
    """
    said, office, now = note.document, desk.office, desk.now()
    check_way(desk, said["to"])
    size, sha256 = measure(staged)
    known = office.known(desk.party)
    assert known and known.exchange
    parcel = Parcel(
        direction=OUT, peer=said["to"], id=said["id"], note=note.digest, size=size, sha256=sha256,
        url=known.exchange.url.rstrip("/") + FILES + secrets.token_urlsafe(32), expires=now + timedelta(days=days),
        at=now, changed_at=now, file=f"handover-{office.new_id(now)}",
    )  # fmt: skip
    with office.store.write(durable=True) as unit:
        for there in find_parcels(unit, direction=OUT, peer=parcel.peer, id=parcel.id):
            if there.state not in (ERROR, EXPIRED) and there.expires > now:
                return there
        put_parcel(unit, parcel)
        log(unit, office, "evidence.offered", parcel)
        names = ("id", "note", "size", "sha256", "url")
        row = {name: getattr(parcel, name) for name in names} | {"expires": stamp(parcel.expires)}
        _queue(desk, unit, parcel.peer, PARCEL, _document(PARCEL, row), about=f"{parcel.id}-{sha256}")
        office.blobs.keep(staged, parcel.file)
    return parcel


def by_exchange(desk: Desk) -> Also:
    """Give what sends a paper to the party that it is for, in the unit that keeps it; one given up is begun anew."""

    def send(unit: Unit, paper: SignedPaper) -> None:
        to = str(paper.document["to"])
        check_way(desk, to)
        _queue(desk, unit, to, paper.kind, paper.data, about=f"{paper.kind}-{paper.digest}")

    return send


def say(desk: Desk, unit: Unit, parcel: Parcel) -> None:
    """Queue our word on evidence that we fetched, or could not; the same word again changes nothing."""
    row = {"id": parcel.id, "sha256": parcel.sha256, "state": parcel.state}
    row |= {"reason": parcel.reason[:1000]} if parcel.reason else {}
    about = f"{parcel.id}-{parcel.sha256}-{parcel.state}"
    _queue(desk, unit, parcel.peer, WORD, _document(WORD, row), about=about)


def open_parcel(office: Office, peer: str, token: str) -> tuple[Parcel, Path] | None:
    """Give the evidence that a peer may fetch under a token, and its file; nothing to another, or any more."""
    now = office.clock.now()
    with office.store.read() as unit:
        for parcel in find_parcels(unit, kept=True, direction=OUT, peer=peer):
            if secrets.compare_digest(parcel.url.rpartition("/")[2], token) and parcel.expires > now:
                return parcel, office.blobs.path(parcel.file)
    return None


def turned_down(office: Office, unit: Unit, peer: str, message: Message, reason: str) -> None:
    """Note that the receiver's node refused an announcement, and why."""
    for action in message.actions:
        name = action.thing.members.get("DocumentReference", "") if action.thing else ""
        for parcel in find_parcels(unit, direction=OUT, peer=peer, id=str(name)):
            if parcel.state == AVAILABLE:
                put_parcel(unit, replace(parcel, state=ERROR, reason=reason[:1000], changed_at=office.clock.now()))
                log(unit, office, "evidence.refused", parcel)


def log(unit: Unit, office: Office, kind: str, parcel: Parcel) -> None:
    """Append one step of a parcel to the node's log: hashes and ids, nothing of what is in it."""
    event = {
        "type": kind, "at": stamp(office.clock.now()), "peer": parcel.peer, "note": parcel.note, "size": parcel.size,
        "sha256": parcel.sha256,
    }  # fmt: skip
    office.ledger.append(unit, event)


def _document(kind: str, row: dict[str, Any]) -> bytes:
    shape = load_shape("comity.exchange", f"{kind}.yaml")
    return canonical.dump(shape.require({"format": f"comity-{kind}/1", **row}))


def _queue(desk: Desk, unit: Unit, to: str, kind: str, data: bytes, *, about: str) -> None:
    """Queue a message with one document; one that is on its way or was taken in is not sent twice."""
    sort = kind if kind in KINDS else PAPER
    tried = tables.find_messages(unit, direction=tables.OUT, peer=to, kind=sort, about=about)
    if any(stands(one) for one in tried):
        return
    media = next(media for media, known in MEDIA.items() if known == kind)
    transaction = derived(f"{sort}-{about}-{to}-{len(tried) + 1}")
    members = {
        **owner(desk.party), "DocumentReference": about[:36], "DocumentName": f"{kind}.json",
        "DocumentType": ours("DocumentType", EVIDENCE), "DocumentBody": body(data, media),
    }  # fmt: skip
    action = Action(0, "CREATE", Thing("DocumentObject", derived(f"{transaction}-document"), members))
    raw = desk.letter(to, transaction, (action,))
    outbox.queue(
        unit, desk.office.ledger, to=to, transaction=transaction, raw=raw, about=about, kind=sort, at=desk.now()
    )
