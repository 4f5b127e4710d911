"""E-mail addresses: the domain is normalised, the rest is the receiver's business."""

from __future__ import annotations

import pytest

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Some.Name+tag@Example.ORG", "Some.Name+tag@example.org"),
        ("mailto:name@example.org", "name@example.org"),
        ("name[at]example[.]org", "name@example.org"),
        ("name@example.org.", "name@example.org"),
        ("tên@ví-dụ.example", "tên@xn--v-d-rma6749a.example"),
        ("o'brien!#$%&*/=?^_`{|}~-@example.org", "o'brien!#$%&*/=?^_`{|}~-@example.org"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_addresses_are_read(text: str, value: str) -> None:
    """The local part keeps its case; the domain is in small A-labels."""
    assert normalise("email", text).value == value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name", "0 @ signs"),
        ("a@b@example.org", "2 @ signs"),
        ("@example.org", "0 bytes before"),
        ("name@", "empty part"),
        ("name@localhost", "a dot in it"),
        (".name@example.org", "no dot at an end"),
        ("na..me@example.org", "two dots together"),
        ("a" * 65 + "@example.org", "65 bytes before"),
        ("é" * 33 + "@example.org", "66 bytes before"),
        ("Some Name <name@example.org>", "bare address"),
        ('"some name"@example.org', "bare address"),
        ("name@example.org, other@example.org", "bare address"),
        ("name@[192.0.2.1]", "a domain after"),
        ("na♥me@example.org", "the character"),
        ("name@exa mple.org", "bare address"),
    ],
)
def test_other_forms_are_refused_with_the_reason(text: str, reason: str) -> None:
    """Quoted names, comments, literals and lists are not what a provider looks up."""
    with pytest.raises(InvalidIdentifier, match=reason) as caught:
        normalise("email", text)
    assert caught.value.advice


def test_an_address_may_have_254_bytes_and_no_more() -> None:
    """RFC 5321 allows a path of 256 bytes, its brackets included."""
    host = ".".join(["a" * 61] * 4)
    assert len(normalise("email", "n" * (254 - 1 - len(host)) + "@" + host).value) == 254
    with pytest.raises(InvalidIdentifier, match="got 255 bytes"):
        normalise("email", "n" * (255 - 1 - len(host)) + "@" + host)


def test_letters_of_two_scripts_are_doubted() -> None:
    """A Cyrillic letter among Latin ones may imitate another address, before the @ as after it."""
    assert "mixes letters" in normalise("email", "nаme@nic.vn").doubts[0]
    assert "mixes letters" in normalise("email", "name@nаme.vn").doubts[0]
