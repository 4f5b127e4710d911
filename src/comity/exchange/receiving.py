"""Deliveries from the authority's side: what a provider delivers is checked, kept, put together and written out.

The rules. The message that announced a part is kept byte for byte with the others that came in. A part is acknowledged
only when its length and its SHA-256 were found to be what its sender stated. A part in an address is fetched from the host
that the directory names for that very party and from nowhere else, before it expires, up to the length stated (see
`fetching`). Parts may come in any order and twice; one effect. A part that says otherwise than an earlier one is refused,
and the earlier one stays. A delivery is received when every part from the first to the last is acknowledged.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.kernel.clock import stamp
from comity.requests import tables as requests
from comity.requests.clocks import ANSWER_DUE
from comity.requests.model import IN, OUT, Request
from comity.requests.office import Office
from comity.store import jobs
from comity.store.engine import Unit

from . import deliverytables as tables
from .deliveries import log
from .deliverytables import Kept
from .part import ACKNOWLEDGED, BINARY, ERROR, EXPIRED, IMPROPER, RECEIVED, URL, Part, read_part
from .transport import FILES

FETCH = "fetch"
EXISTS = 3010
NO_TARGET = 3016
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


@dataclass(frozen=True)
class Word:
    """What we say on a part that a peer delivered: its object and the status we wish it to have."""

    object: str
    status: str


@dataclass(frozen=True)
class Came:
    """What came of a delivered object: the part as kept, whether it was new, and what is to be said on it and others."""

    kept: Kept
    new: bool
    words: tuple[Word, ...] = ()


def take(unit: Unit, office: Office, peer: str, thing: Thing, *, request: Request | None, transaction: str) -> Came:
    """Take a delivered object in; *request* is the one whose task it names, if it is one of ours to that peer.

    Raises:
        BadMessage: it is not what it states, not on a task of ours, or at odds with what came before.
    """
    part, data = read_part(thing)
    if request is None or request.direction != OUT or request.peer != peer:
        raise BadMessage("got no task of ours, expected one we sent you", code=NO_TARGET, field="AssociatedObjects")
    now = office.clock.now()
    kept = Kept(direction=IN, peer=peer, request=request.id, part=part, at=now, changed_at=now, transaction=transaction)
    if known := tables.find_parts(unit, direction=IN, peer=peer, id=part.id):
        if known[0].part != part:
            raise BadMessage("got another part under this identifier, expected a new one", code=EXISTS, field="DELIVER")
        return Came(known[0], new=False)
    _fits(part, tables.find_parts(unit, direction=IN, peer=peer, delivery=part.delivery))
    log(unit, office, "delivery.announced", kept, transaction=transaction)
    if part.way == URL:
        check_address(office, peer, part)
        tables.put_part(unit, kept)
        jobs.add(unit, FETCH, f"{peer}/{part.id}", due_at=now)
        return Came(kept, new=True)
    if part.way == BINARY:
        check_bytes(part, len(data), hashlib.sha256(data).hexdigest())
        staged = office.blobs.stage()
        staged.write_bytes(data)
        kept = replace(kept, file=f"delivery-{office.new_id(now)}")
        office.blobs.keep(staged, kept.file)
        log(unit, office, "delivery.verified", kept)
    words = acknowledge(unit, office, kept)
    return Came(replace(kept, state=words[0].status), new=True, words=words)


def acknowledge(unit: Unit, office: Office, kept: Kept) -> tuple[Word, ...]:
    """Acknowledge a part that was found true, and receive its delivery if it is whole now; gives what is to be said."""
    now = office.clock.now()
    done = replace(kept, state=ACKNOWLEDGED, reason="", changed_at=now)
    tables.put_part(unit, done)
    log(unit, office, "delivery.acknowledged", done)
    parts = tables.find_parts(unit, direction=IN, peer=kept.peer, delivery=kept.part.delivery)
    if not whole(parts):
        return (Word(kept.part.id, ACKNOWLEDGED),)
    good = [one for one in parts if one.state == ACKNOWLEDGED]
    for one in good:
        tables.put_part(unit, replace(one, state=RECEIVED, changed_at=now))
        log(unit, office, "delivery.received", one)
    requests.stop_clocks(unit, kept.request, [ANSWER_DUE])
    return tuple(Word(one.part.id, RECEIVED) for one in good)


def give_up(unit: Unit, office: Office, kept: Kept, reason: str, *, state: str = ERROR) -> tuple[Word, ...]:
    """Mark a part as not to be had, with the reason; gives what is to be said."""
    tables.put_part(unit, replace(kept, state=state, reason=reason[:1000], changed_at=office.clock.now()))
    log(unit, office, "delivery.refused", kept)
    return (Word(kept.part.id, ERROR),)


def refused(unit: Unit, office: Office, peer: str, object_id: str, code: int) -> None:
    """Put on record that a delivered object was turned down; the message that carried it is kept with the others."""
    event = {
        "type": "delivery.refused",
        "at": stamp(office.clock.now()),
        "peer": peer,
        "object": object_id,
        "code": code,
    }
    office.ledger.append(unit, event)


def whole(parts: Sequence[Kept]) -> bool:
    """Tell whether every part of a delivery, from the first to the last, is acknowledged."""
    good = {one.part.sequence: one.part.last for one in parts if one.state in (ACKNOWLEDGED, RECEIVED)}
    return bool(good) and good[max(good)] and sorted(good) == list(range(1, len(good) + 1))


def check_bytes(part: Part, size: int, sha256: str) -> None:
    """Hold the bytes of a part against what its sender stated.

    Raises:
        BadMessage: length or digest differ.
    """
    if size != part.size:
        message = f"got {size} bytes, expected {part.size} as stated"
        raise BadMessage(message, code=IMPROPER, field="ContentLength")
    if sha256 != part.sha256:
        raise BadMessage(f"got the SHA-256 {sha256}, expected {part.sha256} as stated", code=IMPROPER, field="Checksum")


def _fits(part: Part, others: Sequence[Kept]) -> None:
    """Accept a part beside those of its delivery that came before.

    Raises:
        BadMessage: it is on another task, its number is taken, or it stands after the last.
    """
    for other in (kept.part for kept in others if kept.state not in (ERROR, EXPIRED)):
        if other.task != part.task:
            raise BadMessage("got a part on another task, expected one task", code=IMPROPER, field="AssociatedObjects")
        if other.sequence == part.sequence:
            message = f"got part {part.sequence} in another object, expected each part once"
            raise BadMessage(message, code=EXISTS, field="SequenceNumber")
        first, second = sorted((other, part), key=lambda one: one.sequence)
        if first.last:
            message = f"got part {second.sequence} after part {first.sequence}, which is the last"
            raise BadMessage(f"{message}, expected none", code=IMPROPER, field="LastSequence")


def check_address(office: Office, peer: str, part: Part) -> None:
    """Accept an address only at the peer's own place in the directory, and only while it is to be had.

    Raises:
        BadMessage: it is elsewhere, or expired.
    """
    known = office.known(peer)
    own = known.exchange.url.rstrip("/") + FILES if known and known.exchange else ""
    if not own or not part.url.startswith(own) or not _TOKEN.fullmatch(part.url[len(own) :]):
        expected = f"one that begins with {own}" if own else "none: the directory names no place of that party"
        raise BadMessage(f"got the address {part.url[:200]!r}, expected {expected}", code=IMPROPER, field="URL/URL")
    if part.expires is None or part.expires <= office.clock.now():
        raise BadMessage("got an address that expired, expected one to come", code=IMPROPER, field="URL/Expiry")


def token_of(part: Part) -> str:
    """Give what opens a part at its sender's own place."""
    return part.url.rpartition("/")[2]
