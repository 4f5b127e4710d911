"""Values of records out of columns of texts: where a value is from, how it is written, what is odd about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from . import schema
from .amount import damage
from .cells import Cells
from .figures import amounts, integers, scaled
from .header import Fit, folded
from .instants import Writing, instants, writing
from .joining import join_filled
from .mapping import Rule, TableMapping, Value
from .mappingsheet import DURATION
from .masks import Masks, each, flag_masks, matching, merged, only, some, written
from .model import ASSUMED, DOCUMENTED, STATED, Given
from .moment import ISO

if TYPE_CHECKING:
    import pyarrow as pa

# What a spreadsheet would run: = or @NAME( at the beginning, + or - before a name or a pipe.
FORMULA = r"^[\s\x00]*(?:=|@[A-Za-z]+\(|[+-][^|]*[A-Za-z][^|]*[|(!]|[+-][^|]*\|)"
_DAMAGED = r"^\s*(?:[+-]?\d(?:[.,]\d+)?[eE][+-]?\d{1,3}|\d{15}0+|\d+\.0+)\s*$"
_NEGATIVE = "^\\s*[-\u2212(]|[-\u2212]\\s*$"

Column = tuple[dict[str, "pa.Array"], Masks]


@dataclass(frozen=True)
class Table:
    """What is the same for all rows of a table: mapping, fit, header, texts above it, what people say beside.

    *typed* tells that cells had types, so that a time may stand as ISO 8601 whatever its layout is.
    """

    mapping: TableMapping
    fit: Fit
    header: tuple[str, ...]
    given: Given
    above: Mapping[str, str]
    typed: bool = False


class Writer:
    """Writes the records of one rule."""

    def __init__(self, rule: Rule, table: Table) -> None:
        """Settle what does not differ from row to row."""
        self.kind = rule.kind
        self._rule = rule
        self._table = table
        self._fit = table.fit
        self._given = table.given
        self._columns = {column.name: column for column in schema.kinds()[rule.kind].columns}

    def batch(self, cells: Cells) -> pa.RecordBatch:
        """Give the records of rows as a batch."""
        import pyarrow as pa

        rows = len(cells)
        arrays: dict[str, pa.Array] = {"row": cells.rows, "basis": _word(STATED, rows)}
        arrays |= cells.source
        masks: list[Masks] = [cells.flags]
        for value in self._rule.values:
            found, flags = self._value(value, cells)
            arrays |= found
            masks.append(flags)
        if "provider" in self._columns and "provider" not in arrays and (name := self._provider):
            arrays["provider"] = _word(name, rows)
        arrays["flags"] = written(merged(masks), rows)
        return pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))

    @property
    def _provider(self) -> str:
        return self._table.mapping.provider or self._given.provider

    def _value(self, value: Value, cells: Cells) -> Column:
        column = self._columns[value.name]
        texts = self._texts(value, cells)
        if value.empty:
            texts = _emptied(texts, value.empty)
        if value.part:
            texts = part_of(texts, value.part)
        if value.table and value.way not in ("filled", "sign"):
            texts = _looked_up(texts, value.table)
        found, flags = self._typed(value, column, texts)
        if column.type == "text" or flags:
            flags = merged([flags, self._formulas(value, cells)])
        return found, flags

    def _typed(self, value: Value, column: schema.Column, texts: pa.Array) -> Column:
        import pyarrow as pa
        import pyarrow.compute as pc

        name, decimal = value.name, value.decimal or self._given.decimal
        if column.type == "moment":
            found, flags = instants(texts, self._writing(value))
            early, late, zone, basis = found.values()
            parts = (early, late, texts, zone, basis)
            return dict(zip((name + end for end in schema.MOMENT), parts, strict=True)), flags
        if column.type == "date":
            found, flags = instants(texts, writing((*value.layouts, *self._kept), "UTC", STATED, self._given.day_first))
            first, last = (found[part].cast(pa.date32()) for part in ("earliest", "latest"))
            return {name: pc.if_else(pc.equal(first, last), first, pa.scalar(None, pa.date32()))}, flags
        if column.type == "amount":
            values, flags = amounts(texts, decimal)
            return {name: values, name + "_text": texts}, flags
        if column.type in ("decimal", "integer") and (value.times or value.layouts):
            values, flags = scaled(texts, decimal, value.times, clock=DURATION in value.layouts)
            return {name: values if column.type == "decimal" else _whole(values)}, flags
        if column.type in ("decimal", "integer"):
            values, flags = (amounts if column.type == "decimal" else integers)(texts, decimal)
            return {name: values}, flags
        if column.type == "flag":
            return {name: _flag(texts)}, {}
        return {name: _trimmed(texts)}, _damaged(texts) if column.digits else {}

    def _writing(self, value: Value) -> Writing:
        """Choose the zone: what the header states, what the mapping documents, what a person assumes."""
        stated = next((self._fit.inner[key] for key in value.keys if self._zone_in_name(key)), "")
        stated = stated or self._table.above.get(value.zone_from, "")
        zone = stated or value.zone or self._given.zone
        basis = STATED if stated else DOCUMENTED if value.zone else ASSUMED
        return writing((*value.layouts, *self._kept), zone, basis, self._given.day_first)

    @property
    def _kept(self) -> tuple[str, ...]:
        return (ISO,) if self._table.typed else ()

    def _zone_in_name(self, key: str) -> bool:
        column = next(column for column in self._table.mapping.columns if column.key == key)
        return bool(self._fit.inner.get(key)) and any("{zone}" in name for name in column.names)

    def _texts(self, value: Value, cells: Cells) -> pa.Array:
        """Give the texts of a value by its way; nothing where there is nothing."""
        import pyarrow as pa
        import pyarrow.compute as pc

        columns = [self._filled(key, cells) for key in value.keys]
        nothing = pa.scalar(None, pa.string())
        if value.way == "column":
            return columns[0]
        if value.way == "first":
            return pc.coalesce(*(_emptied(column, value.empty) if value.empty else column for column in columns))
        if value.way == "join":
            joined = join_filled(columns, value.text)
            return pc.if_else(pc.equal(joined, ""), nothing, joined)
        if value.way == "filled":
            columns = [_emptied(column, value.empty) if value.empty else column for column in columns]
            words = [
                pc.if_else(pc.is_valid(c), pa.scalar(word), nothing)
                for c, (_, word) in zip(columns, value.table, strict=True)
            ]
            return pc.coalesce(*words)
        if value.way == "sign":
            plus, minus = (pa.scalar(word) for _, word in value.table)
            return pc.if_else(
                pc.is_valid(columns[0]), pc.if_else(matching(columns[0], _NEGATIVE), minus, plus), nothing
            )
        text = value.text
        if value.way == "header":
            text = self._fit.inner.get(value.keys[0], "")
        elif value.way == "preamble":
            text = self._table.above.get(value.text, "")
        return pa.repeat(pa.scalar(text or None, pa.string()), len(cells))

    def _filled(self, key: str, cells: Cells) -> pa.Array:
        """Give a column with nothing where the cell is empty."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if key not in self._fit.places:
            return pa.nulls(len(cells), pa.string())
        column = cells.columns[self._fit.places[key]]
        empty = pc.equal(pc.binary_length(column), 0)
        return pc.if_else(empty, pa.scalar(None, pa.string()), column) if some(empty) else column

    def _formulas(self, value: Value, cells: Cells) -> Masks:
        """Flag rows in which a cell would be run by a spreadsheet; the text stays as it is."""
        places = [
            self._fit.places[key]
            for key in value.keys
            if key in self._fit.places and key not in self._table.mapping.formulas
        ]
        return merged(_formula(cells.columns[place]) for place in places)


