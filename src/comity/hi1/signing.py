"""Signing an HI-1 message and verifying it, in XML and in JSON.

The receiver reads `Signed.content` and nothing else: these are the canonical bytes that the signature covers, so what was
not signed cannot be read by mistake. Ed25519 makes the same signature each time, so a message signed twice is the same.
"""

from __future__ import annotations

from comity.crypto.keys import Signer

from .errors import BadMessage
from .hardened import MAX_BYTES
from .jsonsignature import sign_json, verify_json
from .trusted import Signed, Trusted
from .xmlsignature import sign_xml, verify_xml

__all__ = ["Signed", "Trusted", "sign", "verify"]


def sign(raw: bytes, signer: Signer, *, max_bytes: int = MAX_BYTES) -> bytes:
    """Sign an unsigned message; the result is in canonical form.

    Raises:
        BadMessage: the bytes are no message that can be signed, or it is signed already.
    """
    return (sign_xml if _is_xml(raw) else sign_json)(raw, signer, max_bytes)


def verify(raw: bytes, trusted: Trusted, *, max_bytes: int = MAX_BYTES) -> Signed:
    """Verify a signed message and give what its one signature covers.

    Raises:
        BadMessage: the bytes are no message.
        BadSignature: it is not signed, not in the one way that is accepted, not by one who is trusted, or was changed.
    """
    return (verify_xml if _is_xml(raw) else verify_json)(raw, trusted, max_bytes)


def _is_xml(raw: bytes) -> bool:
    """Tell XML from JSON by the first sign."""
    start = raw[:64].removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if start not in (b"<", b"{"):
        raise BadMessage(f"got bytes that begin with {start!r}, expected XML or JSON", code=3019)
    return start == b"<"
