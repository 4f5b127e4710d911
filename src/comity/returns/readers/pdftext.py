"""The text layer of a PDF, line by line: inferred from where letters stand, never the only copy of a fact.

A line becomes a record only by a mapping that a person gives, whose `lines` is a pattern with named parts. Without one
the lines are told as an unknown layout. A page without text, such as a scan, is a finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..applying import Application, Table
from ..cells import Cells
from ..mapping import TableMapping, own
from ..model import INFERRED, Finding, Given, Part, Rows, Seen, Verdict
from ..pdfpages import read_pages
from ..reader import Reader
from ..schema import kinds
from ..source import Source

if TYPE_CHECKING:
    import pyarrow as pa

PROGRAMS = (b"/JavaScript", b"/Launch", b"/RichMedia")
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page, and its number among all lines of the file that have text."""

    row: int
    page: int
    number: int
    text: str


def check(source: Source, given: Given) -> Verdict:
    """Know a PDF by its first bytes."""
    return Verdict(3, "a PDF") if b"%PDF-" in source.head[:1024] else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the records of lines that a pattern takes; the others are told, page by page."""
    mapping = next((found for found in own(given.mappings) if found.lines), None)
    row, broken, pages = 0, 0, 0
    for found in read_pages(source.blocks()):
        page = found.get("page", 0)
        if "code" in found:
            place = f"page {page}" if page else ""
            broken += 1
            yield Finding(found["code"], found["found"], "a PDF with text", place=place, units=1)
        elif "attached" in found:
            names = ", ".join(found["attached"])[:300]
            advice = "Take them out, and read them as files of the return."
            yield Finding("part_missing", f"files in the PDF: {names}", "files read with it", advice=advice)
        elif "lines" in found:
            pages += 1
            lines = [Line(row + n, page, n, text) for n, text in enumerate(found["lines"], 1)]
            row += len(lines)
            yield from _page(lines, page, mapping, given)
    if row:
        advice = "Compare with the pages; ask the sender for data as a file."
        yield Finding("extracted", f"{row} lines of {pages} pages", "data as a file", advice=advice)
    if programs := [mark.decode() for mark in PROGRAMS if _holds(source, mark)]:
        yield Finding("active_content", ", ".join(programs), "a PDF without programs", advice="It was not run.")
    yield Seen(row + broken, "line")


def _page(lines: list[Line], page: int, mapping: TableMapping | None, given: Given) -> Iterator[Part]:
    if not lines:
        advice = "Read the page as a picture, or ask the sender for text."
        yield Finding("page_blank", "no text on the page", "text", place=f"page {page}", advice=advice)
        return
    if mapping is None:
        seen = " | ".join(line.text for line in lines[:SHOWN])[:400]
        advice = "Write a mapping with `lines`, a pattern with named parts for a line; see docs/user/returns.md."
        place = f"page {page}"
        yield Finding(
            "layout_unknown", seen, "a mapping with `lines`", lines[0].row, place, units=len(lines), advice=advice
        )
        return
    yield from _mapped(lines, page, mapping, given)


def _mapped(lines: list[Line], page: int, mapping: TableMapping, given: Given) -> Iterator[Part]:
    """Apply the pattern and the mapping to the lines of a page."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = pc.extract_regex(pa.array([line.text for line in lines], pa.string()), mapping.lines)
    taken = [line for line, part in zip(lines, parts, strict=True) if part.is_valid]
    if left := [line for line, part in zip(lines, parts, strict=True) if not part.is_valid]:
        seen = " | ".join(line.text for line in left[:SHOWN])[:400]
        place = f"page {page} line {left[0].number}"
        yield Finding(
            "row_malformed", seen, f"lines as {mapping.stamp} takes them", left[0].row, place, units=len(left)
        )
    if not taken:
        return
    names = tuple(field.name for field in parts.type)
    fit = mapping.fit(names)
    if fit.missing:
        lacking = ", ".join(column.names[0] for column in fit.missing)
        yield Finding("columns_missing", ", ".join(names), lacking, taken[0].row, units=len(taken))
        return
    columns = [pc.struct_field(parts, name).filter(pc.is_valid(parts)) for name in names]
    source = {
        "place": pa.array([f"page {line.page} line {line.number}" for line in taken], pa.string()),
        "raw": pa.array([line.text for line in taken], pa.string()),
    }
    cells = Cells(columns, pa.array([line.row for line in taken], pa.int64()), source)
    for part in Application(Table(mapping, fit, names, given, {})).apply(cells):
        yield _inferred(part) if isinstance(part, Rows) else part


def _inferred(part: Rows) -> Rows:
    """Mark records as inferred from extracted text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = part.batch.num_rows
    arrays: dict[str, Any] = {name: part.batch.column(name) for name in part.batch.schema.names}
    now: pa.Array = arrays["flags"].cast(pa.string()) if "flags" in arrays else pa.nulls(rows, pa.string())
    arrays["flags"] = pc.binary_join_element_wise("extracted", now, " ", null_handling="skip")
    arrays["basis"] = pa.repeat(INFERRED, rows)
    batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
    return Rows(part.kind, batch, part.units, part.nth)


def _holds(source: Source, mark: bytes) -> bool:
    tail = b""
    for block in source.blocks():
        if mark in tail + block:
            return True
        tail = block[-len(mark) :]
    return False


READER = Reader("pdf", 1, "Text layer of a PDF (extracted)", tuple(kinds()), check, read)
