"""Crypto addresses with the chain they are on: Bitcoin, EVM chains, TRON, Solana.

The chain is taken from the hint, else from the form of the address. One form can serve several chains: an EVM address
without a hint is read as Ethereum and doubted; an address of a test network is refused unless the hint names that
network. A message never repeats the text, which may be a private key.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from . import base58check, bitcoin, evm
from .chain import Address, Chain, default, find
from .errors import InvalidIdentifier
from .model import Hints, Identifier

_KEY_ADVICE = "A private key is a secret, never an identifier: keep it out of every document, and give the address."
_HEX_64 = re.compile(r"(?:0x)?[0-9a-f]{64}", re.IGNORECASE)
_TRON_VERSION = 0x41
_SOLANA_BYTES = 32


def read(text: str, hints: Hints) -> Identifier:
    """Read an address, of the chain hinted at or of the one its form tells.

    Raises:
        InvalidIdentifier: it is no address, its checksum does not agree, or it is of another chain.
    """
    _refuse_keys(text)
    hinted = find(hints.chain) if hints.chain else None
    address = _READERS[_family(text, hinted)](text)
    chain = hinted or default(address.form)
    if chain is None:
        advice = "If a test network is meant, name it as the chain; its coins have no value."
        raise InvalidIdentifier(
            "got an address of a test network, expected one with value", field="chain", advice=advice
        )
    if chain.form != address.form:
        advice = "Leave the chain out to have it recognised, or correct it."
        raise InvalidIdentifier(
            f"got an address of the form {address.form}, expected an address of {chain.label}",
            field="chain",
            advice=advice,
        )
    doubts = address.doubts + _doubts(chain, hinted)
    return Identifier("wallet", address.value, text, chain=chain.id, doubts=doubts)


def _refuse_keys(text: str) -> None:
    data = base58check.raw(text)
    if data and len(data) in (37, 38) and data[0] in (0x80, 0xEF):
        raise InvalidIdentifier("got a Bitcoin private key, expected an address", advice=_KEY_ADVICE)
    if data and len(data) == 82:
        advice = "It stands for a whole wallet: give its single addresses."
        raise InvalidIdentifier("got an extended key, expected an address", advice=advice)
    if data and len(data) == 64:
        advice = "If it names a transaction, give the addresses in it. " + _KEY_ADVICE
        raise InvalidIdentifier("got 64 bytes, a Solana signature or private key, expected an address", advice=advice)
    if _HEX_64.fullmatch(text):
        advice = "If it names a transaction, give the addresses in it. " + _KEY_ADVICE
        raise InvalidIdentifier(
            "got 64 hexadecimal digits, a transaction or a private key, expected an address", advice=advice
        )


def _family(text: str, hinted: Chain | None) -> str:
    if text[:2].lower() == "0x":
        return "evm"
    data = base58check.raw(text)
    if data and len(data) == _SOLANA_BYTES:
        return "solana"
    if text.lower().startswith(("bc1", "tb1")):
        return "bitcoin"
    if data and len(data) == 25:
        return "tron" if data[0] == _TRON_VERSION else "bitcoin"
    if hinted:
        return hinted.form.partition("-")[0]
    raise InvalidIdentifier(
        f"got {len(text)} characters of no known form, expected an address of Bitcoin, an EVM chain, TRON or Solana"
    )


def _tron(text: str) -> Address:
    payload = base58check.decode(text)
    if len(payload) != 21 or payload[0] != _TRON_VERSION:
        raise InvalidIdentifier("got no TRON address, expected 34 characters that start with T")
    return Address("tron", text)


def _solana(text: str) -> Address:
    data = base58check.raw(text)
    if data is None or len(data) != _SOLANA_BYTES:
        raise InvalidIdentifier("got no Solana address, expected 32 bytes in Base58 (32 to 44 characters)")
    return Address("solana", text, ("a Solana address has no checksum: compare every character with the source",))


def _doubts(chain: Chain, hinted: Chain | None) -> tuple[str, ...]:
    if hinted is None and chain.form == "evm":
        return (f"no chain given: read as {chain.label} ({chain.id}), yet the same address exists on every EVM chain",)
    if chain.test:
        return (f"{chain.label} is a test network: its coins have no value",)
    if not chain.known:
        return (f"{chain.id} is not among the chains known here: check the number",)
    return ()


_READERS: dict[str, Callable[[str], Address]] = {
    "bitcoin": bitcoin.read,
    "evm": evm.read,
    "tron": _tron,
    "solana": _solana,
}
