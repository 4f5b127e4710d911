"""An idempotency key: the same call under the same key has one effect, however often it is sent.

1. Before the act the key is taken, in a unit of its own. Two calls at once under one key: one of them takes it.
2. The act is done.
3. What came of it is noted with the key: a reference and a state, never what a document says.

A call that is refused gives its key back. Where a crash lies between 2 and 3 nobody knows whether the act was done, and
the key says so. Keys are kept as jobs that nobody claims: the store knows each of a kind once, on every database.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from comity.accounts.model import Token
from comity.kernel import canonical
from comity.store import jobs

from ..desk.desk import Desk
from .errors import BadCall, KeyUsed

HEADER, KIND = "idempotency-key", "api-once"
_KEY = re.compile(r"[A-Za-z0-9._~-]{8,80}", re.ASCII)
LOOK = "Look whether it was done; then call under a new key if it was not."


@dataclass(frozen=True)
class Once:
    """A key that this call has taken."""

    desk: Desk
    subject: str
    asked: str

    def done(self, status: int, answer: bytes) -> None:
        """Note what came of the call."""
        self._put({"status": status, "answer": canonical.load(answer)})

    def back(self) -> None:
        """Give the key back: nothing was done."""
        self._put({})

    def _put(self, came: dict[str, Any]) -> None:
        with self.desk.staff.store.write(durable=True) as unit:
            payload = {"asked": self.asked, **came} if came else {}
            jobs.wake(unit, KIND, self.subject, due_at=self.desk.staff.now, payload=payload)
            if came:
                jobs.cancel(unit, KIND, self.subject)


def key_of(request: Request, *, changes: bool) -> str:
    """Give the key of a call; empty where it has none.

    Raises:
        BadCall: it is malformed, or stands at a call that changes nothing.
    """
    given = request.headers.getlist(HEADER)
    if not given:
        return ""
    if len(given) > 1 or not changes or not _KEY.fullmatch(given[0]):
        message = "got a key that is malformed or at a call that changes nothing, expected 8 to 80 letters and digits"
        raise BadCall(message, field="Idempotency-Key")
    return given[0]


def taken(desk: Desk, token: Token, key: str, asked: bytes) -> Once | tuple[int, Any]:
    """Take a key for a call, or give what came of the same call before; *asked* is all that the call says.

    Raises:
        KeyUsed: another call took it, or what came of the same call is not known.
    """
    subject, digest = f"{token.id}:{key}", hashlib.sha256(asked).hexdigest()
    now = desk.staff.now
    with desk.staff.store.write(durable=True) as unit:
        if jobs.add(unit, KIND, subject, due_at=now, payload={"asked": digest}):
            return Once(desk, subject, digest)
        job = jobs.find(unit, KIND, subject)
        assert job is not None
        if not job.payload:
            jobs.wake(unit, KIND, subject, due_at=now, payload={"asked": digest})
            return Once(desk, subject, digest)
    if job.payload["asked"] != digest:
        raise KeyUsed("got a key that stands for another call, expected a new one", field="Idempotency-Key")
    if "answer" not in job.payload:
        raise KeyUsed("got a key whose call has not come to its end", field="Idempotency-Key", advice=LOOK)
    return int(job.payload["status"]), job.payload["answer"]
