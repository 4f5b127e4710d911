"""Numbers as evidence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from comity.returns.amount import damage, read_amount


@pytest.mark.parametrize(
    ("text", "decimal", "value"),
    [
        ("1,234.50", ".", "1234.50"),
        ("1.234,50", ",", "1234.50"),
        ("1 234,5", ",", "1234.5"),
        ("12,34,567.00", ".", "1234567"),
        ("1'234.50", ".", "1234.50"),
        ("(12.00)", ".", "-12"),
        ("12.00-", ".", "-12"),
        ("\u22125", ".", "-5"),
        ("+7", ".", "7"),
        ("0.000000000000000001", ".", "0.000000000000000001"),
    ],
)
def test_numbers_as_people_write_them(text: str, decimal: str, value: str) -> None:
    """A number is read exactly, with the decimal mark that is stated."""
    found = read_amount(text, decimal=decimal)
    assert (found.value, found.flags) == (Decimal(value), ())


@pytest.mark.parametrize("text", ["1,23", "1.2.3", "12a", "=1+1", "--", "1,2345.00", "."])
def test_what_is_no_number_has_no_value(text: str) -> None:
    """A text that is no number in that writing has no value, and is flagged."""
    found = read_amount(text)
    assert (found.text, found.value, found.flags) == (text, None, ("amount_unreadable",))


def test_a_number_rewritten_by_a_spreadsheet_is_flagged() -> None:
    """Scientific notation keeps what it says and is flagged."""
    found = read_amount("1.5E+3")
    assert (found.value, found.flags) == (Decimal(1500), ("scientific_notation",))


@pytest.mark.parametrize("text", ["123456789012345678901", "0.1234567890123456789"])
def test_more_digits_than_are_held_are_not_rounded(text: str) -> None:
    """What would have to be rounded has no value; the text stays."""
    assert read_amount(text).flags == ("amount_too_large",)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("8.49E+14", ("scientific_notation",)),
        ("8934071100000000000", ("digits_cut",)),
        ("490154203237518.0", ("decimal_added",)),
        ("490154203237518", ()),
        ("0912345678", ()),
    ],
)
def test_what_a_spreadsheet_does_to_names_made_of_digits(text: str, flags: tuple[str, ...]) -> None:
    """The three ways in which a spreadsheet damages account and device numbers are told; sound ones are left alone."""
    assert damage(text) == flags