def begins(texts: pa.Array, marks: bytes) -> bool:
    """Tell whether any text begins with one of some signs."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = pc.unique(pc.binary_slice(texts.cast(pa.binary()), 0, 1)).to_pylist()
    return any(mark and mark in marks for mark in first)


def _formula(texts: pa.Array) -> Masks:
    if not begins(texts, b"=@+-\t\r\n \x00"):
        return {}
    mask = matching(texts, FORMULA)
    return {"formula": mask} if some(mask) else {}


def _damaged(texts: pa.Array) -> Masks:
    """Flag names made of digits that a spreadsheet has damaged."""
    if not begins(texts, b"0123456789+- "):
        return {}
    odd = matching(texts, _DAMAGED)
    if not some(odd):
        return {}
    found, indices = each(only(texts, odd), damage)
    return flag_masks(found, indices)


def _emptied(texts: pa.Array, empty: tuple[str, ...]) -> pa.Array:
    known = {folded(text) for text in empty}
    return _each(texts, lambda text: None if folded(text) in known else text)


def _looked_up(texts: pa.Array, table: tuple[tuple[str, str], ...]) -> pa.Array:
    words = {folded(name): word for name, word in table}
    return _each(texts, lambda text: words.get(folded(text), text) or None)


def _each(texts: pa.Array, read: Callable[[str], str | None]) -> pa.Array:
    import pyarrow as pa

    found, indices = each(texts, read)
    return pa.array(found, pa.string()).take(indices)


def part_of(texts: pa.Array, pattern: str) -> pa.Array:
    """Cut out what the first brackets of a pattern take; nothing where it does not match."""
    import pyarrow.compute as pc

    picked = only(texts, matching(texts, pattern))
    return pc.replace_substring_regex(picked, rf"(?s:^.*?)(?:{pattern})(?s:.*$)", r"\1")


def _trimmed(texts: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    plain = pc.utf8_trim_whitespace(texts)
    empty = pc.equal(pc.binary_length(plain), 0)
    return pc.if_else(empty, pa.scalar(None, pa.string()), plain) if some(empty) else plain


def _flag(texts: pa.Array) -> pa.Array:
    import pyarrow as pa

    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    found, indices = each(texts, lambda text: known.get(folded(text)))
    return pa.array(found, pa.bool_()).take(indices)


def _whole(values: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.floor(values).cast(pa.int64())


@lru_cache(maxsize=64)
def _word(value: str, rows: int) -> Any:
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), rows), pa.array([value]))
