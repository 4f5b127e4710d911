"""What can be wrong with the law as it is written down, or as it is asked for."""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound


class BadLaw(BadInput):
    """A file of legal facts is malformed, or two of them contradict each other."""


class NoSuchLaw(NotFound):
    """No country, instrument, article or question of that name is known."""


class BadQuestion(BadInput):
    """What is asked of the law contradicts itself."""
