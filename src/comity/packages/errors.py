"""What can be wrong with a package or a receipt."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Refused, Unavailable


class BadContainer(Refused):
    """The file or folder is not a well-formed container."""


class BadBag(Refused):
    """The container holds no well-formed bag, or a file in it is altered, added or missing."""


class BadStatement(Refused):
    """The signed statement is malformed, or speaks of something else."""


class BadRequest(Refused):
    """`request.json` does not fit its shape or disagrees with what was signed."""


class BadSigners(Refused):
    """The signatures do not come from the people who must have given them."""


class BadTime(Refused):
    """The package lies in the future, in the past, or beyond its time token."""


class BadProof(Refused):
    """The ledger proof does not hold."""


class NotAddressed(Refused):
    """The package is meant for somebody else."""


class Replayed(Refused):
    """The same request was seen before in another package."""


class NewerFormat(BadInput):
    """The package was made by a newer version."""


class PackageUnreadable(Unavailable):
    """The file cannot be read or written on this machine."""
