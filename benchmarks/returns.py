"""Reading returns to typed records with provenance, beside what one would write by hand and beside the limit.

    PYTHONPATH=tests python benchmarks/returns.py [--quick] [--rows N] [--rounds N] [--folder DIR] [--only NAME]

Every section writes its input, then lets its runners read it in turn, each in a program of its own, so that the memory
peak is its own; medians are shown, with the processor time. Ratios are against the runner named first. See README.md.

A new format is a function that gives a `Section`, and a line in `SECTIONS`.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

Runner = Callable[[Path, Path], int]
MAPPING: dict[str, Any] = {
    "mapping": "bench-logins",
    "provider": "Example",
    "zone": "UTC",
    "columns": {
        "time": "Time (UTC)",
        "account": "Account",
        "event": "Event",
        "address": "IP Address",
        "port": "Port",
        "up": "Bytes Up",
        "down": "Bytes Down",
    },
    "records": [
        {
            "kind": "session",
            "fields": {
                "time": {"column": "time", "layouts": ["%Y-%m-%d %H:%M:%S"]},
                "account": "account",
                "event": "event",
                "address": "address",
                "port": "port",
                "bytes_up": "up",
                "bytes_down": "down",
            },
        }
    ],
}


@dataclass(frozen=True)
class Section:
    """A format: how its input is written, and who reads it; a runner gives the number of rows it read."""

    name: str
    write: Callable[[Path, int], None]
    runners: dict[str, Runner]
    rows: int


@dataclass(frozen=True)
class Cost:
    """What a run took: seconds by the clock and of the processors, and its memory peak in MiB."""

    rows: int
    wall: float
    cpu: float
    peak: int


def csv_section(rows: int) -> Section:
    """Logins as a carrier or mail provider exports them: seven columns."""
    runners: dict[str, Runner] = {
        "Comity, records to Parquet": csv_comity,
        "DuckDB, scan only (the limit)": csv_duckdb_scan,
        "DuckDB, scan to Parquet": csv_duckdb_copy,
        "csv.DictReader and strptime": csv_by_hand,
    }
    return Section("CSV", write_csv, runners, rows)


def write_csv(path: Path, rows: int) -> None:
    """Write logins of invented people from addresses kept for documentation."""
    random = Random(1)
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    tails = [
        f",user{random.randrange(50_000):06},{random.choice(['login', 'logout', 'token refresh'])},"
        f"198.51.100.{random.randrange(1, 255)},{random.randrange(1024, 65_536)},"
        f"{random.randrange(10**6)},{random.randrange(10**7)}\n"
        for _ in range(100_003)
    ]
    with path.open("w", encoding="utf-8") as out:
        out.write("Time (UTC),Account,Event,IP Address,Port,Bytes Up,Bytes Down\n")
        for second in range(0, rows, 4):
            at = (begin + timedelta(seconds=second // 4)).strftime("%Y-%m-%d %H:%M:%S")
            out.write("".join(at + tails[(second + i) % len(tails)] for i in range(min(4, rows - second))))


def csv_comity(path: Path, room: Path) -> int:
    """Read to typed, validated records with id, row, bytes, normal forms and zones; coverage is reconciled."""
    from comity.returns.model import Given
    from comity.returns.source import on_disk
    from comity.returns.taking import take_in

    coverage = take_in([on_disk(path)], Given(mappings=(MAPPING,)), room / "out")
    assert coverage.clean, coverage.plain()
    return coverage.files[0].parsed


def csv_duckdb_scan(path: Path, room: Path) -> int:
    """Scan and type every column; nothing is kept."""
    import duckdb

    columns = ('max("Time (UTC)")', 'max("Account")', 'max("Event")', 'max("IP Address")', 'max("Port")')
    question = f'SELECT count(*), {", ".join(columns)}, max("Bytes Up"), max("Bytes Down") FROM read_csv(?)'
    row = duckdb.execute(question, [str(path)]).fetchone()
    assert row is not None
    return int(row[0])


def csv_duckdb_copy(path: Path, room: Path) -> int:
    """Scan, type and write the same seven columns, without provenance."""
    import duckdb

    target = str(room / "out.parquet").replace("'", "''")
    source = str(path).replace("'", "''")
    duckdb.execute(f"COPY (FROM read_csv('{source}')) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
    row = duckdb.execute("SELECT count(*) FROM read_parquet(?)", [target]).fetchone()
    assert row is not None
    return int(row[0])


def csv_by_hand(path: Path, room: Path) -> int:
    """Read as a script would: a dictionary a row, the time parsed, the numbers made numbers; nothing is kept."""
    rows = 0
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            datetime.strptime(row["Time (UTC)"], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
            int(row["Port"]), int(row["Bytes Up"]), int(row["Bytes Down"])
            rows += 1
    return rows


SECTIONS: dict[str, Callable[[int], Section]] = {"csv": csv_section}


def _child(run: Runner, path: Path, room: Path, answer: Any) -> None:
    begun, cpu = time.perf_counter(), time.process_time()
    rows = run(path, room)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    answer.send(Cost(rows, time.perf_counter() - begun, time.process_time() - cpu, peak))


def measured(run: Runner, path: Path, room: Path) -> Cost:
    """Let a runner read in a program of its own; what it leaves is swept away."""
    room.mkdir()
    context = get_context("spawn")
    answer, send = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(run, path, room, send))
    child.start()
    send.close()
    found: Cost = answer.recv()
    child.join()
    shutil.rmtree(room)
    return found


def compare(section: Section, folder: Path, rounds: int) -> None:
    """Let all runners of a section read in turn, and print medians and ratios."""
    path = folder / f"{section.name.lower()}.input"
    section.write(path, section.rows)
    print(f"\n{section.name}: {section.rows:,} rows, {path.stat().st_size >> 20} MiB, {rounds} rounds")
    found: dict[str, list[Cost]] = {name: [] for name in section.runners}
    for _ in range(rounds):
        for name, run in section.runners.items():
            found[name].append(measured(run, path, folder / "room"))
    path.unlink()
    ours = next(iter(found.values()))
    for name, costs in found.items():
        assert {cost.rows for cost in costs} == {section.rows}, (name, costs)
        wall, cpu = median(cost.wall for cost in costs), median(cost.cpu for cost in costs)
        ratio, cpu_ratio = wall / median(c.wall for c in ours), cpu / median(c.cpu for c in ours)
        peak = max(cost.peak for cost in costs)
        print(
            f"  {name:32} {section.rows / wall:>12,.0f} rows/s  {wall:7.2f} s  {cpu:7.2f} cpu s  {peak:>6} MiB"
            f"   ours is {ratio:5.2f} times as fast ({cpu_ratio:.2f} by processor time)"
        )


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10^5 rows and one round")
    parser.add_argument("--rows", type=int, help="rows of each input; 10^7 for CSV")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where inputs and records are written")
    parser.add_argument("--only", choices=sorted(SECTIONS))
    arguments = parser.parse_args()
    rows = arguments.rows or (10**5 if arguments.quick else 10**7)
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        for name, section in SECTIONS.items():
            if arguments.only in (None, name):
                compare(section(rows), Path(folder), 1 if arguments.quick else arguments.rounds)


if __name__ == "__main__":
    main()
