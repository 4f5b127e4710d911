"""Bitcoin addresses: published ones are read, look-alikes of other chains are not."""

from __future__ import annotations

import base58
import pytest

from comity.identifiers.bitcoin import read
from comity.identifiers.errors import InvalidIdentifier


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bitcoin"),
        ("3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "bitcoin"),
        ("mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "bitcoin-test"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bitcoin"),
        ("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx", "bitcoin-test"),
        ("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", "bitcoin"),
    ],
)
def test_each_form_is_recognised(text: str, form: str) -> None:
    """Genesis, P2SH, test, segwit and taproot addresses are told apart."""
    assert (read(text).form, read(text).value, read(text).doubts) == (form, text, ())


def test_capitals_of_a_witness_address_become_small() -> None:
    """QR codes carry capitals; the normal form is in small letters."""
    assert read("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4").value == "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"


@pytest.mark.parametrize("text", ["BC1SW50QGDZ25J", "bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", "bc1pfeessrawgf"])
def test_witness_forms_without_use_are_doubted(text: str) -> None:
    """BIP-350 asks to accept later versions; a person should still look twice."""
    assert "no use for wallets yet" in read(text).doubts[0]


@pytest.mark.parametrize(("version", "size"), [(0x30, 20), (0x1E, 20), (0x41, 20), (0x00, 19), (0x05, 32)], ids=str)
def test_other_versions_and_sizes_are_refused(version: int, size: int) -> None:
    """A fitting checksum does not make another chain's address a Bitcoin address."""
    text = base58.b58encode_check(bytes((version,)) + bytes(range(size))).decode()
    with pytest.raises(InvalidIdentifier, match="version byte"):
        read(text)
