"""What all cases share at once, out of postings in Parquet: `KEY, CASE, WEIGHT, FRESH`, one row a key and case.

Keys of more than `CAP` cases are cut away before anything is joined, so pairs never explode. Memory: DuckDB's limit; it
spills to disk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from comity.store.parquet import MEMORY, literally, over_parquet

from .rules import CAP, THRESHOLD

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

# A key's number, its case's number, what it weighs by itself, and whether the case is one of those that are asked about.
Posting = tuple[int, int, float, bool]
ROWS = 1_000

MET = """
CREATE TABLE met AS SELECT key, count(*) AS degree, any_value(weight) * ln($cases / count(*)) AS weight
FROM posting GROUP BY key HAVING count(*) > 1 AND bool_or(fresh)
"""
SHARED = """
WITH chosen AS (SELECT * FROM met WHERE degree <= $cap ORDER BY degree, weight DESC, key LIMIT $top)
SELECT key, chosen.weight AS weight, list("case" ORDER BY "case") AS cases
FROM chosen JOIN posting USING (key) GROUP BY key, degree, chosen.weight ORDER BY degree, chosen.weight DESC, key
"""
PAIRS = """
WITH kept AS (SELECT key, "case", fresh, met.weight AS weight FROM posting JOIN met USING (key) WHERE degree <= $cap)
SELECT one."case" AS case_a, two."case" AS case_b, count(*) AS shared, sum(one.weight) AS score
FROM kept AS one JOIN kept AS two ON one.key = two.key AND one."case" < two."case"
GROUP BY one."case", two."case" HAVING sum(one.weight) >= $threshold AND bool_or(one.fresh OR two.fresh)
ORDER BY score DESC, case_a, case_b LIMIT $top
"""
EVERY = 2**62


def write_postings(path: Path, parts: Iterable[Sequence[Posting]]) -> None:
    """Write postings to a new file, part after part."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shape = pa.schema({"key": pa.int64(), "case": pa.int64(), "weight": pa.float64(), "fresh": pa.bool_()})
    with pq.ParquetWriter(path, shape) as out:
        for part in parts:
            columns = zip(*part, strict=True) if part else ((),) * 4
            out.write_table(pa.table([pa.array(c, t) for c, t in zip(columns, shape.types, strict=True)], schema=shape))


@dataclass(frozen=True)
class Batch:
    """Postings that are asked; *shared* and *common* say how many keys several cases have, and how many too many have."""

    engine: DuckDBPyConnection
    shared: int
    common: int

    def keys(self, top: int = EVERY) -> Iterator[pa.RecordBatch]:
        """Give the keys that cases share, those of the fewest cases first, with weight and cases."""
        yield from self._answer(SHARED, cap=CAP, top=top)

    def pairs(self, top: int = EVERY, threshold: float = THRESHOLD) -> Iterator[pa.RecordBatch]:
        """Give the pairs of cases whose shared keys weigh enough, the strongest first: case_a, case_b, shared, score."""
        yield from self._answer(PAIRS, cap=CAP, top=top, threshold=threshold)

    def _answer(self, sql: str, **given: float) -> Iterator[pa.RecordBatch]:
        with self.engine.cursor() as asked:
            yield from asked.sql(sql, params=given).to_arrow_reader(ROWS)


@contextmanager
def batch(files: Sequence[Path], cases: int, *, memory: str = MEMORY) -> Iterator[Batch]:
    """Ask postings in files; *cases* is how many cases there are, whether they share anything or not."""
    with over_parquet(memory=memory) as engine:
        engine.read_parquet(literally(files)).create_view("posting")
        engine.execute(MET, {"cases": float(max(cases, 2))})
        counted = "SELECT count(*) FILTER (degree <= $cap), count(*) FILTER (degree > $cap) FROM met"
        yield Batch(engine, *engine.execute(counted, {"cap": CAP}).fetchall()[0])
