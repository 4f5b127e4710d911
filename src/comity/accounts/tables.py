"""Where people and what belongs to them are kept. A person's row, and what was ever given to him, is never removed."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Big, Json, UtcDateTime, metadata

from .model import (
    Attempts,
    Ceremony,
    Deputy,
    Device,
    Errand,
    Glass,
    Grant,
    Identity,
    Member,
    OneTimeCode,
    Passkey,
    Person,
    Recovery,
    Session,
    Token,
)

Row = TypeVar("Row")
KEPT = {"guard": ("DELETE",)}
_TYPES: dict[str, Any] = {
    "str": sa.Text, "int": Big, "bytes": sa.LargeBinary, "datetime": UtcDateTime, "list[str]": Json,
}  # fmt: skip


# What stands in a column, for a query of another room.
Names = sa.Select[str]


def _table(name: str, kind: type[Any], *more: sa.Index | sa.UniqueConstraint, kept: bool = True) -> sa.Table:
    """Make the table of a dataclass: a column for each field, the id first."""
    columns = []
    for one in fields(kind):
        base, _, optional = str(one.type).partition(" | ")
        columns.append(sa.Column(one.name, _TYPES[base], primary_key=one.name == "id", nullable=bool(optional)))
    return sa.Table(name, metadata, *columns, *more, info=KEPT if kept else {})


_TABLES: dict[type[Any], sa.Table] = {
    Person: _table("account_person", Person, sa.UniqueConstraint("name")),
    Grant: _table("account_grant", Grant, sa.Index(None, "person")),
    Passkey: _table("account_passkey", Passkey, sa.Index(None, "person")),
    Session: _table("account_session", Session, sa.Index(None, "person"), kept=False),
    OneTimeCode: _table("account_code", OneTimeCode, sa.Index(None, "person"), kept=False),
    Recovery: _table("account_recovery", Recovery, sa.Index(None, "person")),
    Ceremony: _table("account_ceremony", Ceremony, sa.Index(None, "ends_at"), kept=False),
    Attempts: _table("account_attempts", Attempts, sa.Index(None, "at"), kept=False),
    Device: _table("account_device", Device, sa.Index(None, "person"), kept=False),
    Member: _table("account_member", Member, sa.Index(None, "case"), sa.Index(None, "person")),
    Glass: _table("account_glass", Glass, sa.Index(None, "person", "case"), sa.Index(None, "reviewer", "due_at")),
    Deputy: _table("account_deputy", Deputy, sa.Index(None, "person"), sa.Index(None, "deputy")),
    Token: _table("account_token", Token, sa.Index(None, "person")),
    Identity: _table("account_identity", Identity, sa.Index(None, "person"), sa.Index(None, "issuer", "subject")),
    Errand: _table("account_errand", Errand, sa.Index(None, "ends_at"), kept=False),
}


def add(unit: Unit, row: Any) -> None:
    """Keep a new row."""
    unit.execute(sa.insert(_TABLES[type(row)]).values(**asdict(row)))


def change(unit: Unit, row: Any) -> None:
    """Keep a row as it is now."""
    table = _TABLES[type(row)]
    unit.execute(sa.update(table).where(table.c.id == row.id).values(**asdict(row)))


def remove(unit: Unit, row: Any) -> None:
    """Remove a row of those that may be removed."""
    table = _TABLES[type(row)]
    unit.execute(sa.delete(table).where(table.c.id == row.id))


def find(unit: Unit, kind: type[Row], **wanted: Any) -> Row | None:
    """Find the one row whose columns have the *wanted* values."""
    return next(iter(select(unit, kind, **wanted)), None)


def select(unit: Unit, kind: type[Row], **wanted: Any) -> list[Row]:
    """List the rows whose columns have the *wanted* values, by id; made one after the other, that is by time."""
    table = _TABLES[kind]
    query = sa.select(table).filter_by(**wanted).order_by(table.c.id)
    return [kind(**row) for row in unit.execute(query).mappings()]


def among(unit: Unit, kind: type[Row], column: str, values: list[str]) -> list[Row]:
    """List the rows whose *column* has one of the *values*."""
    table = _TABLES[kind]
    query = sa.select(table).where(table.c[column].in_(values)).order_by(table.c.id)
    return [kind(**row) for row in unit.execute(query).mappings()] if values else []


def names(kind: type[Any], column: str) -> Names:
    """Select what stands in a column, for a query of another room."""
    return sa.select(_TABLES[kind].c[column])


def cases_known(ids: list[str], person: str, now: datetime) -> Names:
    """Select the cases of which one of some persons is a member, and those for which *person* broke a glass that is open."""
    member, glass = _TABLES[Member].c, _TABLES[Glass].c
    inside = sa.select(member.case).where(member.person.in_(ids), member.ended_at.is_(None))
    broken = sa.select(glass.case).where(glass.person == person, glass.until > now)
    return sa.select(sa.union(inside, broken).subquery("known").c.case)


def sweep(unit: Unit, kind: type[Any], column: str, before: Any) -> None:
    """Remove the rows whose *column* lies before a time; only of those that may be removed."""
    table = _TABLES[kind]
    unit.execute(sa.delete(table).where(table.c[column] < before))
