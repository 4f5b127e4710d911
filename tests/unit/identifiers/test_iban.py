"""Bank accounts: country, length, form and check digits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

# Examples that ISO 13616's registry publishes for its own use.
PUBLISHED = [
    "GB82WEST12345698765432",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "SA0380000000608010167519",
    "MT84MALT011000012345MTLCAST001S",
    "NO9386011117947",
    "CH9300762011623852957",
    "AE070331234567890123456",
    "BR1800360305000010009795493C1",
]


def check_digits(country: str, account: str) -> str:
    """Give the check digits of ISO 7064 for an account of digits."""
    letters = "".join(str(ord(c) - 55) for c in country)
    return f"{98 - int(account + letters + '00') % 97:02d}"


@pytest.mark.parametrize("text", PUBLISHED)
def test_published_examples_are_read(text: str) -> None:
    """An IBAN in groups, in small letters or with its label is the same IBAN."""
    grouped = " ".join(text[i : i + 4] for i in range(0, len(text), 4))
    for written in (
        text,
        grouped,
        grouped.lower(),
        f"IBAN: {grouped}",
        text[:4] + "-" + text[4:],
        text.replace("0", "0\xa0", 1),
    ):
        assert normalise("iban", written).value == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("GB82WEST12345698765433", "check digits do not agree"),
        ("GB82WEST1234569876543", "length"),
        ("GB821EST12345698765432", "letters where GB has digits"),
        ("VN82WEST12345698765432", "no country with IBANs"),
        ("ZZ00", "expected two letters"),
        ("82GBWEST12345698765432", "expected two letters"),
        ("GB82WEST1234569876543é", "expected two letters"),
        ("DE８９370400440532013000", "expected two letters"),
        ("IBAN", "expected two letters"),
        ("G", "expected two letters"),
    ],
)
def test_other_texts_are_refused_with_the_reason(text: str, reason: str) -> None:
    """The message says whether country, length, form or check digits are wrong."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("iban", text)
    assert caught.value.advice


@settings(deadline=None)
@given(st.from_regex(r"[0-9]{18}", fullmatch=True).filter(str.isascii))
def test_any_german_account_with_its_check_digits_is_read(account: str) -> None:
    """Check digits computed by hand are the ones that are asked for, and only they."""
    right = check_digits("DE", account)
    assert normalise("iban", f"DE{right}{account}").value == f"DE{right}{account}"
    with pytest.raises(InvalidIdentifier, match="check digits"):
        normalise("iban", f"DE{(int(right) + 1) % 100:02d}{account}")


@settings(deadline=None)
@given(st.sampled_from(PUBLISHED), st.data())
def test_a_wrong_digit_is_noticed(text: str, data: st.DataObject) -> None:
    """One substituted digit is always found."""
    place = data.draw(st.sampled_from([i for i, c in enumerate(text) if c.isdigit()]))
    other = data.draw(st.sampled_from("0123456789".replace(text[place], "")))
    with pytest.raises(InvalidIdentifier):
        normalise("iban", text[:place] + other + text[place + 1 :])
