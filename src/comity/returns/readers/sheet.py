"""Workbooks (xlsx, ods, xls): each sheet by the names in its header, through the same mappings as delimited text.

1. The workbook is looked at before it is opened (`workbook`): too large, encrypted, damaged, with programs or formulas.
2. Each sheet, hidden ones too, is searched for a header that a mapping fits.
3. Cells become texts as they were kept: dates as ISO 8601, numbers with every digit that a spreadsheet keeps. What it
   has damaged is flagged, never repaired.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from .. import schema
from ..applying import Application
from ..cells import Cells
from ..model import Aside, Finding, Given, Part, Seen, Verdict
from ..reader import Reader
from ..source import Source
from ..table import SEARCHED, above, settle
from ..tokens import HELD
from ..values import Table
from ..workbook import kind_of, letters_of, survey

SUFFIXES = {"xlsx": (".xlsx", ".xlsm", ".xltx"), "ods": (".ods",), "xls": (".xls",)}
# A number with fewer digits than this, where a spreadsheet made one of a name, has lost the zeros at its beginning.
LEAST = {"phone": 10, "imei": 15, "imsi": 15}


def check(source: Source, given: Given) -> Verdict:
    """Say how sure it is that a file is a workbook."""
    kind = kind_of(source)
    if kind == "xls" and "Workbook".encode("utf-16-le") not in source.head and source.suffix not in SUFFIXES["xls"]:
        return Verdict(1, "a compound file, which may be a workbook")
    return Verdict(3, f"a workbook ({kind})") if kind else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Give the records of a workbook."""
    found = survey(source)
    if source.suffix not in SUFFIXES.get(found.kind, ()):
        yield Finding("name_doubtful", source.suffix or "no ending", " or ".join(SUFFIXES.get(found.kind, ())))
    yield from found.doubts
    if found.fault is not None:
        yield found.fault
        yield Seen(1, "workbook")
        return
    book = _opened(source)
    if isinstance(book, Finding):
        yield book
        yield Seen(1, "workbook")
        return
    units = 0
    for meta in book.sheets_metadata:
        if not str(meta.typ).endswith(".WorkSheet"):
            yield Finding("layout_unknown", f"{meta.name}: {meta.typ}", "a sheet of cells", place=meta.name)
            continue
        if not str(meta.visible).endswith(".Visible"):
            yield Finding("hidden_sheet", meta.name, "a sheet that is shown", place=meta.name)
        sheet = book.get_sheet_by_name(meta.name)
        yield from _Sheet(sheet, given, units).parts()
        units += height(sheet)
    yield Seen(units, "row")


def table(source: Source, given: Given) -> tuple[Sequence[str], Iterator[Cells]] | None:
    """Give header and rows of the first sheet that has any, whether a mapping knows it or not."""
    import pyarrow as pa

    book = None if survey(source).fault else _opened(source)
    if book is None or isinstance(book, Finding):
        return None
    for name in book.sheet_names:
        every = [[text_of(cell) for cell in row] for row in book.get_sheet_by_name(name).iter_rows()]
        if any(any(row) for row in every):
            index = max(settle(every, given).index, 0)
            columns = [pa.array(column, pa.string()) for column in zip(*every[index + 1 :], strict=True)]
            return every[index], iter([Cells(columns, pa.arange(index + 2, len(every) + 1))])
    return None


def height(sheet: Any) -> int:
    """Give the number of the last filled row of a sheet, as the workbook has it."""
    return int(sheet.end[0]) + 1 if sheet.end else 0


def _opened(source: Source) -> Any:
    """Open a workbook; a finding where that cannot be."""
    import python_calamine as calamine

    try:
        with source.opened() as stream:
            return calamine.CalamineWorkbook.from_filelike(stream)
    except calamine.PasswordError:
        return Finding("encrypted", "an encrypted workbook", "an open one", units=1)
    except (calamine.CalamineError, OSError, ValueError) as e:
        return Finding("damaged", str(e)[:200], "a whole workbook", units=1)


