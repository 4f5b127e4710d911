"""The columns of every kind of record, out of `data/records.yaml`, as Arrow schemas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    import pyarrow as pa

MOMENT = ("", "_latest", "_text", "_zone", "_basis")
AMOUNT = ("", "_text")


@dataclass(frozen=True, slots=True)
class Column:
    """One column as people know it: its name, type, label, and the kind of identifier it holds, if any.

    *digits* tells that it names something by digits, which spreadsheets damage; *several*, that it holds a JSON list.
    """

    name: str
    type: str
    label: str
    identifier: str = ""
    digits: bool = False
    several: bool = False
    description: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record and its own columns in order."""

    name: str
    label: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column | None:
        """Give a column by its name."""
        return next((column for column in self.columns if column.name == name), None)


@cache
def kinds() -> dict[str, Kind]:
    """Give every kind by its name."""
    return {name: Kind(name, row["label"], tuple(_columns(row["columns"]))) for name, row in _table()["kinds"].items()}


@cache
def common() -> dict[str, bool]:
    """Give the columns of every record, and whether each is the same for all records of a file."""
    return {name: row.get("constant", False) for name, row in _table()["common"].items()}


def spread(column: Column) -> list[tuple[str, str]]:
    """Give the stored columns of a column with their types: a moment is five, an amount two, an identifier two."""
    if column.type == "moment":
        types = ("moment", "moment", "text", "word", "word")
        return [(column.name + end, kind) for end, kind in zip(MOMENT, types, strict=True)]
    if column.type == "amount":
        return [(column.name, "decimal"), (column.name + "_text", "text")]
    key = [(column.name + "_key", "text")] if column.identifier else []
    return [(column.name, column.type), *key]


@cache
def arrow(kind: str) -> pa.Schema:
    """Give the Arrow schema of a kind: the common columns, then its own."""
    import pyarrow as pa

    fields = [(name, "word" if fixed else _common_type(name)) for name, fixed in common().items()]
    fields += [pair for column in kinds()[kind].columns for pair in spread(column)]
    return pa.schema([pa.field(name, arrow_type(type_)) for name, type_ in fields])


def arrow_type(name: str) -> pa.DataType:
    """Give the Arrow type of a type's name; `word` is text with few values."""
    import pyarrow as pa

    types: dict[str, pa.DataType] = {
        "text": pa.string(),
        "word": pa.dictionary(pa.int32(), pa.string()),
        "integer": pa.int64(),
        "decimal": pa.decimal128(38, 18),
        "date": pa.date32(),
        "moment": pa.timestamp("us", tz="UTC"),
        "flag": pa.bool_(),
    }
    return types[name]


def _common_type(name: str) -> str:
    return str(_table()["common"][name]["type"])


def _columns(rows: dict[str, dict[str, Any]]) -> list[Column]:
    return [Column(name, **row) for name, row in rows.items()]


@cache
def _table() -> dict[str, Any]:
    text = files("comity.returns").joinpath("data", "records.yaml").read_text("utf-8")
    table: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return table
