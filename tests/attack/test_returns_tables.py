"""Attacks by tables: texts and workbooks that are made to exhaust, to deceive or to run something."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from builders.returns import taken_bytes
from builders.tables import HEADER, LOGINS, ROW, text
from comity.returns.coverage import FileCoverage
from comity.returns.model import Given
from comity.returns.readers import sheet
from comity.returns.readers.delimited import read
from comity.returns.source import Source, in_memory

PLAIN = text([ROW, ROW])


def book(rows: list[list[Any]], **cells: Any) -> bytes:
    """Make a workbook."""
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for place, value in cells.items():
        made.active[place] = value
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def repacked(data: bytes, change: dict[str, bytes]) -> bytes:
    """Give a workbook with other parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in [*dict.fromkeys([*old.namelist(), *change])]:
            new.writestr(name, change[name] if name in change else old.read(name))
    return out.getvalue()


def seen(data: bytes, name: str = "logins.xlsx") -> FileCoverage:
    """Give the ledger of a workbook."""
    entry = FileCoverage(name)
    for part in sheet.read(in_memory(name, data), Given(mappings=(LOGINS,))):
        entry.take(part)
    return entry


LOGIN_ROWS = [list(HEADER), list(ROW)]


def test_a_cell_at_the_far_corner_of_a_sheet(tmp_path: Path) -> None:
    """A workbook of a few kilobytes whose last cell is at XFD1048576 is not opened: it would take all memory."""
    entry = seen(book(LOGIN_ROWS, XFD1048576="x"))
    assert (entry.codes, entry.rejected, entry.accounted) == ({"too_large": 1}, 1, True)


def test_a_cell_at_the_far_corner_in_a_part_of_another_name() -> None:
    """The far cell is found wherever the workbook hides the sheet."""
    data = book(LOGIN_ROWS, XFD1048576="x")
    with zipfile.ZipFile(io.BytesIO(data)) as pack:
        part, relations = pack.read("xl/worksheets/sheet1.xml"), pack.read("xl/_rels/workbook.xml.rels")
    moved = relations.replace(b"worksheets/sheet1.xml", b"elsewhere/a.bin")
    assert (
        seen(repacked(data, {"xl/_rels/workbook.xml.rels": moved, "xl/elsewhere/a.bin": part})).codes["too_large"] == 1
    )


def test_a_workbook_that_unpacks_to_any_size() -> None:
    """A part that swells a thousand times is refused before it is unpacked."""
    data = repacked(book(LOGIN_ROWS), {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * (80 << 20)})
    assert seen(data).codes == {"too_large": 1}


def test_a_repeated_cell_of_an_open_document() -> None:
    """A cell that says it stands a million times in a million rows is refused."""
    content = (
        b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        b'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"><office:body><office:spreadsheet>'
        b'<table:table table:name="a"><table:table-row table:number-rows-repeated="1048576">'
        b'<table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/>'
        b"</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as pack:
        pack.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        pack.writestr("content.xml", content)
    assert seen(out.getvalue(), "a.ods").codes == {"too_large": 1}


def test_entities_in_a_sheet_are_not_expanded() -> None:
    """A part with nested entities (a billion laughs) gives a finding or nothing, never its expansion."""
    laughs = (
        b'<!DOCTYPE x [<!ENTITY a "'
        + b"l" * 1000
        + b'">'
        + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 20) for i in range(8))
        + b"]>"
    )
    with zipfile.ZipFile(io.BytesIO(book(LOGIN_ROWS))) as pack:
        part = pack.read("xl/worksheets/sheet1.xml")
    made = repacked(book(LOGIN_ROWS), {"xl/worksheets/sheet1.xml": laughs + part.replace(b"</v>", b"&i;</v>")})
    seen(book(LOGIN_ROWS))  # loads what reads it, which would be slow while memory is watched
    tracemalloc.start()
    entry = seen(made)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert entry.accounted
    assert peak < 64 << 20


def test_programs_in_a_workbook_are_told() -> None:
    """A workbook with macros is read and told."""
    entry = seen(repacked(book(LOGIN_ROWS), {"xl/vbaProject.bin": b"x"}), "logins.xlsm")
    assert (entry.parsed, entry.codes) == (1, {"active_content": 1})


def test_formulas_of_a_workbook_are_told() -> None:
    """A cell whose value is computed is told: what was last computed may be anything."""
    assert seen(book(LOGIN_ROWS, F2="=1+1")).codes["formula"] == 1


@pytest.mark.parametrize("at", [10, 200, 2000, -200, -10])
def test_a_damaged_workbook(at: int) -> None:
    """A workbook that is cut or altered anywhere gives a finding or the records, and is accounted for."""
    whole = book(LOGIN_ROWS)
    for data in (whole[:at], whole[:at] + b"\xff\xff\xff\xff" + whole[at:][4:]):
        if sheet.check(in_memory("a.xlsx", data), Given()):
            assert seen(data).accounted


def test_an_encrypted_workbook() -> None:
    """A workbook that needs a password is told as such."""
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(4000)
    assert seen(data, "a.xls").codes == {"encrypted": 1, "name_doubtful": 0} or seen(data, "a.xls").codes == {
        "encrypted": 1
    }


def test_a_line_without_end_takes_bounded_memory() -> None:
    """Gigabytes without a line end, or behind a quote that is never closed, are rejected, block by block."""

    class Endless(io.RawIOBase):
        def __init__(self) -> None:
            self.left = 200 << 20
            self.head = PLAIN.encode() + b'"'

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            data = self.head[: len(buffer)] or b"x" * min(len(buffer), self.left, 1 << 20)
            self.head, self.left = self.head[len(data) :], self.left - len(data)
            buffer[: len(data)] = data
            return len(data)

    source = Source("a.csv", lambda: io.BufferedReader(Endless(), 1 << 20), 200 << 20)
    entry = FileCoverage("a.csv")
    tracemalloc.start()
    for part in read(source, Given(mappings=(LOGINS,))):
        entry.take(part)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (entry.parsed, entry.accounted) == (2, True)
    assert peak < 160 << 20


def test_a_million_quotes_take_linear_time() -> None:
    """Quotes without end, and quotes that are opened again and again, do not make the reading slow."""
    data = PLAIN.encode() + b'"' * 1_000_001 + b"\n" + b'a,"b\n' * 2_000
    entry = FileCoverage("a.csv")
    for part in read(in_memory("a.csv", data), Given(mappings=(LOGINS,))):
        entry.take(part)
    assert entry.parsed == 2
    assert entry.units is not None


@pytest.mark.parametrize("name", ["\x1b[2Jname", "[red]name[/red]", "a\u202eb"])
def test_names_of_columns_that_act_on_a_terminal(name: str, tmp_path: Path) -> None:
    """A column's name is reported as text, whatever it holds."""
    data = text([(*ROW, "x")], (*HEADER, name)).encode()
    coverage, _ = taken_bytes("a.csv", data, tmp_path / "out", mappings=(LOGINS,))
    assert coverage.files[0].codes == {"columns_unknown": 1}
