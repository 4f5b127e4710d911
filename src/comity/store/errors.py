"""What can go wrong with what is stored.

StoreError (Unavailable)   the database or the disk cannot do it now: full, read-only, locked, not reachable
Conflict (Refused)         a row would stand twice, or point to one that is not there
AppendOnly (Refused)       something tried to change or remove what may only be added to
WrongSchema (Refused)      the database is older or newer than the program
GuardMissing (Corrupt)     an append-only table has lost its guard
StoreCorrupt (Corrupt)     the database or a kept file is damaged
"""

from __future__ import annotations

from comity.kernel.errors import Corrupt, Refused, Unavailable


class StoreError(Unavailable):
    """The database or the disk cannot do it now."""


class Conflict(Refused):
    """A row would stand twice, or points to one that is not there."""


class AppendOnly(Refused):
    """Something tried to change or remove what may only be added to."""


class WrongSchema(Refused):
    """The database is older or newer than the program."""


class GuardMissing(Corrupt):
    """An append-only table has lost its guard."""


class StoreCorrupt(Corrupt):
    """The database or a kept file is damaged."""
