"""Bech32 and Bech32m (BIP-173, BIP-350), and the witness programs that Bitcoin writes in them."""

from __future__ import annotations

from typing import NamedTuple

from .errors import InvalidIdentifier

MAX_LENGTH = 90
BECH32 = 1
BECH32M = 0x2BC830A3
_CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECKSUM = 6


class Word(NamedTuple):
    """A decoded string: the readable prefix, five-bit values, and the constant of the checksum that fits."""

    prefix: str
    values: tuple[int, ...]
    constant: int


class Program(NamedTuple):
    """A witness program: for which network (by prefix), of which version, and its bytes."""

    prefix: str
    version: int
    program: bytes


def decode(text: str) -> Word:
    """Decode a string whose checksum is that of Bech32 or of Bech32m.

    Raises:
        InvalidIdentifier: it is malformed, or neither checksum fits.
    """
    if len(text) > MAX_LENGTH or not all(33 <= ord(c) <= 126 for c in text):
        raise InvalidIdentifier(f"got {len(text)} characters, expected at most {MAX_LENGTH} and plain ASCII")
    if text not in (text.lower(), text.upper()):
        raise InvalidIdentifier("got capital and small letters mixed, expected all small")
    prefix, _, data = text.lower().rpartition("1")
    if not prefix or len(data) < _CHECKSUM:
        raise InvalidIdentifier("got no prefix or no checksum, expected prefix, the digit 1 and data")
    if wrong := next((c for c in data if c not in _CHARSET), ""):
        raise InvalidIdentifier(
            f"got the character {wrong!r}, which such addresses never hold: look for a misread letter"
        )
    values = tuple(_CHARSET.index(c) for c in data)
    constant = _checksum((*(ord(c) >> 5 for c in prefix), 0, *(ord(c) & 31 for c in prefix), *values))
    if constant not in (BECH32, BECH32M):
        raise InvalidIdentifier("got a checksum that does not agree: at least one character is wrong")
    return Word(prefix, values[:-_CHECKSUM], constant)


def witness(text: str) -> Program:
    """Decode the address of a witness program.

    Raises:
        InvalidIdentifier: it is no such address.
    """
    word = decode(text)
    if not word.values or word.values[0] > 16:
        raise InvalidIdentifier("got no witness version from 0 to 16, expected one")
    version = word.values[0]
    # BIP-350: version 0 keeps the checksum of BIP-173, all later ones have the new constant.
    if word.constant != (BECH32 if version == 0 else BECH32M):
        raise InvalidIdentifier(f"got the wrong form of checksum for witness version {version}: a character is wrong")
    program = _bytes(word.values[1:])
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        raise InvalidIdentifier(f"got a witness program of {len(program)} bytes, which version {version} does not have")
    return Program(word.prefix, version, program)


def _checksum(values: tuple[int, ...]) -> int:
    state = 1
    for value in values:
        top = state >> 25
        state = (state & 0x1FFFFFF) << 5 ^ value
        for i, generator in enumerate(_GENERATORS):
            if top >> i & 1:
                state ^= generator
    return state


def _bytes(values: tuple[int, ...]) -> bytes:
    number = 0
    for value in values:
        number = number << 5 | value
    size, padding = divmod(len(values) * 5, 8)
    # BIP-173: the padding is at most four bits, all zero.
    if padding > 4 or number & ((1 << padding) - 1):
        raise InvalidIdentifier("got padding that is too long or not zero, expected neither")
    return (number >> padding).to_bytes(size, "big")
