"""Snapchat: tables in sections of legal returns (both generations), and conversations of a download in JSON.

The tables are built after a public parser and not tried on a real return; columns are known by name, never by place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from io import BytesIO
from itertools import islice, pairwise
from typing import Any

from ..applying import Application, Table
from ..cells import Cells
from ..flattening import Flattening
from ..jsonlist import Broken
from ..jsontables import Unit, units
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..reader import Reader
from ..schema import kinds
from ..sectioned import Cut, Line, lines
from ..source import Source
from ..spokentime import read_spoken
from ..table import Choice, settle
from .jsondata import begins

BATCH = 8192
_CHAT = (b'"From"', b'"Media Type"', b'"Created"')


def check(source: Source, given: Given) -> Verdict:
    """Know a table by a header of a section, a conversation by the names in its messages."""
    if begins(source.head):
        chat = all(mark in source.head for mark in _CHAT)
        return Verdict(3, "messages with From, Media Type and Created") if chat else Verdict(0, "")
    if source.head[:1] in (b"<", b"%") or b"\0" in source.head[:512]:
        return Verdict(0, "")
    first = [line for line in islice(lines(BytesIO(source.head)), 400) if isinstance(line, Line)]
    for line in _headers(first):
        choice = settle([line.cells], Given(mappings=mappings()))
        if choice.mapping and choice.mapping.provider == "Snapchat":
            return Verdict(3, f"the header of {choice.mapping.stamp}")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the rows of each section, or the messages of each conversation."""
    if begins(source.head):
        yield from _conversations(source)
    else:
        yield from _Sections(replace(given, mappings=(*given.mappings, *mappings()))).read(source)


@cache
def mappings() -> tuple[dict[str, Any], ...]:
    """Give the mappings of the sections as their files say."""
    from comity.kernel.sheet import parse_sheet

    folder = files("comity.returns").joinpath("data", "snapchat")
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda e: e.name)
    return tuple(parse_sheet(entry.read_bytes(), file=entry.name) for entry in found)


def _headers(found: Sequence[Line]) -> Iterator[Line]:
    """Give the lines that may be headers: the first, and each after a line of `=`."""
    if found and not found[0].rule:
        yield found[0]
    for line, after in pairwise(found):
        if line.rule:
            yield after


class _Sections:
    """Reads a table in sections."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._choice: Choice | None = None
        self._header: tuple[str, ...] = ()
        self._held: list[Line] = []

    def read(self, source: Source) -> Iterator[Part]:
        """Yield records, what is set aside, findings, and how many rows there were."""
        ruled = b"===" in source.head
        number, begins_here = 0, not ruled
        with source.opened() as stream:
            for line in lines(stream):
                number += 1
                if isinstance(line, Cut):
                    yield from self._flush()
                    yield Finding(
                        line.code, line.found, "rows to the end", number, span=(line.at, source.size), units=1
                    )
                elif line.rule:
                    yield from self._flush()
                    self._choice, begins_here = None, True
                    yield Aside("line of signs", 1, number)
                elif begins_here and not line.blank:
                    begins_here = False
                    yield from self._begin(line)
                else:
                    yield from self._row(line)
        yield from self._flush()
        yield Seen(number, "row")

    def _begin(self, line: Line) -> Iterator[Part]:
        self._header = tuple(cell.strip() for cell in line.cells)
        self._choice = settle([self._header], self._given, first=line.number)
        yield Aside("header", 1, line.number, line.raw)
        yield from self._choice.findings

    def _row(self, line: Line) -> Iterator[Part]:
        if line.blank or (len(line.cells) < 2 <= max(2, len(self._header))) or self._choice is None:
            yield Aside("blank" if line.blank else "legend", 1, line.number, line.raw[:2000])
        elif self._choice.mapping is None:
            expected = "a header that a mapping knows"
            yield Finding("layout_unknown", line.raw[:200], expected, line.number, span=line.span, units=1)
        elif len(line.cells) != len(self._header):
            found, expected = f"{len(line.cells)} cells", f"{len(self._header)} as in the header"
            yield Finding("row_malformed", found, expected, line.number, span=line.span, units=1)
        else:
            self._held.append(line)
            if len(self._held) >= BATCH:
                yield from self._flush()

    def _flush(self) -> Iterator[Part]:
        held, self._held = self._held, []
        if held and self._choice and self._choice.mapping:
            table = Table(self._choice.mapping, self._choice.fit, self._header, self._given, {})
            yield from Application(table).apply(_cells(held))


def _cells(held: list[Line]) -> Cells:
    import pyarrow as pa

    columns = [pa.array(column, pa.string()) for column in zip(*(line.cells for line in held), strict=True)]
    source = {
        "byte_start": pa.array([line.span[0] for line in held], pa.int64()),
        "byte_end": pa.array([line.span[1] for line in held], pa.int64()),
        "raw": pa.array([line.raw for line in held], pa.string()),
    }
    return Cells(columns, pa.array([line.number for line in held], pa.int64()), source)


def _conversations(source: Source) -> Iterator[Part]:
    """Yield the messages of a download: lists of messages under the name of each friend."""
    row = 0
    flat = Flattening()
    for unit in units(source):
        row += not isinstance(unit, Broken) or unit.inside
        if isinstance(unit, Broken):
            yield Finding(
                unit.code, unit.found, "JSON to its end", row, span=(unit.at, unit.at), units=int(unit.inside)
            )
            continue
        cells = flat.row(unit.value)
        if {"From", "Created"} <= set(cells):
            yield _message(unit, cells, row, tuple(flat.flags))
        else:
            found = ", ".join(cells)[:300]
            yield Finding("layout_unknown", found, "From and Created", row, unit.place, unit.span, 1)
    yield Seen(row, "element")


def _message(unit: Unit, cells: dict[str, str], row: int, flags: tuple[str, ...]) -> Record:
    values = {
        "provider": "Snapchat",
        "thread": unit.key,
        "sender": cells["From"],
        "kind": cells.get("Media Type", ""),
        "body": cells.get("Content", ""),
        "direction": {"true": "out", "false": "in"}.get(cells.get("IsSender", ""), ""),
        "attachments": cells.get("Media IDs", ""),
        "state": "saved" if cells.get("IsSaved") == "true" else "",
        "time": read_spoken(cells["Created"]),
    }
    return Record("message", values, row, unit.place, unit.span, unit.raw, flags)


READER = Reader("snapchat", 1, "Snapchat legal return and download", tuple(kinds()), check, read)
