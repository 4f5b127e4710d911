"""Times as evidence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from comity.returns.errors import BadMapping
from comity.returns.moment import ISO, read_moment, zone_of

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ("2026-03-01T09:30:00Z", ISO),
        ("2026-03-01 16:30:00+07:00", ISO),
        ("1772357400", "unix-s"),
        ("1772357400.000", "unix-s"),
        ("1772357400000", "unix-ms"),
        ("1772357400000000", "unix-us"),
        ("1772357400000000000", "unix-ns"),
        ("13416831000000000", "webkit-us"),
        ("134168310000000000", "filetime-100ns"),
        ("794050200", "apple-s"),
        ("794050200000000000", "apple-ns"),
        ("01/Mar/2026:10:30:00 +0100", "%d/%b/%Y:%H:%M:%S %z"),
    ],
)
def test_one_moment_in_many_layouts(text: str, layout: str) -> None:
    """The same moment is read out of every layout that states its offset or epoch."""
    found = read_moment(text, layout)
    assert (found.earliest, found.latest, found.basis) == (AT, AT, "stated")


@pytest.mark.parametrize(
    ("layout", "text"), [("excel-1900", "46082.395833333336"), ("excel-1904", "44620.395833333336")]
)
def test_spreadsheet_days_are_local(layout: str, text: str) -> None:
    """A spreadsheet's day count is placed by the zone that is said to apply."""
    assert read_moment(text, layout, zone="UTC").earliest == AT


def test_a_time_without_zone_is_a_span() -> None:
    """Without a zone the time lies anywhere between UTC+14 and UTC-12."""
    found = read_moment("2026-03-01 09:30", "%Y-%m-%d %H:%M")
    assert found.earliest == datetime(2026, 2, 28, 19, 30, tzinfo=UTC)
    assert found.latest == datetime(2026, 3, 1, 21, 30, tzinfo=UTC)
    assert (found.basis, found.flags) == ("unknown", ("zone_unknown",))


def test_the_hour_that_comes_twice_is_both() -> None:
    """In the fold of a zone the time is the span of both readings, and flagged."""
    found = read_moment("2026-10-25 02:30", "%Y-%m-%d %H:%M", zone="Europe/Paris", basis="documented")
    assert found.earliest == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert found.latest == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert (found.basis, found.flags) == ("documented", ("time_folded",))


def test_the_hour_that_is_skipped_is_flagged() -> None:
    """A time that the zone never showed is flagged and spans both readings."""
    assert read_moment("2026-03-29 02:30", "%Y-%m-%d %H:%M", zone="Europe/Paris").flags == ("time_skipped",)


@pytest.mark.parametrize("text", ["31/02/2026", "yesterday", "99999999999999999999999", "0001-01-01"])
def test_what_is_no_time_has_no_span(text: str) -> None:
    """A text that does not fit its layout gives no moment, and is flagged."""
    layout = ISO if text.startswith("0001") else "%d/%m/%Y"
    found = read_moment(text, layout, zone="")
    assert (found.text, found.earliest, found.flags) == (text, None, ("time_unreadable",))


@pytest.mark.parametrize("zone", ["CST", "Europe/Nowhere", "+15:00", "../../etc/passwd", "/etc/localtime"])
def test_an_abbreviation_is_no_zone(zone: str) -> None:
    """Neither an abbreviation nor an unknown name is taken for a zone."""
    with pytest.raises(BadMapping, match="expected an IANA name or an offset"):
        zone_of(zone)
