"""What can go wrong with serving."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Refused, Unavailable


class BadAddress(BadInput):
    """An address to listen on is malformed."""


class CannotListen(Unavailable):
    """The machine does not let us listen on that address."""


class WrongMethod(Refused):
    """What is asked for is there, and cannot be asked in this way."""

    status = 405


class Busy(Refused):
    """More was asked at once than a node does at once."""

    status = 503
