"""Columns that hold several values: always a JSON list, whether the source has one, several or a single text."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import schema

if TYPE_CHECKING:
    import pyarrow as pa


def add_lists(kind: str, arrays: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Give the arrays of a batch with lists in every column of the kind that holds several values."""
    import pyarrow as pa
    import pyarrow.compute as pc

    done = dict(arrays)
    for column in schema.kinds()[kind].columns:
        if column.several and column.name in arrays and arrays[column.name].null_count < len(arrays[column.name]):
            coded = pc.dictionary_encode(arrays[column.name].cast(pa.string()))
            done[column.name] = pa.array(map(listed, coded.dictionary.to_pylist()), pa.string()).take(coded.indices)
    return done


@lru_cache(maxsize=65_536)
def listed(text: str) -> str:
    """Give a text as a JSON list: lists in it, line by line, are joined; every other line is an element."""
    found: list[Any] = []
    lists = 0
    for line in text.split("\n"):
        try:
            value = json.loads(line, parse_int=_number, parse_float=_number) if line.startswith("[") else None
        except (ValueError, RecursionError):
            value = None
        lists += isinstance(value, list)
        found += value if isinstance(value, list) else [line] if line else []
    # A list that stands alone is left as it was written.
    return text if lists == 1 and "\n" not in text else json.dumps(found, ensure_ascii=False)


def _number(text: str) -> str:
    """Keep a number as it is written."""
    return text
