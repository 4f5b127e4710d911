"""Whose signatures count: keys from the directory or from a person's hand, never from the message itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import Certificate

from comity.crypto.keys import PublicKey


@dataclass(frozen=True)
class Trusted:
    """Ed25519 keys by key id, and pinned certificates by the SHA-256 of their DER form, both in hexadecimal.

    A pinned certificate is only the envelope of its key: nobody vouches for it but the one who pinned it, and its dates,
    names and issuer are not looked at.
    """

    keys: Mapping[str, PublicKey] = field(default_factory=dict)
    certificates: Mapping[str, Certificate] = field(default_factory=dict)

    @classmethod
    def of(cls, *keys: PublicKey, certificates: Iterable[Certificate] = ()) -> Trusted:
        """Trust these keys and certificates."""
        return cls({key.keyid: key for key in keys}, {one.fingerprint(SHA256()).hex(): one for one in certificates})


@dataclass(frozen=True)
class Signed:
    """What a trusted signature covers (*content*, canonical, without the signature), and which key or certificate signed."""

    content: bytes
    keyid: str
