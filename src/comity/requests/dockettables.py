"""The docket: a narrow row for each request that came in, by which lists are ordered, filtered and counted in SQL.

A row says nothing that the other tables do not: `settle` makes it from them in the unit that changes one of them, so that the docket
is never behind. *place* is the order in which people work, as one text that sorts by its bytes: emergencies first, then what is due,
then what came earlier; what nothing is due of comes after what something is. A page of a list begins after a place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import UtcDateTime, metadata

from .model import IN
from .states import ACCEPTED, INFO_NEEDED, REFUSED

EMERGENCY = "disclose_emergency"
DECIDED = (ACCEPTED, REFUSED, INFO_NEEDED)
NEVER = "~"
BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

docket = sa.Table(
    "request_docket",
    metadata,
    sa.Column("request", sa.Text, sa.ForeignKey("request.id"), primary_key=True),
    sa.Column("case", sa.Text, nullable=False),
    sa.Column("peer", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("came_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("place", BYTES, nullable=False),
    sa.Column("decided_at", UtcDateTime),
    sa.Column("code", sa.Text, nullable=False),
    sa.Index(None, "case"),
    sa.Index(None, "place"),
    sa.Index(None, "came_at"),
)


@dataclass(frozen=True)
class Line:
    """A request that came in, as lists need it: when it came, what is due next, and its place in the order."""

    request: str
    came: datetime
    due: datetime | None
    place: str


def place_of(request: str, measure: str, due: datetime | None, came: datetime) -> str:
    """Give the place of a request in the order in which people work."""
    urgent = "0" if measure == EMERGENCY else "1"
    return " ".join((urgent, _written(due) if due else NEVER, _written(came), request))


def settle(unit: Unit, request: str) -> None:
    """Bring a request's row to what the other tables say; nothing of a request of ours."""
    row = unit.execute(_told(), {"request": request}).mappings().one_or_none()
    if row is None:
        return
    values = dict(row)
    values["place"] = place_of(request, row["measure"], row["due_at"], row["came_at"])
    if not unit.execute(sa.update(docket).where(docket.c.request == request).values(**values)).rowcount:
        unit.execute(sa.insert(docket).values(**values))


def page(
    unit: Unit, wanted: Iterable[sa.ColumnElement[bool]], *, after: str = "", most: int | None = None
) -> list[Line]:
    """List the rows that are *wanted*, in their order; at most so many, those that come *after* a place."""
    c = docket.c
    query = sa.select(c.request, c.came_at, c.due_at, c.place).where(*wanted).order_by(c.place).limit(most)
    rows = unit.execute(query.where(c.place > after) if after else query)
    return [Line(*row) for row in rows]


def count(unit: Unit, wanted: Iterable[sa.ColumnElement[bool]]) -> tuple[int, int]:
    """Count the rows that are *wanted*, and the emergencies among them."""
    urgent = sa.func.coalesce(sa.func.sum(sa.case((docket.c.measure == EMERGENCY, 1), else_=0)), 0)
    total, emergencies = unit.execute(sa.select(sa.func.count(), urgent).where(*wanted)).one()
    return int(total), int(emergencies)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


@cache
def _told() -> sa.Select[Any]:
    """Ask the other tables what a row has to say."""
    request, history = metadata.tables["request"], metadata.tables["request_history"]
    clock, receipt = metadata.tables["request_clock"], metadata.tables["receipt"]
    here, given = request.c, receipt.c
    came = sa.select(history.c.at).where(history.c.request == here.id, history.c.act == "receive")
    due = sa.select(sa.func.min(clock.c.due_at)).where(clock.c.request == here.id, clock.c.open.is_(True))
    decided = sa.select(given.at).where(given.request == here.id, given.state.in_(DECIDED))
    code = sa.select(given.code).where(given.request == here.id, given.state == here.state)
    order = (given.at, given.signed, given.id)
    return sa.select(
        here.id.label("request"),
        (here.peer + ":" + here.case).label("case"),
        here.peer, here.measure, here.state,
        sa.func.coalesce(came.order_by(history.c.number).limit(1).scalar_subquery(), here.changed_at).label("came_at"),
        due.scalar_subquery().label("due_at"),
        decided.order_by(*order).limit(1).scalar_subquery().label("decided_at"),
        sa.func.coalesce(code.order_by(*(one.desc() for one in order)).limit(1).scalar_subquery(), "").label("code"),
    ).where(here.id == sa.bindparam("request"), here.direction == IN)  # fmt: skip
