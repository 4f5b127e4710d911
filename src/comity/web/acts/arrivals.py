"""What arrived, a page at a time: of one's own cases, and of those that nobody knows of yet.

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

from .actor import Actor


@dataclass(frozen=True)
class Arrivals:
    """Pages of what arrived: what is *mine* to know, and what is *new*, so that nobody knows of it yet."""

    mine: Piece = field(default_factory=Piece)
    new: Piece = field(default_factory=Piece)


@dataclass(frozen=True)
class Waiting:
    """How many requests wait: *mine*, and *new* ones; *urgent* tells whether an emergency is among the new ones.

    Of those that are mine, *unopened* came in a case that is known, and nobody has opened them yet.
    """

    mine: int = 0
    new: int = 0
    urgent: bool = False
    unopened: int = 0


def mine(actor: Actor, *, after: str = "", everything: bool = False, most: int = PAGE) -> Piece:
    """Give a page of what arrived in the cases that he knows of, after a place; *everything* lists what is done too."""
    return _piece(actor, Wanted(known_to(actor.staff, actor.who), everything=everything), after, most)


def new(actor: Actor, *, after: str = "", most: int = PAGE) -> Piece:
    """Give a page of what nobody knows of, after a place; nothing to whoever may not take it up."""
    return _piece(actor, _new(actor), after, most) if actor.who.may("inbox.take") else Piece()


def waiting(actor: Actor) -> Waiting:
    """Count what waits."""
    with actor.staff.store.read() as unit:
        found, urgent = _new(actor).count(unit) if actor.who.may("inbox.take") else (0, 0)
        known = known_to(actor.staff, actor.who)
        fresh = Wanted(known, unopened=True).count(unit)[0]
        return Waiting(Wanted(known).count(unit)[0], found, urgent > 0, fresh)


def _new(actor: Actor) -> Wanted:
    return Wanted(but=(ever_known(), known_to(actor.staff, actor.who)))


def _piece(actor: Actor, wanted: Wanted, after: str, most: int) -> Piece:
    capability = capability_of(actor.node.settings)
    with actor.staff.store.read() as unit:
        return piece(unit, actor.exchange, wanted, capability, after=after.replace("\0", ""), most=most)
