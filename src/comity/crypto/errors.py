"""What can go wrong with keys and signatures."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Refused


class KeyFileError(BadInput):
    """A key file cannot be read or opened."""


class BadSignature(Refused):
    """A signature does not verify."""


class BadEnvelope(BadInput):
    """A signed envelope is malformed."""


class BadTimestamp(Refused):
    """A time token is malformed or does not cover what it should."""


class BadCertificate(BadInput):
    """A TLS certificate is malformed, or not one that a node may use."""
