"""The outbox: a signed message is kept in the unit of work that makes it, and delivered by a worker until it is answered.

The rules. A message is queued once; queueing it again under its transaction changes nothing, and other bytes under that
transaction are refused. Each try sends the same bytes. The peer's answer ends it: answer, event and what the answer means
are written in one unit. A failure puts the next try off, twice as long each time with some chance in it, an hour at most;
after two weeks, or at once when trying again cannot help, the message is stuck and waits for a person. A peer that names
the time to come again gets that time, a second to an hour: no failure, and the message does not age by it. A paused
peer's messages wait and do not age either. A worker that dies leaves its message to the next one once its lease has run out; the
receiver knows the message by its transaction and bytes, so a second delivery has no second effect.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from comity.kernel.clock import Clock, moment, stamp
from comity.kernel.errors import ComityError
from comity.ledger.service import Ledger
from comity.store import jobs
from comity.store.engine import Store, Unit
from comity.store.errors import Conflict
from comity.store.jobs import Job

from . import tables
from .errors import NotQueued, PeerBusy, Undeliverable
from .tables import ANSWERED, OUT, QUEUED, STUCK, Message

DELIVER = "deliver"
LEASE = timedelta(minutes=10)
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(days=14)

_LOG = logging.getLogger("comity.exchange")

OnAnswer = Callable[[Unit, Message, bytes], str | None]
OnStuck = Callable[[Unit, Message], object]


def nothing_more(unit: Unit, message: Message) -> None:
    """Do nothing more when a message is given up."""


class Carrier(Protocol):
    """Takes bytes to a party and brings its answer back."""

    def deliver(self, party: str, raw: bytes) -> bytes:
        """Give the party's answer to a message.

        Raises:
            PeerBusy: not before the time it names.
            PeerUnreachable, PeerRefused, NoPeer: not now; try again later.
            Undeliverable: trying again will not help.
        """


@dataclass(frozen=True)
class Outbox:
    """What delivering works with: the store and log, the carrier, time and chance, and what is done with an answer.

    *on_answer* checks the answer and writes what it means, in the unit that ends the message; it gives why the peer refused
    the message, or nothing. What it raises puts the message off like a failed connection, and `Undeliverable` gives it up.
    """

    store: Store
    ledger: Ledger
    carrier: Carrier
    clock: Clock
    chance: Callable[[], float]
    on_answer: OnAnswer
    on_stuck: OnStuck = nothing_more


@dataclass(frozen=True)
class Tried:
    """What came of one try: `answered`, `later` with the reason and when, or `stuck` with the reason."""

    message: Message
    outcome: str
    reason: str = ""
    next_at: datetime | None = None


def queue(
    unit: Unit, ledger: Ledger, *, to: str, transaction: str, raw: bytes, about: str, kind: str, at: datetime
) -> Message:
    """Put a signed message into the outbox, due at once; the same message again changes nothing.

    Raises:
        Conflict: another message stands under that transaction.
    """
    digest = hashlib.sha256(raw).hexdigest()
    if known := tables.find_messages(unit, direction=OUT, transaction=transaction):
        if (known[0].sha256, known[0].peer) != (digest, to):
            raise Conflict(f"got another message under the transaction {transaction}, expected the one kept already")
        return known[0]
    message = Message(OUT, to, transaction, kind, about, raw, digest, at, QUEUED)
    tables.add_message(unit, message)
    jobs.add(unit, DELIVER, transaction, due_at=at, payload={"since": stamp(at)})
    _log(unit, ledger, "message.queued", message, at)
    return message


def find(unit: Unit, transaction: str) -> Message:
    """Give the outgoing message of a transaction.

    Raises:
        NotQueued: there is none.
    """
    found = tables.find_messages(unit, direction=OUT, transaction=transaction)
    if not found:
        raise NotQueued(f"got the transaction {transaction}, expected one of an outgoing message", field="transaction")
    return found[0]


def settle(unit: Unit, outbox: Outbox, message: Message, answer: bytes) -> Message:
    """End a message with its answer, however that came; the same answer again changes nothing.

    Raises:
        Conflict: it was answered otherwise before.
        ComityError: the answer does not hold, says `on_answer`.
    """
    message = find(unit, message.transaction)
    if message.state == ANSWERED:
        if message.answer != answer:
            raise Conflict(f"got another answer to {message.transaction}, expected the one kept already")
        return message
    now = outbox.clock.now()
    refusal = outbox.on_answer(unit, message, answer) or ""
    answered = replace(message, state=ANSWERED, reason=refusal[: jobs.MAX_ERROR], answer=answer, answered_at=now)
    tables.change_message(unit, answered)
    jobs.cancel(unit, DELIVER, message.transaction)
    before = tables.standing(unit, message.peer)
    tables.put_standing(unit, replace(before, seen_at=now, error="", sent=before.sent + 1, failures=0))
    _log(unit, outbox.ledger, "message.answered", answered, now)
    return answered


def deliver_due(outbox: Outbox, *, limit: int = 20) -> list[Tried]:
    """Try every message that is due, once each and at most *limit*; tells what came of each."""
    tried: list[Tried] = []
    while len(tried) < limit:
        with outbox.store.write(durable=True) as unit:
            claimed = jobs.claim(unit, outbox.clock.now(), limit=1, lease=LEASE, kind=DELIVER)
        if not claimed:
            break
        tried.append(_try(outbox, claimed[0]))
    return tried


def wait(attempts: int, chance: float) -> timedelta:
    """Say how long to wait after so many tries: doubling from ten seconds to an hour, half of it by *chance* (0 to 1)."""
    longest = min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20)), LONGEST_WAIT)
    return longest / 2 + longest / 2 * chance


def again(unit: Unit, message: Message, at: datetime) -> None:
    """Begin delivering a message anew that waits or is stuck; an answered one stays what it is."""
    if message.state != ANSWERED and jobs.wake(
        unit, DELIVER, message.transaction, due_at=at, payload={"since": stamp(at)}
    ):
        tables.change_message(unit, replace(message, state=QUEUED, reason=""))


def _try(outbox: Outbox, job: Job) -> Tried:
    with outbox.store.read() as unit:
        message = find(unit, job.subject)
        paused = tables.standing(unit, message.peer).paused
    if paused:
        return _later(outbox, job, message, f"{message.peer} is paused", counted=False)
    try:
        answer = outbox.carrier.deliver(message.peer, message.raw)
        with outbox.store.write(durable=True) as unit:
            return Tried(settle(unit, outbox, message, answer), ANSWERED)
    except Undeliverable as e:
        return _give_up(outbox, job, message, str(e))
    except PeerBusy as e:
        return _wait_for(outbox, job, message, e)
    except ComityError as e:
        return _later(outbox, job, message, str(e))
    except Exception as e:  # noqa: BLE001 - the outermost loop of a worker; what went wrong is shown with the peer
        _LOG.exception("a message could not be delivered")
        return _later(outbox, job, message, f"got a fault of this program ({type(e).__name__}), expected none")


def _later(outbox: Outbox, job: Job, message: Message, reason: str, *, counted: bool = True) -> Tried:
    """Put the next try off, or give up when it has gone on for too long."""
    now = outbox.clock.now()
    if counted and now - moment(job.payload["since"]) >= PATIENCE:
        return _give_up(outbox, job, message, reason)
    at = now + (wait(job.attempts, outbox.chance()) if counted else LONGEST_WAIT)
    with outbox.store.write(durable=True) as unit:
        if jobs.retry(unit, job, at=at, error=reason) and counted:
            _failed(unit, message.peer, reason, now)
    return Tried(message, "later", reason, at)


def _wait_for(outbox: Outbox, job: Job, message: Message, busy: PeerBusy) -> Tried:
    """Put the next try off for as long as the peer asks; neither the try nor that time counts."""
    at = outbox.clock.now() + busy.pause
    since = stamp(moment(job.payload["since"]) + busy.pause)
    with outbox.store.write(durable=True) as unit:
        jobs.put_off(unit, job, at=at, error=str(busy), payload={**job.payload, "since": since})
    return Tried(message, "later", str(busy), at)


def _give_up(outbox: Outbox, job: Job, message: Message, reason: str) -> Tried:
    now = outbox.clock.now()
    left = replace(message, state=STUCK, reason=reason[: jobs.MAX_ERROR])
    with outbox.store.write(durable=True) as unit:
        if jobs.stuck(unit, job, error=reason):
            tables.change_message(unit, left)
            _failed(unit, message.peer, reason, now)
            _log(unit, outbox.ledger, "message.stuck", left, now)
            outbox.on_stuck(unit, left)
    return Tried(left, STUCK, reason)


def _failed(unit: Unit, peer: str, reason: str, now: datetime) -> None:
    before = tables.standing(unit, peer)
    after = replace(before, failed_at=now, error=reason[: jobs.MAX_ERROR], failures=before.failures + 1)
    tables.put_standing(unit, after)


def _log(unit: Unit, ledger: Ledger, kind: str, message: Message, now: datetime) -> None:
    event = {
        "type": kind, "at": stamp(now), "peer": message.peer, "transaction": message.transaction,
        "message": message.sha256, "kind": message.kind, "about": message.about,
    }  # fmt: skip
    ledger.append(unit, {name: value for name, value in event.items() if value})
