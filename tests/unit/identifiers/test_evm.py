"""Ethereum addresses against the published vectors of EIP-55."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.evm import read

VECTORS = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]
MIXED = VECTORS[4:]


@pytest.mark.parametrize("text", VECTORS)
def test_the_checksum_is_written_as_published(text: str) -> None:
    """From small letters, the case comes out as in EIP-55."""
    assert read(text.lower()).value == text


@pytest.mark.parametrize("text", MIXED)
def test_a_fitting_checksum_leaves_no_doubt(text: str) -> None:
    """A mixed-case address whose case fits is accepted without doubt."""
    assert read(text).doubts == ()


@pytest.mark.parametrize("text", [MIXED[0].lower(), "0x" + MIXED[0][2:].upper(), "0X" + MIXED[0][2:].upper()])
def test_one_case_is_accepted_with_a_doubt(text: str) -> None:
    """Without mixed case there is no checksum: the address is taken, and the reader told."""
    found = read(text)
    assert found.value == MIXED[0]
    assert "without a checksum" in found.doubts[0]


@settings(deadline=None)
@given(st.sampled_from(MIXED), st.data())
def test_a_letter_in_the_wrong_case_is_refused(text: str, data: st.DataObject) -> None:
    """Changing the case of one letter breaks the checksum."""
    place = data.draw(st.sampled_from([i for i, c in enumerate(text) if i > 1 and c.isalpha()]))
    with pytest.raises(InvalidIdentifier, match="checksum"):
        read(text[:place] + text[place].swapcase() + text[place + 1 :])


@pytest.mark.parametrize("text", ["0x", "0x12", MIXED[0] + "0", MIXED[0][:-1] + "g", MIXED[0][:-1] + "é"])
def test_other_lengths_and_digits_are_refused(text: str) -> None:
    """Only 0x and 40 hexadecimal digits are an address."""
    with pytest.raises(InvalidIdentifier, match="40 hexadecimal digits"):
        read(text)
