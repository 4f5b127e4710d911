"""Marks, numbers, sizes, days and names are written as the person's language writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from comity.kernel.language import counted, speaking
from comity.kernel.notation import day, listed, mark, moment, number, period, share, size, state, tongue

SPOKEN = st.sampled_from(["en", "vi", "fr", "es", "ar", "zh", "ru", "c"])


@pytest.mark.parametrize(
    ("language", "many", "part", "bytes_"),
    [
        ("en", "1,234,567", "12.5", "1.5\u00a0MB"),
        ("vi", "1.234.567", "12,5", "1,5 MB"),
        ("fr", "1\u202f234\u202f567", "12,5", "1,5\u202fMo"),
        ("es", "1.234.567", "12,5", "1,5 MB"),
        ("ar", "1,234,567", "12.5", "1.5 م.ب"),
        ("zh", "1,234,567", "12.5", "1.5\u00a0MB"),
        ("ru", "1\u00a0234\u00a0567", "12,5", "1,5\u00a0МБ"),
    ],
)
def test_numbers_and_sizes(language: str, many: str, part: str, bytes_: str) -> None:
    """Thousands, decimals and units of bytes are those of the language."""
    with speaking(language):
        assert (number(1234567), number(12.5, 1)) == (many, part)
        assert size(1_500_000).replace("\u00a0", " ") == bytes_.replace("\u00a0", " ")
        assert many in counted("{n} day", "{n} days", 1234567)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "6 Sept 2026, 04:05"),
        ("vi", "04:05 6 thg 9, 2026"),
        ("fr", "6 sept. 2026, 04:05"),
        ("ar", "6 سبتمبر 2026، 04:05"),
        ("zh", "2026年9月6日 04:05"),
        ("ru", "6 сент. 2026\u202fг., 04:05"),
    ],
)
def test_a_moment(language: str, expected: str) -> None:
    """Day and time stand in the order and with the words of the language."""
    with speaking(language):
        assert moment(datetime(2026, 9, 6, 4, 5, tzinfo=UTC)) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [("en", "a, b"), ("ar", "a، b"), ("zh", "a、b"), ("fr", "a, b")],
)
def test_a_list(language: str, expected: str) -> None:
    """What parts the values of a list is the language's, and values stay escaped."""
    with speaking(language):
        assert listed(["a", "b"]) == expected
        assert listed(["<b>", Markup("<i>")]) == f"&lt;b&gt;{mark('listing')}<i>"


def test_marks_have_the_blanks_of_the_language() -> None:
    """French parts what it sets before a colon by a blank that does not break; Chinese needs none."""
    with speaking("fr"):
        assert mark("colon") == "\u00a0: "
    with speaking("zh"):
        assert (mark("colon"), mark("semicolon"), mark("comma")) == ("：", "；", "，")
    with speaking("ar"):
        assert mark("semicolon") == "؛ "


@pytest.mark.parametrize(
    ("said", "expected"),
    [("2026-08-03", "3 août 2026"), (date(2026, 8, 3), "3 août 2026"), ("2026-08", "2026-08"), (None, "")],
)
def test_a_day(said: object, expected: str) -> None:
    """A day is written in words, a month or a year of the data as it is said, none as nothing."""
    with speaking("fr"):
        assert day(said) == expected


def test_periods_states_tongues_and_shares_have_names() -> None:
    """A period, a state and a language are named in the language; English keeps the names of the data."""
    with speaking("ru"):
        assert (period("P90D"), period("90 days")) == ("90 дней", "90 days")
        assert (state("VN", "Viet Nam"), tongue("fr")) == ("Вьетнам", "французский")
    with speaking("en"):
        assert (state("VN", "Viet Nam"), share(0.5)) == ("Viet Nam", "50%")


@given(language=SPOKEN, n=st.integers(0, 10**18))
def test_a_number_of_bytes_is_short_and_keeps_its_digits(language: str, n: int) -> None:
    """Every number of bytes has a short form, and every number holds its digits in order, in every language."""
    with speaking(language):
        assert 0 < len(size(n)) < 24
        assert "".join(filter(str.isdigit, number(n))) == str(n)
