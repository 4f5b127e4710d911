"""Figures on the requests that came in: by country, measure and outcome, with how long an answer took; nothing of anybody.

A request counts on the day it came. Its outcome is how it stands: accepted, refused (with the code), asked back, waiting; what was
accepted and delivered counts as delivered. Time is counted to the first answer that decides: accepted, refused, or asked back.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from comity.kernel.clock import stamp
from comity.requests.dockettables import outcomes
from comity.requests.model import IN
from comity.store.engine import Unit

from . import emergency

FEW = 5


@dataclass(frozen=True)
class Row:
    """Requests of one country for one measure with one outcome; *hours* is the median to the first decision."""

    country: str
    measure: str
    outcome: str
    code: str
    requests: int
    hours: float | None

    def plain(self) -> dict[str, Any]:
        """Give the row as JSON data."""
        return asdict(self)


@dataclass(frozen=True)
class Figures:
    """The figures of a span of time."""

    since: datetime
    until: datetime
    rows: tuple[Row, ...]
    emergencies: tuple[emergency.Count, ...] = ()

    @property
    def total(self) -> int:
        """Count all requests."""
        return sum(row.requests for row in self.rows)

    def by(self, name: str) -> list[tuple[str, int]]:
        """Count by country, measure or outcome, the most first."""
        totals: dict[str, int] = defaultdict(int)
        for row in self.rows:
            totals[str(getattr(row, name))] += row.requests
        return sorted(totals.items(), key=lambda pair: (-pair[1], pair[0]))

    def published(self, name: str) -> list[tuple[str, int]]:
        """Count as `by`, for the public: what has fewer than five requests is counted together under an empty name.

        So many are counted together that they are five or more, so that nobody finds the small one by taking away the rest.
        """
        shown, others = self.by(name), 0
        while shown and (shown[-1][1] < FEW or 0 < others < FEW):
            others += shown.pop()[1]
        return [*shown, ("", others)] if others else shown

    def plain(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        span = {"since": stamp(self.since), "until": stamp(self.until), "requests": self.total}
        return span | {"rows": [row.plain() for row in self.rows]}


def figures(unit: Unit, since: datetime, until: datetime, now: datetime) -> Figures:
    """Count the requests that came in from *since* on and before *until*."""
    rows = (
        Row(country, measure, outcome, code, number, None if hours is None else round(float(hours), 6))
        for country, measure, outcome, code, number, hours in outcomes(unit, since, until)
    )
    counts = [one for one in emergency.emergency_counts(unit, now) if one.direction == IN]
    return Figures(since, until, tuple(rows), tuple(counts))
