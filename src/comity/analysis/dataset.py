"""Records of one or more returns as tables, one a kind: the Parquet files as they lie, asked in SQL.

The queries in `queries/` are plain SQL over the tables named after the kinds of records; the same text runs on DuckDB
here and on Spark (`scale`). Nothing is downloaded: extensions are off. Memory: DuckDB's limit, two GiB unless said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import ExitStack
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from comity.returns import schema
from comity.store.parquet import MEMORY, literally, over_parquet

from .errors import BadQuestion, NoRecords

if TYPE_CHECKING:
    import pyarrow as pa

_PARAMETER = re.compile(r"\$([a-z]+)")
Row = dict[str, Any]


class Dataset:
    """The records of some folders, ready to be asked; a context manager."""

    def __init__(self, folders: Sequence[Path], *, memory: str = MEMORY, threads: int | None = None) -> None:
        """Open the records in *folders*, each as `comity returns read` leaves it.

        Raises:
            NoRecords: a folder holds none.
        """
        self.files = parquet_files(folders)
        self._open = ExitStack()
        self._connection = self._open.enter_context(over_parquet(memory=memory, threads=threads))
        for kind in schema.kinds():
            self._table(kind, self.files.get(kind, []))
        self._connection.sql(text_of("touches")).create_view("touch")
        self._connection.sql(text_of("pairs")).create_view("pair")

    def _table(self, kind: str, paths: Sequence[Path]) -> None:
        if not paths:
            self._connection.register(kind, _empty(kind))
            return
        self._connection.read_parquet(literally(paths)).create_view(kind)

    def __enter__(self) -> Self:
        """Be open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self._open.close()

    def table(self, query: str, *, limit: int = 0, **given: Any) -> pa.Table:
        """Run a query by its name in `queries/`, with `$name` filled from *given*; gives all of it, or *limit* rows.

        Raises:
            BadQuestion: the records cannot answer it.
        """
        import duckdb

        sql = text_of(query)
        asked = set(_PARAMETER.findall(sql))
        wanted = {name: value for name, value in given.items() if name in asked}
        try:
            answer = self._connection.sql(sql, params=wanted)
            return (answer.limit(limit) if limit else answer).to_arrow_table()
        except duckdb.Error as e:
            raise BadQuestion(f"got records that do not answer ({str(e).splitlines()[0][:200]})") from e

    def rows(self, query: str, *, limit: int = 0, **given: Any) -> list[Row]:
        """Run a query by its name; gives all of its answer, or *limit* rows, as plain values."""
        rows: list[Row] = self.table(query, limit=limit, **given).to_pylist()
        return rows

    def record(self, name: str) -> tuple[str, Row] | None:
        """Give a record by its id, with its kind."""
        for kind in self.files:
            found = self._connection.view(kind).filter("id = '" + name.replace("'", "''") + "'").limit(1)
            rows: list[Row] = found.to_arrow_table().to_pylist()
            if rows:
                return kind, rows[0]
        return None

    def counts(self) -> dict[str, int]:
        """Count the records by kind, without those there are none of."""
        found = {kind: self._connection.view(kind).shape[0] for kind in self.files}
        return {kind: rows for kind, rows in found.items() if rows}


def parquet_files(folders: Sequence[Path]) -> dict[str, list[Path]]:
    """Find the files of records in *folders*, by kind.

    Raises:
        NoRecords: a folder holds none.
    """
    found: dict[str, list[Path]] = {}
    for folder in folders:
        room = folder / "records"
        if not room.is_dir():
            advice = "Name a folder that `comity returns read --to FOLDER` made."
            raise NoRecords("got no folder of records, expected one", file=str(folder), advice=advice)
        for path in sorted(room.glob("*.parquet")):
            if path.stem in schema.kinds():
                found.setdefault(path.stem, []).append(path.resolve())
    return found


def text_of(query: str) -> str:
    """Give the SQL of a query by its name."""
    return files("comity.analysis").joinpath("queries", f"{query}.sql").read_text("utf-8")


def _empty(kind: str) -> pa.Table:
    return schema.arrow(kind).empty_table()
