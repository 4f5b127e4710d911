"""What can go wrong with a return as a whole; what is wrong inside one is a finding, never an error."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Refused


class BadReturn(BadInput):
    """What was named cannot be read as a return at all."""


class BadMapping(BadInput):
    """A mapping file does not say how columns become records."""


class Undecided(Refused):
    """More than one reader claims a file: a person says which one reads it."""
