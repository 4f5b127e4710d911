"""Field 61 of a statement: one entry in one line, read into typed values.

value date, day of entry, mark, letter of the currency, amount, type, reference of the owner // of the bank, more
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from ..model import INFERRED, STATED, Given, Moment
from ..moment import day_moment
from .entries import CREDIT, DEBIT, money

_LINE = re.compile(
    r"([0-9]{6})([0-9]{4}|\s{4})?(R[CD]|E[CD]|[CD])([A-Z])?([0-9][0-9.,]*|,[0-9]+)([A-Z][A-Z0-9 ]{3})?([^\r\n]*)(.*)",
    re.ASCII | re.DOTALL,
)
# What the mark makes of the balance, and whether it takes an earlier entry back: RC, a credit reversed, is a debit.
_MARKS = {
    "C": (CREDIT, None, ""),
    "D": (DEBIT, None, ""),
    "RC": (DEBIT, True, ""),
    "RD": (CREDIT, True, ""),
    "EC": (CREDIT, None, "expected"),
    "ED": (DEBIT, None, "expected"),
}
_KEPT = 100_000


class Line(NamedTuple):
    """What a field 61 says."""

    valued: date | None
    time: Moment
    basis: str
    direction: str
    reversal: bool | None
    status: str
    plain: str
    text: str
    value: Decimal | None
    code: str
    owner: str
    bank: str
    more: str
    flags: tuple[str, ...]


class Lines:
    """Reads fields 61; each different pair of days is read once."""

    def __init__(self, given: Given, decimal: str) -> None:
        """Read amounts with the mark *decimal*."""
        self._given = given
        self._decimal = decimal
        self._days: dict[tuple[str, str], tuple[date | None, Moment, str]] = {}

    def read(self, text: str) -> Line | None:
        """Read the field; None where it is none."""
        match = _LINE.match(text)
        if match is None:
            return None
        value, booked, mark, _, amount, code, references, more = match.groups("")
        if (days := self._days.get((value, booked))) is None:
            days = self._days_of(value, booked)
        plain, number, flags = money(amount, self._decimal)
        owner, _, bank = references.partition("//")
        return Line(
            *days, *_MARKS[mark], plain, amount, number, code.rstrip(), owner.strip(), bank.strip(), more.strip(), flags
        )

    def _days_of(self, value: str, booked: str) -> tuple[date | None, Moment, str]:
        """Give the value date, the moment of booking, and the basis on which that is known."""
        if len(self._days) >= _KEPT:
            self._days.clear()
        valued = day_of(value)
        day, text, basis = valued, value, INFERRED
        if booked.strip():
            day, text, basis = _nearest(booked, valued) if valued else None, booked, STATED
        time = day_moment(text, day, zone=self._given.zone) if day else Moment(text, flags=("time_unreadable",))
        self._days[value, booked] = valued, time, basis
        return valued, time, basis


def day_of(text: str) -> date | None:
    """Read YYMMDD; None where there is no such day."""
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _nearest(booked: str, valued: date) -> date | None:
    """Give the day MMDD in the year in which it lies nearest to the value date."""
    days = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            days.append(date(year, int(booked[:2]), int(booked[2:])))
        except ValueError:
            continue
    return min(days, key=lambda day: abs(day - valued), default=None)
