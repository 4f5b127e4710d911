"""Correlation of postings against the engines alone, and look-ups in the node's database.

    python benchmarks/matching.py [--quick]

10^7 postings of 10^6 cases (10^5 of 10^4 with --quick), 2 % of them very common values. Ours: Parquet in, weighted pairs out. Peers: DuckDB
and Polars (where it is installed) joining the same numbers in memory without weights. Look-up: ten identifiers, median of 1,000, SQLite.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from builders.databases import fresh_database, migrated
from builders.matching import correlator
from comity.matching.batch import batch
from comity.matching.model import EVERY_CASE, Sighting
from comity.matching.rules import CAP

PLAIN = """
WITH rare AS (SELECT key FROM posting GROUP BY key HAVING count(*) BETWEEN 2 AND 50),
kept AS (SELECT key, "case" FROM posting JOIN rare USING (key))
SELECT one."case", two."case", count(*) FROM kept one JOIN kept two ON one.key = two.key AND one."case" < two."case" GROUP BY ALL
"""


def timed(act: Callable[[], int]) -> tuple[float, int]:
    """Give the seconds and what came of it."""
    start = time.perf_counter()
    rows = act()
    return time.perf_counter() - start, rows


def postings(rows: int) -> pa.Table:
    """Make postings: ten a case, two in a hundred of a thousand common values, the rest of a space as large as the table."""
    chance = random.Random(1)
    common = [chance.getrandbits(63) for _ in range(1000)]
    keys = [common[chance.randrange(1000)] if chance.random() < 0.02 else chance.randrange(rows) for _ in range(rows)]
    case = pa.array(range(rows), pa.int64())
    return pa.table(
        {
            "key": pa.array(keys, pa.int64()),
            "case": pc.divide(case, 10),
            "weight": pa.repeat(1.5, rows),
            "fresh": pa.repeat(True, rows),
        }
    )


def engines(table: pa.Table, path: Path, rounds: int) -> None:
    """Print ours and the engines alone, alternating."""
    pq.write_table(table, path)
    cases = table.num_rows // 10
    acts: dict[str, Callable[[], int]] = {
        "ours (Parquet, weights)": lambda: _ours(path, cases),
        "DuckDB alone": lambda: _duckdb(table),
    }
    if find_spec("polars") is None:
        print("polars is not installed: left out")
    else:
        acts["Polars alone"] = lambda: _polars(table)
    times: dict[str, list[float]] = {name: [] for name in acts}
    for _ in range(rounds):
        for name, act in acts.items():
            seconds, found = timed(act)
            times[name].append(seconds)
            print(f"  {name}: {seconds:.2f} s, {found} pairs", flush=True)
    best = {name: min(found) for name, found in times.items()}
    ours = best["ours (Parquet, weights)"]
    for name, seconds in best.items():
        print(f"{name:26} {seconds:8.2f} s   ours / it {ours / seconds:.2f}")


def _ours(path: Path, cases: int) -> int:
    with batch([path], cases, memory="4GB") as found:
        return sum(part.num_rows for part in found.pairs(threshold=0))


def _duckdb(table: pa.Table) -> int:
    with duckdb.connect(":memory:") as engine:
        engine.register("posting", table)
        return int(engine.sql(PLAIN).to_arrow_table().num_rows)


def _polars(table: pa.Table) -> int:
    import polars as pl  # type: ignore[import-not-found,unused-ignore]  # a peer that need not be there

    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    rare = frame.group_by("key").len().filter(pl.col("len").is_between(2, 50)).select("key")
    kept = frame.select("key", "case").join(rare, on="key")
    pairs = kept.join(kept, on="key").filter(pl.col("case") < pl.col("case_right"))
    return int(pairs.group_by("case", "case_right").len().height)


def lookups(rows: int) -> None:
    """Print the time of looking up ten identifiers among *rows* postings in SQLite."""
    with tempfile.TemporaryDirectory() as name, fresh_database("sqlite", Path(name)) as url, migrated(url) as store:
        one = correlator(store)
        cases, chance = rows // 10, random.Random(2)
        for case in range(cases):
            first = case * 10
            one.post(
                f"C-{case}", f"r{case}", [Sighting("account", f"a{n % (rows // 2)}") for n in range(first, first + 10)]
            )
        spans = []
        for _ in range(1000):
            wanted = [("account", f"a{chance.randrange(rows // 2)}") for _ in range(10)]
            seconds, found = timed(lambda wanted=wanted: len(one.look_up(wanted, EVERY_CASE)))  # type: ignore[misc]
            assert found == 10
            spans.append(seconds * 1000)
        spans.sort()
        print(f"look-up of 10 among {rows}: median {statistics.median(spans):.2f} ms, 99 % within {spans[989]:.2f} ms")


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rows = 10**5 if quick else 10**7
    print(f"{rows} postings, keys of more than {CAP} cases left out")
    with tempfile.TemporaryDirectory() as name:
        engines(postings(rows), Path(name) / "postings.parquet", 3)
    lookups(10**4 if quick else 10**5)


if __name__ == "__main__":
    main()
