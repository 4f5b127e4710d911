"""Fetching parts that a provider put behind an address: only from its own place, whole, true, and in time.

A worker claims a part that is due, streams it aside while hashing, and stops at the first byte more than was stated. When
the connection breaks it goes on where it stopped, if the other side can, and begins anew otherwise. What arrived is put
in place, and acknowledged, in one unit; a worker killed before that leaves nothing but a part that is due again. Bytes
that are not what was stated are kept too, beside the reason why they were refused. What can get better is tried again until the
address expires; what cannot, an address outside the sender's place or one that leads on, is refused at once. Memory: one piece of 64 KiB.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO, Protocol

from comity.hi1.errors import BadMessage
from comity.kernel.errors import ComityError
from comity.requests.model import IN
from comity.requests.office import Office
from comity.store import jobs
from comity.store.blobs import writing
from comity.store.engine import Unit
from comity.store.jobs import Job

from . import deliverytables as tables
from .deliveries import log
from .deliverytables import Kept
from .errors import LedAway, PeerBusy, PeerRefused, PeerUnreachable, TooFull, Trickling, Undeliverable
from .part import AVAILABLE, EXPIRED, IMPROPER, Part
from .receiving import FETCH, Word, acknowledge, check_address, check_bytes, give_up, token_of

LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=1)
MAX_BREAKS = 5
SLOWEST = 10_000
GRACE = 60.0
RESERVE = 1 << 30
_ONE_MORE = 1 << 16

Say = Callable[[Unit, str, Sequence[Word]], object]


class Source(Protocol):
    """Brings what a party offers at its own place; the transport is one."""

    def fetch(self, party: str, token: str, write: Callable[[bytes], object], *, limit: int) -> int:
        """Give the bytes under a token to *write*, piece by piece; gives how many they were.

        Raises:
            ComityError: not now, or not as it should be.
        """


@dataclass(frozen=True)
class Fetched:
    """What came of one part: the part as it is now, and why it waits or was given up."""

    kept: Kept
    reason: str = ""


@dataclass(frozen=True)
class _Body:
    path: Path
    size: int
    sha256: str


def fetch_due(office: Office, source: Source, say: Say, *, limit: int = 20) -> list[Fetched]:
    """Fetch every part that is due, once each and at most *limit*; *say* sends our word on it in the same unit."""
    done: list[Fetched] = []
    while len(done) < limit:
        with office.store.write(durable=True) as unit:
            claimed = jobs.claim(unit, office.clock.now(), limit=1, lease=LEASE, kind=FETCH)
        if not claimed:
            break
        done.append(_fetch(office, source, say, claimed[0]))
    return done


def _fetch(office: Office, source: Source, say: Say, job: Job) -> Fetched:
    peer, _, object_id = job.subject.partition("/")
    with office.store.read() as unit:
        kept = tables.find_parts(unit, direction=IN, peer=peer, id=object_id)[0]
    if kept.part.expires is None or kept.part.expires <= office.clock.now():
        return _end(office, say, job, kept, reason="got no answer before it expired", state=EXPIRED)
    try:
        check_address(office, peer, kept.part)
        body = _download(office, source, peer, kept.part)
        return _keep(office, say, job, kept, body)
    except (BadMessage, Undeliverable, LedAway) as e:
        return _end(office, say, job, kept, reason=str(e))
    except PeerBusy as e:
        return _wait_for(office, job, kept, e)
    except ComityError as e:
        return _later(office, job, kept, str(e))


def _download(office: Office, source: Source, peer: str, part: Part) -> _Body:
    """Stream a part aside; when the connection breaks in the middle it begins anew, a few times."""
    began = time.monotonic()
    for left in reversed(range(MAX_BREAKS)):
        staged = office.blobs.stage()
        try:
            return _streamed(source, peer, part, staged, began)
        except (PeerUnreachable, PeerRefused):
            broke = staged.exists() and staged.stat().st_size > 0
            staged.unlink(missing_ok=True)
            if not left or not broke:
                raise
        except ComityError:
            staged.unlink(missing_ok=True)
            raise
    raise AssertionError("the last break is raised")


def _streamed(source: Source, peer: str, part: Part, staged: Path, began: float) -> _Body:
    free = shutil.disk_usage(staged.parent).free
    if free < part.size + RESERVE:
        advice = "Free some space on the node's disk; the part is tried again until its address expires."
        raise TooFull(f"got {free >> 20} MiB free, expected room for {part.size >> 20} and some", advice=advice)
    with writing(staged), staged.open("xb") as target:
        sink = _Sink(part, target, began)
        source.fetch(peer, token_of(part), sink.write, limit=part.size + _ONE_MORE)
        return _Body(staged, sink.size, sink.digest.hexdigest())


class _Sink:
    """Takes bytes in while hashing, no more of them than were stated, and not too slowly."""

    def __init__(self, part: Part, target: BinaryIO, began: float) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        self._part, self._target, self._began = part, target, began

    def write(self, piece: bytes) -> None:
        """Take a piece in.

        Raises:
            BadMessage: it is more than was stated.
            Trickling: it comes too slowly.
        """
        self.size += len(piece)
        if self.size > self._part.size:
            expected = f"no more than {self._part.size} as stated"
            raise BadMessage(f"got {self.size} bytes, expected {expected}", code=IMPROPER, field="ContentLength")
        seconds = time.monotonic() - self._began
        if seconds > GRACE + self._part.size / SLOWEST:
            raise Trickling(f"got {self.size} bytes in {seconds:.0f} seconds, expected them faster")
        self.digest.update(piece)
        self._target.write(piece)


def _keep(office: Office, say: Say, job: Job, kept: Kept, body: _Body) -> Fetched:
    """Keep what came, and acknowledge it if it is what was stated."""
    now = office.clock.now()
    held = replace(kept, file=f"delivery-{office.new_id(now)}", changed_at=now)
    with office.store.write(durable=True) as unit:
        current = tables.find_parts(unit, direction=IN, peer=kept.peer, id=kept.part.id)[0]
        if current.state != AVAILABLE:
            jobs.finish(unit, job)
            body.path.unlink()
            return Fetched(current)
        log(unit, office, "delivery.fetched", held, found=body.sha256)
        try:
            check_bytes(held.part, body.size, body.sha256)
        except BadMessage as e:
            words, reason = give_up(unit, office, held, str(e)), str(e)
        else:
            log(unit, office, "delivery.verified", held)
            words, reason = acknowledge(unit, office, held), ""
        say(unit, kept.peer, words)
        jobs.finish(unit, job)
        office.blobs.keep(body.path, held.file)
        return Fetched(tables.find_parts(unit, direction=IN, peer=kept.peer, id=kept.part.id)[0], reason)


def _end(office: Office, say: Say, job: Job, kept: Kept, *, reason: str, state: str = "Error") -> Fetched:
    with office.store.write(durable=True) as unit:
        if jobs.finish(unit, job):
            say(unit, kept.peer, give_up(unit, office, kept, reason, state=state))
    return Fetched(replace(kept, state=state, reason=reason), reason)


def _wait_for(office: Office, job: Job, kept: Kept, busy: PeerBusy) -> Fetched:
    """Put the part off for as long as the peer asks; that try does not count."""
    with office.store.write(durable=True) as unit:
        at = office.clock.now() + busy.pause
        jobs.put_off(unit, job, at=at, error=str(busy), payload=job.payload)
    return Fetched(kept, str(busy))


def _later(office: Office, job: Job, kept: Kept, reason: str) -> Fetched:
    """Put the part off, twice as long each time; it ends when the address expires."""
    wait = min(FIRST_WAIT * (1 << min(job.attempts - 1, 10)), LONGEST_WAIT)
    with office.store.write(durable=True) as unit:
        jobs.retry(unit, job, at=office.clock.now() + wait, error=reason)
    return Fetched(kept, reason)
