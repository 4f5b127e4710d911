"""What one peer, and all of them, may ask of the endpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from comity.directory.model import MAX_MESSAGE


@dataclass(frozen=True)
class Limits:
    """Sizes in bytes, times in seconds, counts at once, and messages a second with a reserve."""

    message: int = 2 * MAX_MESSAGE
    headers: int = 16 * 1024
    handshake: float = 10.0
    head: float = 10.0
    body: float = 300.0
    handling: float = 120.0
    connection: float = 900.0
    connections: int = 200
    at_once: int = 16
    at_once_by_peer: int = 4
    rate: float = 5.0
    reserve: int = 120


class Gate:
    """Lets so many requests of a peer in, at once and over time. Used in the event loop only."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with a full reserve for everybody."""
        self._limits = limits
        self._clock = clock
        self._reserve: dict[str, tuple[float, float]] = {}
        self._inside: dict[str, int] = {}

    def admit(self, pin: str) -> bool:
        """Take one from a peer's reserve, which fills up again with time; tell whether there was one."""
        now = self._clock()
        left, since = self._reserve.get(pin, (float(self._limits.reserve), now))
        left = min(float(self._limits.reserve), left + (now - since) * self._limits.rate)
        self._reserve[pin] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    @contextmanager
    def inside(self, pin: str) -> Iterator[bool]:
        """Count a request while it is worked on; tell whether there is room for it."""
        mine, all_of_them = self._inside.get(pin, 0), sum(self._inside.values())
        if mine >= self._limits.at_once_by_peer or all_of_them >= self._limits.at_once:
            yield False
            return
        self._inside[pin] = mine + 1
        try:
            yield True
        finally:
            self._inside[pin] -= 1
            if not self._inside[pin]:
                del self._inside[pin]
