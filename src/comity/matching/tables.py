"""Where postings are kept: a dictionary of identifiers, and for each the cases that have it. Never pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as insert_postgres
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from comity.store.engine import Unit
from comity.store.schema import Big, UtcDateTime, metadata

from .model import OPEN, Link

CHUNK = 5_000
PART = 50_000

_cases = sa.Table(
    "matching_case",
    metadata,
    sa.Column("number", Big, primary_key=True, autoincrement=True),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
)
_sources = sa.Table(
    "matching_source",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case", Big, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
)
_keys = sa.Table(
    "matching_key",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("degree", sa.Integer, nullable=False),
    sqlite_with_rowid=False,
)
_postings = sa.Table(
    "matching_posting",
    metadata,
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("case", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("records", sa.BigInteger, nullable=False),
    sa.Column("first", UtcDateTime),
    sa.Column("last", UtcDateTime),
    sa.Index(None, "case"),
    sqlite_with_rowid=False,
)
_links = sa.Table(
    "matching_link",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("case_a", sa.Text, nullable=False),
    sa.Column("case_b", sa.Text, nullable=False),
    sa.Column("score", sa.Float, nullable=False),
    sa.Column("found_at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_at", UtcDateTime),
    sa.UniqueConstraint("case_a", "case_b"),
)
_theirs = _postings.alias("theirs")
Row = dict[str, Any]


def case_number(unit: Unit, reference: str, *, make: bool = False) -> int | None:
    """Give a case's number, making one where *make* says so."""
    query = sa.select(_cases.c.number).where(_cases.c.reference == reference)
    found = unit.execute(query).scalar()
    if found is None and make:
        unit.execute(sa.insert(_cases).values(reference=reference))
        found = unit.execute(query).scalar()
    return found


def case_count(unit: Unit) -> int:
    """Count the cases that have postings."""
    return unit.execute(sa.select(sa.func.count()).select_from(_cases)).scalar() or 0


def numbers_of(unit: Unit, references: Collection[str]) -> set[int]:
    """Give the numbers of those cases that have postings."""
    found: set[int] = set()
    for part in _parts(list(references)):
        found |= set(unit.execute(sa.select(_cases.c.number).where(_cases.c.reference.in_(part))).scalars())
    return found


def references_of(unit: Unit, numbers: Collection[int]) -> dict[int, str]:
    """Give cases by their number."""
    found: dict[int, str] = {}
    for part in _parts(list(numbers)):
        rows = unit.execute(sa.select(_cases.c.number, _cases.c.reference).where(_cases.c.number.in_(part)))
        found |= {row.number: row.reference for row in rows}
    return found


def add_source(unit: Unit, source: str, case: int, at: datetime) -> bool:
    """Note that a source was posted; False when it was before."""
    if unit.execute(sa.select(_sources.c.id).where(_sources.c.id == source)).scalar():
        return False
    unit.execute(sa.insert(_sources).values(id=source, case=case, at=at))
    return True


def post(unit: Unit, case: int, rows: Sequence[Row]) -> list[int]:
    """Post identifiers in a case: *rows* hold key, kind, value, records, first, last; gives the keys new to the case."""
    new: list[int] = []
    for part in _parts(rows):
        keys = [row["key"] for row in part]
        had = set(
            unit.execute(
                sa.select(_postings.c.key).where(_postings.c.case == case, _postings.c.key.in_(keys))
            ).scalars()
        )
        fresh = [key for key in keys if key not in had]
        unit.execute(_learn(unit), [{"key": r["key"], "kind": r["kind"], "value": r["value"]} for r in part])
        unit.execute(
            _enter(unit), [{**{n: r[n] for n in ("key", "records", "first", "last")}, "case": case} for r in part]
        )
        if fresh:
            unit.execute(sa.update(_keys).where(_keys.c.key.in_(fresh)).values(degree=_keys.c.degree + 1))
        new += fresh
    return new


def _learn(unit: Unit) -> Any:
    """Put a key into the dictionary unless it is there."""
    return _insert(unit)(_keys).values(degree=0).on_conflict_do_nothing()


def _enter(unit: Unit) -> Any:
    """Enter a posting, or widen the one that is there."""
    entry = _insert(unit)(_postings)
    fresh, old = entry.excluded, _postings.c
    return entry.on_conflict_do_update(
        index_elements=[old.key, old.case],
        set_={
            "records": old.records + fresh.records,
            "first": sa.case(
                (old.first.is_(None), fresh.first), (fresh.first < old.first, fresh.first), else_=old.first
            ),
            "last": sa.case((old.last.is_(None), fresh.last), (fresh.last > old.last, fresh.last), else_=old.last),
        },
    )


def _insert(unit: Unit) -> Any:
    return insert_sqlite if unit.dialect.name == "sqlite" else insert_postgres


def known(unit: Unit, keys: Sequence[int]) -> dict[int, Row]:
    """Give what the dictionary says of keys."""
    found: dict[int, Row] = {}
    for part in _parts(keys):
        rows = unit.execute(sa.select(_keys).where(_keys.c.key.in_(part))).mappings()
        found |= {row["key"]: dict(row) for row in rows}
    return found


