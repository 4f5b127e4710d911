"""Base58 as Bitcoin, TRON and Solana write it, and Base58Check: a payload and four bytes of double SHA-256."""

from __future__ import annotations

import hashlib

from .errors import InvalidIdentifier

MAX_LENGTH = 128
_CHECKSUM = 4


def raw(text: str) -> bytes | None:
    """Decode plain Base58; None when the text is none."""
    if not text or len(text) > MAX_LENGTH:
        return None
    import base58

    try:
        return base58.b58decode(text)
    except ValueError:
        return None


def decode(text: str) -> bytes:
    """Decode Base58Check and give the payload, its version byte first.

    Raises:
        InvalidIdentifier: the text is not Base58, or its checksum does not agree.
    """
    data = raw(text)
    if data is None or len(data) <= _CHECKSUM:
        raise InvalidIdentifier("got characters that such addresses never hold (0, O, I and l among them)")
    payload, check = data[:-_CHECKSUM], data[-_CHECKSUM:]
    if hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:_CHECKSUM] != check:
        raise InvalidIdentifier("got a checksum that does not agree: at least one character is wrong")
    return payload
