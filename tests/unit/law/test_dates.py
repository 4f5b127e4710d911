"""Dates as far as they are known, and periods."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.law.dates import Period, When


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-02-13", date(2026, 2, 13), date(2026, 2, 13)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2016", date(2016, 1, 1), date(2016, 12, 31)),
        ("2025-10-25/2025-10-27", date(2025, 10, 25), date(2025, 10, 27)),
    ],
)
def test_a_date_spans_all_days_it_may_be(text: str, first: date, last: date) -> None:
    """A date known to a month, a year or a choice of days spans them all, and is shown as it was written."""
    when = When.parse(text)
    assert (when.first, when.last, str(when)) == (first, last, text)


@pytest.mark.parametrize(
    "text", ["", "26-02", "2026-2", "2026-13", "2026-02-30", "2026-02-13/2026-02-12", "2026/", "0000"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    """A date that does not exist, is written otherwise or ends before it begins is none."""
    with pytest.raises(ValueError):
        When.parse(text)


def test_a_date_known_to_a_month_is_open_within_it() -> None:
    """Before the month it has not come, after it it has, within it nobody can say."""
    when = When.parse("2026-02")
    days = (date(2026, 1, 31), date(2026, 2, 1), date(2026, 2, 27), date(2026, 2, 28))
    assert [when.by(day) for day in days] == [False, None, None, True]


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_known_day_has_come_or_not(day: date, on: date) -> None:
    """A date known to the day has come exactly from that day on."""
    assert When.parse(day.isoformat()).by(on) is (day <= on)


@pytest.mark.parametrize(
    ("period", "start", "end"),
    [
        ("P60D", date(2026, 1, 1), date(2026, 3, 2)),
        ("P10W", date(2026, 1, 1), date(2026, 3, 12)),
        ("P1M", date(2026, 1, 31), date(2026, 2, 28)),
        ("P24M", date(2026, 11, 25), date(2028, 11, 25)),
        ("P1Y", date(2024, 2, 29), date(2025, 2, 28)),
    ],
)
def test_months_stay_months(period: str, start: date, end: date) -> None:
    """A period of months or years ends on the same day of the month, or on its last day."""
    assert (Period.parse(period).after(start), str(Period.parse(period))) == (end, period)


@pytest.mark.parametrize("text", ["", "90", "P90", "PT5M", "P0D", "P1Y6M", "P-1D", "p90d"])
def test_what_is_no_period_is_refused(text: str) -> None:
    """A period of nothing, of mixed units or of hours is none."""
    with pytest.raises(ValueError):
        Period.parse(text)
