"""Wallets: the chain is recognised, asked for or refused; published addresses are read."""

from __future__ import annotations

import base58
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise

BITCOIN = "bip122:000000000019d6689c085ae165831e93"
TESTNET = "bip122:000000000933ea01ad0ee984209779ba"
TRON = "tron:0x2b6653dc"
SOLANA = "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp"
RONIN = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
TETHER = "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", BITCOIN),
        ("12t9YDPgwueZ9NyMgw519p7AA8isjr6SMw", BITCOIN),
        ("115p7UMMngoj1pMvkpHijcRdfJNXj6LrLn", BITCOIN),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", BITCOIN),
        (RONIN, "eip155:1"),
        (TETHER, TRON),
        ("T9yD14Nj9j7xAB4dbGeiX9h8unkKHxuWwb", TRON),
        ("11111111111111111111111111111111", SOLANA),
        ("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", SOLANA),
        ("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL", SOLANA),
    ],
)
def test_published_addresses_are_read_on_their_chain(text: str, chain: str) -> None:
    """Ransom, theft and program addresses that anybody can look up keep their spelling and get their chain."""
    found = normalise("wallet", text)
    assert (found.value, found.chain, found.original) == (text, chain, text)


def test_an_evm_address_without_chain_is_read_as_ethereum_and_doubted() -> None:
    """The same address exists on every EVM chain, so the default is said aloud."""
    assert "no chain given" in normalise("wallet", RONIN).doubts[0]
    assert normalise("wallet", RONIN, chain="eip155:2020").doubts == ()
    assert normalise("wallet", RONIN, chain="eip155:2020").chain == "eip155:2020"


def test_an_unknown_evm_chain_is_taken_and_doubted() -> None:
    """There are thousands of EVM chains; one outside the table is possible."""
    found = normalise("wallet", RONIN, chain="eip155:424242")
    assert found.chain == "eip155:424242"
    assert "not among the chains known here" in found.doubts[0]


def test_a_chain_is_known_by_its_other_id_too() -> None:
    """TRON is written in hexadecimal by wallets and in decimal by the registry; one form is kept."""
    assert normalise("wallet", TETHER, chain="tron:728126428").chain == TRON


def test_a_solana_address_is_doubted_for_want_of_a_checksum() -> None:
    """A mistyped Solana address cannot be noticed, and the reader is told."""
    assert "no checksum" in normalise("wallet", "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA").doubts[0]


@pytest.mark.parametrize("text", ["mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn", "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx"])
def test_a_test_network_must_be_named(text: str) -> None:
    """An address of a test network is refused, unless that network is what is meant."""
    with pytest.raises(InvalidIdentifier, match="test network") as caught:
        normalise("wallet", text)
    assert caught.value.field == "chain"
    found = normalise("wallet", text, chain=TESTNET)
    assert found.chain == TESTNET
    assert "no value" in found.doubts[0]


@pytest.mark.parametrize(
    ("text", "chain"),
    [(TETHER, BITCOIN), (RONIN, TRON), ("13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", TESTNET), (TETHER, SOLANA)],
)
def test_an_address_of_another_chain_is_refused(text: str, chain: str) -> None:
    """A hint that contradicts the address is an error, not a correction."""
    with pytest.raises(InvalidIdentifier, match="got an address of the form"):
        normalise("wallet", text, chain=chain)


@pytest.mark.parametrize("chain", ["ethereum", "eip155:0", "eip155:01", "eip155:x", "bip122:00", "EIP155:1", " "])
def test_an_unknown_chain_is_refused_with_a_list(chain: str) -> None:
    """The advice lists the ids that are understood."""
    with pytest.raises(InvalidIdentifier, match="expected a CAIP-2 id") as caught:
        normalise("wallet", RONIN, chain=chain)
    assert BITCOIN in caught.value.advice


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", "private key"),
        ("ab" * 32, "private key"),
        ("0x" + "ab" * 32, "private key"),
        (base58.b58encode(bytes(range(64))).decode(), "private key"),
        (base58.b58encode_check(bytes.fromhex("0488b21e") + bytes(range(74))).decode(), "extended key"),
    ],
)
def test_a_key_is_refused_and_never_repeated(text: str, found: str) -> None:
    """A secret pasted by mistake does not travel on in the error message."""
    with pytest.raises(InvalidIdentifier, match=found) as caught:
        normalise("wallet", text)
    assert text not in str(caught.value) + caught.value.advice


@pytest.mark.parametrize("text", ["x", "bc1", "0x", "1" * 31, "addr1q9", TETHER[:-1], TETHER + "1", "r" * 33])
@pytest.mark.parametrize("chain", ["", BITCOIN, TRON, SOLANA, "eip155:1"])
def test_malformed_addresses_are_refused(text: str, chain: str) -> None:
    """Whatever the hint, what is no address is refused with advice."""
    with pytest.raises(InvalidIdentifier) as caught:
        normalise("wallet", text, chain=chain)
    assert caught.value.advice


@settings(deadline=None)
@given(st.sampled_from(["13AM4VW2dhxYgXeQepoHkHSQuy6NgaEb94", TETHER]), st.data())
def test_a_wrong_character_is_noticed(text: str, data: st.DataObject) -> None:
    """One substituted character of a checksummed address is refused."""
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(base58.BITCOIN_ALPHABET.decode().replace(text[place], "")))
    with pytest.raises(InvalidIdentifier):
        normalise("wallet", text[:place] + other + text[place + 1 :])


@settings(deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_any_32_bytes_are_a_solana_address(key: bytes) -> None:
    """Solana writes a key as plain Base58, whatever its first letters look like."""
    text = base58.b58encode(key).decode()
    assert normalise("wallet", text).chain == SOLANA


def test_a_solana_address_may_begin_like_a_bitcoin_prefix() -> None:
    """The 32 bytes decide, not the letters bc1 at the start."""
    assert normalise("wallet", "bc1" + "A" * 40).chain == SOLANA
