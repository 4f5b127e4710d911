"""DSSE envelopes (Dead Simple Signing Envelope, version 1): a payload and the signatures over it.

What is signed is `PAE(type, payload)`: the type cannot be exchanged, and the payload is read only from the bytes that
the signatures cover. Reading is strict: no unknown fields, canonical base64, at least one and at most eight
signatures, no key twice.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any

from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import BadEnvelope, BadSignature
from .keys import PublicKey, Signer

MAX_SIGNATURES = 8
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Signature:
    """One signature in an envelope: by which key, and its 64 bytes."""

    keyid: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """A payload of a named type with its signatures."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def message(self) -> bytes:
        """Give the bytes that are signed: the pre-authentication encoding."""
        kind = self.payload_type.encode()
        return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(self.payload), self.payload)

    def sign(self, signer: Signer) -> Envelope:
        """Give the envelope with one more signature."""
        new = Signature(signer.public.keyid, signer.sign(self.message))
        return replace(self, signatures=(*self.signatures, new))

    def verify(self, signature: Signature, key: PublicKey) -> None:
        """Check that *key* made *signature* over this envelope.

        Raises:
            BadSignature: it did not.
        """
        if key.keyid != signature.keyid:
            raise BadSignature(f"got a signature of key {signature.keyid[:12]}, expected one of {key.keyid[:12]}")
        key.verify(signature.value, self.message)

    def dump(self) -> bytes:
        """Write the envelope as canonical JSON."""
        signatures = [{"keyid": s.keyid, "sig": _encode(s.value)} for s in self.signatures]
        return canonical.dump(
            {"payload": _encode(self.payload), "payloadType": self.payload_type, "signatures": signatures}
        )


def load(data: bytes, payload_type: str, *, file: str = "") -> Envelope:
    """Read an envelope that must carry a payload of *payload_type*; the signatures are not yet checked.

    Raises:
        BadEnvelope: the bytes are no such envelope.
    """
    try:
        document = canonical.load_canonical(data, file=file, limit=MAX_BYTES)
        envelope = _read(document)
    except BadInput as e:
        raise BadEnvelope(e.message, file=file, advice=e.advice) from e
    except (KeyError, TypeError, AttributeError, ValueError, binascii.Error) as e:
        raise BadEnvelope("got a malformed envelope, expected payload, payloadType and signatures", file=file) from e
    if envelope.payload_type != payload_type:
        raise BadEnvelope(f"got payload type {envelope.payload_type!r}, expected {payload_type!r}", file=file)
    return envelope


def _read(document: dict[str, Any]) -> Envelope:
    rows = document["signatures"]
    if set(document) != {"payload", "payloadType", "signatures"} or any(set(row) != {"keyid", "sig"} for row in rows):
        raise BadEnvelope("got unknown fields in the envelope, expected payload, payloadType and signatures")
    if not 1 <= len(rows) <= MAX_SIGNATURES or len({row["keyid"] for row in rows}) != len(rows):
        raise BadEnvelope(f"got {len(rows)} signatures, expected 1 to {MAX_SIGNATURES}, each by another key")
    signatures = tuple(Signature(str(row["keyid"]), decode(row["sig"])) for row in rows)
    return Envelope(str(document["payloadType"]), decode(document["payload"]), signatures)


def decode(text: str) -> bytes:
    """Read base64 in its one canonical spelling.

    Raises:
        BadEnvelope: it is spelt another way.
    """
    data = base64.b64decode(text, validate=True)
    if _encode(data) != text:
        raise BadEnvelope("got base64 in another spelling, expected the canonical one")
    return data


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()
