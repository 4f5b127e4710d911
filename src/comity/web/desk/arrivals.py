"""What arrived, as the pages list it: what follows the places that the address names."""

from __future__ import annotations

from comity.exchange.worklist import PAGE, Piece

from ..acts import arrivals as acts
from ..acts.arrivals import Arrivals, Waiting
from .visit import Visit


def arrivals(visit: Visit, *, everything: bool = False, most: int = PAGE, new: bool = False) -> Arrivals:
    """Give a page of one's own, and of what is *new* where that is asked: what follows the places that the address names.

    *everything* lists what is done too, of one's own.
    """
    mine = acts.mine(visit.actor, after=visit.query("after"), everything=everything, most=most)
    return Arrivals(mine, acts.new(visit.actor, after=visit.query("new"), most=most) if new else Piece())


def waiting(visit: Visit) -> Waiting:
    """Count what waits."""
    return acts.waiting(visit.actor)
