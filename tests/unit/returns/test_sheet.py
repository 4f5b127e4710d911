"""Workbooks: cells become the texts they were, what a spreadsheet has done is told."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from builders.tables import HEADER, LOGINS, ROW
from comity.returns.coverage import FileCoverage
from comity.returns.model import Given, Rows
from comity.returns.readers import sheet
from comity.returns.readers.sheet import text_of
from comity.returns.source import in_memory
from comity.returns.workbook import column_of, letters_of


def read(book: openpyxl.Workbook, **given: Any) -> tuple[FileCoverage, list[dict[str, Any]]]:
    """Read a workbook; gives the ledger and the records."""
    out = io.BytesIO()
    book.save(out)
    entry = FileCoverage("a.xlsx")
    rows: list[dict[str, Any]] = []
    for part in sheet.read(in_memory("a.xlsx", out.getvalue()), Given(mappings=(LOGINS,), **given)):
        entry.take(part)
        rows += part.batch.to_pylist() if isinstance(part, Rows) else []
    return entry, rows


def book(*rows: tuple[Any, ...], epoch: datetime | None = None) -> openpyxl.Workbook:
    """Make a workbook of logins."""
    made = openpyxl.Workbook()
    if epoch:
        made.epoch = epoch
    for row in (HEADER, *rows):
        made.active.append(row)
    return made


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_dates_are_the_same_in_both_date_systems(epoch: datetime | None) -> None:
    """A date counted from 1900 or from 1904 is the date that the sheet shows."""
    at = datetime(2026, 3, 1, 9, 30)  # noqa: DTZ001 - a sheet has no zone
    entry, rows = read(book((at, *ROW[1:]), epoch=epoch))
    assert (rows[0]["time"].isoformat(), rows[0]["time_text"]) == ("2026-03-01T09:30:00+00:00", "2026-03-01T09:30:00")
    assert (rows[0]["place"], entry.accounted, entry.codes) == ("Sheet!A2", True, {})


def test_every_sheet_is_read_and_rows_are_numbered_through() -> None:
    """Two sheets of one workbook give records with rows that never go back, each with its sheet."""
    made = book(ROW)
    more = made.create_sheet("More")
    for row in (HEADER[::-1], ROW[::-1]):
        more.append(row)
    entry, rows = read(made)
    assert [(row["row"], row["place"], row["account"]) for row in rows] == [
        (2, "Sheet!A2", "an.example"),
        (4, "More!A2", "an.example"),
    ]
    assert entry.accounted


def test_merged_cells_are_told_and_not_filled() -> None:
    """A value that is merged over two rows is that of the first; the finding says where."""
    made = book(ROW, (ROW[0], None, *ROW[2:]))
    made.active.merge_cells("B2:B3")
    entry, rows = read(made)
    assert [row["account"] for row in rows] == ["an.example", None]
    assert "B2:B3" in entry.findings[0].found


def test_a_renamed_column_is_told_with_its_sheet() -> None:
    """A sheet whose columns are not known is rejected row by row, and what was seen is said."""
    made = openpyxl.Workbook()
    made.active.append(["When", *HEADER[1:]])
    made.active.append(ROW)
    entry, rows = read(made)
    assert (rows, entry.rejected, entry.accounted) == ([], 2, True)
    assert entry.findings[0].place == "Sheet!A1"


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (490154203237518.0, "490154203237518"),
        (8.93407112345679e18, "8934071123456790000"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (True, "true"),
        (None, ""),
        (timedelta(hours=30, seconds=5), "30:00:05"),
    ],
)
def test_cells_as_texts(cell: Any, text: str) -> None:
    """A number has the digits that are kept and no exponent; a duration is written as such."""
    assert text_of(cell) == text


def test_letters_of_columns() -> None:
    """Columns are named as spreadsheets name them."""
    assert [letters_of(n) for n in (1, 26, 27, 16384)] == ["A", "Z", "AA", "XFD"]
    assert all(column_of(letters_of(n)) == n for n in (1, 26, 27, 702, 703, 16384))
