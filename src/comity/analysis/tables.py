"""Where the node's catalogue of returns is kept: what was read, of which item, for which case; the records lie in files."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Json, UtcDateTime, metadata

from .model import Kept

_returns = sa.Table(
    "return_kept",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("records", Json, nullable=False),
    sa.Column("states", Json, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Index(None, "case"),
)


def add(unit: Unit, kept: Kept) -> None:
    """Enter a return."""
    unit.execute(sa.insert(_returns).values(**{column.name: getattr(kept, column.name) for column in _returns.c}))


def find(unit: Unit, name: str) -> Kept | None:
    """Give a return by its name."""
    row = unit.execute(sa.select(_returns).where(_returns.c.id == name)).mappings().first()
    return Kept(**row) if row else None


def every(unit: Unit, case: str = "") -> list[Kept]:
    """Give the returns of a case, or all, in the order in which they were kept."""
    query = sa.select(_returns).order_by(_returns.c.at, _returns.c.id)
    rows = unit.execute(query.where(_returns.c.case == case) if case else query).mappings()
    return [Kept(**row) for row in rows]


def among(unit: Unit, cases: Collection[str]) -> list[Kept]:
    """Give the returns of some cases, the newest first."""
    found: list[Kept] = []
    wanted = sorted(cases)
    for place in range(0, len(wanted), 500):
        query = sa.select(_returns).where(_returns.c.case.in_(wanted[place : place + 500]))
        found += [Kept(**row) for row in unit.execute(query).mappings()]
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)
