"""Every use of a token is counted, and the counts are events of the log.

The first use of a token for an act is written at once, then at most one event a minute with the uses since; what is
counted and not yet written is written when the desk stops. What an act changes, and each look at a case, is an event of
its own besides.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from comity.accounts.model import Token
from comity.accounts.staff import Staff
from comity.kernel.errors import ComityError

_LOG = logging.getLogger("comity.web.api")
EVERY = timedelta(minutes=1)
SHOWN = 16
Key = tuple[str, str, str]
NOBODY: Key = ("", "", "")


@dataclass
class Tally:
    """The uses of tokens that are not in the log yet."""

    staff: Staff
    _counts: dict[Key, tuple[int, int]] = field(default_factory=dict)
    _written: dict[Key, datetime] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def used(self, token: Token, act: str, *, refused: bool) -> None:
        """Count a use of a token for an act; *refused* if nothing came of it."""
        self._count((token.person, token.id[:SHOWN], act), refused)

    def guessed(self) -> None:
        """Count a call with no token that counts."""
        self._count(NOBODY, True)

    def close(self) -> None:
        """Write what is counted and not yet written."""
        with self._lock:
            waiting, self._counts = self._counts, {}
        for key, counts in waiting.items():
            self._write(key, counts)

    def _count(self, key: Key, refused: bool) -> None:
        now = self.staff.now
        with self._lock:
            uses, refusals = self._counts.pop(key, (0, 0))
            counts = (uses + 1, refusals + refused)
            before = self._written.get(key)
            if before is not None and before <= now < before + EVERY:
                self._counts[key] = counts
                return
            self._written[key] = now
        self._write(key, counts)

    def _write(self, key: Key, counts: tuple[int, int]) -> None:
        person, token, act = key
        kind = "tokenused" if person else "notoken"
        try:
            with self.staff.store.write() as unit:
                self.staff.log(unit, kind, person=person, token=token, act=act, uses=counts[0], refused=counts[1])
        except ComityError:
            _LOG.exception("uses of a token could not be written into the log; they are kept until the next one")
            self._keep(key, counts)

    def _keep(self, key: Key, counts: tuple[int, int]) -> None:
        """Take counts back that could not be written."""
        with self._lock:
            uses, refusals = self._counts.get(key, (0, 0))
            self._counts[key] = (uses + counts[0], refusals + counts[1])
            self._written.pop(key, None)
