"""JSON of returns to typed records with their place, beside `json` and `datetime.fromisoformat` in a loop.

    PYTHONPATH=tests python benchmarks/returns_json.py [--quick] [--rounds N]

A million lines of NDJSON (10,000 with --quick), and the same elements as one document. Ours goes the whole way: parsed,
mapped, times read, addresses normalised, each record with its bytes and original text, written as Parquet, and the ledger.
The peer parses each line, reads the time and keeps the fields in a list: no check, no place, nothing written. With its
second figure it writes the same columns as Parquet. The rounds alternate; medians of rows a processor second are shown.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from comity.returns.model import Given
from comity.returns.source import on_disk
from comity.returns.taking import take_in

MAPPING = {
    "mapping": "bench",
    "columns": {"time": "when", "who": "who", "ip": "client/ip", "port": "client/port", "event": "event"},
    "records": [
        {"kind": "session", "fields": {"account": "who", "time": "time", "address": "ip", "port": "port", "event": "event"}}
    ],
}  # fmt: skip


def write(folder: Path, rows: int) -> tuple[Path, Path]:
    """Write the rows as NDJSON and as a list."""
    lines, begin = folder / "rows.ndjson", datetime.fromisoformat("2026-03-01T09:30:00+00:00")
    with lines.open("w") as out:
        for n in range(rows):
            when = (begin + timedelta(seconds=n)).isoformat()
            client = {"ip": f"192.0.2.{n % 256}", "port": 1024 + n % 60000}
            row = {"when": when, "who": f"user{n % 5000}@example.org", "client": client, "event": "login"}
            out.write(json.dumps(row) + "\n")
    document = folder / "rows.json"
    with lines.open() as read, document.open("w") as out:
        out.write('{"rows": [')
        for n, line in enumerate(read):
            out.write(("," if n else "") + line.rstrip())
        out.write("]}")
    return lines, document


def ours(path: Path, folder: Path) -> int:
    """Take a file in."""
    coverage = take_in([on_disk(path)], Given(mappings=(MAPPING,)), folder)
    assert coverage.clean, coverage.files[0].findings
    return coverage.files[0].parsed


def peer(path: Path, folder: Path, *, parquet: bool = False) -> int:
    """Parse each line and read its time."""
    found: list[tuple[Any, ...]] = []
    with path.open() as read:
        for line in read:
            row = json.loads(line)
            client = row["client"]
            found.append((datetime.fromisoformat(row["when"]), row["who"], client["ip"], client["port"], row["event"]))
    if parquet:
        names = ["when", "who", "ip", "port", "event"]
        columns = [pa.array(column) for column in zip(*found, strict=True)]
        pq.write_table(pa.Table.from_arrays(columns, names=names), folder.with_suffix(".parquet"))
    return len(found)


def timed(act: Callable[[], int], folder: Path) -> float:
    """Give the rows a processor second of an act: other work on the machine counts less so."""
    shutil.rmtree(folder, ignore_errors=True)
    began = time.process_time()
    rows = act()
    return rows / (time.process_time() - began)


def main() -> None:
    """Run the rounds and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rows = 10_000 if options.quick else 1_000_000
    with tempfile.TemporaryDirectory() as room:
        folder, out = Path(room), Path(room) / "out"
        lines, document = write(folder, rows)
        acts: dict[str, Callable[[], int]] = {
            "comity, NDJSON": lambda: ours(lines, out),
            "comity, one document": lambda: ours(document, out),
            "json + fromisoformat": lambda: peer(lines, out),
            "json + fromisoformat, to Parquet": lambda: peer(lines, out, parquet=True),
        }
        figures: dict[str, list[float]] = {name: [] for name in acts}
        timed(acts["comity, NDJSON"], out)
        for _ in range(options.rounds):
            for name, act in acts.items():
                figures[name].append(timed(act, out))
    base = median(figures["json + fromisoformat"])
    print(f"{rows:,} rows; rows a processor second, and the ratio to the peer")
    for name, found in figures.items():
        print(f"{name:34} {median(found):12,.0f} {median(found) / base:6.2f}")
    print(
        f"memory at the most: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MiB (the peer's list included)"
    )


if __name__ == "__main__":
    main()
