"""Bitcoin addresses: Base58Check (P2PKH, P2SH) and witness programs (BIP-173, BIP-350)."""

from __future__ import annotations

from . import base58check, bech32
from .chain import Address
from .errors import InvalidIdentifier

_VERSIONS = {0x00: "bitcoin", 0x05: "bitcoin", 0x6F: "bitcoin-test", 0xC4: "bitcoin-test"}
_PREFIXES = {"bc": "bitcoin", "tb": "bitcoin-test"}


def read(text: str) -> Address:
    """Read an address; a witness address is given in small letters.

    Raises:
        InvalidIdentifier: it is malformed, or of a chain that only resembles Bitcoin.
    """
    return _witness(text) if text.lower().startswith(("bc1", "tb1")) else _base58(text)


def _witness(text: str) -> Address:
    found = bech32.witness(text)
    if found.prefix not in _PREFIXES:
        raise InvalidIdentifier("got a prefix of another network, expected bc or tb")
    doubts: tuple[str, ...] = ()
    if found.version > 1 or (found.version == 1 and len(found.program) != 32):
        doubts = (
            f"witness version {found.version} with {len(found.program)} bytes has no use for wallets yet: check it",
        )
    return Address(_PREFIXES[found.prefix], text.lower(), doubts)


def _base58(text: str) -> Address:
    payload = base58check.decode(text)
    form = _VERSIONS.get(payload[0])
    if form is None or len(payload) != 21:
        message = f"got version byte 0x{payload[0]:02x} and {len(payload)} bytes, expected a Bitcoin address"
        raise InvalidIdentifier(
            message, advice="Addresses of other chains that resemble Bitcoin cannot be checked here."
        )
    return Address(form, text)
