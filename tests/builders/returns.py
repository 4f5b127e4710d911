"""Returns for tests: read through the whole way to Parquet, and given back as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from comity.returns import schema
from comity.returns.coverage import Coverage, FileCoverage
from comity.returns.model import Given, Part, Rows
from comity.returns.source import Source, in_memory, on_disk
from comity.returns.taking import read_source, take_in

SAMPLES = Path(__file__).parent.parent / "unit" / "returns" / "samples"


def parts(name: str, data: bytes, **given: Any) -> list[Part]:
    """Read bytes as a file of that name, and give everything that was yielded."""
    return list(read_source(in_memory(name, data), Given(**given)))


def accounted(reader: str, data: bytes) -> FileCoverage:
    """Read bytes as a format, and give the ledger of them, which must come out even, whatever they are."""
    ledger = FileCoverage("x", reader=reader)
    for part in parts("x", data, reader=reader):
        ledger.take(part)
    assert ledger.accounted, ledger.plain()
    assert "reader_failed" not in ledger.codes, ledger.findings
    return ledger


def batched(found: Iterable[Part]) -> list[dict[str, Any]]:
    """Give the rows of all batches among what was yielded."""
    return [row for part in found if isinstance(part, Rows) for row in part.batch.to_pylist()]


def taken(sources: Iterable[Source], folder: Path, **given: Any) -> tuple[Coverage, list[dict[str, Any]]]:
    """Take sources in, and give the ledger and every record in plain values."""
    coverage = take_in(sources, Given(**given), folder)
    return coverage, records(folder)


def taken_bytes(name: str, data: bytes, folder: Path, **given: Any) -> tuple[Coverage, list[dict[str, Any]]]:
    """Take one file in."""
    return taken([in_memory(name, data)], folder, **given)


def records(folder: Path) -> list[dict[str, Any]]:
    """Give the records under *folder*, by kind and row, in plain values, without what is empty or the same for a file."""
    found = []
    for path in sorted((folder / "records").glob("*.parquet")):
        own = {name for column in schema.kinds()[path.stem].columns for name, _ in schema.spread(column)}
        for row in pq.read_table(path).to_pylist():
            values = {name: plain(value) for name, value in row.items() if name in own and value is not None}
            found.append({"kind": path.stem, "row": row["row"], "flags": row["flags"] or "", "values": _short(values)})
    return found


def plain(value: Any) -> Any:
    """Write a value as JSON can hold it: decimals and times as text."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value


def _short(values: dict[str, Any]) -> dict[str, Any]:
    """Leave out what goes without saying: a latest moment that is the earliest, and the basis `stated`."""
    return {
        name: value
        for name, value in values.items()
        if not (name.endswith("_latest") and value == values.get(name.removesuffix("_latest")))
        and not (name.endswith("_basis") and value == "stated")
    }


def samples() -> list[Path]:
    """Give every sample that has its expected records beside it."""
    return sorted(path.with_name(path.name.removesuffix(".expected.json")) for path in SAMPLES.rglob("*.expected.json"))


def expected(sample: Path) -> dict[str, Any]:
    """Give what was written by hand for a sample."""
    text = sample.with_name(sample.name + ".expected.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)
    return value


def sample_source(sample: Path) -> Source:
    """Make a source of a sample, under its own name."""
    return on_disk(sample)
