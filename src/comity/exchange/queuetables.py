"""What waits at a provider's desk, said in SQL: which requests that came in still ask somebody to do something, in whose cases.

A request waits while it is received or asked back; one for data also when it is accepted, until everything on it was received or
each of its tasks ended. None waits that its sender withdrew. `worklist` says the same of a request at hand; a test compares both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from comity.requests.dockettables import Line, count, docket, page
from comity.requests.model import IN
from comity.requests.states import ACCEPTED, INFO_NEEDED, RECEIVED
from comity.requests.tables import unopened
from comity.store.engine import Unit

from . import deliverytables as parts
from .cancelling import CANCELLED
from .objecttables import THEIRS, having
from .outcomes import LDTASK, WORDS

_each = docket.alias("each")
Cases = sa.Select[Any] | Collection[str]


@dataclass(frozen=True)
class Wanted:
    """Which requests that came in: of the cases *among*, all if nothing is said; of none of *but*; what waits or *everything*.

    *unopened* are those alone that nobody has opened.

    Cases are named `PEER:CASE`, one by one or by a query of another room.
    """

    among: Cases | None = None
    but: tuple[sa.Select[Any], ...] = ()
    everything: bool = False
    unopened: bool = False

    def said(self) -> Iterator[sa.ColumnElement[bool]]:
        """Say it in SQL."""
        case = docket.c.case
        if isinstance(self.among, sa.Select):
            yield case.in_(self.among)
        elif self.among is not None:
            yield case.in_(sorted(self.among))
        if self.but:
            kept = (one.where(one.selected_columns[0] == _each.c.case).exists() for one in self.but)
            yield case.in_(sa.select(_each.c.case).distinct().where(_each.c.direction == IN, *(~one for one in kept)))
        if not self.everything:
            yield from _waits()
        if self.unopened:
            yield docket.c.state == RECEIVED
            yield unopened(docket.c.request)

    def page(self, unit: Unit, *, after: str, most: int | None) -> list[Line]:
        """List them in the order in which people work; at most so many, those that come *after* a place."""
        return page(unit, self.said(), after=after, most=most)

    def count(self, unit: Unit) -> tuple[int, int]:
        """Count them, and the emergencies among them."""
        return count(unit, self.said())


def _waits() -> Iterator[sa.ColumnElement[bool]]:
    c = docket.c
    waiting = c.state.in_([RECEIVED, INFO_NEEDED])
    disclosing = (c.state == ACCEPTED) & c.measure.startswith("disclose_", autoescape=True)
    yield waiting | (disclosing & ~_delivered())
    yield ~having(c.request, side=THEIRS, status=[CANCELLED])


def _delivered() -> sa.ColumnElement[bool]:
    """Say that everything on a request was received, or that its tasks ended without files."""
    request, begun = docket.c.request, docket.c.handed
    tasks = having(request, side=THEIRS, kind=LDTASK)
    running = having(request, side=THEIRS, kind=LDTASK, but=WORDS.values())
    return (begun & ~parts.under_way(request)) | (~begun & tasks & ~running)
