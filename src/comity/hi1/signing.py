"""Signing an HI-1 message and verifying it, in XML and in JSON.

The receiver reads `Signed.content` and nothing else: these are the canonical bytes that the signature covers, so what was
not signed cannot be read by mistake. Ed25519 makes the same signature each time, so a message signed twice is the same.
"""

from __future__ import annotations

from typing import Any

from comity.crypto.keys import Signer

from .codec import encoding_of
from .errors import BadMessage
from .hardened import MAX_BYTES, parse_json, parse_xml
from .jsonsignature import sign_json, verify_json
from .model import Endpoint
from .trusted import Signed, Trusted
from .xmlsignature import sign_xml, verify_xml

__all__ = ["Signed", "Trusted", "sender", "sign", "verify"]


def sign(raw: bytes, signer: Signer, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Sign an unsigned message; the result is in canonical form.

    Raises:
        BadMessage: the bytes are no message that can be signed, or it is signed already.
    """
    return (sign_xml if encoding_of(raw) == "xml" else sign_json)(raw, signer, max_bytes)


def verify(raw: bytes, trusted: Trusted, *, max_bytes: int = MAX_BYTES) -> Signed:
    """Verify a signed message and give what its one signature covers.

    Raises:
        BadMessage: the bytes are no message.
        BadSignature: it is not signed, not in the one way that is accepted, not by one who is trusted, or was changed.
    """
    return (verify_xml if encoding_of(raw) == "xml" else verify_json)(raw, trusted, max_bytes)


def sender(content: bytes) -> Endpoint:
    """Say who a verified message says that it is from, whatever else stands in it.

    Raises:
        BadMessage: it does not say.
    """
    path = ("Header", "SenderIdentifier")
    if encoding_of(content) == "xml":
        found = parse_xml(content).find("/".join(f"{{*}}{name}" for name in path))
        texts = [] if found is None else [part.text for part in found]
    else:
        value: Any = parse_json(content)
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        texts = [value.get("CountryCode"), value.get("UniqueIdentifier")] if isinstance(value, dict) else []
    match texts:
        case [str(country), str(name)]:
            return Endpoint(country, name)
    raise BadMessage(
        "got no sender, expected one with country and identifier", code=3005, field="Header.SenderIdentifier"
    )
