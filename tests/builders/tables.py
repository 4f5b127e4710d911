"""Tables in text for tests: a mapping of logins, and texts that are read the quick and the careful way."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from comity.returns.cells import Cells
from comity.returns.model import Given, Part
from comity.returns.readers.delimited import read
from comity.returns.source import in_memory
from comity.returns.tape import Tape
from comity.returns.tokens import Bad, Grid, Taken, careful, quick

HEADER = ("Time", "Account", "Event", "IP address", "Port")
LOGINS: dict[str, Any] = {
    "mapping": "test-logins",
    "provider": "Example",
    "columns": {
        "time": ["Time", "Time ({zone})", "Zeit ({zone})", "Thời gian"],
        "account": ["Account", "Konto", "Tài khoản"],
        "event": ["Event", "Ereignis", "Sự kiện"],
        "address": ["IP address", "IP-Adresse", "Địa chỉ IP"],
        "port": {"names": "Port", "optional": True},
    },
    "records": [
        {
            "kind": "session",
            "fields": {
                "time": {"column": "time", "layouts": ["%Y-%m-%d %H:%M:%S", "iso8601"], "zone": "UTC"},
                "account": "account",
                "event": "event",
                "address": "address",
                "port": "port",
            },
        }
    ],
}
ROW = ("2026-03-01 09:30:00", "an.example", "login", "192.0.2.7", "40001")


def text(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, **form: Any) -> str:
    """Write a table as `csv` writes it."""
    out = io.StringIO()
    csv.writer(out, **form).writerows([header, *rows])
    return out.getvalue()


def yielded(data: bytes, **given: Any) -> list[Part]:
    """Read bytes as delimited text by the mapping of logins."""
    return list(read(in_memory("logins.csv", data), Given(**({"mappings": (LOGINS,)} | given))))


def both(data: bytes, width: int, delimiter: str = ",") -> tuple[Taken | None, Taken]:
    """Take a block by the quick and by the careful way."""
    grid = Grid(delimiter, width)
    block = Tape([data], 0, len(data)).block()
    assert block is not None
    tape = Tape([data], 0, len(data))
    again = tape.block()
    assert again is not None
    return quick(block, grid, 1), together(list(careful(tape, again, grid, 1)), width)


def together(parts: Sequence[Taken], width: int) -> Taken:
    """Put parts of a run together."""
    full = [part.cells for part in parts if len(part.cells)] or [empty(width)]
    columns = [pa.concat_arrays([cells.columns[i] for cells in full]) for i in range(width)]
    source = {name: pa.concat_arrays([cells.source[name] for cells in full]) for name in full[0].source}
    cells = Cells(columns, pa.concat_arrays([cells.rows for cells in full]), source)
    bad: tuple[Bad, ...] = tuple(bad for part in parts for bad in part.bad)
    return Taken(cells, bad, tuple(row for part in parts for row in part.blank), sum(part.units for part in parts))


def empty(width: int) -> Cells:
    """Give no rows."""
    places = {name: pa.array([], pa.int64()) for name in ("byte_start", "byte_end")}
    return Cells([pa.array([], pa.string()) for _ in range(width)], pa.array([], pa.int64()), places)


def plainly(taken: Taken) -> dict[str, Any]:
    """Give what was taken as plain values."""
    return {
        "columns": [column.to_pylist() for column in taken.cells.columns],
        "rows": taken.cells.rows.to_pylist(),
        "places": [taken.cells.source[name].to_pylist() for name in ("byte_start", "byte_end")],
        "bad": taken.bad,
        "blank": taken.blank,
        "units": taken.units,
    }
