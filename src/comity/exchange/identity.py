"""The node's own TLS key and certificate: made here, kept in files, and written out for the directory.

To change them without a gap: make the next pair, let the directory list both certificates, wait until the peers have
brought their copies up to date, take the next pair into use, and let the directory drop the old one.
"""

from __future__ import annotations

import base64
import os
import re
import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from comity.crypto.errors import BadCertificate
from comity.crypto.tls import check_certificate, der_of, make_identity, valid_until
from comity.directory.model import shape

from .errors import BadIdentity

_MAX_FILE = 16 * 1024


@dataclass(frozen=True)
class Identity:
    """A TLS key and its certificate, in one file, so that both change at once."""

    file: Path

    @property
    def der(self) -> bytes:
        """Give the certificate."""
        return _read(self.file)

    @property
    def pin(self) -> str:
        """Give the certificate's pin."""
        return check_certificate(self.der)

    @property
    def valid_until(self) -> datetime:
        """Say until when the certificate holds."""
        return valid_until(self.der)

    @property
    def following(self) -> Identity:
        """Give where the next pair lies until it is taken into use."""
        return Identity(self.file.with_name(f"next-{self.file.name}"))

    def load_into(self, context: ssl.SSLContext) -> None:
        """Let a TLS context use the pair.

        Raises:
            BadIdentity: the file is missing, unreadable, or its parts do not belong together.
        """
        check = self.pin  # so that a fault of the certificate is named before OpenSSL words it its own way
        try:
            context.load_cert_chain(self.file, password="")
        except (OSError, ValueError) as e:
            message = f"got no key for the certificate {check[:16]}, expected it with it ({e})"
            raise BadIdentity(message, file=str(self.file), advice="Make both anew: comity node tls.") from e


def make(identity: Identity, url: str, party: str, now: datetime) -> Identity:
    """Make a new pair for the node at *url*, readable by its owner alone.

    Raises:
        BadIdentity: the file is there already, cannot be written, or *url* is none that the directory takes.
    """
    host = check_url(url)
    private, public = make_identity(host, party, now)
    try:
        with open(identity.file, "xb", opener=lambda p, flags: os.open(p, flags, 0o600)) as f:
            f.write(private + public)
            f.flush()
            os.fsync(f.fileno())
    except FileExistsError as e:
        advice = "Use it, or make the next one: comity node tls --next."
        raise BadIdentity("got a file that is there, expected a new one", file=str(identity.file), advice=advice) from e
    except OSError as e:
        raise BadIdentity(f"got {e.strerror}, expected to write it", file=str(identity.file)) from e
    return identity


def switch(identity: Identity) -> Identity:
    """Take the next pair into use in place of the present one.

    Raises:
        BadIdentity: there is no next pair, or it is broken.
    """
    identity.following.load_into(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    try:
        identity.following.file.replace(identity.file)
    except OSError as e:
        raise BadIdentity(f"got {e.strerror}, expected to rename it", file=str(identity.following.file)) from e
    return identity


def entry(url: str, *identities: Identity) -> dict[str, Any]:
    """Give what the party's file in the directory says under `exchange`."""
    rows = [{"tls": one.pin, "certificate": base64.b64encode(one.der).decode()} for one in identities]
    return {"url": url, "certificates": rows}


def check_url(url: str) -> str:
    """Give the host of an address that the directory takes.

    Raises:
        BadIdentity: it takes none such.
    """
    field = next(f for one in shape().fields if one.name == "exchange" for f in one.fields if f.name == "url")
    if not re.fullmatch(field.pattern, url, re.ASCII) or len(url) > field.max:
        raise BadIdentity(f"got {url!r}, expected an address such as https://node.example.org:8443/hi1", field="url")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as e:
        raise BadIdentity(f"got {url!r}, expected a port up to 65535", field="url") from e
    return parts.hostname or ""


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as f:
            return der_of(f.read(_MAX_FILE))
    except OSError as e:
        raise BadIdentity(
            f"got {e.strerror}, expected the node's TLS certificate", file=str(path), advice="Make it: comity node tls."
        ) from e
    except BadCertificate as e:
        raise BadIdentity(e.message, file=str(path)) from e
