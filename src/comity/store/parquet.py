"""SQL over Parquet files: a DuckDB in memory that downloads nothing and spills to a private folder, which goes with it."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY = "2GB"


@contextmanager
def over_parquet(*, memory: str = MEMORY, threads: int | None = None) -> Iterator[DuckDBPyConnection]:
    """Open an engine that takes at most *memory* and works in UTC; what does not fit goes to disk for as long as it is open."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="comity-") as room:
        settings: dict[str, Any] = {
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "memory_limit": memory,
            "temp_directory": room,
        }
        if threads:
            settings["threads"] = threads
        with duckdb.connect(":memory:", config=settings) as engine:
            engine.execute("SET TimeZone = 'UTC'")
            yield engine


def literally(paths: Iterable[Path]) -> list[str]:
    """Name files so that no sign in their names is a pattern."""
    return [glob.escape(str(path)) for path in paths]
