"""Where the HI-1 objects between us and each peer are kept, and the few queries on them.

An object belongs to the peer it is shared with and to the side that created it, so that what one peer names never meets
what another one named. The bytes of a document are not kept here: the package and the receipt have their own places, and
the message is kept byte for byte under its transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Json, UtcDateTime, metadata

OURS, THEIRS = "ours", "theirs"

_objects = sa.Table(
    "hi1_object",
    metadata,
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("side", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("generation", sa.Integer, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("desired", sa.Text, nullable=False),
    sa.Column("request", sa.Text, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Column("members", Json, nullable=False),
    sa.Column("transaction", sa.Text, nullable=False),
    sa.Index(None, "request"),
    sa.Index(None, "peer", "side", "changed_at", "id"),
    sa.Index(None, "peer", "side", "type", "changed_at", "id"),
)


@dataclass(frozen=True, kw_only=True)
class Object:
    """An HI-1 object between us and a peer: whose it is, its states, its other members, its last transaction.

    *generation* and *status* are the receiver's word; on our own objects they are what the peer last said.
    """

    peer: str
    side: str
    id: str
    type: str
    generation: int
    status: str
    desired: str
    request: str
    changed_at: datetime
    members: Mapping[str, Any]
    transaction: str


def put_object(unit: Unit, thing: Object) -> None:
    """Keep an object, new or changed."""
    here = _one(thing.peer, thing.side, thing.id)
    if not unit.execute(sa.update(_objects).where(here).values(**vars(thing))).rowcount:
        unit.execute(sa.insert(_objects).values(**vars(thing)))


def find_object(unit: Unit, peer: str, side: str, object_id: str) -> Object | None:
    """Find an object of one side with one peer."""
    row = unit.execute(sa.select(_objects).where(_one(peer, side, object_id))).mappings().one_or_none()
    return Object(**row) if row else None


def objects_of(unit: Unit, request: str, *, side: str) -> list[Object]:
    """List the objects of a request that one side created."""
    query = sa.select(_objects).where(_objects.c.request == request, _objects.c.side == side)
    return [Object(**row) for row in unit.execute(query.order_by(_objects.c.type, _objects.c.id)).mappings()]


def objects_among(unit: Unit, requests: Iterable[str], *, side: str) -> dict[str, list[Object]]:
    """List the objects of some requests that one side created, by request; without their members."""
    query = sa.select(*(one for one in _objects.c if one.name != "members")).where(
        _objects.c.request.in_(sorted(requests)), _objects.c.side == side
    )
    found: dict[str, list[Object]] = {}
    for row in unit.execute(query.order_by(_objects.c.type, _objects.c.id)).mappings():
        found.setdefault(row["request"], []).append(Object(members={}, **row))
    return found


def having(
    request: sa.ColumnElement[str], *, side: str, kind: str = "", status: Iterable[str] = (), but: Iterable[str] = ()
) -> sa.ColumnElement[bool]:
    """Say in a query that a request has an object of one side: of a kind, in or wished to be in a status, or in none of others."""
    c = _objects.c
    found = [c.request == request, c.side == side]
    if kind:
        found.append(c.type == kind)
    if wanted := sorted(status):
        found.append(c.status.in_(wanted) | c.desired.in_(wanted))
    if others := sorted(but):
        found.append(c.status.not_in(others))
    return sa.exists().where(*found)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which objects a peer asks for; what is empty does not narrow."""

    types: tuple[str, ...] = ()
    status: str = ""
    since: datetime | None = None
    until: datetime | None = None
    limit: int


def list_objects(unit: Unit, peer: str, wanted: Wanted) -> list[Object]:
    """List the objects that a peer created here, the latest change first."""
    c = _objects.c
    query = sa.select(_objects).where(c.peer == peer, c.side == THEIRS)
    if wanted.types:
        query = query.where(c.type.in_(wanted.types))
    if wanted.status:
        query = query.where(c.status == wanted.status)
    if wanted.since:
        query = query.where(c.changed_at >= wanted.since)
    if wanted.until:
        query = query.where(c.changed_at <= wanted.until)
    ordered = query.order_by(c.changed_at.desc(), c.id.desc()).limit(wanted.limit)
    return [Object(**row) for row in unit.execute(ordered).mappings()]


def change_objects(unit: Unit, things: Iterable[Object]) -> None:
    """Keep several objects."""
    for thing in things:
        put_object(unit, thing)


def _one(peer: str, side: str, object_id: str) -> Any:
    return (_objects.c.peer == peer) & (_objects.c.side == side) & (_objects.c.id == object_id)
