"""Hashes of files: `sha256:` and its fellows before small hexadecimal digits (FIPS 180-4, RFC 1321)."""

from __future__ import annotations

import hashlib
import re

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .text import shown

_LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
_WEAK = ("md5", "sha1")
_WRITTEN = re.compile(r"(?:(md5|sha-?1|sha-?256|sha-?512)\s*[:=]\s*)?([0-9a-f]+)", re.IGNORECASE)


def read(text: str, hints: Hints) -> Identifier:
    """Read hexadecimal digits, with or without the algorithm's name before them.

    Raises:
        InvalidIdentifier: the digits are of no known length, or not of the named algorithm's.
    """
    match = _WRITTEN.fullmatch(text) if text.isascii() else None
    if not match:
        raise InvalidIdentifier(f"got {shown(text)}, expected hexadecimal digits")
    digits = match[2].lower()
    named = match[1].lower().replace("-", "") if match[1] else _by_length(digits)
    if len(digits) != _LENGTHS[named]:
        raise InvalidIdentifier(f"got {len(digits)} digits, expected {_LENGTHS[named]} for {named}")
    return Identifier("hash", f"{named}:{digits}", text, doubts=tuple(_doubts(named, digits)))


def _by_length(digits: str) -> str:
    for name, length in _LENGTHS.items():
        if len(digits) == length:
            return name
    known = ", ".join(f"{length} ({name})" for name, length in _LENGTHS.items())
    raise InvalidIdentifier(f"got {len(digits)} digits, expected one of {known}")


def _doubts(name: str, digits: str) -> list[str]:
    doubts = []
    if name in _WEAK:
        doubts.append(f"{name} is weak: two different files can be made to share it, add the SHA-256")
    if digits == hashlib.new(name, usedforsecurity=False).hexdigest():
        doubts.append("this is the hash of an empty file: it names no file in particular")
    return doubts
