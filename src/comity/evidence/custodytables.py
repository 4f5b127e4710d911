"""Where the sealed bags that this node knows are listed, and the custody of each item, which only grows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.kernel.clock import stamp
from comity.store.engine import Unit
from comity.store.schema import Big, UtcDateTime, append_only, metadata

from .custodyentry import CustodyEntry

_BLOCK = 500
_bags = sa.Table(
    "evidence_bag",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    sa.Column("item", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("former", sa.Text, nullable=False),
    sa.Column("root", sa.Text, nullable=False),
    sa.Column("files", Big, nullable=False),
    sa.Column("size", Big, nullable=False),
    sa.Column("path", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("case", sa.Text, nullable=False, server_default=sa.text("''")),
    sa.UniqueConstraint("item", "number"),
    sa.Index(None, "case"),
)
_entries = append_only(
    sa.Table(
        "custody_entry",
        metadata,
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("entry", sa.Text, nullable=False),
        sa.Column("log_index", Big, nullable=False),
        sa.Column("standing", sa.Text),
    )
)


_tokens = append_only(
    sa.Table(
        "custody_token",
        metadata,
        sa.Column("item", sa.Text, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("token", sa.LargeBinary, nullable=False),
    )
)


@dataclass(frozen=True)
class Bag:
    """A sealed bag that this node knows, and where it is, or its tombstone when its bytes are gone.

    *case* is the case it was taken for, as its description says; `PEER:CASE` where another party took it.
    """

    digest: str
    item: str
    root: str
    files: int
    size: int
    path: str
    at: datetime
    number: int = 1
    former: str = ""
    case: str = ""

    def plain(self) -> dict[str, Any]:
        """Give the bag as JSON data."""
        return {
            "item": self.item, "generation": self.number, "digest": self.digest, "former": self.former,
            "tree_root": self.root, "files": self.files, "bytes": self.size, "path": self.path, "at": stamp(self.at),
            "case": self.case,
        }  # fmt: skip


@dataclass(frozen=True)
class Row:
    """An entry as it is kept: its number, its bytes, where its event stands in the log, and where the item stood then.

    *standing* is empty in an entry that was made before it was kept.
    """

    number: int
    data: bytes
    index: int
    standing: str


def put_bag(unit: Unit, bag: Bag) -> None:
    """List a bag, new or changed."""
    if not unit.execute(sa.update(_bags).where(_bags.c.digest == bag.digest).values(**vars(bag))).rowcount:
        unit.execute(sa.insert(_bags).values(**vars(bag)))


def find_bags(unit: Unit, **wanted: str | int) -> list[Bag]:
    """List the bags whose columns have the *wanted* values, by item and generation."""
    query = sa.select(_bags).filter_by(**wanted).order_by(_bags.c.item, _bags.c.number)
    return [Bag(**row) for row in unit.execute(query).mappings()]


def bags_of(unit: Unit, cases: Collection[str]) -> list[Bag]:
    """List the newest bag of each item of some cases, by item."""
    found: dict[str, Bag] = {}
    wanted = sorted(cases)
    for place in range(0, len(wanted), _BLOCK):
        query = (
            sa.select(_bags)
            .where(_bags.c.case.in_(wanted[place : place + _BLOCK]))
            .order_by(_bags.c.item, _bags.c.number)
        )
        found |= {row["item"]: Bag(**row) for row in unit.execute(query).mappings()}
    return sorted(found.values(), key=lambda one: one.item)


def add_custody(unit: Unit, entry: CustodyEntry, index: int, standing: str) -> None:
    """Write an entry whose event stands in the log at *index*."""
    values = {"item": entry.item, "number": entry.number, "entry": entry.dump().decode(), "log_index": index}
    unit.execute(sa.insert(_entries).values(**values, standing=standing))


def find_custody(unit: Unit, item: str) -> list[Row]:
    """Give the entries of an item in their order."""
    return _rows(unit, _query().where(_entries.c.item == item).order_by(_entries.c.number))


def last_custody(unit: Unit, item: str) -> Row | None:
    """Give the last entry of an item, if there is one."""
    newest = _query().where(_entries.c.item == item).order_by(_entries.c.number.desc()).limit(1)
    return next(iter(_rows(unit, newest)), None)


def last_entries(unit: Unit, items: Collection[str]) -> dict[str, Row]:
    """Give the last entry of each of some items that has one."""
    c = _entries.c
    last = sa.select(c.item, sa.func.max(c.number).label("number")).where(c.item.in_(sorted(items))).group_by(c.item)
    newest = last.subquery("newest").c
    query = _query().add_columns(c.item).where(c.item == newest.item, c.number == newest.number)
    return {item: _row(*row) for *row, item in unit.execute(query)}


def has_custody(unit: Unit, item: str, number: int, index: int) -> bool:
    """Tell whether an entry is here whose event stands in the log at *index*."""
    c = _entries.c
    same = (c.item == item) & (c.number == number) & (c.log_index == index)
    return bool(unit.scalar(sa.select(sa.exists().where(same))))


def all_custody(unit: Unit) -> Iterator[tuple[str, Row]]:
    """Give every entry with its item, by item and number, some hundred in memory at a time."""
    c, after = _entries.c, ("", 0)
    while True:
        query = sa.select(c.item, *_query().selected_columns).where(sa.tuple_(c.item, c.number) > after)
        found = unit.execute(query.order_by(c.item, c.number).limit(_BLOCK)).all()
        for item, *row in found:
            yield item, _row(*row)
        if len(found) < _BLOCK:
            return
        after = found[-1][:2]


def _query() -> sa.Select[Any]:
    c = _entries.c
    return sa.select(c.number, c.entry, c.log_index, c.standing)


def _rows(unit: Unit, query: sa.Select[Any]) -> list[Row]:
    return [_row(*row) for row in unit.execute(query)]


def _row(number: int, text: str, index: int, standing: str | None) -> Row:
    return Row(number, text.encode(), index, standing or "")


def add_token(unit: Unit, item: str, number: int, token: bytes) -> None:
    """Keep a time authority's token over an entry."""
    unit.execute(sa.insert(_tokens).values(item=item, number=number, token=token))


def find_tokens(unit: Unit, item: str) -> dict[int, bytes]:
    """Give the time tokens of an item by the numbers of their entries."""
    query = sa.select(_tokens.c.number, _tokens.c.token).where(_tokens.c.item == item).order_by(_tokens.c.number)
    return {number: bytes(token) for number, token in unit.execute(query)}


def items(unit: Unit) -> list[str]:
    """Name every item that has custody here."""
    return list(unit.scalars(sa.select(_entries.c.item).distinct().order_by(_entries.c.item)))
