"""What can go wrong with an identifier."""

from __future__ import annotations

from comity.kernel.errors import BadInput


class InvalidIdentifier(BadInput):
    """The text is no identifier of its kind; the message says why not, the advice what to do."""
