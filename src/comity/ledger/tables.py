"""The ledger's tables and the queries on them.

`ledger_leaf` and `ledger_node` hold hashes only and stay for ever; `ledger_detail` holds what was hashed, with its
salt, and a row of it may be erased without breaking a proof. A node's position is its number in the order in which
subtrees are completed, so that rows are only ever added at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    BindParameter,
    Column,
    ForeignKey,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    func,
    or_,
    select,
)

from comity.store.engine import Unit
from comity.store.schema import Big, UtcDateTime, append_only, metadata

from .merkle import Nodes, Place
from .model import Entry

leaf = append_only(
    Table(
        "ledger_leaf",
        metadata,
        Column("index", Big, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
        Column("appended_at", UtcDateTime, nullable=False),
    )
)

node = append_only(
    Table(
        "ledger_node",
        metadata,
        Column("position", Big, primary_key=True, autoincrement=False),
        Column("hash", LargeBinary, nullable=False),
    )
)

detail = append_only(
    Table(
        "ledger_detail",
        metadata,
        Column("index", Big, ForeignKey("ledger_leaf.index"), primary_key=True, autoincrement=False),
        Column("salt", LargeBinary, nullable=False),
        Column("event", Text, nullable=False),
    ),
    erasable=True,
)

checkpoint = append_only(
    Table(
        "ledger_checkpoint",
        metadata,
        Column("size", Big, primary_key=True, autoincrement=False),
        Column("keyid", String(64), primary_key=True),
        Column("note", Text, nullable=False),
    )
)


_START: BindParameter[int] = bindparam("start")
_END: BindParameter[int] = bindparam("end")
_LAST = select(leaf.c.index, leaf.c.appended_at).order_by(leaf.c.index.desc()).limit(1)
_ENTRIES = (
    select(leaf.c.index, leaf.c.hash, leaf.c.appended_at, detail.c.salt, detail.c.event)
    .select_from(leaf.outerjoin(detail))
    .where(leaf.c.index >= _START, leaf.c.index < _END)
    .order_by(leaf.c.index)
)
_LEAVES = select(leaf.c.index, leaf.c.hash).where(leaf.c.index.in_(bindparam("wanted", expanding=True)))
_NODES = select(node.c.position, node.c.hash).where(node.c.position.in_(bindparam("wanted", expanding=True)))
_COMPLETED = select(node.c.hash).where(node.c.position >= _START, node.c.position < _END).order_by(node.c.position)
_NODES_FROM = select(node.c.position).where(node.c.position >= _START).limit(1)
_NOTES = select(checkpoint.c.note).where(checkpoint.c.size >= _START).order_by(checkpoint.c.size)
_NEWEST = select(checkpoint.c.note).where(checkpoint.c.size >= _START).order_by(checkpoint.c.size.desc()).limit(1)


def position(place: Place) -> int:
    """Number the subtrees above the leaves in the order in which they are completed.

    The leaf that ends a subtree completes one a level, upwards.
    """
    level, index = place
    return nodes_before(((index + 1) << level) - 1) + level - 1


def nodes_before(index: int) -> int:
    """Count the subtrees above the leaves that stand before the leaf *index* is added."""
    return index - index.bit_count()


def last(unit: Unit) -> tuple[int, datetime | None]:
    """Give the log's size and the time of its last entry."""
    row = unit.execute(_LAST).first()
    return (row[0] + 1, row[1]) if row else (0, None)


def add(unit: Unit, entry: Entry, *, at: datetime, grown: Sequence[tuple[Place, bytes]]) -> None:
    """Write an entry and the subtrees it completes."""
    unit.execute(leaf.insert(), {"index": entry.index, "hash": entry.leaf, "appended_at": at})
    unit.execute(detail.insert(), {"index": entry.index, "salt": entry.salt, "event": entry.event.decode()})
    rows = [{"position": position(place), "hash": digest} for place, digest in grown if place[0]]
    if rows:
        unit.execute(node.insert(), rows)


def erase(unit: Unit, index: int) -> None:
    """Remove an entry's salt and event."""
    unit.execute(detail.delete().where(detail.c.index == index))


