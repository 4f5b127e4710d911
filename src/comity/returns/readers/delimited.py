"""Delimited text (CSV and its kin) by the names in its header, through mappings.

1. Encoding: by a mark, by proof, by what a person says, else assumed and told.
2. Delimiter, header and mapping are found in the first rows; a delimiter under which a mapping fits goes first.
3. The body is read in blocks, several at once, each by the quick or the careful way of `tokens`.
4. Each row gives records by the mapping; what is none is set aside or told; units are counted apart from the reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..applying import Application
from ..body import Body, rows
from ..cells import Cells
from ..dialect import Dialect, dialects
from ..encoding import BLOCK, UTF8, Encoding, encoding_of, known, utf8_blocks
from ..model import Aside, Finding, Given, Part, Seen, Verdict
from ..reader import Reader
from ..schema import kinds
from ..source import HEAD, Source
from ..table import Choice, above, settle
from ..tape import Tape
from ..tokens import Grid, counted
from ..values import Table

_OTHERS = (
    b"{",
    b"[",
    b"<",
    b"%PDF",
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
    b"\x1f\x8b",
    b"From ",
    b":20:",
    b"{1:",
    b"OFXHEADER",
)
_OTHER_NAMES = (".xlsx", ".xlsm", ".xls", ".ods", ".zip", ".pdf", ".json", ".xml", ".html", ".htm", ".docx", ".doc")


@dataclass(frozen=True)
class Plan:
    """How a text is read: its encoding, its dialect, its first rows with the bytes each ends at, and the choice."""

    encoding: Encoding
    dialect: Dialect
    rows: list[list[str]]
    ends: list[int]
    choice: Choice


def check(source: Source, given: Given) -> Verdict:
    """Say how sure it is that a file is a table in text."""
    head = source.head
    if not head.strip(b"\0 \t\r\n\xff\xfe\xef\xbb\xbf"):
        return Verdict(0, "an empty file")
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(_OTHERS):
        return Verdict(0, "begins like another format")
    plan = _plan(source, given)
    if plan is None:
        return Verdict(0, "no rows of cells, or no text")
    if plan.choice.mapping is not None:
        return Verdict(3, f"the header of {plan.choice.mapping.stamp}")
    alike = plan.dialect.alike / max(1, plan.dialect.rows)
    wide = plan.dialect.width > 2 or source.suffix in (".csv", ".tsv")
    return Verdict(2 if wide and alike > 0.5 and plan.dialect.rows > 1 else 1, plan.dialect.plain)


def read(source: Source, given: Given) -> Iterator[Part]:
    """Give the records of a table in text."""
    plan = _plan(source, given)
    if plan is None:
        yield Finding("layout_unknown", "no rows of cells", "a table in text", units=1)
        yield Seen(1, "file")
        return
    if plan.encoding.assumed:
        advice = "Say which it is by --encoding, when names look wrong."
        yield Finding("encoding_assumed", plan.encoding.assumed, "a stated encoding", advice=advice)
    if source.suffix in _OTHER_NAMES:
        yield Finding("name_doubtful", source.suffix, "a name that says delimited text, such as .csv")
    if plan.choice.mapping is None:
        yield from _untold(source, plan)
        return
    yield from plan.choice.findings
    index = plan.choice.index
    yield from _preamble(plan.rows[:index])
    yield Aside("header", 1, index + 1)
    table = Table(
        plan.choice.mapping, plan.choice.fit, plan.choice.header, given, above(plan.choice.mapping, plan.rows[:index])
    )
    grid = Grid(plan.dialect.delimiter, len(plan.choice.header), plan.encoding.name == UTF8)
    body = Body(_tape(source, plan), grid, Application(table), index + 2)
    yield from body.parts()
    yield Seen(index + 1 + body.units, "row")


def table(source: Source, given: Given) -> tuple[Sequence[str], Iterator[Cells]] | None:
    """Give header and rows of a table in text, whether a mapping knows it or not."""
    plan = _plan(source, given)
    if plan is None:
        return None
    index = max(plan.choice.index, 0)
    header = plan.rows[index]
    grid = Grid(plan.dialect.delimiter, len(header), plan.encoding.name == UTF8)
    return header, rows(_tape(source, plan), grid, index + 2)


def _tape(source: Source, plan: Plan) -> Tape:
    """Give the text behind the header."""
    tape = Tape(utf8_blocks(source, plan.encoding), plan.encoding.mark, BLOCK)
    block = tape.block()
    assert block is not None, "there is a header"
    tape.back(block.data[plan.ends[plan.choice.index] :])
    return tape


def _preamble(rows: Sequence[Sequence[str]]) -> Iterator[Part]:
    for number, row in enumerate(rows, 1):
        filled = any(cell.strip() for cell in row)
        yield Aside("above the header" if filled else "blank", 1, number, " | ".join(row)[:500])


def _untold(source: Source, plan: Plan) -> Iterator[Part]:
    """Tell that no mapping knows the table; every line of it is rejected."""
    lines = 0
    tape = Tape(utf8_blocks(source, plan.encoding), plan.encoding.mark, BLOCK)
    while (block := tape.block()) is not None:
        lines += counted(block.data.replace(b'"', b""), plan.dialect.delimiter.encode()) if not block.cut else 0
    first, *others = plan.choice.findings
    yield Finding(first.code, first.found, first.expected, first.row, units=lines, advice=first.advice)
    yield from others
    yield Seen(lines, "line")


def _plan(source: Source, given: Given) -> Plan | None:
    """Find out how a text is to be read; None where it is no table."""
    said = given.encoding if known(given.encoding) else ""
    encoding = encoding_of(source.head, said, whole=source.size <= HEAD)
    data = next(utf8_blocks(source, encoding), b"")[:HEAD]
    if data.count(0) > len(data) // 10:
        return None
    lines = data.splitlines(keepends=True)
    texts = [line.decode(UTF8, "replace") for line in lines]
    plans = [_planned(encoding, dialect, lines, texts, given) for dialect in dialects("".join(texts))]
    fitting = [plan for plan in plans if plan.choice.mapping is not None]
    return next(iter([*fitting, *plans]), None)


def _planned(encoding: Encoding, dialect: Dialect, lines: list[bytes], texts: list[str], given: Given) -> Plan:
    rows, ends, at, taken = [], [], 0, 0
    import csv

    reader = csv.reader(texts, delimiter=dialect.delimiter)
    for row in reader:
        at += sum(map(len, lines[taken : reader.line_num]))
        taken = reader.line_num
        rows.append(row)
        ends.append(at)
        if len(rows) == 200:
            break
    return Plan(encoding, dialect, rows, ends, settle(rows, given))


READER = Reader("delimited", 1, "Delimited text by header (CSV, TSV)", tuple(kinds()), check, read)
