"""What can be wrong with the directory, its metadata and its party files."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused, Unavailable


class DirectoryError(Refused):
    """Directory metadata that cannot be relied on."""


class BadMetadata(DirectoryError):
    """A metadata or party file is malformed, too large, or does not agree with what refers to it."""


class Expired(DirectoryError):
    """Metadata is past its expiry: a newer directory may exist and is being withheld."""


class Rollback(DirectoryError):
    """Metadata is older than, or contradicts, what was already seen or pinned."""


class NotVouched(DirectoryError):
    """Too few, unknown or wrong signatures: those who would have to vouch did not."""


class BadParty(BadInput):
    """A party document is malformed."""


class BadKeys(BadInput):
    """The keys named for a role are too few, the same, or needed by too few."""


class BadFolder(BadInput):
    """A folder or file named by the caller is no directory, mirror or export."""


class NoParty(NotFound):
    """The directory does not know the party, its country, or the key."""


class NoAccess(Unavailable):
    """The machine cannot read or write the directory's files now."""