def entries(unit: Unit, start: int, end: int) -> list[Entry]:
    """Give the entries from *start* up to, not including, *end*."""
    rows = unit.execute(_ENTRIES, {"start": start, "end": end})
    return [Entry(index, digest, at, salt or b"", (event or "").encode()) for index, digest, at, salt, event in rows]


def nodes(unit: Unit) -> Nodes:
    """Give the reader of the tree's kept hashes: two queries for any number of places.

    A place that is not kept is given as no bytes, so that what is made from it fails to verify.
    """

    def read(places: Sequence[Place], /) -> Sequence[bytes]:
        low = _hashes(unit, _LEAVES, [index for level, index in places if not level])
        high = _hashes(unit, _NODES, [position(place) for place in places if place[0]])
        return [high.get(position(p), b"") if p[0] else low.get(p[1], b"") for p in places]

    return read


def completed(unit: Unit, start: int, end: int) -> list[bytes]:
    """Give the hashes of the subtrees that the leaves from *start* up to *end* completed, in that order."""
    return list(unit.scalars(_COMPLETED, {"start": nodes_before(start), "end": nodes_before(end)}))


def has_nodes_from(unit: Unit, start: int) -> bool:
    """Tell whether any subtree is kept that only the leaf *start* or a later one would complete."""
    return unit.scalar(_NODES_FROM, {"start": nodes_before(start)}) is not None


def keep_note(unit: Unit, *, size: int, keyid: str, note: bytes) -> None:
    """Write a signed checkpoint."""
    unit.execute(checkpoint.insert(), {"size": size, "keyid": keyid, "note": note.decode()})


def newest_note(unit: Unit, *, covering: int = 0, keyid: str = "") -> bytes | None:
    """Give the newest checkpoint of at least *covering* entries, by the key *keyid* if one is named."""
    query = _NEWEST.where(checkpoint.c.keyid == keyid) if keyid else _NEWEST
    found = unit.scalar(query, {"start": covering})
    return found.encode() if found else None


def notes(unit: Unit, start: int, end: int | None = None) -> list[bytes]:
    """Give all checkpoints whose size is from *start* up to, not including, *end* (to the last one without it)."""
    query = _NOTES if end is None else _NOTES.where(checkpoint.c.size < end)
    return [text.encode() for text in unit.scalars(query, {"start": start})]


def _hashes(unit: Unit, query: Select[int, bytes], wanted: list[int]) -> dict[int, bytes]:
    return {row[0]: row[1] for row in unit.execute(query, {"wanted": wanted})} if wanted else {}


def time_of(unit: Unit, index: int) -> datetime:
    """Tell when an entry was recorded."""
    found: datetime = unit.scalars(select(leaf.c.appended_at).where(leaf.c.index == index)).one()
    return found


def scan(
    unit: Unit, start: int, end: int, *, having: Sequence[Sequence[str]], since: datetime | None = None,
    until: datetime | None = None, limit: int,
) -> list[Entry]:  # fmt: skip
    """Give the newest entries from *start* up to *end* whose event has, of each group, at least one of its texts."""
    place = func.instr if unit.dialect.name == "sqlite" else func.strpos
    query = select(leaf.c.index, leaf.c.hash, leaf.c.appended_at, detail.c.salt, detail.c.event)
    # Both ends are said of both tables: PostgreSQL does not conclude from one to the other, and would read every detail.
    same = and_(leaf.c.index == detail.c.index, detail.c.index >= start, detail.c.index < end)
    query = query.select_from(leaf.outerjoin(detail, same)).where(leaf.c.index >= start, leaf.c.index < end)
    for group in having:
        query = query.where(or_(*(place(detail.c.event, text) > 0 for text in group)))
    query = query.where(leaf.c.appended_at >= since) if since else query
    query = query.where(leaf.c.appended_at < until) if until else query
    rows = unit.execute(query.order_by(leaf.c.index.desc()).limit(limit))
    return [Entry(index, digest, at, salt or b"", (event or "").encode()) for index, digest, at, salt, event in rows]
