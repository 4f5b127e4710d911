"""What can go wrong with serving."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Unavailable


class BadAddress(BadInput):
    """An address to listen on is malformed."""


class CannotListen(Unavailable):
    """The machine does not let us listen on that address."""
