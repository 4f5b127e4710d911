"""What can be wrong with a call of the API, before any act is asked."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused


class BadOperation(BadInput):
    """An operation names no act of the duty matrix, or leaves open which case it is about; the API does not start."""


class NoToken(Refused):
    """No token was shown, or none that counts."""

    status = 401


class TokenTooNarrow(Refused):
    """The token counts, and does not hold this act."""

    status = 403


class TooMany(Refused):
    """More calls than one token, or one address, may make."""

    status = 429

    def __init__(self, message: str, *, seconds: int) -> None:
        """Keep how many *seconds* to wait."""
        super().__init__(message, advice="Wait as long as Retry-After says, then call again.")
        self.seconds = seconds


class NoOperation(NotFound):
    """There is no such operation."""


class WrongContent(BadInput):
    """What was sent is of another kind than the operation takes."""

    status = 415


class BadCall(BadInput):
    """A parameter or a field is missing, unknown, or not what it should be."""


class NothingSeen(Refused):
    """A change that does not say what its author saw."""

    status = 428


class Stale(Refused):
    """What If-Match names is not so any more."""

    status = 412

    def __init__(self, message: str, *, field: str) -> None:
        """Say what to do."""
        super().__init__(message, field=field, advice="Read it as it is now, and change it again.")


class CaseTaken(Refused):
    """A case of that reference is here already."""


class NotYourKey(Refused):
    """A signature by a key that is not the caller's own."""

    status = 403
