"""Cells out of blocks of a delimited text: by Arrow where every line is one plain row, by `csv` where it is not.

Both give the same. A block takes the quick way when its quotes only stand around whole cells, its lines all end alike,
no cell holds a line end, and it is sound UTF-8 without odd signs: as many rows must come out as lines went in, and cells,
delimiters and quotes must add up to the lines.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

from .cells import Cells
from .tape import LONGEST, Block, Tape

if TYPE_CHECKING:
    import pyarrow as pa

# Characters of the longest cell, and rows that are held at once.
CELL = 1_000_000
HELD = 16_384
_LINE_MARK = b"\x1f"
_REPLACED = "\ufffd".encode()


@dataclass(frozen=True)
class Grid:
    """What is the same for all rows: delimiter, number of cells, and whether bytes are told by place or by text."""

    delimiter: str
    width: int
    spans: bool = True


@dataclass(frozen=True)
class Bad:
    """A row that is not as its header says."""

    row: int
    cells: tuple[str, ...]
    span: tuple[int, int] | None
    code: str = "row_malformed"
    why: str = ""


@dataclass(frozen=True)
class Taken:
    """What came out of a run of lines: rows, rows that are none, numbers of blank lines, units counted apart."""

    cells: Cells
    bad: tuple[Bad, ...] = ()
    blank: tuple[int, ...] = ()
    units: int = 0


def quick(block: Block, grid: Grid, first: int) -> Taken | None:
    """Take a block by Arrow; None where it is not plain. *first* is the number of its first line."""
    ending = _ending(block.data)
    if block.cut or not ending or not _sound(block.data):
        return None
    columns, odd = _parsed(block.data, grid)
    if any(_longest(column) > CELL for column in columns):
        return None
    lengths = None if odd or not grid.spans else _even(block.data, columns, ending)
    if lengths is not None:
        return Taken(Cells(columns, *_placed(lengths, block.start, ending, first)), units=block.lines)
    return _compared(block, grid, first, columns, odd)


def _even(data: bytes, columns: list[pa.Array], ending: int) -> pa.Array | None:
    """Give the lengths of lines without quotes, where every line is a row: then they add up to the block."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if b'"' in data:
        return None
    lengths = reduce(pc.add, map(pc.binary_length, columns))
    lengths = pc.add(lengths, len(columns) - 1).cast(pa.int64())
    total = (pc.sum(lengths).as_py() or 0) + ending * len(lengths)
    return lengths if total == len(data) + (0 if data[-1:] in b"\r\n" else ending) else None


def _placed(lengths: pa.Array, start: int, ending: int, first: int) -> tuple[pa.Array, dict[str, pa.Array]]:
    """Give numbers and places of lines of such lengths."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ends = pc.add(pc.cumulative_sum(pc.add(lengths, ending)), start - ending)
    return pa.arange(first, first + len(lengths)), {"byte_start": pc.subtract(ends, lengths), "byte_end": ends}


def _compared(block: Block, grid: Grid, first: int, columns: list[pa.Array], odd: list[int]) -> Taken | None:
    """Put cells beside the lines they are from; None where a line is not one row, or a quote is part of a cell."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if _LINE_MARK in block.data:
        return None
    lines = _lines(block.data)
    lengths = pc.binary_length(lines).cast(pa.int64())
    numbers, places = _placed(lengths, block.start, _ending(block.data), first)
    filled, gaps = Cells([lines], numbers, places | {"raw": lines}).split(pc.not_equal(lengths, 0))
    wrong = filled.filtered([number - 1 for number in odd])
    blank, bad = _sorted(wrong, grid)
    rows = filled.split(pc.is_in(filled.rows, value_set=wrong.rows))[1] if odd else filled
    if bad is None or len(rows) != len(columns[0]) or not _stripped(columns, rows.columns[0]):
        return None
    source = places if grid.spans else {"raw": lines}
    cells = Cells(columns, rows.rows, {name: rows.source[name] for name in source})
    return Taken(cells, bad, tuple(sorted([*blank, *gaps.rows.to_pylist()])), len(lines))


