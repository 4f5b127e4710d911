"""Time is UTC, to the second, and is written in one way only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.kernel.clock import FixedClock, SystemClock, moment, stamp
from comity.kernel.errors import BadInput

ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime(1, 1, 2), datetime(9999, 12, 30)  # noqa: DTZ001 - zones are drawn apart
MOMENTS = st.builds(lambda at, zone: at.replace(tzinfo=zone), st.datetimes(FIRST, LAST), ZONES)


@given(MOMENTS)
def test_a_moment_written_is_read_back(at: datetime) -> None:
    """Whatever zone a moment is given in, it is read back as the same second in UTC."""
    assert moment(stamp(at)) == at.replace(microsecond=0)


@given(MOMENTS)
def test_every_stamp_has_the_same_length(at: datetime) -> None:
    """A stamp has twenty signs and sorts as the moments do."""
    assert len(stamp(at)) == 20
    assert stamp(at) < stamp(at + timedelta(seconds=1))


def test_a_moment_without_zone_is_not_written() -> None:
    """A moment that does not say its zone is refused, because nobody knows which it is."""
    with pytest.raises(ValueError, match="without a time zone"):
        stamp(datetime(2026, 3, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "text",
    [
        "", "2026-03-01", "2026-03-01T09:30:00", "2026-03-01T09:30:00+00:00", "2026-03-01T09:30:00.5Z", "2026-03-01 09:30:00Z",
        "2026-03-01t09:30:00z", "2026-02-30T00:00:00Z", "2026-03-01T24:00:00Z", "2016-12-31T23:59:60Z", "0000-01-01T00:00:00Z",
        "2026-3-1T9:30:00Z", " 2026-03-01T09:30:00Z", "2026-03-01T09:30:00Z\n", "٢٠٢٦-03-01T09:30:00Z", "+2026-03-01T09:30:0Z",
    ],
)  # fmt: skip
def test_other_forms_are_refused(text: str) -> None:
    """A time in any other form, or a day or hour that does not exist, is refused with an example of the right one."""
    with pytest.raises(BadInput, match="expected a time as") as caught:
        moment(text, field="since")
    assert caught.value.field == "since"
    assert "2026-03-01T09:30:00Z" in caught.value.advice


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Reading a time gives a moment in UTC that is written as it was, or refuses; nothing else happens."""
    try:
        assert stamp(moment(text)) == text
    except BadInput as e:
        assert e.message.startswith("got ")


def test_the_machine_tells_utc_to_the_second() -> None:
    """The machine's clock gives UTC without fractions."""
    before = datetime.now(UTC).replace(microsecond=0)
    now = SystemClock().now()
    assert (now.tzinfo, now.microsecond) == (UTC, 0)
    assert before <= now <= datetime.now(UTC)


def test_a_fixed_clock_moves_only_when_told() -> None:
    """A fixed clock stands still, in UTC, and moves by the span given, also backwards."""
    clock = FixedClock(datetime(2026, 3, 1, 9, 30, 0, 123, tzinfo=timezone(timedelta(hours=7))))
    assert stamp(clock.now()) == "2026-03-01T02:30:00Z"
    clock.advance(timedelta(hours=-1))
    assert stamp(clock.now()) == "2026-03-01T01:30:00Z"
