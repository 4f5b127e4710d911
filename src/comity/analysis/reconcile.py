"""Asked for against returned: for each identifier and its time, what came, what did not, what came beyond.

The lack of a record proves nothing: a day without one is told as a day without one. What lies beyond what was asked is
kept apart and named, never deleted: the releasing officer and the court decide what becomes of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from comity.identifiers.kinds import kinds, normalise
from comity.kernel.clock import moment, stamp

from .dataset import Dataset
from .errors import BadQuestion
from .exporting import plain_rows

FIRST = datetime(1, 1, 1, tzinfo=UTC)
LAST = datetime(9999, 12, 31, tzinfo=UTC)
SPANS = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """One identifier that a request names, in its normal form KIND:VALUE, and the time it asks for."""

    key: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came for one identifier: records in and beyond its time, first and last, and the days that have none."""

    asked: Asked
    records: int
    beyond: int
    first: datetime | None
    last: datetime | None
    empty: tuple[tuple[datetime, datetime], ...]
    kinds: dict[str, int]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The answers; records of nobody who was asked for; what the sender says it withheld; what came twice."""

    answers: tuple[Answer, ...]
    others: int
    withheld: tuple[dict[str, Any], ...]
    twice: tuple[dict[str, Any], ...]

    @property
    def complete(self) -> bool:
        """Tell whether something came for every identifier, nothing was withheld and nothing lies beyond."""
        return (
            all(answer.records and not answer.beyond for answer in self.answers)
            and not self.others
            and not self.withheld
        )


def reconcile(data: Dataset, asked: Sequence[Asked]) -> Reconciliation:
    """Hold what was returned against what was asked for."""
    keys = [one.key for one in asked]
    others = data.rows("others", keys=keys)[0]["records"]
    return Reconciliation(
        tuple(_answer(data, one) for one in asked),
        others,
        tuple(data.rows("withheld")),
        tuple(data.rows("duplicates")),
    )


def _answer(data: Dataset, one: Asked) -> Answer:
    since, until = one.since or FIRST, one.until or LAST
    rows = data.rows("asked", key=one.key, since=since, until=until)
    inside = [row for row in rows if row["inside"]]
    kinds: Counter[str] = Counter()
    for row in inside:
        kinds[row["kind"]] += row["records"]
    days = {row["day"].date() for row in inside if row["day"] is not None}
    return Answer(
        one,
        kinds.total(),
        sum(row["records"] for row in rows if not row["inside"]),
        min((row["first"] for row in inside if row["first"]), default=None),
        max((row["last"] for row in inside if row["last"]), default=None),
        tuple(_without(days, one)) if one.since and one.until else (),
        dict(sorted(kinds.items())),
    )


def _without(days: set[date], one: Asked) -> list[tuple[datetime, datetime]]:
    """Give the runs of whole UTC days within the time asked for that no record falls on; at most two hundred."""
    assert one.since and one.until
    found: list[tuple[datetime, datetime]] = []
    day = one.since.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    while day < one.until and len(found) < SPANS:
        following = day + timedelta(days=1)
        if day.date() not in days:
            if found and found[-1][1] == day:
                found[-1] = (found[-1][0], following)
            else:
                found.append((day, following))
        day = following
    return found


def asked_from(text: str) -> Asked:
    """Read `KIND:VALUE`, with `@SINCE/UNTIL` behind it where a time was asked for.

    Raises:
        BadQuestion: it is not written so, or the value is no identifier of its kind.
    """
    name, _at, span = text.partition("@") if not text.startswith("email:") else _email(text)
    kind, colon, value = name.partition(":")
    if not colon or not value:
        advice = "Write ip:192.0.2.7 or phone:+84912345678@2026-03-01T00:00:00Z/2026-04-01T00:00:00Z."
        raise BadQuestion(f"got {text[:80]!r}, expected KIND:VALUE", field="--asked", advice=advice)
    since, _slash, until = span.partition("/")
    key = name if kind not in kinds() else f"{kind}:{normalise(kind, value).value}"
    return Asked(key, moment(since, field="since") if since else None, moment(until, field="until") if until else None)


def _email(text: str) -> tuple[str, str, str]:
    """An address of mail holds the sign that sets the time apart: the second one counts."""
    local, at, rest = text.partition("@")
    domain, mark, span = rest.partition("@")
    return local + at + domain, mark, span


def plain_reconciliation(found: Reconciliation) -> dict[str, Any]:
    """Give a reconciliation as JSON data."""
    answers = [
        {
            "key": one.asked.key,
            "since": stamp(one.asked.since) if one.asked.since else "",
            "until": stamp(one.asked.until) if one.asked.until else "",
            "records": one.records,
            "beyond": one.beyond,
            "first": stamp(one.first) if one.first else "",
            "last": stamp(one.last) if one.last else "",
            "kinds": one.kinds,
            "empty": [[stamp(since), stamp(until)] for since, until in one.empty],
        }
        for one in found.answers
    ]
    return {
        "complete": found.complete,
        "answers": answers,
        "others": found.others,
        "withheld": plain_rows(found.withheld),
        "twice": plain_rows(found.twice),
    }
