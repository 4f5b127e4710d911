"""How many calls one token, or one address, may make: so many at once, and so many a second after that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 10_000


@dataclass
class Allowance:
    """A reserve for everybody that is used up by calls and fills again with time. Used in the event loop only."""

    reserve: int
    rate: float
    clock: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def wait(self, who: str) -> int:
        """Tell how many seconds somebody has to wait before he may call again; 0 if he may now."""
        left = self._now(who)
        return 0 if left >= 1 else math.ceil((1 - left) / self.rate)

    def take(self, who: str) -> int:
        """Take one call from somebody's reserve; gives the seconds to wait if there is none."""
        if seconds := self.wait(who):
            return seconds
        if len(self._left) >= MOST:
            self._forget()
        self._left[who] = (self._now(who) - 1, self.clock())
        return 0

    def _now(self, who: str) -> float:
        left, since = self._left.get(who, (float(self.reserve), self.clock()))
        return min(float(self.reserve), left + (self.clock() - since) * self.rate)

    def _forget(self) -> None:
        """Forget whose reserve is full again, and if that is nobody's, those who called first."""
        kept = {who: row for who, row in self._left.items() if self._now(who) < self.reserve}
        self._left = dict(list(kept.items())[MOST // 2 :]) if len(kept) >= MOST else kept
