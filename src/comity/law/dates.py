"""Dates as far as they are known, and periods as the law writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

_PART = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_PERIOD = re.compile(r"P([1-9]\d{0,4})([DWMY])", re.ASCII)


@dataclass(frozen=True)
class When:
    """A date known to a day, a month, a year, or as one of several days: somewhere from *first* to *last*."""

    first: date
    last: date
    text: str

    def __str__(self) -> str:
        """Give the date as it was written."""
        return self.text

    @classmethod
    def parse(cls, text: str) -> When:
        """Read `2026-02-13`, `2026-02`, `2026` or `2026-02-13/2026-02-15`.

        Raises:
            ValueError: it is no such date.
        """
        begin, slash, end = text.partition("/")
        first, last = _part(begin)[0], _part(end if slash else begin)[1]
        if last < first:
            raise ValueError(text)
        return cls(first, last, text)

    def by(self, on: date) -> bool | None:
        """Tell whether the date has come by *on*; None: it is not known well enough to say."""
        if self.last <= on:
            return True
        return None if self.first <= on else False


@dataclass(frozen=True)
class Period:
    """A period in one unit, kept as the law writes it: months stay months."""

    number: int
    unit: str

    def __str__(self) -> str:
        """Give the period in ISO 8601."""
        return f"P{self.number}{self.unit}"

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read a period of days, weeks, months or years, such as `P90D`.

        Raises:
            ValueError: it is no such period.
        """
        if not (found := _PERIOD.fullmatch(text)):
            raise ValueError(text)
        return cls(int(found[1]), found[2])

    def after(self, start: date) -> date:
        """Give the date one period after *start*; a month that is too short ends on its last day."""
        from datetime import timedelta

        if self.unit in "DW":
            return start + timedelta(days=self.number * (7 if self.unit == "W" else 1))
        months = start.year * 12 + start.month - 1 + self.number * (12 if self.unit == "Y" else 1)
        year, month = divmod(months, 12)
        return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _part(text: str) -> tuple[date, date]:
    found = _PART.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if day:
        return date(year, month, day), date(year, month, day)
    if month:
        return date(year, month, 1), date(year, month, monthrange(year, month)[1])
    return date(year, 1, 1), date(year, 12, 31)
