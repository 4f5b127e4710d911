"""Files that strangers send: few at a time, seldom from one address, and a count of what came of them."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from comity.accounts.errors import TooSoon

from .errors import Busy

HOUR = timedelta(hours=1)


class Strangers:
    """Lets in at most *most* files at a time, *each* from one address at a time and *often* of it within *within* seconds.

    Of those that are in, two are looked at at once. Kept in memory: an address is forgotten when its time is over.
    """

    def __init__(
        self, most: int = 8, each: int = 1, often: int = 10, within: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Begin with nobody inside."""
        self.most, self.each, self.often, self.within, self._clock = most, each, often, within, clock
        self._lock = threading.Lock()
        self._looking = threading.BoundedSemaphore(2)
        self._inside: Counter[str] = Counter()
        self._came: dict[str, deque[float]] = {}
        self._tally: Counter[str] = Counter()
        self._since: datetime | None = None

    @contextmanager
    def inside(self, address: str) -> Iterator[None]:
        """Have a place for one file, from before it is read until it is answered.

        Raises:
            TooSoon: too many came from there lately, or one is still here.
            Busy: all places are taken.
        """
        near = _near(address)
        with self._lock:
            self._enter(near)
        try:
            yield
        finally:
            with self._lock:
                self._inside[near] -= 1
                self._inside += Counter()

    @contextmanager
    def looking(self, patience: float = 30.0) -> Iterator[None]:
        """Look at one file; no more than two at once.

        Raises:
            Busy: others took too long.
        """
        if not self._looking.acquire(timeout=patience):
            raise Busy("got more files than can be looked at, expected fewer", advice=ADVICE)
        try:
            yield
        finally:
            self._looking.release()

    def count(self, what: str, now: datetime) -> dict[str, int]:
        """Count what came of a file; gives the counts of the hour before when a new one has begun."""
        with self._lock:
            past: dict[str, int] = {}
            if self._since and now - self._since >= HOUR:
                past = dict(self._tally)
                self._tally.clear()
            if not self._tally:
                self._since = now
            self._tally[what] += 1
        return past

    def _enter(self, near: str) -> None:
        now = self._clock()
        for address in [one for one, times in self._came.items() if times[-1] <= now - self.within]:
            del self._came[address]
        times = self._came.get(near, deque())
        while times and times[0] <= now - self.within:
            times.popleft()
        if len(times) >= self.often:
            raise TooSoon(
                "got many files from one address, expected fewer", seconds=int(times[0] + self.within - now) + 1
            )
        if self._inside[near] >= self.each:
            raise TooSoon("got a file while another one from the same address is looked at", seconds=5)
        if self._inside.total() >= self.most:
            raise Busy("got more files than can be looked at, expected fewer", advice=ADVICE)
        self._inside[near] += 1
        self._came.setdefault(near, times).append(now)


ADVICE = "Try again in a moment, or take the page with you: it checks files without this server."


def _near(address: str) -> str:
    """Give what one sender can easily change as one: an IPv6 network of 64 bits."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else address
