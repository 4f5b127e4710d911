"""Figures on the requests that came in: by country, measure and outcome, with how long an answer took; nothing of anybody.

A request counts on the day it came. Its outcome is how it stands: accepted, refused (with the code), asked back, waiting; what was
accepted and delivered counts as delivered. Time is counted to the first answer that decides: accepted, refused, or asked back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from statistics import median
from typing import Any

from comity.kernel.clock import stamp
from comity.requests import tables as requests
from comity.requests.model import IN, Answer, Request
from comity.requests.states import ACCEPTED, INFO_NEEDED, RECEIVED, REFUSED
from comity.store.engine import Unit

from . import deliverytables as tables
from . import emergency

BLOCK = 5000
DELIVERED, WAITING = "delivered", "waiting"
_DECIDED = (ACCEPTED, REFUSED, INFO_NEEDED)


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

    def plain(self) -> dict[str, Any]:
        """Give the figures as JSON data."""
        span = {"since": stamp(self.since), "until": stamp(self.until), "requests": self.total}
        return span | {"rows": [row.plain() for row in self.rows]}


def figures(unit: Unit, since: datetime, until: datetime, now: datetime) -> Figures:
    """Count the requests that came in from *since* on and before *until*."""
    groups: dict[tuple[str, str, str, str], list[float | None]] = defaultdict(list)
    arrived = requests.find_requests(unit, direction=IN)
    for place in range(0, len(arrived), BLOCK):
        block = arrived[place : place + BLOCK]
        ids = [one.id for one in block]
        came, answers, parts = (
            requests.came(unit, ids),
            requests.answers_among(unit, ids),
            tables.part_states(unit, ids),
        )
        for request in block:
            at = came.get(request.id, request.changed_at)
            if since <= at < until:
                outcome, code, hours = _outcome(request, at, answers.get(request.id, []), request.id in parts)
                groups[request.peer[:2], request.measure, outcome, code].append(hours)
    rows = [Row(*key, len(found), _median(found)) for key, found in sorted(groups.items())]
    counts = [one for one in emergency.emergency_counts(unit, now) if one.direction == IN]
    return Figures(since, until, tuple(rows), tuple(counts))


def _outcome(
    request: Request, came: datetime, answers: Sequence[Answer], delivered: bool
) -> tuple[str, str, float | None]:
    first = next((one for one in answers if one.state in _DECIDED), None)
    hours = (first.at - came).total_seconds() / 3600 if first else None
    last = next((one for one in reversed(answers) if one.state == request.state), None)
    if request.state == RECEIVED:
        return WAITING, "", hours
    if request.state == ACCEPTED and delivered:
        return DELIVERED, "", hours
    return request.state, last.code if last else "", hours


def _median(found: list[float | None]) -> float | None:
    known = [hours for hours in found if hours is not None]
    return float(median(known)) if known else None
