"""Writing records as Parquet, one file a kind: typed, with the source of each row, bounded in memory.

At most `BATCH` rows of a kind are held; a file appears in its place whole when the writer is closed without an error.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter, defaultdict
from functools import cache, lru_cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from . import schema
from .keys import add_keys
from .listing import add_lists
from .model import Amount, Given, Moment, Record, Rows
from .numbers import add_numbers
from .sharing import add_sharing

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

BATCH = 16_384
CONSTANTS = ("case", "request", "item", "file", "file_sha256", "reader")


class RecordWriter:
    """Takes records file after file, and leaves `KIND.parquet` for each kind in a new folder."""

    def __init__(self, folder: Path, given: Given) -> None:
        """Write to *folder*, which must not be there yet."""
        self._folder = folder
        self._aside = folder.with_name(f".comity-{folder.name}.partial")
        self._given = given
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._held: dict[str, list[tuple[Record, str]]] = defaultdict(list)
        self._fixed: dict[str, str] = {}
        self._row: dict[str, tuple[int, int]] = {}
        self._flags: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Make room; what a broken-off run left is swept away."""
        shutil.rmtree(self._aside, ignore_errors=True)
        self._aside.mkdir(parents=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put all in place, or leave nothing."""
        try:
            if kind is None:
                self._flush()
        finally:
            for writer in self._writers.values():
                writer.close()
        if kind is not None:
            shutil.rmtree(self._aside, ignore_errors=True)
            return
        for path in self._aside.iterdir():
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
        self._aside.rename(self._folder)

    def begin(self, file: str, sha256: str, reader: str) -> None:
        """Say which file the records that follow are from."""
        self.end()
        self._row.clear()
        given = self._given
        self._fixed = dict(zip(CONSTANTS, (given.case, given.request, given.item, file, sha256, reader), strict=True))

    def end(self) -> Counter[str]:
        """Write what is held of the file, and give how many of its records have which flag."""
        self._flush()
        flags, self._flags = self._flags, Counter()
        return flags

    def add(self, part: Record | Rows) -> None:
        """Take a record or a batch of them."""
        if isinstance(part, Rows):
            self._write(part.kind, self._completed(part))
            return
        held = self._held[part.kind]
        held.append((part, self._id(part)))
        if len(held) >= BATCH:
            self._flush_kind(part.kind)

    def _id(self, record: Record) -> str:
        """Name a record after its file, row and kind; the second of a row and kind gets a number."""
        row, count = self._row.get(record.kind, (-1, 0))
        count = count + 1 if row == record.row else 1
        self._row[record.kind] = (record.row, count)
        name = f"{self._fixed['file_sha256'][:16]}.{record.row}.{record.kind}"
        return name if count == 1 else f"{name}.{count}"

    def _flush(self) -> None:
        for kind in list(self._held):
            self._flush_kind(kind)

    def _flush_kind(self, kind: str) -> None:
        held = self._held.pop(kind, [])
        if held:
            self._write(kind, self._batch(kind, held))

    def _batch(self, kind: str, held: list[tuple[Record, str]]) -> pa.RecordBatch:
        import pyarrow as pa

        columns: dict[str, list[Any]] = {
            "id": [name for _, name in held],
            "row": [r.row for r, _ in held],
            "place": [r.place or None for r, _ in held],
            "byte_start": [r.span[0] if r.span else None for r, _ in held],
            "byte_end": [r.span[1] if r.span else None for r, _ in held],
            "raw": [r.raw for r, _ in held],
            "basis": [r.basis for r, _ in held],
        }
        flags = [list(r.flags) for r, _ in held]
        for column in schema.kinds()[kind].columns:
            values = [r.values.get(column.name) for r, _ in held]
            if column.type == "moment":
                columns |= _moments(column.name, values, flags)
            elif column.type == "amount":
                columns |= _amounts(column.name, values, flags)
            else:
                columns[column.name] = [None if value == "" else value for value in values]
        columns["flags"] = [" ".join(dict.fromkeys(found)) or None for found in flags]
        wanted = schema.arrow(kind)
        arrays = {n: pa.array(v, wanted.field(n).type) for n, v in columns.items()}
        return self._whole(kind, arrays, len(held))

    def _completed(self, part: Rows) -> pa.RecordBatch:
        """Give a batch of a reader its ids and the columns it left out."""
        import pyarrow as pa
        import pyarrow.compute as pc

        arrays = dict(zip(part.batch.schema.names, part.batch.columns, strict=True))
        head, tail = self._fixed["file_sha256"][:16] + ".", "." + part.kind
        tail += f".{part.nth}" if part.nth > 1 else ""
        rows = pc.cast(arrays["row"], pa.string())
        arrays["id"] = pc.binary_join_element_wise(head, rows, tail, "")
        return self._whole(part.kind, arrays, part.batch.num_rows)

    def _whole(self, kind: str, arrays: dict[str, pa.Array], rows: int) -> pa.RecordBatch:
        import pyarrow as pa

        wanted = schema.arrow(kind)
        fixed = {name: _same(self._fixed[name], rows) for name in CONSTANTS}
        keyed = add_keys(kind, arrays, region=self._given.region)
        arrays = add_lists(kind, add_sharing(kind, add_numbers(kind, keyed, rows), rows)) | fixed
        columns = [
            _cast(arrays[field.name], field.type) if field.name in arrays else _nothing(field.type, rows)
            for field in wanted
        ]
        return pa.RecordBatch.from_arrays(columns, schema=wanted)

    def _write(self, kind: str, batch: pa.RecordBatch) -> None:
        import pyarrow.parquet as pq

        self._count(batch.column("flags"))
        if kind not in self._writers:
            self._writers[kind] = pq.ParquetWriter(self._aside / f"{kind}.parquet", schema.arrow(kind), **_format(kind))
        self._writers[kind].write_batch(batch)

    def _count(self, flags: pa.Array) -> None:
        if flags.null_count == len(flags):
            return
        for row in flags.drop_null().value_counts().to_pylist():
            for code in row["values"].split():
                self._flags[code] += row["counts"]


@cache
def _format(kind: str) -> dict[str, Any]:
    """Choose how each column is stored: words by a dictionary, what rises slowly by its steps; bounds of what is looked for."""
    import pyarrow.types as pt

    steps = {"id": "DELTA_BYTE_ARRAY"}
    words, bounds = [], ["row"]
    for column in schema.arrow(kind):
        if pt.is_integer(column.type) or pt.is_timestamp(column.type):
            steps[column.name] = "DELTA_BINARY_PACKED"
        elif column.name not in ("id", "raw") and not column.name.endswith("_text"):
            words.append(column.name)
        if pt.is_timestamp(column.type) or column.name.endswith("_key"):
            bounds.append(column.name)
    return {
        "compression": "zstd",
        "compression_level": 1,
        "use_dictionary": words,
        "column_encoding": steps,
        "write_statistics": bounds,
    }


def _cast(array: pa.Array, type_: pa.DataType) -> pa.Array:
    return array if array.type == type_ else array.cast(type_)


def _same(value: str, rows: int) -> pa.Array:
    """Give one value for all rows; empty text is no value."""
    return _repeated(value, 1 << rows.bit_length()).slice(0, rows)


def _nothing(type_: pa.DataType, rows: int) -> pa.Array:
    """Give a column without values."""
    return _empty(type_, 1 << rows.bit_length()).slice(0, rows)


# Columns that say nothing or the same are made once for a size, and cut.
@lru_cache(maxsize=64)
def _repeated(value: str, rows: int) -> pa.Array:
    import pyarrow as pa

    if not value:
        return pa.nulls(rows, schema.arrow_type("word"))
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([value]))


@lru_cache(maxsize=64)
def _empty(type_: pa.DataType, rows: int) -> pa.Array:
    import pyarrow as pa

    return pa.nulls(rows, type_)


def _moments(name: str, values: list[Moment | None], flags: list[list[str]]) -> dict[str, list[Any]]:
    for value, found in zip(values, flags, strict=True):
        if value:
            found += value.flags
    return {
        name: [v.earliest if v else None for v in values],
        name + "_latest": [v.latest if v else None for v in values],
        name + "_text": [v.text or None if v else None for v in values],
        name + "_zone": [v.zone or None if v else None for v in values],
        name + "_basis": [v.basis if v and v.text.strip() else None for v in values],
    }


def _amounts(name: str, values: list[Amount | None], flags: list[list[str]]) -> dict[str, list[Any]]:
    for value, found in zip(values, flags, strict=True):
        if value:
            found += value.flags
    return {
        name: [v.value if v else None for v in values],
        name + "_text": [v.text or None if v else None for v in values],
    }
