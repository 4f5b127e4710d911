"""The docket: a narrow row for each request, by which lists are ordered, filtered and counted in SQL.

A row says nothing that the other tables do not: `settle` makes it from them in the unit that changes one of them, so that the docket
is never behind. Its *case* is named as need-to-know does, `PEER:CASE` of what came in. *place* is the order in which people work, as one text that sorts by its bytes: emergencies first, then what is due,
then what came earlier; what nothing is due of comes after what something is. A page of a list begins after a place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import UtcDateTime, metadata

from .model import IN, OUT
from .states import ACCEPTED, INFO_NEEDED, RECEIVED, REFUSED

EMERGENCY = "disclose_emergency"
DECIDED = (ACCEPTED, REFUSED, INFO_NEEDED)
BEGUN = ("receive", "draft")
PLAIN = ("request", "direction", "measure", "state", "came_at", "changed_at", "handed")
DELIVERED, WAITING = "delivered", "waiting"
NEVER, HOUR = "~", timedelta(hours=1)
BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

docket = sa.Table(
    "request_docket",
    metadata,
    sa.Column("request", sa.Text, sa.ForeignKey("request.id"), primary_key=True),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("case", sa.Text, nullable=False),
    sa.Column("country", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("came_at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("due_at", UtcDateTime),
    sa.Column("place", BYTES, nullable=False),
    sa.Column("handed", sa.Boolean, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("hours", sa.Float),
    sa.Index(None, "direction", "case"),
    sa.Index(None, "direction", "place"),
    sa.Index(None, "direction", "due_at", "request", "case"),
    sa.Index("ix_request_docket_figures", "direction", "country", "measure", "outcome", "code", "hours", "came_at"),
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
    """Bring a request's row to what the other tables say."""
    told = unit.execute(_told(), {"request": request}).mappings().one_or_none()
    if told is None:
        return
    row = dict(told) | {"handed": bool(told["handed"])}
    values = {name: row[name] for name in PLAIN} | _worked_out(row)
    if not unit.execute(sa.update(docket).where(docket.c.request == request).values(**values)).rowcount:
        unit.execute(sa.insert(docket).values(**values))


def hand(unit: Unit, request: str) -> None:
    """Note that a part of a delivery on a request is kept here, which only the room of deliveries knows."""
    here = (docket.c.request == request) & docket.c.handed.is_(False)
    if unit.execute(sa.update(docket).where(here).values(handed=True)).rowcount:
        settle(unit, request)


def _worked_out(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give what follows from the rest of a row: its place, its outcome and code, the hours to the first decision."""
    ours, state, decided, due = row["direction"] == OUT, row["state"], row["decided_at"], row["due_at"]
    outcome = DELIVERED if state == ACCEPTED and row["handed"] else WAITING if state == RECEIVED else state
    return {
        "case": row["case"] if ours else f"{row['peer']}:{row['case']}",
        "country": row["peer"][:2],
        "due_at": due,
        "place": place_of(row["request"], row["measure"], due, row["came_at"]),
        "outcome": outcome,
        "code": "" if outcome in (DELIVERED, WAITING) else row["code"],
        "hours": (decided - row["came_at"]) / HOUR if decided else None,
    }


def page(
    unit: Unit, wanted: Iterable[sa.ColumnElement[bool]], *, after: str = "", most: int | None = None
) -> list[Line]:
    """List the requests that came in and are *wanted*, in their order; at most so many, those that come *after* a place."""
    c = docket.c
    query = sa.select(c.request, c.came_at, c.due_at, c.place).where(c.direction == IN, *wanted)
    query = query.order_by(c.place).limit(most)
    rows = unit.execute(query.where(c.place > after) if after else query)
    return [Line(*row) for row in rows]


def count(unit: Unit, wanted: Iterable[sa.ColumnElement[bool]]) -> tuple[int, int]:
    """Count the requests that came in and are *wanted*, and the emergencies among them."""
    urgent = sa.func.coalesce(sa.func.sum(sa.case((docket.c.measure == EMERGENCY, 1), else_=0)), 0)
    total, emergencies = unit.execute(sa.select(sa.func.count(), urgent).where(docket.c.direction == IN, *wanted)).one()
    return int(total), int(emergencies)


def outcomes(unit: Unit, since: datetime, until: datetime) -> list[tuple[str, str, str, str, int, float | None]]:
    """Count what came in from *since* on and before *until*, by country, measure, outcome and code, each with its median hours.

    Hours are counted to the first answer that decides; a median of an even number is the middle of the two in the middle.
    """
    span = {"since": since, "until": until}
    query = sa.select(*_GROUP, sa.func.count(), sa.func.count(docket.c.hours)).where(*_SPAN).group_by(*_GROUP)
    return sorted((*key, total, _median(unit, span, key, known)) for *key, total, known in unit.execute(query, span))


def _median(unit: Unit, span: Mapping[str, Any], key: list[str], known: int) -> float | None:
    """Give the median hours of a group in which so many are *known*: the index is walked up to its middle."""
    if not known:
        return None
    group = {one.name: value for one, value in zip(_GROUP, key, strict=True)}
    middle = {"most": 2 - known % 2, "skip": (known - 1) // 2}
    found = list(unit.scalars(_MIDDLE, {**span, **group, **middle}))
    return float(sum(found) / len(found))


_GROUP = (docket.c.country, docket.c.measure, docket.c.outcome, docket.c.code)
_SPAN = (
    docket.c.direction == IN, docket.c.came_at >= sa.bindparam("since"), docket.c.came_at < sa.bindparam("until")
)  # fmt: skip
_MIDDLE = (
    sa.select(docket.c.hours)
    .where(*_SPAN, *(one == sa.bindparam(one.name) for one in _GROUP), docket.c.hours.is_not(None))
    .order_by(docket.c.hours)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .offset(sa.bindparam("skip", type_=sa.Integer))
)


def _written(at: datetime) -> str:
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


@cache
def _told() -> sa.Select[Any]:
    """Ask the other tables what a row has to say."""
    request, history = metadata.tables["request"], metadata.tables["request_history"]
    clock, receipt = metadata.tables["request_clock"], metadata.tables["receipt"]
    here, given = request.c, receipt.c
    came = sa.select(history.c.at).where(history.c.request == here.id, history.c.act.in_(BEGUN))
    due = sa.select(sa.func.min(clock.c.due_at)).where(clock.c.request == here.id, clock.c.open.is_(True))
    decided = sa.select(given.at).where(given.request == here.id, given.state.in_(DECIDED))
    code = sa.select(given.code).where(given.request == here.id, given.state == here.state)
    handed = sa.select(docket.c.handed).where(docket.c.request == here.id)
    order = (given.at, given.signed, given.id)
    return sa.select(
        here.id.label("request"),
        here.direction, here.case, here.peer, here.measure, here.state, here.changed_at,
        sa.func.coalesce(came.order_by(history.c.number).limit(1).scalar_subquery(), here.changed_at).label("came_at"),
        due.scalar_subquery().label("due_at"),
        decided.order_by(*order).limit(1).scalar_subquery().label("decided_at"),
        sa.func.coalesce(code.order_by(*(one.desc() for one in order)).limit(1).scalar_subquery(), "").label("code"),
        handed.scalar_subquery().label("handed"),
    ).where(here.id == sa.bindparam("request"))  # fmt: skip
