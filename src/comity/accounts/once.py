"""Calls that a token makes once: a key stands for one call, however often it is sent, for a day after its end.

1. Before the act the key is taken, in a unit of its own. Two calls at once under one key: one of them takes it.
2. The act is done.
3. What came of it is noted with the key: a reference and a state, never what a document says.

A call that is refused gives its key back. Where a crash lies between 2 and 3 nobody knows whether the act was done, and
the key says so. Keys are kept as jobs that nobody claims: the store knows each of a kind once, on every database. The
worker sweeps what is over: a call that came to its end, or was refused, after a day; one whose end nobody knows after three.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from comity.store import jobs

from .errors import KeyUsed
from .model import Token
from .staff import Staff

KIND = "api-once"
KEPT, DOUBTED = timedelta(hours=24), timedelta(hours=72)
LOOK = "Look whether it was done; then call under a new key if it was not."


@dataclass(frozen=True)
class Once:
    """A key that this call has taken."""

    staff: Staff
    subject: str
    asked: str

    def done(self, status: int, answer: Any) -> None:
        """Note what came of the call."""
        self._put({"status": status, "answer": answer})

    def back(self) -> None:
        """Give the key back: nothing was done."""
        self._put({})

    def _put(self, came: dict[str, Any]) -> None:
        with self.staff.store.write(durable=True) as unit:
            payload = {"asked": self.asked, **came} if came else {}
            jobs.wake(unit, KIND, self.subject, due_at=self.staff.now, payload=payload)
            if came:
                jobs.cancel(unit, KIND, self.subject)


def take(staff: Staff, token: Token, key: str, asked: bytes) -> Once | tuple[int, Any]:
    """Take a key for a call, or give what came of the same call before; *asked* is all that the call says but its secrets.

    Raises:
        KeyUsed: another call took it, or what came of the same call is not known.
    """
    subject, digest = f"{token.id}:{key}", hashlib.sha256(asked).hexdigest()
    with staff.store.write(durable=True) as unit:
        if jobs.add(unit, KIND, subject, due_at=staff.now, payload={"asked": digest}):
            return Once(staff, subject, digest)
        job = jobs.find(unit, KIND, subject)
        assert job is not None
        if not job.payload:
            jobs.wake(unit, KIND, subject, due_at=staff.now, payload={"asked": digest})
            return Once(staff, subject, digest)
    if job.payload["asked"] != digest:
        raise KeyUsed("got a key that stands for another call, expected a new one", field="Idempotency-Key")
    if "answer" not in job.payload:
        raise KeyUsed("got a key whose call has not come to its end", field="Idempotency-Key", advice=LOOK)
    return int(job.payload["status"]), job.payload["answer"]


def sweep(staff: Staff) -> int:
    """Let go of keys that are over; gives how many."""
    over = {jobs.DONE: staff.now - KEPT, jobs.OPEN: staff.now - DOUBTED}
    with staff.store.read() as unit:
        if not any(jobs.older(unit, KIND, state, before) for state, before in over.items()):
            return 0
    with staff.store.write() as unit:
        return sum(jobs.sweep(unit, KIND, state, before) for state, before in over.items())
