"""Telephone numbers: E.164 out of what people write; possible is the rule, in use is a doubt."""

from __future__ import annotations

import phonenumbers
import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+1 202 555 0143", "+12025550143"),
        ("+1 (202) 555-0143", "+12025550143"),
        ("tel:+1-202-555-0143", "+12025550143"),
        ("＋１２０２５５５０１４３", "+12025550143"),
        ("+1 202 555‑0143", "+12025550143"),
        ("+44 (0)20 7946 0018", "+442079460018"),
        ("(+84) 28 3823 0000", "+842838230000"),
        ("+39 02 3661 8300", "+390236618300"),
    ],
)
def test_international_numbers_are_read(text: str, value: str) -> None:
    """However it is grouped, a number with its country code has one form."""
    assert normalise("phone", text).value == value


@pytest.mark.parametrize(
    ("text", "region", "value"),
    [
        ("020 7946 0018", "GB", "+442079460018"),
        ("(202) 555-0143", "us", "+12025550143"),
        ("00 44 20 7946 0018", "VN", "+442079460018"),
        ("+44 20 7946 0018", "VN", "+442079460018"),
        ("٠٢٨ ٣٨٢٣ ٠٠٠٠", "VN", "+842838230000"),
    ],
)
def test_national_numbers_are_read_with_their_region(text: str, region: str, value: str) -> None:
    """The region only matters where the country code is missing."""
    assert normalise("phone", text, region=region).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("+44 20", "too short"),
        ("+1 202 555 01430000", "too long"),
        ("+999 123 456 789", "country code that does not exist"),
        ("+1 555 0143", "lacks its area code"),
        ("020 7946 0018", "without a country code"),
        ("1-800-FLOWERS", "expected digits"),
        ("+1 202 555 0143 ext. 5", "expected digits"),
        ("+1 202 555 0143;phone-context=x", "expected digits"),
        ("+", "no telephone number|expected digits"),
        ("...", "without a country code"),
    ],
)
def test_an_impossible_number_is_refused_with_the_reason(text: str, reason: str) -> None:
    """The message says which rule the number breaks, and the advice what to write."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("phone", text)
    assert caught.value.advice


def test_a_possible_number_outside_known_ranges_is_doubted() -> None:
    """Numbering plans change faster than tables: such a number is accepted with a doubt."""
    assert "no range" in normalise("phone", "+1 555 555 0143").doubts[0]
    assert normalise("phone", "+1 202 555 0143").doubts == ()


@pytest.mark.parametrize("region", ["XX", "VNM", "1", "é"])
def test_an_unknown_region_is_refused(region: str) -> None:
    """A region is an ISO 3166 code that has telephone numbers."""
    with pytest.raises(InvalidIdentifier, match="region") as caught:
        normalise("phone", "020 7946 0018", region=region)
    assert caught.value.field == "region"


@pytest.mark.parametrize("region", sorted(phonenumbers.SUPPORTED_REGIONS))
def test_the_example_number_of_every_region_is_read_in_both_forms(region: str) -> None:
    """National and international writing of the library's example lead to the same value without doubt."""
    example = phonenumbers.example_number(region)
    assert example is not None
    forms = (phonenumbers.PhoneNumberFormat.NATIONAL, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    found = {normalise("phone", phonenumbers.format_number(example, form), region=region) for form in forms}
    expected = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    assert {one.value for one in found} == {expected}
    assert all(one.doubts == () for one in found)
