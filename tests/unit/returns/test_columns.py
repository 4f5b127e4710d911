"""Times and numbers of whole columns: always what the reading of one text gives."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders.trials import tries
from comity.returns.figures import amounts, figure, integers, scaled
from comity.returns.instants import Writing, instant, instants, writing
from comity.returns.moment import EPOCHS, ISO

LAYOUTS = (
    *(ISO, "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%d.%m.%Y", "%m-%d-%Y %H:%M", "%Y%m%d%H%M%S"),
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S UTC", "%d/%m/%Y %H:%M Z", *EPOCHS),
)
ZONES = ("", "UTC", "+05:45", "Europe/Paris", "Asia/Ho_Chi_Minh")
DIGITS = st.text(alphabet="0123456789-/:. TZ+", max_size=26)
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31))  # noqa: DTZ001 - local on purpose
WRITTEN = st.builds(lambda at, form: at.strftime(form), TIMES, st.sampled_from([f for f in LAYOUTS if "%" in f]))
STATED = st.builds(
    lambda at, end: at.isoformat(" ") + end, TIMES, st.sampled_from(["", "Z", "+07:00", "-00:00", "+0530"])
)
COUNTS = st.integers(-(10**19), 10**19).map(str)
NUMBERS = st.text(alphabet="0123456789.,-+ ()eE'", max_size=24)


@settings(deadline=None, max_examples=tries(120))
@given(
    st.lists(st.one_of(WRITTEN, STATED, COUNTS, DIGITS), max_size=4), st.sampled_from(LAYOUTS), st.sampled_from(ZONES)
)
@example(["31/02/2026 10:00:00", "01/03/2026 10:00:00"], "%d/%m/%Y %H:%M:%S", "")
@example(["2026-10-25 02:30:00", "2026-03-29 02:30:00", "2026-10-25 04:30:00"], ISO, "Europe/Paris")
@example(["0000-01-01 00:00:00"], ISO, "")
@example(["2026-03-01 10:00:00", "2026-03-01T10:00:00"], "%Y-%m-%d %H:%M:%S", "UTC")
@example(["2026-03-01 10:00+00"], ISO, "UTC")
def test_times_of_a_column_are_the_times_of_its_texts(texts: list[str], layout: str, zone: str) -> None:
    """Whatever the texts are, reading them together gives the span, zone, basis and flags of reading each."""
    how = Writing((layout,), zone, "documented")
    array = pa.array([text or None for text in texts], pa.string())
    found, flags = instants(array, how)
    for i, text in enumerate(texts):
        one = instant(text, how)
        parts = tuple(found[name][i].as_py() for name in ("earliest", "latest", "zone", "basis"))
        basis = one.basis if text.strip() else None
        assert parts == (one.earliest, one.latest, one.zone or None, basis)
        assert {code for code, mask in flags.items() if mask[i].as_py()} == set(one.flags)


@settings(deadline=None, max_examples=tries(120))
@given(st.lists(NUMBERS, max_size=4), st.sampled_from([".", ",", ""]))
@example(["0x1F", "١٢", "1e5"], ".")
@example(["1.234", "1.23", "1,234.5"], "")
def test_numbers_of_a_column_are_the_numbers_of_its_texts(texts: list[str], decimal: str) -> None:
    """Whatever the texts are, reading them together gives the value and flags of reading each."""
    values, flags = amounts(pa.array([text or None for text in texts], pa.string()), decimal)
    for i, text in enumerate(texts):
        one = figure(text, decimal)
        assert values[i].as_py() == one.value
        assert {code for code, mask in flags.items() if mask[i].as_py()} == (set(one.flags) if text else set())


@pytest.mark.parametrize(
    ("texts", "values", "flags"),
    [
        (["1", "007", "-3"], [1, 7, -3], {}),
        (["1", "2.0", None], [1, 2, None], {}),
        (["1.5", "0x1F", "9" * 19], [None, None, None], {"amount_unreadable"}),
    ],
)
def test_whole_numbers(texts: list[str | None], values: list[int | None], flags: set[str]) -> None:
    """A whole number is read as such; what is none has no value and is flagged."""
    found, masks = integers(pa.array(texts, pa.string()), ".")
    assert found.to_pylist() == values
    assert set(masks) == set(flags)


def test_a_number_whose_mark_nobody_states_is_not_guessed() -> None:
    """1.234 may be one or a thousand: it has no value then, and says why; 1.5 can only be one."""
    values, flags = amounts(pa.array(["1.234", "1.5", "1,5"]), "")
    assert [str(value) if value else None for value in values.to_pylist()] == [
        None,
        "1.500000000000000000",
        "1.500000000000000000",
    ]
    assert flags["decimal_ambiguous"].to_pylist() == [True, False, False]


def test_durations_are_seconds() -> None:
    """`1:02:03` and minutes times sixty are seconds."""
    values, _ = scaled(pa.array(["1:02:03", "02:03", "90"]), ".", "", clock=True)
    assert [int(value) for value in values.to_pylist()] == [3723, 123, 90]
    values, _ = scaled(pa.array(["1.5"]), ".", "60", clock=False)
    assert values[0].as_py() == 90


def test_day_and_month_are_asked_for() -> None:
    """Where a layout leaves the order open, the time is the span of both; a person settles it, or the text itself."""
    layouts = ("%d/%m/%Y", "%m/%d/%Y")
    open_, said = writing(layouts, "UTC", "documented", None), writing(layouts, "UTC", "documented", True)
    found, flags = instants(pa.array(["03/04/2026", "25/04/2026", "04/04/2026"]), open_)
    assert found["earliest"][0].as_py() == datetime(2026, 3, 4, tzinfo=UTC)
    assert found["latest"][0].as_py() == datetime(2026, 4, 3, 23, 59, 59, 999999, tzinfo=UTC)
    assert flags["order_ambiguous"].to_pylist() == [True, False, False]
    assert instants(pa.array(["03/04/2026"]), said)[0]["earliest"][0].as_py() == datetime(2026, 4, 3, tzinfo=UTC)
    assert said.layouts == ("%d/%m/%Y",)


def test_a_day_without_an_hour_is_the_whole_day() -> None:
    """It lasts from its first moment to its last where the zone has them: 23 hours on the day that skips one."""
    days = pa.array(["29/03/2026", "30/03/2026"])
    found, flags = instants(days, Writing(("%d/%m/%Y",), "Europe/Paris"))
    spans = [late - early for early, late in zip(*(found[n].to_pylist() for n in ("earliest", "latest")), strict=True)]
    assert [round(span.total_seconds() / 3600) for span in spans] == [23, 24]
    assert flags == {}
    unknown, _ = instants(days, Writing(("%d/%m/%Y",)))
    assert (unknown["latest"][0].as_py() - unknown["earliest"][0].as_py()).total_seconds() / 3600 == pytest.approx(50)


@pytest.mark.parametrize("layout", ["%Y-%m-%d %H:%M:%S UTC", "%d %b %Y %H:%M:%S Z"])
def test_a_layout_that_says_utc_states_the_zone(layout: str) -> None:
    """Whatever zone a mapping or a person gives beside it, the text itself decides, and the basis is that it states it."""
    text = datetime(2026, 3, 1, 9, 30, tzinfo=UTC).strftime(layout)
    found, _ = instants(pa.array([text]), Writing((layout,), "Asia/Ho_Chi_Minh", "assumed"))
    assert found["earliest"][0].as_py() == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    assert [found[name][0].as_py() for name in ("zone", "basis")] == ["UTC", "stated"]


def test_the_zone_of_the_machine_changes_nothing() -> None:
    """Times are the same on a machine anywhere."""
    code = (
        "import pyarrow as pa; from comity.returns.instants import *;"
        "print([instants(pa.array([t]), Writing((l,), z))[0]['earliest'][0].as_py().isoformat() for t, l, z in ["
        "('2026-03-01 09:30:00', 'iso8601', 'Europe/Paris'), ('2026-03-01 09:30:00', 'iso8601', ''),"
        "('1 Mar 2026 09:30', '%d %b %Y %H:%M', 'UTC'), ('1772357400', 'unix-s', '')]])"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env=os.environ | {"TZ": zone}, capture_output=True, check=True
        ).stdout
        for zone in ("Asia/Kathmandu", "America/St_Johns")
    ]
    assert len(set(runs)) == 1
