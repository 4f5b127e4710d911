"""What can be wrong with an item of evidence.

BadSource (BadInput)            what is to be acquired is not there, or is no file or folder
BadGeneration (BadInput)        the former generation named is none, or is of another item
OtherAcquisition (Refused)      a folder holds a begun acquisition of something else, or another process works on it
BadItem (Refused)               a bag is malformed, or something in it is altered, added or missing
EvidenceUnwritable (Unavailable) the machine cannot write the item: no space, no access
WorkerLost (Unavailable)        the machine killed a worker process
BadCustody (BadInput)           an entry of custody is malformed, or lacks what its act asks for
WrongHand (Refused)             an act of custody by a hand that does not hold the item, or not possible now
NoItem (NotFound)               no item of that name is registered here
BadPaper (Refused)              a signed paper on an item is malformed, not by or for whom it should be, or about something else
LimitsForbid (Refused)          the use limits of an item forbid it
AddressForbidden (Refused)      a page stands on a machine that is not on the public internet
PageUnreachable (Unavailable)   a page does not answer
ItemRecalled (Refused)          an item was called back or corrected by the party that it came from
"""

from __future__ import annotations

from comity.kernel.errors import BadInput, NotFound, Refused, Unavailable


class BadSource(BadInput):
    """What is to be acquired is not there, or is no file or folder."""


class BadGeneration(BadInput):
    """The former generation that was named is none, or is of another item."""


class OtherAcquisition(Refused):
    """A folder holds a begun acquisition of something else, or another process works on it."""


class BadItem(Refused):
    """A bag is malformed, or something in it is altered, added or missing."""


class EvidenceUnwritable(Unavailable):
    """The machine cannot write the item."""


class WorkerLost(Unavailable):
    """The machine killed one of the processes that share the work."""


class BadCustody(BadInput):
    """An entry of custody is malformed, or lacks what its act asks for."""


class WrongHand(Refused):
    """An act of custody that the chain does not allow: not by this hand, or not now."""


class NoItem(NotFound):
    """No item of that name is registered here."""


class BadPaper(Refused):
    """A signed paper on an item is malformed, not by the party it names, not for this one, or about something else."""


class LimitsForbid(Refused):
    """The use limits under which an item was handed over forbid it."""


class ItemRecalled(Refused):
    """An item was called back or corrected by the party that it came from."""


class AddressForbidden(Refused):
    """A page to be captured stands on a machine that is not on the public internet."""


class PageUnreachable(Unavailable):
    """A page to be captured does not answer, or no machine is known for its name."""