def _stripped(columns: list[pa.Array], lines: pa.Array) -> bool:
    """Tell whether cells are their lines without delimiters and quotes, so that no quote is part of a cell or left open."""
    import pyarrow.compute as pc

    def size(texts: pa.Array) -> int:
        return pc.sum(pc.binary_length(texts)).as_py() or 0

    quotes = pc.count_substring(lines, '"')
    if pc.any(pc.bit_wise_and(quotes, 1).cast("bool")).as_py():
        return False
    return size(lines) == sum(map(size, columns)) + (len(columns) - 1) * len(lines) + (pc.sum(quotes).as_py() or 0)


def _ending(data: bytes) -> int:
    """Give the length of the line ends, or 0 where they are not all alike."""
    if b"\r" not in data:
        return 1
    both = data.count(b"\r\n")
    return 2 if both == data.count(b"\r") == data.count(b"\n") else 0


def _sound(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 without zeros and without signs that stand for what could not be decoded."""
    if b"\0" in data:
        return False
    if data.isascii():
        return True
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return _REPLACED not in data


def _lines(data: bytes) -> pa.Array:
    import pyarrow.csv as table

    parse = table.ParseOptions(delimiter=_LINE_MARK.decode(), quote_char=False, ignore_empty_lines=False)
    return _read(data, 1, parse)[0]


def _parsed(data: bytes, grid: Grid) -> tuple[list[pa.Array], list[int]]:
    """Give the columns, and the numbers (of those that are not empty) of lines that have too few or too many cells."""
    import pyarrow.csv as table

    odd: list[int] = []

    def note(row: Any) -> str:
        odd.append(row.number)
        return "skip"

    parse = table.ParseOptions(delimiter=grid.delimiter, newlines_in_values=True, invalid_row_handler=note)
    return _read(data, grid.width, parse), odd


def _read(data: bytes, width: int, parse: Any) -> list[pa.Array]:
    import pyarrow as pa
    import pyarrow.csv as table

    names = [str(i) for i in range(width)]
    read = table.ReadOptions(use_threads=False, block_size=max(len(data) + 1, 64), column_names=names)
    convert = table.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), check_utf8=False)
    found = table.read_csv(pa.BufferReader(data), read_options=read, parse_options=parse, convert_options=convert)
    return [column.combine_chunks() for column in found.columns]


def _longest(texts: pa.Array) -> int:
    import pyarrow.compute as pc

    return pc.max(pc.binary_length(texts)).as_py() or 0


def _sorted(lines: Cells, grid: Grid) -> tuple[tuple[int, ...], tuple[Bad, ...] | None]:
    """Tell blank lines from malformed ones; None where one is a row with too many empty cells, or has quotes."""
    blank, bad = [], []
    for i, (row, text) in enumerate(zip(lines.rows.to_pylist(), lines.columns[0].to_pylist(), strict=True)):
        if '"' in text:
            return (), None
        cells = text.split(grid.delimiter)
        if not any(cell.strip() for cell in cells):
            blank.append(row)
        elif fitted(cells, grid.width):
            return (), None
        else:
            bad.append(Bad(row, tuple(cells), lines.span(i) if grid.spans else None))
    return tuple(blank), tuple(bad)


def fitted(cells: Sequence[str], width: int) -> list[str] | None:
    """Give as many cells as the header has: what is over must be empty; None where that cannot be."""
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        return None
    return list(cells[:width])


class _Feed:
    """Lines for `csv`, which knows where the row in hand began, and when its last quote is never closed."""

    def __init__(self, tape: Tape, block: Block) -> None:
        self._tape = tape
        self._queue = deque(block.data.splitlines(keepends=True))
        self.at = block.start
        self.row: list[bytes] = []
        self._size = 0
        self.torn = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if not self._queue and self.row:
            self._more()
        if not self._queue or self._size > LONGEST:
            self.torn = bool(self.row)
            raise StopIteration
        self.row.append(self._queue.popleft())
        self._size += len(self.row[-1])
        return self.row[-1].decode("utf-8", "replace")

    def _more(self) -> None:
        """Go on in the next block, unless it is part of a line that is longer than any row."""
        block = self._tape.block()
        if block is not None and block.cut:
            self._tape.back(block.data)
        elif block is not None:
            self._queue.extend(block.data.splitlines(keepends=True))

    def taken(self) -> tuple[bytes, int]:
        """Give the bytes of the row in hand and where it began, and begin the next; of a torn row only its first line."""
        if self.torn:
            self._queue.extendleft(reversed(self.row[1:]))
            del self.row[1:]
        data, start = b"".join(self.row), self.at
        self.at += len(data)
        self.row, self.torn, self._size = [], False, 0
        return data, start


def careful(tape: Tape, block: Block, grid: Grid, first: int) -> Iterator[Taken]:
    """Take a block by `csv`, and as much of what follows as its last row needs."""
    csv.field_size_limit(2**31 - 1)
    feed = _Feed(tape, block)
    held = _Held(grid)
    number, torn = first, True
    while torn:
        torn = False
        for cells in csv.reader(feed, delimiter=grid.delimiter):
            torn = feed.torn
            held.take(number, cells, *feed.taken(), torn=torn)
            number += 1
            if len(held) >= HELD:
                yield held.let()
            if torn:
                break
    yield held.let()


class _Held:
    """Rows that are held until they are a batch."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._clear()

    def _clear(self) -> None:
        self._rows: list[list[str]] = []
        self._at: list[tuple[int, int, int, str]] = []
        self._odd: list[bool] = []
        self._bytes: list[bytes] = []
        self._units = 0
        self._bad: list[Bad] = []
        self._blank: list[int] = []

    def __len__(self) -> int:
        return len(self._rows) + len(self._bad) + len(self._blank)

    def take(self, row: int, cells: list[str], data: bytes, start: int, *, torn: bool) -> None:
        """Sort a row in; its bytes are kept to be counted, those of a torn one apart."""
        self._bytes.append(b"" if torn else data)
        self._units += self._counted() + 1 if torn else 0
        ends = (start, start + len(data.rstrip(b"\r\n")))
        span = ends if self._grid.spans else None
        if torn:
            self._bad.append(Bad(row, tuple(cells)[: self._grid.width], span, why="a quote that is never closed"))
        elif len(cells) != self._grid.width and not any(cell.strip() for cell in cells):
            self._blank.append(row)
        elif max(map(len, cells), default=0) > CELL:
            why = f"a cell of {max(map(len, cells))} characters"
            self._bad.append(Bad(row, tuple(cell[:60] for cell in cells), span, "too_large", why))
        elif (fit := fitted(cells, self._grid.width)) is None:
            self._bad.append(Bad(row, tuple(cells), span))
        else:
            text = "" if self._grid.spans else data.rstrip(b"\r\n").decode("utf-8", "replace")
            self._rows.append(fit)
            self._at.append((row, *ends, text))
            self._odd.append(any("\ufffd" in cell or "\0" in cell for cell in fit))

    def _counted(self) -> int:
        data, self._bytes = b"".join(self._bytes), []
        return counted(data, self._grid.delimiter.encode())

    def let(self) -> Taken:
        """Give what is held, and begin anew."""
        import pyarrow as pa

        columns = [pa.array(column, pa.string()) for column in zip(*self._rows, strict=True)]
        rows, starts, ends, texts = (
            (list(part) for part in zip(*self._at, strict=True)) if self._at else ([], [], [], [])
        )
        places = {"byte_start": pa.array(starts, pa.int64()), "byte_end": pa.array(ends, pa.int64())}
        source: dict[str, Any] = places if self._grid.spans else {"raw": pa.array(texts, pa.string())}
        flags = {"text_undecodable": pa.array(self._odd, pa.bool_())} if any(self._odd) else {}
        cells = Cells(columns, pa.array(rows, pa.int64()), source, flags)
        taken = Taken(cells, tuple(self._bad), tuple(self._blank), self._units + self._counted())
        self._clear()
        return taken


def counted(data: bytes, delimiter: bytes) -> int:
    """Count the line ends of a text that are not inside a quoted cell, without reading its rows."""
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    lines = plain.count(b"\n") + (bool(plain) and plain[-1:] != b"\n")
    if b'"' not in plain:
        return lines
    quoted = re.compile(rb"(?:(?<=[\n" + re.escape(delimiter) + rb'])|\A)"[^"]*(?:""[^"]*)*"(?!")')
    return lines - sum(match[0].count(b"\n") for match in quoted.finditer(plain))
