"""What arrived, as the pages list it: of one's own cases, and of those that nobody knows of yet; a hundred at once.

Lists are in the order in which people work (see `requests.dockettables`), and a page begins after a place in that order, so that nothing
is left out or told twice while others answer. Who may know of what is asked in the same query.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.accounts.access import known_to
from comity.accounts.knowledge import ever_known
from comity.exchange.queuetables import Wanted
from comity.exchange.worklist import PAGE, Piece, piece
from comity.node.ports import capability_of

from .visit import Visit


@dataclass(frozen=True)
class Arrivals:
    """Pages of what arrived: what is *mine* to know, and what is *new*, so that nobody knows of it yet."""

    mine: Piece = field(default_factory=Piece)
    new: Piece = field(default_factory=Piece)


@dataclass(frozen=True)
class Waiting:
    """How many requests wait: *mine*, and *new* ones; *urgent* tells whether an emergency is among the new ones."""

    mine: int = 0
    new: int = 0
    urgent: bool = False


def arrivals(visit: Visit, *, everything: bool = False, most: int = PAGE) -> Arrivals:
    """Give a page of each list: what follows the places that the address names. *everything* lists what is done too, of one's own."""
    desk, (mine, new) = visit.desk, _wanted(visit, everything=everything)
    capability = capability_of(desk.node.settings)
    after, begun = (visit.query(name).replace("\0", "") for name in ("after", "new"))
    with desk.staff.store.read() as unit:
        return Arrivals(
            piece(unit, desk.exchange, mine, capability, after=after, most=most),
            piece(unit, desk.exchange, new, capability, after=begun, most=most) if new else Piece(),
        )


def waiting(visit: Visit) -> Waiting:
    """Count what waits."""
    mine, new = _wanted(visit)
    with visit.desk.staff.store.read() as unit:
        found, urgent = new.count(unit) if new else (0, 0)
        return Waiting(mine.count(unit)[0], found, urgent > 0)


def _wanted(visit: Visit, *, everything: bool = False) -> tuple[Wanted, Wanted | None]:
    """Say what is mine, and what is new to whoever may take it up."""
    mine = known_to(visit.desk.staff, visit.me)
    new = Wanted(but=(ever_known(), mine)) if visit.may("inbox.take") else None
    return Wanted(mine, everything=everything), new
