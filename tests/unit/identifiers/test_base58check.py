"""Base58Check against the peer library and published addresses."""

from __future__ import annotations

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.identifiers.base58check import decode, raw
from comity.identifiers.errors import InvalidIdentifier


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=60))
def test_what_the_peer_writes_is_read(payload: bytes) -> None:
    """Any payload that the peer library encodes with a checksum comes back."""
    assert decode(base58.b58encode_check(payload).decode()) == payload


@settings(deadline=None)
@given(st.binary(min_size=21, max_size=21), st.data())
def test_a_wrong_character_is_noticed(payload: bytes, data: st.DataObject) -> None:
    """One substituted character breaks the checksum."""
    text = base58.b58encode_check(payload).decode()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(base58.BITCOIN_ALPHABET.decode().replace(text[place], "")))
    with pytest.raises(InvalidIdentifier, match="checksum"):
        decode(text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("text", ["", "0", "O", "I", "l", "é", "1 1", "1" * 129])
def test_text_outside_the_alphabet_is_none(text: str) -> None:
    """What is not Base58, or is longer than any address, decodes to nothing and is refused with a checksum."""
    assert raw(text) is None
    with pytest.raises(InvalidIdentifier):
        decode(text)
