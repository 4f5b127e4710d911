"""Where the parts of deliveries and the evidence handed over are kept, ours and theirs, and what the provider's people recorded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.kernel.clock import stamp
from comity.requests.dockettables import hand
from comity.store.engine import Unit
from comity.store.schema import Big, Json, UtcDateTime, append_only, metadata

from .part import AVAILABLE, RECEIVED, URL, Part

_parts = sa.Table(
    "delivery_part",
    metadata,
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("delivery", sa.Text, nullable=False),
    sa.Column("request", sa.Text, sa.ForeignKey("request.id"), nullable=False),
    sa.Column("task", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("last", sa.Boolean, nullable=False),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("size", Big, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("expires", UtcDateTime),
    sa.Column("exists", sa.Boolean),
    sa.Column("sealed", sa.Boolean, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("offset", Big, nullable=False),
    sa.Column("original", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("transaction", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
    sa.Index(None, "request"),
    sa.Index(None, "direction", "peer", "delivery"),
    sa.Index(None, "direction", "peer", "token"),
)
_parcels = sa.Table(
    "parcel",
    metadata,
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("size", Big, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("expires", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("changed_at", UtcDateTime, nullable=False),
)
_notes = append_only(
    sa.Table(
        "desk_note",
        metadata,
        sa.Column("number", Big, primary_key=True, autoincrement=True),
        sa.Column("request", sa.Text, sa.ForeignKey("request.id"), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Index(None, "request"),
        sa.Index(None, "kind"),
    )
)
_OF_PART = tuple(Part.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A part as this node keeps it: to or from which peer, for which request, in which state, and where its bytes are.

    *file* names the kept file, from *offset* on; *original* is the SHA-256 of the whole file before it was sealed or cut,
    which only the provider knows; *token* opens a part that the peer fetches from us; *transaction* names the message
    that carried it.
    """

    direction: str
    peer: str
    request: str
    part: Part
    at: datetime
    changed_at: datetime
    state: str = AVAILABLE
    reason: str = ""
    file: str = ""
    offset: int = 0
    original: str = ""
    token: str = ""
    transaction: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the part as JSON data, without what opens it."""
        p = self.part
        row: dict[str, Any] = {
            "delivery": p.delivery, "part": p.sequence, "last": p.last, "object": p.id, "task": p.task, "peer": self.peer,
            "direction": self.direction, "request": self.request, "way": p.way, "state": self.state,
            "at": stamp(self.at), "changed_at": stamp(self.changed_at),
        }  # fmt: skip
        if p.exists is not None:
            return row | {"exists": p.exists}
        row |= {"name": p.name, "type": p.type, "size": p.size, "sha256": p.sha256, "sealed": p.sealed}
        row |= {"expires": stamp(p.expires)} if p.expires else {}
        return row | ({"reason": self.reason} if self.reason else {})


@dataclass(frozen=True, kw_only=True)
class Parcel:
    """Evidence handed over between two nodes: which hand-over, the file, where it is to be had, and in which state.

    *id* and *note* name the hand-over and its signed note; *file* names the kept file, while there is one.
    """

    direction: str
    peer: str
    id: str
    note: str
    size: int
    sha256: str
    url: str
    expires: datetime
    at: datetime
    changed_at: datetime
    state: str = AVAILABLE
    reason: str = ""
    file: str = ""

    @property
    def part(self) -> Part:
        """Give it as a part that is fetched like one of a delivery."""
        return Part(
            id=self.id, delivery=self.id, task="", sequence=1, last=True, way=URL, name=self.id, size=self.size,
            sha256=self.sha256, url=self.url, expires=self.expires, sealed=True,
        )  # fmt: skip

    def plain(self) -> dict[str, Any]:
        """Give it as JSON data, without what opens it."""
        return {
            "hand_over": self.id, "direction": self.direction, "peer": self.peer, "size": self.size, "sha256": self.sha256,
            "state": self.state, "reason": self.reason, "expires": stamp(self.expires), "at": stamp(self.at),
            "changed_at": stamp(self.changed_at),
        }  # fmt: skip


@dataclass(frozen=True)
class Note:
    """What a named person recorded on a request at the desk: a review, a call back, an exception."""

    request: str
    at: datetime
    kind: str
    who: str
    text: str
    facts: Mapping[str, Any]

    def plain(self) -> dict[str, Any]:
        """Give the note as JSON data."""
        return {"at": stamp(self.at), "kind": self.kind, "who": self.who, "text": self.text, **self.facts}


def put_part(unit: Unit, kept: Kept) -> None:
    """Keep a part, new or changed."""
    values = {name: getattr(kept.part, name) for name in _OF_PART}
    values |= {name: value for name, value in vars(kept).items() if name != "part"}
    c = _parts.c
    here = (c.direction == kept.direction) & (c.peer == kept.peer) & (c.id == kept.part.id)
    if not unit.execute(sa.update(_parts).where(here).values(**values)).rowcount:
        unit.execute(sa.insert(_parts).values(**values))
        hand(unit, kept.request)


def find_parts(unit: Unit, **wanted: str) -> list[Kept]:
    """List parts whose columns have the *wanted* values, by delivery and number, the oldest delivery first."""
    c = _parts.c
    whole = (c.direction, c.peer, c.delivery)
    began = sa.func.min(c.at).over(partition_by=whole)
    query = sa.select(_parts).filter_by(**wanted).order_by(began, *whole, c.sequence, c.changed_at, c.id)
    rows = [dict(row) for row in unit.execute(query).mappings()]
    return [Kept(part=Part(**{name: row.pop(name) for name in _OF_PART}), **row) for row in rows]


def part_states(unit: Unit, requests: Iterable[str]) -> dict[str, set[str]]:
    """Give the states of the parts of some requests, by request."""
    query = sa.select(_parts.c.request, _parts.c.state).distinct().where(_parts.c.request.in_(sorted(requests)))
    found: dict[str, set[str]] = {}
    for request, state in unit.execute(query):
        found.setdefault(request, set()).add(state)
    return found


def under_way(request: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Say in a query that there are parts of a request that were not received."""
    return sa.exists().where(_parts.c.request == request, _parts.c.state != RECEIVED)


