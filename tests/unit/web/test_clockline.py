"""The clock of a request as a line: every moment has its mark and number, apart from the others, in either direction."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from comity.requests.model import Deadline, Entry
from comity.web.desk.clockline import APART, drawn, marks

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
SPANS = st.lists(st.integers(-(10**6), 10**7), max_size=25)


def placed(drawing: str) -> list[float]:
    """Where the numbers stand, in their order."""
    return [float(x) for x in re.findall(r'<text x="(-?\d+)"', drawing)]


def test_moments_stand_in_order_of_time_with_what_they_are() -> None:
    """What was done, now, what is due, overdue or stopped are told apart; a mere change is no moment."""
    history = [Entry("r", NOW - timedelta(hours=2), act, "x", "") for act in ("draft", "change", "release")]
    clocks = [
        Deadline("r", "receipt_expected", NOW - timedelta(hours=1), "a"),
        Deadline("r", "preserved_until", NOW + timedelta(days=60), "b"),
        Deadline("r", "reply_by", NOW + timedelta(days=1), "c", open=False),
    ]
    assert [one.kind for one in marks(history, clocks, NOW)] == ["done", "done", "late", "now", "stopped", "due"]


@given(SPANS, SPANS)
def test_no_mark_covers_another_and_none_leaves_the_picture(past: list[int], coming: list[int]) -> None:
    """However close moments are, their marks keep their distance and their order, and stay on the line."""
    history = [Entry("r", NOW - timedelta(seconds=abs(one)), "draft", "x", "") for one in past]
    clocks = [Deadline("r", f"k{i}", NOW + timedelta(seconds=one), "s") for i, one in enumerate(coming)]
    found = marks(history, clocks, NOW)
    width = int(re.findall(r'viewBox="0 0 (\d+)', drawn(found, mirrored=False))[0])
    right, left = placed(drawn(found, mirrored=False)), placed(drawn(found, mirrored=True))
    for places in (right, left[::-1]):
        assert all(second - first >= APART - 1 for first, second in pairwise(places))
        assert all(0 <= place <= width for place in places)
    assert len(right) == len(found)


def test_what_a_peer_says_is_not_in_the_picture() -> None:
    """Words of a clock or of a history stand in the list beside it, never in the drawing."""
    clocks = [Deadline("r", "<script>", NOW, "<script>")]
    assert "script" not in drawn(marks([Entry("r", NOW, "<script>", "x", "<script>")], clocks, NOW), mirrored=False)
