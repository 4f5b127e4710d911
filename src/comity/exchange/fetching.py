"""Fetching parts that a provider put behind an address: only from its own place, whole, true, and in time.

A worker claims a part that is due, streams it aside while hashing, and stops at the first byte more than was stated. When
the connection breaks, or the worker is killed, the next try goes on where it stopped, if the other side still has the same
file, and begins anew otherwise. What arrived is put in place, and acknowledged, in one unit. Bytes
that are not what was stated are kept too, beside the reason why they were refused. What can get better is tried again until the
address expires; what cannot, an address outside the sender's place or one that leads on, is refused at once. Memory: one piece of 64 KiB.
"""

from __future__ import annotations

import hashlib
import os
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
from .errors import LedAway, NotResumed, PeerBusy, PeerRefused, PeerUnreachable, TooFull, Trickling, Undeliverable
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

    def fetch(
        self, party: str, token: str, write: Callable[[bytes], object], *, limit: int, start: int = 0, sha256: str = ""
    ) -> int:
        """Give the bytes under a token to *write*, piece by piece, from *start* on; gives how many they were.

        Raises:
            NotResumed: it is not to be had from *start* on, or is not the file with that SHA-256 any more.
            ComityError: not now, or not as it should be.
        """


@dataclass(frozen=True)
class Fetched:
    """What came of one part: the part as it is now, and why it waits or was given up."""

    kept: Kept
    reason: str = ""


@dataclass(frozen=True)
class Body:
    """What came: where it is, its size and its SHA-256."""

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


def hurry(unit: Unit, office: Office, parts: Sequence[Kept]) -> int:
    """Let the worker fetch now what waits for a later try of its own; gives how many parts that are."""
    now, woken = office.clock.now(), 0
    for kept in parts:
        job = jobs.find(unit, FETCH, f"{kept.peer}/{kept.part.id}") if kept.state == AVAILABLE else None
        if job and job.state == jobs.OPEN and (job.lease_until is None or job.lease_until <= now):
            woken += jobs.wake(unit, FETCH, job.subject, due_at=now, payload=job.payload)
    return woken


def _fetch(office: Office, source: Source, say: Say, job: Job) -> Fetched:
    peer, _, object_id = job.subject.partition("/")
    with office.store.read() as unit:
        kept = tables.find_parts(unit, direction=IN, peer=peer, id=object_id)[0]
    if kept.state != AVAILABLE:
        return _done(office, job, kept)
    if kept.part.expires is None or kept.part.expires <= office.clock.now():
        return _end(office, say, job, kept, reason="got no answer before it expired", state=EXPIRED)
    try:
        check_address(office, peer, kept.part)
        with office.blobs.partial(growing(peer, object_id)) as path:
            body = download(source, peer, kept.part, path)
            return _keep(office, say, job, kept, body)
    except (BadMessage, Undeliverable, LedAway) as e:
        return _end(office, say, job, kept, reason=str(e))
    except PeerBusy as e:
        put_off(office, job, e)
        return Fetched(kept, str(e))
    except ComityError as e:
        later(office, job, str(e))
        return Fetched(kept, str(e))


def growing(peer: str, object_id: str) -> str:
    """Name the file in which what a peer offers grows."""
    return f"fetch-{hashlib.sha256(f'{peer}/{object_id}'.encode()).hexdigest()[:40]}"


def download(source: Source, peer: str, part: Part, path: Path) -> Body:
    """Stream a part to the end of what is there of it already; when the connection breaks it goes on, a few times.

    What was made of several tries and is not what was stated is fetched once more in one.

    Raises:
        ComityError: not now; what came so far stays, unless it is more than was stated.
    """
    began = time.monotonic()
    for left in reversed(range(MAX_BREAKS)):
        start = path.stat().st_size
        try:
            body = _streamed(source, peer, part, path, began)
            if not start or (body.size, body.sha256) == (part.size, part.sha256):
                return body
            _emptied(path)
        except (PeerUnreachable, PeerRefused):
            if not left or path.stat().st_size == start:
                raise
        except NotResumed:
            _emptied(path)
            if not left:
                raise
        except BadMessage:
            _emptied(path)
            raise
    return _streamed(source, peer, part, path, began)


def _streamed(source: Source, peer: str, part: Part, path: Path, began: float) -> Body:
    free = shutil.disk_usage(path.parent).free
    with writing(path), path.open("r+b") as target:
        sink = _Sink(part, target, began)
        start = sink.size
        if free < part.size - start + RESERVE:
            advice = "Free some space on the node's disk; the part is tried again until its address expires."
            raise TooFull(f"got {free >> 20} MiB free, expected room for {part.size >> 20} and some", advice=advice)
        if not part.size or start < part.size:
            limit = part.size - start + _ONE_MORE
            source.fetch(peer, token_of(part), sink.write, limit=limit, start=start, sha256=part.sha256)
        return Body(path, sink.size, sink.digest.hexdigest())


def _emptied(path: Path) -> None:
    with writing(path):
        os.truncate(path, 0)


class _Sink:
    """Takes bytes in while hashing, no more of them than were stated, and not too slowly."""

    def __init__(self, part: Part, target: BinaryIO, began: float) -> None:
        self.size, self.digest = 0, hashlib.sha256()
        while piece := target.read(_ONE_MORE):
            self.digest.update(piece)
            self.size += len(piece)
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


def _keep(office: Office, say: Say, job: Job, kept: Kept, body: Body) -> Fetched:
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


def _done(office: Office, job: Job, kept: Kept) -> Fetched:
    """End the job of a part that another worker has brought to its end."""
    with office.store.write(durable=True) as unit:
        jobs.finish(unit, job)
    return Fetched(kept)


def _end(office: Office, say: Say, job: Job, kept: Kept, *, reason: str, state: str = "Error") -> Fetched:
    with office.store.write(durable=True) as unit:
        if jobs.finish(unit, job):
            say(unit, kept.peer, give_up(unit, office, kept, reason, state=state))
    office.blobs.drop(growing(kept.peer, kept.part.id))
    return Fetched(replace(kept, state=state, reason=reason), reason)


def put_off(office: Office, job: Job, busy: PeerBusy) -> None:
    """Put a fetch off for as long as the peer asks; that try does not count."""
    with office.store.write(durable=True) as unit:
        at = office.clock.now() + busy.pause
        jobs.put_off(unit, job, at=at, error=str(busy), payload=job.payload)


def later(office: Office, job: Job, reason: str) -> None:
    """Put a fetch off, twice as long each time; it ends when the address expires."""
    wait = min(FIRST_WAIT * (1 << min(job.attempts - 1, 10)), LONGEST_WAIT)
    with office.store.write(durable=True) as unit:
        jobs.retry(unit, job, at=office.clock.now() + wait, error=reason)
