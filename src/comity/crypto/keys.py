"""Ed25519 keys (RFC 8032); private keys rest in OpenSSH files sealed by a passphrase.

The file format is the one `ssh-keygen` writes, so that a passphrase can be changed with `ssh-keygen -p -f FILE`.
A key's id is the SHA-256 of its 32 raw public bytes.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from .errors import BadSignature, KeyFileError

KDF_ROUNDS = 16


class Signer(Protocol):
    """Holds a private key and signs with it: from a file here, from a token elsewhere."""

    @property
    def public(self) -> PublicKey:
        """Give the public half."""

    def sign(self, message: bytes) -> bytes:
        """Sign *message*: 64 bytes."""


@dataclass(frozen=True)
class PublicKey:
    """An Ed25519 public key: 32 raw bytes."""

    raw: bytes

    @property
    def keyid(self) -> str:
        """Give the key's id: the SHA-256 of the raw bytes, in hexadecimal."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def hex(self) -> str:
        """Give the raw bytes in hexadecimal."""
        return self.raw.hex()

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Read 64 small hexadecimal digits.

        Raises:
            KeyFileError: the text is anything else.
        """
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raw = b""
        if len(raw) != 32 or raw.hex() != text:
            raise KeyFileError(f"got {text[:80]!r}, expected an Ed25519 public key as 64 small hexadecimal digits")
        return cls(raw)

    def verify(self, signature: bytes, message: bytes) -> None:
        """Check a signature over *message*.

        Raises:
            BadSignature: it does not verify.
        """
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except (InvalidSignature, ValueError) as e:
            raise BadSignature(f"got a signature that key {self.keyid[:12]} did not make") from e


class FileSigner:
    """A signer whose private key was read from a file into memory."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        """Hold the opened key."""
        self._private = private

    @property
    def public(self) -> PublicKey:
        """Give the public half."""
        return PublicKey(self._private.public_key().public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw))

    def sign(self, message: bytes) -> bytes:
        """Sign *message*: 64 bytes."""
        return self._private.sign(message)

    @classmethod
    def generate(cls) -> FileSigner:
        """Make a new key in memory."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def open(cls, path: Path, passphrase: str) -> FileSigner:
        """Open a key file with its passphrase (an empty one for an unsealed file).

        Raises:
            KeyFileError: the file is missing, is no Ed25519 key, or the passphrase is wrong.
        """
        try:
            private = ser.load_ssh_private_key(path.read_bytes(), passphrase.encode() or None)
        except OSError as e:
            raise KeyFileError(f"got {e.strerror}, expected a readable key file", file=str(path)) from e
        except (ValueError, TypeError, UnsupportedAlgorithm) as e:
            advice = (
                "Check the passphrase; passphrases are asked for, or come from --passphrase-file or COMITY_PASSPHRASE."
            )
            raise KeyFileError(
                "got a wrong passphrase or no key file, expected an OpenSSH Ed25519 key", file=str(path), advice=advice
            ) from e
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyFileError("got a key of another kind, expected Ed25519", file=str(path))
        return cls(private)

    def save(self, path: Path, passphrase: str) -> None:
        """Write the key to a new file that only its owner can read, and its public half beside it.

        An empty passphrase leaves the file unsealed: for machines that start alone, on a protected disk.

        Raises:
            KeyFileError: the file exists already or cannot be written.
        """
        sealing: ser.KeySerializationEncryption = ser.NoEncryption()
        if passphrase:
            builder = ser.PrivateFormat.OpenSSH.encryption_builder().kdf_rounds(KDF_ROUNDS)
            sealing = builder.build(passphrase.encode())
        data = self._private.private_bytes(ser.Encoding.PEM, ser.PrivateFormat.OpenSSH, sealing)
        public = self._private.public_key().public_bytes(ser.Encoding.OpenSSH, ser.PublicFormat.OpenSSH)
        _create(path, data, 0o600)
        _create(path.with_name(path.name + ".pub"), public + b"\n", 0o644)


def read_public(path: Path) -> PublicKey:
    """Read a public key from an OpenSSH `.pub` file.

    Raises:
        KeyFileError: the file is missing or holds something else.
    """
    try:
        public = ser.load_ssh_public_key(path.read_bytes())
    except OSError as e:
        raise KeyFileError(f"got {e.strerror}, expected a readable public key file", file=str(path)) from e
    except (ValueError, UnsupportedAlgorithm) as e:
        raise KeyFileError("got no public key, expected a line `ssh-ed25519 ...`", file=str(path)) from e
    if not isinstance(public, Ed25519PublicKey):
        raise KeyFileError("got a key of another kind, expected Ed25519", file=str(path))
    return PublicKey(public.public_bytes(ser.Encoding.Raw, ser.PublicFormat.Raw))


def _create(path: Path, data: bytes, mode: int) -> None:
    """Write a new file durably; never over an old one."""
    try:
        with open(path, "xb", opener=lambda p, flags: os.open(p, flags, mode)) as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
    except OSError as e:
        raise KeyFileError(f"got {e.strerror}, expected to write a new key file", file=str(path)) from e
