"""Times as exports write them for people."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

import pytest
import yaml

from comity.returns.spokentime import read_spoken

AT = datetime(2026, 3, 5, 9, 36, 36, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Mar 5, 2026, 9:36:36 AM UTC",
        "Mar 5, 2026, 9:36:36\u202fAM GMT",
        "5 mars 2026, 09:36:36 UTC",
        "5 mar 2026, 10:36:36 GMT+1",
        "16:36:36 5 thg 3, 2026 GMT+07:00",
        "2026. márc. 5. 9:36:36 UTC",
        "05.03.2026, 09:36:36 UTC",
        "2026年3月5日 午前9:36:36 UTC",
        "Thu Mar 05 09:36:36 UTC 2026",
        "Thu Mar 05 2026 16:36:36 GMT+0700 (Indochina Time)",
        "2026-03-05 09:36:36 Z",
        "2026-03-05T09:36:36Z",
        "2026-03-05 02:36:36 -0700",
        "15/03/2026 09:36:36AM (UTC +00)",
    ],
)
def test_one_moment_in_many_languages(text: str) -> None:
    """A time with a stated offset is the same moment in every language."""
    found = read_spoken(text)
    assert found.earliest == found.latest == AT.replace(day=15 if text.startswith("15") else 5)
    assert found.flags == ()


@pytest.mark.parametrize(
    "text", ["Mar 5, 2026, 9:36:36 AM MST", "05.03.2026, 09:36:36 MESZ", "5 mars 2026, 9:36:36 CST"]
)
def test_an_abbreviation_is_never_mapped_to_a_zone(text: str) -> None:
    """A time in a zone by abbreviation is a span over every zone, and flagged; a person's zone places it."""
    found = read_spoken(text)
    assert found.flags == ("zone_unknown", "zone_abbreviated")
    assert found.earliest and found.latest and (found.latest - found.earliest).total_seconds() == 26 * 3600
    placed = read_spoken(text, zone="+00:00")
    assert (placed.earliest, placed.basis, placed.flags) == (AT, "assumed", ("zone_abbreviated",))


def test_day_and_month_with_slashes_are_for_a_person() -> None:
    """Where both could be the day, the time is the span of both until a person says which."""
    either = read_spoken("03/05/2026 09:36:36 UTC")
    assert either.flags == ("order_ambiguous",)
    assert (either.earliest, either.latest) == (
        datetime(2026, 3, 5, 9, 36, 36, tzinfo=UTC),
        datetime(2026, 5, 3, 9, 36, 36, tzinfo=UTC),
    )
    assert read_spoken("05/03/2026 09:36:36 UTC", day_first=True).earliest == AT
    assert read_spoken("03/05/2026 09:36:36 UTC", day_first=False).earliest == AT


@pytest.mark.parametrize(
    "text", ["", "yesterday at 9", "9:36", "99:99 Mar 5, 2026", "Mar 35, 2026, 9:36:36 AM UTC", "x" * 500]
)
def test_what_is_no_time_is_told(text: str) -> None:
    """A text that is no time has no span."""
    found = read_spoken(text)
    assert found.earliest is None
    assert found.flags == (("time_unreadable",) if text else ())


def test_no_word_stands_for_two_months() -> None:
    """The words of the calendar are without ambiguity over all its languages."""
    table = yaml.safe_load(files("comity.returns").joinpath("data", "calendar.yaml").read_text("utf-8"))["months"]
    words = [word for row in table.values() for word in set(row)]
    assert len(words) == len(set(words))
    assert sorted(table) == list(range(1, 13))
