"""What waits at a provider's desk, said in SQL: which requests that came in still ask somebody to do something, in whose cases.

A request waits while it is received or asked back; one for data also when it is accepted, until everything on it was received or
each of its tasks ended. None waits that its sender withdrew. `worklist` says the same of a request at hand; a test compares both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.requests.dockettables import Line, count, docket, page
from comity.requests.states import ACCEPTED, INFO_NEEDED, RECEIVED
from comity.store.engine import Unit
from comity.store.spans import hours_between

from . import deliverytables as parts
from .objecttables import THEIRS, having
from .outcomes import CANCELLED, LDTASK, WORDS

DELIVERED, WAITING = "delivered", "waiting"
Cases = sa.Select[Any] | Collection[str]


@dataclass(frozen=True)
class Wanted:
    """Which requests that came in: of the cases *among*, all if nothing is said; of none of *but*; what waits or *everything*.

    Cases are named `PEER:CASE`, one by one or by a query of another room.
    """

    among: Cases | None = None
    but: tuple[sa.Select[Any], ...] = ()
    everything: bool = False

    def said(self) -> Iterator[sa.ColumnElement[bool]]:
        """Say it in SQL."""
        case = docket.c.case
        if isinstance(self.among, sa.Select):
            yield case.in_(self.among)
        elif self.among is not None:
            yield case.in_(sorted(self.among))
        for one in self.but:
            yield ~one.where(one.selected_columns[0] == case).exists()
        if not self.everything:
            yield from _waits()

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
    request, begun = docket.c.request, parts.begun(docket.c.request)
    tasks = having(request, side=THEIRS, kind=LDTASK)
    running = having(request, side=THEIRS, kind=LDTASK, but=WORDS.values())
    return (begun & ~parts.under_way(request)) | (~begun & tasks & ~running)


def outcomes(unit: Unit, since: datetime, until: datetime) -> list[tuple[str, str, str, str, int, float | None]]:
    """Count what came in from *since* on and before *until*, by country, measure, outcome and code, each with its median hours.

    Hours are counted to the first answer that decides; a median of an even number is the middle of the two in the middle.
    """
    c = docket.c
    outcome = sa.case(
        (c.state == RECEIVED, WAITING), ((c.state == ACCEPTED) & parts.begun(c.request), DELIVERED), else_=c.state
    )
    rows = sa.select(
        sa.func.substr(c.peer, 1, 2).label("country"), c.measure, outcome.label("outcome"), c.code,
        hours_between(c.came_at, c.decided_at).label("hours"),
    ).where(c.came_at >= since, c.came_at < until).cte("came")  # fmt: skip
    r = rows.c
    code = sa.case((r.outcome.in_([WAITING, DELIVERED]), ""), else_=r.code)
    group = (r.country, r.measure, r.outcome, code)
    place = sa.func.row_number().over(partition_by=[*group, r.hours.is_(None)], order_by=r.hours)
    known = sa.func.count(r.hours).over(partition_by=group)
    placed = sa.select(
        r.country, r.measure, r.outcome, code.label("code"), r.hours, place.label("place"), known.label("known")
    ).cte("placed")  # fmt: skip
    p = placed.c
    middle = p.place.in_([(p.known + 1) // 2, (p.known + 2) // 2])
    query = sa.select(
        p.country, p.measure, p.outcome, p.code, sa.func.count(), sa.func.avg(sa.case((middle, p.hours)))
    ).group_by(p.country, p.measure, p.outcome, p.code)  # fmt: skip
    return sorted((*key, int(number), hours) for *key, number, hours in unit.execute(query))
