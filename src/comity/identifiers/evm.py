"""Addresses of Ethereum and the chains that work like it, with the letter-case checksum of EIP-55."""

from __future__ import annotations

import re

from .chain import Address
from .errors import InvalidIdentifier

_FORM = re.compile(r"0[xX]([0-9a-fA-F]{40})")


def read(text: str) -> Address:
    """Read an address; it is given with the checksum of EIP-55 in its letters' case.

    Raises:
        InvalidIdentifier: it is not 0x and 40 hexadecimal digits, or its mixed case is not that of the checksum.
    """
    match = _FORM.fullmatch(text)
    if not match:
        raise InvalidIdentifier(f"got {len(text)} characters, expected 0x and 40 hexadecimal digits")
    digits = match[1]
    value = checksummed(digits.lower())
    if digits in (digits.lower(), digits.upper()):
        return Address("evm", value, ("written without a checksum: compare every character with the source",))
    if "0x" + digits != value:
        advice = "Copy it again; if the source itself writes it so, compare it by hand and give it in small letters."
        raise InvalidIdentifier(
            "got letters whose case is not that of the checksum: a character is wrong", advice=advice
        )
    return Address("evm", value)


def checksummed(digits: str) -> str:
    """Write 40 small hexadecimal digits with the case that EIP-55 asks for."""
    from Crypto.Hash import keccak

    marks = keccak.new(digest_bits=256, data=digits.encode("ascii")).hexdigest()
    return "0x" + "".join(c.upper() if int(mark, 16) >= 8 else c for c, mark in zip(digits, marks, strict=False))