class _Sheet:
    """One sheet; *before* is how many rows of the workbook stand before it."""

    def __init__(self, sheet: Any, given: Given, before: int) -> None:
        self._sheet = sheet
        self._given = given
        self._before = before
        self._left = letters_of((sheet.start or (0, 0))[1] + 1)
        self._kinds: dict[int, Counter[str]] = {}

    def parts(self) -> Iterator[Part]:
        """Give what the rows of the sheet give."""
        rows = self._sheet.iter_rows()
        first = list(islice(rows, SEARCHED))
        texts = [[text_of(cell) for cell in row] for row in first]
        if not any(any(row) for row in texts):
            if height(self._sheet):
                yield Aside("blank", height(self._sheet), self._before + 1)
            return
        choice = settle(texts, self._given, first=self._before + 1)
        if choice.mapping is None:
            one, *others = (self._at(finding) for finding in choice.findings)
            yield Finding(
                one.code, one.found, one.expected, one.row, one.place, units=height(self._sheet), advice=one.advice
            )
            yield from others
            return
        yield from map(self._at, choice.findings)
        yield from self._merged(choice.index)
        for number, row in enumerate(texts[: choice.index], self._before + 1):
            yield Aside("above the header" if any(row) else "blank", 1, number, " | ".join(row)[:500])
        yield Aside("header", 1, self._before + choice.index + 1)
        table = Table(
            choice.mapping,
            choice.fit,
            choice.header,
            self._given,
            above(choice.mapping, texts[: choice.index]),
            typed=True,
        )
        yield from self._body(table, choice.index + 1, first[choice.index + 1 :], rows)

    def _body(self, table: Table, number: int, first: list[list[Any]], rows: Iterator[list[Any]]) -> Iterator[Part]:
        application = Application(table)
        held = first
        while held:
            yield from application.apply(self._cells(table, held, number))
            number += len(held)
            held = list(islice(rows, HELD))
        for key, index in table.fit.places.items():
            seen = self._kinds.get(index, Counter())
            if key in _times(table) and seen["date"] and seen["text"]:
                found = f"{table.header[index]}: {seen['date']} dates and {seen['text']} texts"
                advice = "A spreadsheet took some days for months. Ask for the export as it was, before it was opened."
                yield Finding("order_ambiguous", found, "all dates or all texts", place=self._sheet.name, advice=advice)

    def _cells(self, table: Table, rows: Sequence[Sequence[Any]], number: int) -> Cells:
        import pyarrow as pa

        columns = list(zip(*rows, strict=True))
        texts = [[text_of(cell) for cell in column] for column in columns]
        for index in table.fit.places.values():
            self._kinds.setdefault(index, Counter()).update(map(_kind, columns[index]))
        numbers = range(number, number + len(rows))
        source = {
            "place": pa.array([f"{self._sheet.name}!{self._left}{n + 1}" for n in numbers]),
            "raw": pa.array(["\t".join(cells) for cells in zip(*texts, strict=True)]),
        }
        lost = pa.array(_lost(table, columns), pa.bool_())
        arrays = [pa.array(column, pa.string()) for column in texts]
        return Cells(arrays, pa.array([self._before + n + 1 for n in numbers]), source, {"zeros_lost": lost})

    def _merged(self, header: int) -> Iterator[Part]:
        """Tell cells that are merged: what stands in the first is not taken for what the others mean."""
        ranges = [r for r in self._sheet.merged_cell_ranges or () if r[1][0] >= header]
        if ranges:
            (top, left), (bottom, right) = ranges[0]
            found = f"{len(ranges)} merged ranges, such as {letters_of(left + 1)}{top + 1}:{letters_of(right + 1)}{bottom + 1}"
            yield Finding("row_malformed", found, "a value in each cell", self._before + top + 1, self._sheet.name)

    def _at(self, finding: Finding) -> Finding:
        place = f"{self._sheet.name}!{self._left}{finding.row - self._before}"
        return Finding(finding.code, finding.found, finding.expected, finding.row, place, advice=finding.advice)


def text_of(cell: Any) -> str:
    """Give a cell as text: dates as ISO 8601, numbers with the digits that are kept, without an end such as .0."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        plain = format(Decimal(repr(cell)), "f")
        return plain.removesuffix(".0")
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds % 3600 // 60:02}:{seconds % 60:02}"
    return "" if cell is None else str(cell)


def _kind(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return "date"
    if isinstance(cell, str):
        return "text" if re.search(r"\d", cell) else "other"
    return "other"


def _times(table: Table) -> set[str]:
    """Give the keys of columns that times are read from."""
    found = set()
    for rule in table.mapping.rules:
        types = {column.name: column.type for column in schema.kinds()[rule.kind].columns}
        found |= {key for value in rule.values if types[value.name] in ("moment", "date") for key in value.keys}
    return found


def _lost(table: Table, columns: Sequence[Sequence[Any]]) -> list[bool]:
    """Tell rows in which a number stands for a name that has more digits."""
    least: dict[int, int] = {}
    for rule in table.mapping.rules:
        for value in rule.values:
            column = schema.kinds()[rule.kind].column(value.name)
            digits = LEAST.get(column.identifier or column.name, 0) if column else 0
            least |= {table.fit.places[key]: digits for key in value.keys if digits and key in table.fit.places}
    rows = len(columns[0]) if columns else 0
    found = [False] * rows
    for index, digits in least.items():
        for i, cell in enumerate(columns[index]):
            if isinstance(cell, int | float) and not isinstance(cell, bool) and len(f"{abs(cell):.0f}") < digits:
                found[i] = True
    return found


READER = Reader("sheet", 1, "Workbook by header (xlsx, ods, xls)", tuple(schema.kinds()), check, read)