def cases_with(unit: Unit, key: int, visible: Collection[int] | None, limit: int) -> tuple[list[int], int]:
    """Give the cases that have a key, at most *limit*, and their number; only those that may be seen."""
    query = sa.select(_postings.c.case).where(_postings.c.key == key)
    if visible is None:
        cases = list(unit.execute(query.order_by(_postings.c.case).limit(limit)).scalars())
        count = unit.execute(sa.select(_keys.c.degree).where(_keys.c.key == key)).scalar() or 0
        return cases, count
    cases = []
    for part in _parts(sorted(visible)):
        cases += unit.execute(query.where(_postings.c.case.in_(part))).scalars()
    return sorted(cases)[:limit], len(cases)


def cases_of(unit: Unit, keys: Sequence[int]) -> dict[int, list[str]]:
    """Give the cases, by reference, of each of some keys."""
    found: dict[int, list[str]] = {}
    query = sa.select(_postings.c.key, _cases.c.reference).join(_cases, _cases.c.number == _postings.c.case)
    for part in _parts(keys):
        for key, case in unit.execute(query.where(_postings.c.key.in_(part))):
            found.setdefault(key, []).append(case)
    return found


def neighbours(unit: Unit, case: int, limit: int, keys: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Give (key, other case) for what a case shares with others, over keys that at most *limit* cases have."""
    query = _shared(case).where(_keys.c.degree.between(2, limit))
    if keys is None:
        return [(row.key, row.case) for row in unit.execute(query)]
    found: list[tuple[int, int]] = []
    for part in _parts(list(keys)):
        found += [(row.key, row.case) for row in unit.execute(query.where(_keys.c.key.in_(part)))]
    return found


def seen_neighbours(unit: Unit, case: int, limit: int, seen: Collection[int]) -> list[tuple[int, int]]:
    """Give (key, other case) for what a case shares with those *seen*, over keys that at most *limit* of these have.

    What other cases have changes nothing: neither what is given, nor that it is.
    """
    found = [(key, other) for key, other in neighbours(unit, case, limit) if other in seen]
    common: dict[int, list[int]] = defaultdict(list)
    many = _shared(case).where(_keys.c.degree > limit)
    for part in _parts(sorted(seen)):
        for key, other in unit.execute(many.where(_theirs.c.case.in_(part))):
            if len(common[key]) < limit:
                common[key].append(other)
    return found + [(key, other) for key, others in common.items() if len(others) < limit for other in others]


def _shared(case: int) -> Any:
    """Ask for (key, other case) of what a case shares with others."""
    mine = _postings.alias("mine")
    joined = mine.join(_keys, _keys.c.key == mine.c.key).join(_theirs, _theirs.c.key == mine.c.key)
    query = sa.select(_theirs.c.key, _theirs.c.case).select_from(joined)
    return query.where(mine.c.case == case, _theirs.c.case != case)


def postings(unit: Unit, seen: Collection[int] | None) -> Iterator[list[tuple[int, int, str, str]]]:
    """Give (key, case, kind, value) of what more than one case has, in parts; only of the cases *seen*."""
    query = (
        sa.select(_postings.c.key, _postings.c.case, _keys.c.kind, _keys.c.value)
        .join(_keys, _keys.c.key == _postings.c.key)
        .where(_keys.c.degree > 1)
        .execution_options(yield_per=PART)
    )
    parts = [query] if seen is None else (query.where(_postings.c.case.in_(part)) for part in _parts(sorted(seen)))
    for asked in parts:
        for rows in unit.execute(asked).partitions():
            yield [tuple(row) for row in rows]


def posting_count(unit: Unit) -> int:
    """Count the postings that more than one case has."""
    return unit.execute(sa.select(sa.func.sum(_keys.c.degree)).where(_keys.c.degree > 1)).scalar() or 0


def added_since(unit: Unit, since: datetime) -> set[int]:
    """Give the cases to which a source was added from some time on."""
    return set(unit.execute(sa.select(_sources.c.case).distinct().where(_sources.c.at >= since)).scalars())


def add_link(unit: Unit, link: Link) -> bool:
    """Keep a link; False when the pair has one."""
    pair = sa.select(_links.c.id).where(_links.c.case_a == link.case_a, _links.c.case_b == link.case_b)
    if unit.execute(pair).scalar():
        return False
    unit.execute(sa.insert(_links).values(**{column.name: getattr(link, column.name) for column in _links.c}))
    return True


def links(unit: Unit, state: str = OPEN) -> list[Link]:
    """Give the links in a state, the strongest first; every one where the state is empty."""
    query = sa.select(_links).order_by(_links.c.score.desc(), _links.c.id)
    rows = unit.execute(query.where(_links.c.state == state) if state else query).mappings()
    return [Link(**row) for row in rows]


def find_link(unit: Unit, link: str) -> Link | None:
    """Give a link."""
    row = unit.execute(sa.select(_links).where(_links.c.id == link)).mappings().first()
    return Link(**row) if row else None


def decide(unit: Unit, link: Link) -> None:
    """Keep what a person said of a link."""
    values = {"state": link.state, "by": link.by, "reason": link.reason, "decided_at": link.decided_at}
    unit.execute(sa.update(_links).where(_links.c.id == link.id).values(**values))


def _parts(rows: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (rows[i : i + CHUNK] for i in range(0, len(rows), CHUNK))
