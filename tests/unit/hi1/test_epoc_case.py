"""The number of a case across borders is read and written in one way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.hi1.errors import BadMessage
from comity.hi1.globalcase import GlobalCaseId

CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CASES = st.builds(
    GlobalCaseId,
    instrument=st.text(CAPITALS, min_size=2, max_size=10),
    issuing=st.text(CAPITALS, min_size=2, max_size=2),
    executing=st.text(CAPITALS, min_size=2, max_size=2),
    day=st.dates(),
    number=st.integers(1, 9999),
    instance=st.integers(1, 999_999_999),
)


def test_the_published_example_is_read() -> None:
    """EIO-AT-PL-2019-09-10-0012-1 has its six parts."""
    assert GlobalCaseId.parse("EIO-AT-PL-2019-09-10-0012-1") == GlobalCaseId(
        instrument="EIO", issuing="AT", executing="PL", day=date(2019, 9, 10), number=12, instance=1
    )


@given(CASES)
def test_what_is_written_is_read_as_it_was(case: GlobalCaseId) -> None:
    """Any case id reads back to the same parts."""
    assert GlobalCaseId.parse(str(case)) == case


@given(
    st.text(CAPITALS + "0123456789-", max_size=40) | CASES.map(str).map(lambda text: text[1:]) | st.text(max_size=40)
)
def test_any_text_is_a_case_id_in_its_one_form_or_refused(text: str) -> None:
    """Text is refused, or is exactly what the case id that it gives is written as."""
    with suppress(BadMessage):
        assert str(GlobalCaseId.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "EIO-AT-PL-2019-02-30-0012-1",
        "EIO-AT-PL-2019-09-10-0000-1",
        "EIO-AT-PL-2019-09-10-12-1",
        "EIO-AT-PL-2019-09-10-0012-0",
        "EIO-AT-PL-2019-09-10-0012-01",
        "EIO-AT-PL-2019-09-10-0012-",
        "EIO-AT-PL-2019-09-10-0012-1\n",
        " EIO-AT-PL-2019-09-10-0012-1",
        "eio-AT-PL-2019-09-10-0012-1",
        "EIO-AT-2019-09-10-0012-1",
        "EIO-AT-PL-\u0662019-09-10-0012-1",
        "EIO-AUT-PL-2019-09-10-0012-1",
    ],
)
def test_other_text_is_refused(text: str) -> None:
    """Text of another form, a day that is none, or a number zero is refused."""
    with pytest.raises(BadMessage):
        GlobalCaseId.parse(text)


@pytest.mark.parametrize(
    "changes",
    [{"number": 0}, {"number": 10_000}, {"instance": 0}, {"issuing": "at"}, {"instrument": "EPOC-PR"}],
    ids=str,
)
def test_parts_that_cannot_be_written_are_refused(changes: dict[str, object]) -> None:
    """A case id is not made of parts that would not be read again."""
    parts: dict[str, object] = {
        "instrument": "EIO",
        "issuing": "AT",
        "executing": "PL",
        "day": date(2019, 9, 10),
        "number": 1,
        "instance": 1,
    }
    with pytest.raises(BadMessage):
        GlobalCaseId(**{**parts, **changes})  # type: ignore[arg-type]  # wrong parts on purpose
