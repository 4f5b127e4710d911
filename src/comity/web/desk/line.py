"""The clocks of a request as a line: when it came, now, and what was or will be due; beside it stands the same as a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from comity.requests.model import Deadline

WIDTH, EDGE = 1000, 24


@dataclass(frozen=True)
class Mark:
    """One moment on the line."""

    x: int
    kind: str
    at: datetime
    state: str


@dataclass(frozen=True)
class Line:
    """The line, from left to right or the other way round."""

    marks: tuple[Mark, ...]
    start: int
    now: int


def line(clocks: Sequence[Deadline], came: datetime | None, now: datetime, *, rtl: bool = False) -> Line | None:
    """Draw clocks on a line; nothing where there are none.

    Far ends would press all that is near together, so equal steps on the line are growing spans of time from now.
    """
    if not clocks:
        return None
    moments = [one.due_at for one in clocks] + [now] + ([came] if came else [])
    first, last = _bent(min(moments) - now), _bent(max(moments) - now)

    def x(at: datetime) -> int:
        share = (_bent(at - now) - first) / (last - first) if last > first else 0.5
        return round(EDGE + (WIDTH - 2 * EDGE) * (1 - share if rtl else share))

    marks = tuple(Mark(x(one.due_at), one.kind, one.due_at, _state(one, now)) for one in clocks)
    return Line(marks, x(came or now), x(now))


def _bent(span: timedelta) -> float:
    """Give a span on a scale that grows ever slower: the square root of its hours."""
    hours = span.total_seconds() / 3600
    return float(abs(hours) ** 0.5) * (1 if hours >= 0 else -1)


def _state(clock: Deadline, now: datetime) -> str:
    if not clock.open:
        return "done"
    return "late" if clock.due_at < now else "open"
