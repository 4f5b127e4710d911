"""Asking the log who did what: the entries that have certain values, of certain kinds, in a time; the newest first.

The log has no second copy of what it says, so that nothing can be hidden by altering one and what was erased is gone. Its
entries are gone through in SQL from the newest to the oldest, a bounded number at once; the answer says how far it came.
A value counts when a field of the event is just that, wherever the field stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from comity.kernel import canonical
from comity.store.engine import Unit

from . import tables
from .model import TYPES, Entry
from .service import SKEW

BLOCK = 20_000
MOST_LOOKED = 100_000
READS = tuple(name for name in TYPES if name.endswith((".read", ".exported", ".checked")) or name == "account.broke")
WRITES = tuple(name for name in TYPES if name not in READS)


@dataclass(frozen=True)
class Inquiry:
    """What is asked: for each group one of its values, one of the types, a time from *since* until before *until*."""

    values: tuple[tuple[str, ...], ...] = ()
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None

    @property
    def having(self) -> list[list[str]]:
        """Give the texts that an event has to have, as they stand in canonical JSON."""
        found = [[f":{_dumped(value)}" for value in group] for group in self.values]
        return found + ([[f'"type":{_dumped(one)}' for one in self.types]] if self.types else [])


@dataclass(frozen=True)
class Answer:
    """Entries found, the newest first; everything from *start* to before *end* was looked at, and nothing before it."""

    entries: tuple[Entry, ...]
    start: int
    end: int
    first: int = 0

    @property
    def whole(self) -> bool:
        """Tell whether nothing is left to be looked at."""
        return self.start <= self.first


def inquire(
    unit: Unit, asked: Inquiry, *, before: int | None = None, limit: int = 50, most: int = MOST_LOOKED
) -> Answer:
    """Find the newest entries before the one numbered *before*: at most *limit*, among at most *most*."""
    size = tables.last(unit)[0]
    first, last = _span(unit, asked, size)
    end = min(last, size if before is None else max(before, 0))
    found: list[Entry] = []
    start = end
    while start > first and len(found) < limit and end - start < most:
        upper, start = start, max(first, start - BLOCK)
        rows = tables.scan(
            unit, start, upper, having=asked.having, since=asked.since, until=asked.until, limit=limit - len(found)
        )
        found += rows
        if len(found) == limit:
            start = rows[-1].index
    return Answer(tuple(found), start, end, first)


def every(unit: Unit, asked: Inquiry, *, before: int, limit: int) -> Iterator[Answer]:
    """Give all that is found before an entry, block by block, until *limit* entries are found."""
    answer = Answer((), before, before)
    left = limit
    while left > 0:
        answer = inquire(unit, asked, before=answer.start, limit=min(left, 2000))
        left -= len(answer.entries)
        yield answer
        if answer.whole:
            return


def _span(unit: Unit, asked: Inquiry, size: int) -> tuple[int, int]:
    """Give the places between which entries of that time can stand: a clock goes back by five minutes at most."""
    first = _place(unit, asked.since - SKEW, size) if asked.since else 0
    last = _place(unit, asked.until + SKEW, size) if asked.until else size
    return first, max(first, last)


def _place(unit: Unit, at: datetime, size: int) -> int:
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if tables.time_of(unit, middle) < at:
            low = middle + 1
        else:
            high = middle
    return low


def _dumped(value: str) -> str:
    return canonical.dump(value).decode()
