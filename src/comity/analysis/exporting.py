"""An answer as a file: CSV, JSON, Parquet, or its picture; written aside, then put in place whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.kernel.text import defused
from comity.packages.placing import place_bytes, place_made

from .errors import BadQuestion

if TYPE_CHECKING:
    import pyarrow as pa


def export(table: pa.Table, path: Path, draw: Callable[[], str] | None = None) -> None:
    """Write *table* to *path* in the form its ending says; `.svg` is what *draw* gives.

    Raises:
        BadQuestion: the ending is none of these, or the file is there already.
    """
    ending = path.suffix.lower()
    if ending not in (".csv", ".json", ".parquet") and not (ending == ".svg" and draw):
        raise BadQuestion(f"got the ending {ending or 'none'}, expected .csv, .json, .parquet or .svg", file=str(path))
    _require_new(path)
    place_made(path, lambda aside: _write(table, aside, ending, draw))


def put(data: bytes, path: Path) -> None:
    """Write *data* to a new file.

    Raises:
        BadQuestion: the file is there already.
    """
    _require_new(path)
    place_bytes(data, path)


def _require_new(path: Path) -> None:
    if path.exists():
        raise BadQuestion("got a file that is there already, expected a new one", file=str(path))


def _write(table: pa.Table, path: Path, ending: str, draw: Callable[[], str] | None) -> None:
    if ending == ".parquet":
        import pyarrow.parquet as pq

        pq.write_table(table, path)
    elif ending == ".svg" and draw:
        path.write_text(draw(), "utf-8")
    elif ending == ".json":
        path.write_text(json.dumps(plain_rows(table.to_pylist()), ensure_ascii=False, indent=1) + "\n", "utf-8")
    else:
        _write_csv(table, path)


def _write_csv(table: pa.Table, path: Path) -> None:
    """Write CSV that no spreadsheet takes for formulas: such cells begin with an apostrophe."""
    import csv

    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(table.column_names)
        for batch in table.to_batches(max_chunksize=10_000):
            for row in plain_rows(batch.to_pylist()):
                writer.writerow([defused(value) if isinstance(value, str) else value for value in row.values()])


def plain_rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows as JSON can hold them: decimals and times as text."""
    return [{name: plain_value(value) for name, value in row.items()} for row in rows]


def plain_value(value: Any) -> Any:
    """Give one value as JSON can hold it."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else value
