"""What can go wrong when cases are matched."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused


class BadPosting(BadInput):
    """What is to be posted is no identifier or no case."""


class NoLink(NotFound):
    """There is no such link, or not for the one who asks."""


class Decided(Refused):
    """A link was decided before."""
