"""What a sample of files lets one say of all of them: no more than the hypergeometric distribution allows.

If *n* of *N* files are drawn at random and none is bad, then with at most K bad ones among the N the chance of such luck
is C(N-K, n) / C(N, n). The largest K for which that chance is not under 5 % is what may be said: "at 95 % confidence, at
most K of N are bad". With bad files in the sample there is nothing to estimate: the item is not as it was sealed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

CONFIDENCE = 0.95
ROUNDING = 1e-9


@dataclass(frozen=True)
class Sample:
    """How many files of how many were looked at, and how many bad ones may be among all, if none was found."""

    checked: int
    of: int

    @property
    def most_bad(self) -> int:
        """Give the largest number of bad files that such a sample does not rule out at 95 % confidence."""
        low, high = 0, self.of - self.checked
        while low < high:
            middle = (low + high + 1) // 2
            if luck(self.of, self.checked, middle) >= 1 - CONFIDENCE - ROUNDING:
                low = middle
            else:
                high = middle - 1
        return low

    def plain(self) -> dict[str, Any]:
        """Give the statement as JSON data."""
        return {"checked": self.checked, "of": self.of, "confidence": CONFIDENCE, "at_most_bad": self.most_bad}


def luck(total: int, drawn: int, bad: int) -> float:
    """Give the chance that *drawn* of *total* files are all good although *bad* of them are not."""
    if bad > total - drawn:
        return 0.0
    logs = _log(total - bad) - _log(total - bad - drawn) - _log(total) + _log(total - drawn)
    return math.exp(min(logs, 0.0))


def draw(names: Sequence[str], count: int, choose: Callable[[Sequence[str], int], list[str]]) -> list[str]:
    """Draw *count* of the names without putting back; all of them where there are no more."""
    return list(names) if count >= len(names) else choose(names, count)


def _log(n: int) -> float:
    return math.lgamma(n + 1)
