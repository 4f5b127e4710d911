"""What other parties handed over over the exchange: what is on its way, what waits for a decision, what became of the rest."""

from __future__ import annotations

from dataclasses import dataclass

from comity.evidence.limits import UseLimits
from comity.evidence.papers import HANDOVER, SignedPaper
from comity.evidence.tables import IN, Kept, find_papers
from comity.exchange.arriving import RECALLED
from comity.exchange.deliverytables import Parcel, find_parcels
from comity.exchange.part import ACKNOWLEDGED

from .actor import Actor
from .evidence import note_of, parcel_of, parcels
from .handing import Notice, notices


@dataclass(frozen=True)
class Came:
    """Something that came, and the note on it with our answer, once there is one."""

    parcel: Parcel
    kept: Kept | None

    @property
    def waits(self) -> bool:
        """Tell whether it is here whole, and nobody has decided on it."""
        return self.kept is None and bool(self.parcel.file) and self.parcel.state in (ACKNOWLEDGED, RECALLED)

    @property
    def recalled(self) -> bool:
        """Tell whether its sender called it back before anybody took it over, so that it can only be refused."""
        return self.parcel.state == RECALLED


@dataclass(frozen=True)
class Opened:
    """Something that came, as a person who decides on it sees it: its note, by its sender and for us, and the use limits in it."""

    came: Came
    note: SignedPaper
    limits: UseLimits


@dataclass(frozen=True)
class Waiting:
    """What waits for a custodian: evidence for his decision, recalls and corrections to be confirmed."""

    came: list[Came]
    notices: list[Notice]

    @property
    def count(self) -> int:
        """Give how many things wait."""
        return len(self.came) + len(self.notices)


def waiting(actor: Actor) -> Waiting:
    """Give what waits for a custodian, the oldest first."""
    with actor.staff.store.read() as unit:
        here = [Came(one, None) for one in find_parcels(unit, kept=True, direction=IN)]
        waits = [one for one in here if one.waits and not find_papers(unit, id=one.parcel.id, way=IN, kind=HANDOVER)]
    return Waiting(waits, notices(actor))


def came(actor: Actor) -> list[Came]:
    """List what came, the newest first: what waits for an answer, and what is of one's own cases."""
    found = parcels(actor, IN)
    with actor.staff.store.read() as unit:
        papers = {one.id: one for one in find_papers(unit, way=IN, kind=HANDOVER)}
    return [Came(one, papers.get(one.id)) for one in reversed(found)]


def opened(actor: Actor, number: str) -> Opened:
    """Open what waits for a decision as far as its note.

    Raises:
        NoItem: nothing waits under that number.
        BadSealedFile, BadItem, BadPaper: it is not for this party, or not by its sender.
    """
    parcel = parcel_of(actor, number)
    note = note_of(actor, parcel)
    return Opened(Came(parcel, None), note, UseLimits.read(note.document.get("limits", {})))