def handed(unit: Unit, requests: Iterable[str]) -> set[str]:
    """Pick those of some requests of which a part was received, or offered by us."""
    done = (_parts.c.state == RECEIVED) | (_parts.c.direction == "out")
    query = sa.select(_parts.c.request).where(_parts.c.request.in_(sorted(requests)), done)
    return set(unit.scalars(query.distinct()))


def put_parcel(unit: Unit, parcel: Parcel) -> None:
    """Keep evidence handed over, new or changed."""
    c = _parcels.c
    here = (c.direction == parcel.direction) & (c.peer == parcel.peer) & (c.id == parcel.id)
    if not unit.execute(sa.update(_parcels).where(here).values(**vars(parcel))).rowcount:
        unit.execute(sa.insert(_parcels).values(**vars(parcel)))


def find_parcels(unit: Unit, *, kept: bool = False, **wanted: str) -> list[Parcel]:
    """List evidence handed over whose columns have the *wanted* values, or only what has a *kept* file, the oldest first."""
    query = sa.select(_parcels).filter_by(**wanted).order_by(_parcels.c.at, _parcels.c.id)
    query = query.where(_parcels.c.file != "") if kept else query
    return [Parcel(**row) for row in unit.execute(query).mappings()]


def delivery_files(unit: Unit) -> set[str]:
    """Name every kept file that a part, or evidence handed over, refers to."""
    named = (sa.select(table.c.file).where(table.c.file != "") for table in (_parts, _parcels))
    return {name for query in named for name in unit.scalars(query)}


def add_note(unit: Unit, note: Note) -> None:
    """Write down what a person recorded."""
    unit.execute(sa.insert(_notes).values(**vars(note) | {"facts": dict(note.facts)}))


def notes_among(unit: Unit, requests: Iterable[str], kinds: Iterable[str]) -> dict[str, list[Note]]:
    """List the notes of some kinds on some requests, by request, in the order in which they were made."""
    columns = [c for c in _notes.c if c.name != "number"]
    query = sa.select(*columns).where(_notes.c.request.in_(sorted(requests)), _notes.c.kind.in_(sorted(kinds)))
    found: dict[str, list[Note]] = {}
    for row in unit.execute(query.order_by(_notes.c.number)).mappings():
        found.setdefault(row["request"], []).append(Note(**row))
    return found


def find_notes(unit: Unit, **wanted: str) -> list[Note]:
    """List the notes whose columns have the *wanted* values, in the order in which they were made."""
    columns = [c for c in _notes.c if c.name != "number"]
    query = sa.select(*columns).filter_by(**wanted).order_by(_notes.c.number)
    return [Note(**row) for row in unit.execute(query).mappings()]
