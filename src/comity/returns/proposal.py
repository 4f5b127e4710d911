"""A mapping to start from, for a table that no mapping knows: what the names hint at, what the values prove.

Every value of the table is looked at. A layout is proposed only where all values of a column have it; where they prove
the order of day and month, or leave it open, the proposal says so. A person reads, mends and names it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .cells import Cells
from .errors import BadReturn
from .header import folded, is_zone, shown
from .instants import swapped
from .layouts import shapes
from .masks import matching
from .model import Given
from .schema import kinds
from .source import Source

_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%m.%d.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y-%m-%d", "%Y.%m.%d")
LAYOUTS = (
    "iso8601",
    *(day + time for day in _DAYS for time in (" %H:%M:%S", " %H:%M", "")),
    "unix-s",
    "unix-ms",
    "unix-us",
)
# Counts from 1970 that lie between 2001 and 2096, so that a number of another meaning is not taken for a time.
_COUNTS = {"unix-s": r"^[1-3][0-9]{9}$", "unix-ms": r"^[1-3][0-9]{12}$", "unix-us": r"^[1-3][0-9]{15}$"}
_NUMBER = {".": r"^[+-]?[0-9][0-9,' ]*(?:\.[0-9]+)?$", ",": r"^[+-]?[0-9][0-9.' ]*(?:,[0-9]+)?$"}


@dataclass
class Seen:
    """What is known of a column: values there were, and for each way of writing the first value that is not so."""

    name: str
    values: int = 0
    against: dict[str, tuple[int, str]] = field(default_factory=dict)

    def look(self, texts: Any, rows: Any) -> None:
        """Look at the values of some rows."""
        import pyarrow.compute as pc

        filled = pc.fill_null(pc.not_equal(pc.binary_length(texts), 0), False)
        texts, rows = texts.filter(filled), rows.filter(filled)
        self.values += len(texts)
        for way, patterns in _ways().items():
            if way in self.against or not len(texts):
                continue
            hits = [matching(texts, pattern) for pattern in patterns]
            at = pc.index(hits[0] if len(hits) == 1 else pc.or_(*hits), False).as_py()
            if at >= 0:
                self.against[way] = (rows[at].as_py(), texts[at].as_py())

    def fits(self, way: str) -> bool:
        """Tell whether every value is so written."""
        return self.values > 0 and way not in self.against

    @property
    def layouts(self) -> list[str]:
        """Give the layouts that every value has."""
        return [layout for layout in LAYOUTS if self.fits(layout)]


@cache
def _ways() -> dict[str, tuple[str, ...]]:
    times = {layout: tuple(s.pattern for s in shapes(layout)) for layout in LAYOUTS}
    counts = {layout: (pattern,) for layout, pattern in _COUNTS.items()}
    return times | counts | {mark: (pattern,) for mark, pattern in _NUMBER.items()}


def propose(source: Source, given: Given) -> str:
    """Write a mapping to start from, as YAML.

    Raises:
        BadReturn: the file is no table.
    """
    header, rows = _table(source, given)
    seen = [Seen(shown(name)) for name in header]
    for cells in rows:
        for column, texts in zip(seen, cells.columns, strict=False):
            column.look(texts, cells.rows)
    return "\n".join(_lines(source, [column for column in seen if column.name])) + "\n"


def _table(source: Source, given: Given) -> tuple[Sequence[str], Iterable[Cells]]:
    from .readers import delimited, htmltable, jsondata, sheet

    tabular = (
        (sheet.check, sheet.table),
        (delimited.check, delimited.table),
        (jsondata.check, jsondata.table),
        (htmltable.check, htmltable.table),
    )
    for check, table in tabular:
        if check(source, given) and (found := table(source, given)) is not None:
            return found
    advice = "Mappings are for delimited text, workbooks, JSON and tables of pages; `comity returns readers` lists what else is read."
    raise BadReturn("got a file that is no table, expected one", file=source.name, advice=advice)


def _lines(source: Source, seen: list[Seen]) -> Iterator[str]:
    kind, fields = _guess(seen)
    keys = _keys(seen, fields)
    stem = re.sub(r"[^a-z0-9]+", "-", folded(source.name.rpartition("!")[2].rpartition("/")[2]).split(".")[0]).strip(
        "-"
    )
    yield "# A mapping to start from, by what the names hint at and all values prove. Read it, mend it, name its source."
    yield f"mapping: {stem or 'table'}"
    yield "version: 1"
    yield f"label: {_quoted(source.name)}"
    yield 'provider: ""'
    yield 'source: ""  # where the layout is documented, or who confirmed it'
    yield "# zone: UTC    # only if the provider documents it"
    yield "columns:"
    for column in seen:
        yield f"  {keys[column.name]}: {_names(column.name)}"
    yield "records:"
    yield f"  - kind: {kind}"
    yield "    fields:"
    for column in seen:
        yield from _field(column, keys[column.name], kind, fields.get(column.name, ""))


def _field(column: Seen, key: str, kind: str, name: str) -> Iterator[str]:
    if not name:
        yield f"      # {key}: ?  # {_written(column)}"
        return
    found = kinds()[kind].column(name)
    assert found is not None, "hints name columns"
    if found.type in ("moment", "date"):
        layouts = column.layouts
        if not layouts:
            yield f'      {name}: {{column: {key}, layouts: ["?"]}}  # {_written(column)}'
            return
        yield f"      {name}: {{column: {key}, layouts: {json.dumps(layouts[:2] if _open(layouts) else layouts[:1])}}}{_order(column, layouts)}"
    elif found.type in ("amount", "decimal"):
        marks = [mark for mark in (".", ",") if column.fits(mark)]
        note = "" if len(marks) == 1 else '  # nothing proves the decimal mark: add decimal: "." or ","'
        mark = f', decimal: "{marks[0]}"' if len(marks) == 1 else ""
        yield f"      {name}: {{column: {key}{mark}}}{note}"
    else:
        yield f"      {name}: {key}"


def _open(layouts: Sequence[str]) -> bool:
    return len(layouts) > 1 and swapped(layouts[0]) == layouts[1] != layouts[0]


def _order(column: Seen, layouts: Sequence[str]) -> str:
    """Say what the values prove of the order of day and month."""
    twin = swapped(layouts[0])
    if twin == layouts[0]:
        return ""
    if _open(layouts):
        return "  # no value proves the order of day and month: keep one, or say --day-first or --month-first"
    row, text = column.against[twin]
    return f"  # the order is proven, by {json.dumps(text, ensure_ascii=False)} in row {row}"


def _written(column: Seen) -> str:
    if not column.values:
        return "empty in every row"
    if column.layouts:
        return f"times: {', '.join(column.layouts[:2])}"
    return "numbers" if any(column.fits(mark) for mark in _NUMBER) else "texts"


def _guess(seen: Sequence[Seen]) -> tuple[str, dict[str, str]]:
    """Give the kind that most names hint at, and for each name the column of the record."""
    best: tuple[str, dict[str, str]] = ("session", {})
    for kind, columns in _hints().items():
        fields: dict[str, str] = {}
        for exact in (True, False):
            for column in seen:
                name = next(
                    (
                        n
                        for n, words in columns.items()
                        if n not in fields.values() and _hinted(column, words, exact=exact)
                    ),
                    "",
                )
                if name and column.name not in fields and _typed(kind, name, column):
                    fields[column.name] = name
        if len(fields) > len(best[1]):
            best = (kind, fields)
    return best


def _hinted(column: Seen, words: Sequence[str], *, exact: bool) -> bool:
    name = folded(column.name)
    plain = re.sub(r"\s*[(\[].*?[)\]]", "", name)
    return any(word in (name, plain) if exact else word in plain.split() for word in words)


def _typed(kind: str, name: str, column: Seen) -> bool:
    """Tell whether the values of a column can be what its name hints at."""
    found = kinds()[kind].column(name)
    if found is None:
        return False
    if found.type in ("amount", "decimal", "integer"):
        return not column.values or any(column.fits(mark) for mark in _NUMBER)
    return True


def _keys(seen: Sequence[Seen], fields: dict[str, str]) -> dict[str, str]:
    """Give each column a key of its own."""
    keys: dict[str, str] = {}
    for number, column in enumerate(seen, 1):
        plain = re.sub(r"[^a-z0-9]+", "_", folded(column.name)).strip("_")
        key = fields.get(column.name) or (plain if re.match("[a-z]", plain) else f"column_{number}")
        keys[column.name] = key if key not in keys.values() else f"{key}_{number}"
    return keys


def _names(name: str) -> str:
    """Give a name as it is, and with {zone} where a zone stands in it, so that the file of another zone is known too."""
    found = re.search(r"\(([^()]+)\)", name)
    if found and is_zone(found[1]):
        return f"[{_quoted(name)}, {_quoted(name.replace(found[1], '{zone}'))}]"
    return _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@cache
def _hints() -> dict[str, dict[str, list[str]]]:
    text = files("comity.returns").joinpath("data", "hints.yaml").read_text("utf-8")
    found: dict[str, dict[str, list[str]]] = yaml.load(text, yaml.CSafeLoader)
    return found
