"""What can be wrong with a node's folder and settings."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Corrupt, NotFound, Unavailable


class NoNode(NotFound):
    """There is no node in the folder named."""


class BadSettings(BadInput):
    """The settings are malformed."""


class NodeUnusable(Unavailable):
    """The folder cannot be made or written."""


class FilesMissing(Corrupt):
    """Packages that the register names are not on disk."""


class CustodyBroken(Corrupt):
    """A chain of custody does not hold, by itself or against the log."""
