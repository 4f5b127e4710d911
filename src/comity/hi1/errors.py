"""The room's errors, each with the HI-1 error code (3000 to 3022) that an answer carries."""

from __future__ import annotations

from comity.kernel.errors import BadInput


class BadMessage(BadInput):
    """The bytes are no HI-1 message that we can take, or the tree is none that can be written."""

    def __init__(self, message: str, *, code: int = 3020, file: str = "", field: str = "", advice: str = "") -> None:
        """Keep the HI-1 error *code* beside the message and the path (*field*)."""
        super().__init__(message, file=file, field=field, advice=advice)
        self.code = code


class BadCapability(BadInput):
    """A provider's capability file does not have the shape it needs."""
