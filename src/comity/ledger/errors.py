"""What can go wrong with the log and its proofs."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Corrupt, NotFound, Refused


class BadNote(BadInput):
    """A signed note, a checkpoint or a key's text is malformed."""


class UnknownSigner(Refused):
    """No trusted key has signed the note, or the key that did is not of this log."""


class BadProof(Refused):
    """A proof is malformed or does not prove what it should."""


class BadEvent(BadInput):
    """An event lacks its type or time, or is too large."""


class ClockBackwards(Refused):
    """The machine's clock is behind what the log has recorded already."""


class NoSuchEntry(NotFound):
    """The log has no such entry, or its details were erased."""


class CannotErase(Refused):
    """The entry says what was erased and must stay."""


class CannotSign(Refused):
    """A checkpoint is needed and the log was opened without its private key."""


class LogCorrupt(Corrupt):
    """The log no longer agrees with itself; knows the first entry found bad, if one can be named."""

    def __init__(self, message: str, *, index: int | None = None, file: str = "") -> None:
        """Keep what was found, and at which entry."""
        advice = "Stop writing to it, keep a copy of the database as it is, and compare with an earlier export or checkpoint."
        super().__init__(message, file=file, field="" if index is None else f"entry {index}", advice=advice)
        self.index = index
