"""The `Signatures` array of a JSON message (TS 103 120, JSON Signature Scheme), in the one form that is accepted.

What is signed: the message without `Signatures`, with a member `signatures` (small s) that holds the same array without
`value`; its canonical form (RFC 8785); of that the SHA-256 as small hexadecimal digits, which Ed25519 signs as text.
ETSI has published one signed example; it is the vector of the tests. The older `Signature` (a detached JWS) is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any

from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from comity.crypto.errors import BadSignature
from comity.crypto.keys import PublicKey, Signer
from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadMessage
from .hardened import parse_json
from .trusted import Signed, Trusted

_SUITE = {"hash_algorithm": "sha-256", "algorithm": "Ed25519"}
_MEMBERS = {*_SUITE, "public_key", "value"}
_RESERVED = ("Signatures", "Signature", "signatures")


def sign_json(raw: bytes, signer: Signer, max_bytes: int) -> bytes:
    """Sign an unsigned JSON message.

    Raises:
        BadMessage: it is no such message.
    """
    message = parse_json(raw, max_bytes)
    if found := [name for name in _RESERVED if name in message]:
        raise BadMessage(f"got a message with {found[0]}, expected one that is not signed yet", field=found[0])
    entry = {**_SUITE, "public_key": _spki(signer.public)}
    value = base64.b64encode(signer.sign(_covered(message, entry))).decode()
    return _canonical({**message, "Signatures": [{**entry, "value": value}]})


def verify_json(raw: bytes, trusted: Trusted, max_bytes: int) -> Signed:
    """Verify a signed JSON message.

    Raises:
        BadMessage: the bytes are no JSON message.
        BadSignature: its signature does not count.
    """
    message = parse_json(raw, max_bytes)
    entry = _entry(message)
    key = _key(entry["public_key"], trusted)
    value = _decoded(entry.pop("value"), "value")
    del message["Signatures"]
    key.verify(value, _covered(message, entry))
    return Signed(_canonical(message), key.keyid)


def _entry(message: dict[str, Any]) -> dict[str, str]:
    """Give the message's one signature, which has exactly the members and algorithms that are accepted."""
    if "Signature" in message:
        raise BadSignature("got a JWS in Signature, expected the newer Signatures array")
    if "signatures" in message:
        raise BadSignature("got a member signatures, expected that name free: it stands for Signatures while signing")
    entries = message.get("Signatures")
    if not isinstance(entries, list) or len(entries) != 1:
        got = f"{len(entries)} entries" if isinstance(entries, list) else "none"
        raise BadSignature(f"got {got}, expected exactly one signature", field="Signatures")
    entry = entries[0]
    if not (isinstance(entry, dict) and set(entry) == _MEMBERS and all(isinstance(v, str) for v in entry.values())):
        raise BadSignature(f"got another form, expected the texts {', '.join(sorted(_MEMBERS))}", field="Signatures")
    for name, expected in _SUITE.items():
        if entry[name] != expected:
            raise BadSignature(f"got {entry[name][:40]!r}, expected {expected!r}", field=f"Signatures.{name}")
    return dict(entry)


def _covered(message: dict[str, Any], entry: dict[str, str]) -> bytes:
    """Give the text that is signed."""
    return hashlib.sha256(_canonical({**message, "signatures": [entry]})).hexdigest().encode()


def _canonical(message: dict[str, Any]) -> bytes:
    try:
        return canonical.dump(message)
    except BadInput as e:
        raise BadMessage(e.message) from e


def _key(text: str, trusted: Trusted) -> PublicKey:
    """Find the trusted key that the message names; its own copy of the key serves to look it up, no more."""
    spki = _decoded(text, "public_key")
    for key in trusted.keys.values():
        if _der(key) == spki:
            return key
    raise BadSignature("got the key of someone who is not trusted here", field="Signatures.public_key")


def _der(key: PublicKey) -> bytes:
    """Write a key as SubjectPublicKeyInfo (RFC 8410)."""
    public = Ed25519PublicKey.from_public_bytes(key.raw)
    return public.public_bytes(ser.Encoding.DER, ser.PublicFormat.SubjectPublicKeyInfo)


def _spki(key: PublicKey) -> str:
    """Write a key as ETSI's example does: base64 of the DER form, unpadded."""
    return base64.b64encode(_der(key)).decode().rstrip("=")


def _decoded(text: str, name: str) -> bytes:
    """Read base64, with its padding or without."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except (binascii.Error, ValueError) as e:
        raise BadSignature("got text that is no base64, expected base64", field=f"Signatures.{name}") from e
