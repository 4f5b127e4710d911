"""All pairs of cases at once, out of postings in Parquet: for a node that takes over what others kept, or weighs anew.

Each source's postings lie beside the database as `KEY, CASE, WEIGHT`; DuckDB joins them in one pass. Keys of more than `CAP` cases are cut
away before the join, so pairs never explode. Memory: DuckDB's limit; it spills to disk.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .rules import CAP, THRESHOLD, key64, own_weight

if TYPE_CHECKING:
    import pyarrow as pa

SQL = """
WITH posting AS (SELECT DISTINCT key, "case", weight FROM read_parquet($files) WHERE weight > 0),
rare AS (SELECT key, count(*) AS degree FROM posting GROUP BY key HAVING count(*) BETWEEN 2 AND $cap),
kept AS (SELECT posting.key, "case", weight * ln($cases / degree) AS weight FROM posting JOIN rare USING (key))
SELECT one."case" AS case_a, two."case" AS case_b, count(*) AS shared, sum(one.weight) AS score
FROM kept AS one JOIN kept AS two ON one.key = two.key AND one."case" < two."case"
GROUP BY one."case", two."case" HAVING sum(one.weight) >= $threshold
ORDER BY score DESC, case_a, case_b
"""


def write_postings(path: Path, secret: bytes, case: int, keys: Iterable[tuple[str, str]]) -> None:
    """Write the postings of one source, given as kind and value, to a new file; it appears whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [(key64(secret, kind, value), own_weight(kind, value)) for kind, value in keys]
    table = pa.table(
        {
            "key": pa.array([key for key, _ in rows], pa.int64()),
            "case": pa.array([case] * len(rows), pa.int64()),
            "weight": pa.array([weight for _, weight in rows], pa.float64()),
        }
    )
    aside = path.with_name(f".comity-{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pq.write_table(table, aside)
    aside.replace(path)


def correlate(files: Sequence[Path], cases: int, *, threshold: float = THRESHOLD, memory: str = "2GB") -> pa.Table:
    """Give every pair of case numbers whose shared rare keys weigh enough, the strongest first: case_a, case_b, shared, score."""
    import duckdb

    settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, "memory_limit": memory}
    with duckdb.connect(":memory:", config=settings) as engine:  # type: ignore[arg-type]  # its stubs ask for plain text
        given = {
            "files": [glob.escape(str(path)) for path in files],
            "cap": CAP,
            "cases": float(max(cases, 2)),
            "threshold": threshold,
        }
        return engine.sql(SQL, params=given).to_arrow_table()
