"""What can go wrong when records are looked at."""

from __future__ import annotations

from comity.kernel.errors import BadInput, Refused


class NoRecords(BadInput):
    """A folder named holds no records of a return."""


class BadQuestion(BadInput):
    """What was asked of the records cannot be asked so."""


class TooMuch(Refused):
    """The answer is larger than people can look at; the question must be narrowed."""


class NotTheSame(Refused):
    """The return is kept already, for another case."""
