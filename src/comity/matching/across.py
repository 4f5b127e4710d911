"""What the cases of a node share, all at once: its postings are written out, asked, and their names looked up again.

Only keyed numbers leave the database, to a private folder that is removed at the end; no identifier and no case's name.
Memory: a part of the postings, and DuckDB's limit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from comity.store.engine import Store, Unit

from . import tables
from .batch import EVERY, Batch, Posting, batch, write_postings
from .model import EVERY_CASE, Met, Pair, Visible
from .rules import own_weight


@dataclass(frozen=True)
class Across:
    """Postings of all cases that may be seen; no other case is counted anywhere. *shared* and *common* are how many.

    What is common by nature is not in it; what more than `CAP` cases have is counted as *common* and not listed.
    """

    cases: int
    shared: int
    common: int
    _store: Store
    _batch: Batch

    def met(self, top: int = 0) -> Iterator[Met]:
        """Give the identifiers that two or more cases share, those of the fewest cases first; at most *top* of them."""
        for found in self._batch.keys(top or EVERY):
            rows = found.to_pylist()
            with self._store.read() as unit:
                words = tables.known(unit, [row["key"] for row in rows])
                names = tables.references_of(unit, {case for row in rows for case in row["cases"]})
            for row in rows:
                word, cases = words[row["key"]], sorted(names[case] for case in row["cases"])
                yield Met(word["kind"], word["value"], tuple(cases), round(row["weight"], 2))

    def pairs(self, top: int = 0) -> Iterator[Pair]:
        """Give the pairs of cases that share enough to be looked at, the strongest first; at most *top* of them."""
        for found in self._batch.pairs(top or EVERY):
            rows = found.to_pylist()
            with self._store.read() as unit:
                names = tables.references_of(unit, {row[end] for row in rows for end in ("case_a", "case_b")})
            for row in rows:
                first, second = sorted((names[row["case_a"]], names[row["case_b"]]))
                yield Pair(first, second, row["shared"], round(row["score"], 2))


@contextmanager
def across(
    store: Store, visible: Visible, since: datetime | None = None, advance: Callable[[int], None] = lambda _: None
) -> Iterator[Across]:
    """Write out the postings of the cases that may be seen, and ask them; *advance* is told how many were written.

    With *since*, only what a case shares to which something was added from then on.
    """
    with tempfile.TemporaryDirectory(prefix="comity-") as room:
        path = Path(room) / "postings.parquet"
        with store.read() as unit:
            seen = None if visible is EVERY_CASE else tables.numbers_of(unit, visible)
            cases = tables.case_count(unit) if seen is None else len(seen)
            write_postings(path, _told(_postings(unit, seen, since), advance))
        with batch([path], cases) as asked:
            yield Across(cases, asked.shared, asked.common, store, asked)


def size(store: Store) -> int:
    """Say how many postings there are to go through."""
    with store.read() as unit:
        return tables.posting_count(unit)


def _postings(unit: Unit, seen: set[int] | None, since: datetime | None) -> Iterator[list[Posting]]:
    fresh = tables.added_since(unit, since) if since else None
    for part in tables.postings(unit, seen):
        weighed = ((key, case, own_weight(kind, value)) for key, case, kind, value in part)
        yield [(key, case, own, fresh is None or case in fresh) for key, case, own in weighed if own > 0]


def _told(parts: Iterable[list[Posting]], advance: Callable[[int], None]) -> Iterator[list[Posting]]:
    for part in parts:
        yield part
        advance(len(part))
