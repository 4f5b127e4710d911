"""Cells out of delimited text: the quick and the careful way give the same, and both what `csv` gives."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builders.tables import both, plainly
from builders.trials import tries
from comity.returns.tape import Tape
from comity.returns.tokens import CELL, Grid, careful, counted

CELLS = st.text(alphabet=st.sampled_from('ab1 ,;"\n\r\t=é漢'), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=8)
LINES = st.text(alphabet=st.sampled_from('a1,"\n\r é\x00\x1f'), min_size=1, max_size=40)


@settings(deadline=None, max_examples=tries(400))
@given(LINES)
@example('a,b\n"x,",y\n')
@example('5" x,"b,"\n')
@example('"a""b",c\n')
@example("a,b,\r\n,,\r\n\r\n")
@example('"a\nb",c')
@example('a,"b')
@example("\ufffd,b\n")
def test_what_is_taken_quickly_is_taken_the_same_with_care(text: str) -> None:
    """Whatever a text is made of: where the quick way takes it at all, cells, numbers, places and units are equal."""
    fast, slow = both(text.encode(), 2)
    if fast is not None:
        assert plainly(fast) == plainly(slow)


@settings(deadline=None)
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_rows_are_those_of_the_csv_module(rows: list[list[str]], delimiter: str, ending: str) -> None:
    """Every row that `csv` reads and that has the right width is taken, at the bytes where it stands."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ending).writerows(rows)
    data = out.getvalue().encode()
    read = list(csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=delimiter))
    wanted = [
        row[:3] for row in read if len(row) >= 3 and any(c.strip() for c in row) and not any(c.strip() for c in row[3:])
    ]
    for taken in both(data, 3, delimiter):
        if taken is None:
            continue
        found = [list(row) for row in zip(*(c.to_pylist() for c in taken.cells.columns), strict=True)]
        assert [row for row in found if any(c.strip() for c in row)] == wanted
        spans = zip(*(taken.cells.source[n].to_pylist() for n in ("byte_start", "byte_end")), strict=True)
        for row, (start, end) in zip(found, spans, strict=True):
            again = next(csv.reader(io.StringIO(data[start:end].decode(), newline=""), delimiter=delimiter))
            assert again[:3] == row
        assert taken.units == len(taken.cells) + len(taken.bad) + len(taken.blank)


def test_plain_blocks_take_the_quick_way() -> None:
    """The usual files do not fall to the slow way: without quotes, with quotes around cells, with CRLF, with blank lines."""
    for data in (
        b"a,b\nc,d\n",
        b'"a","b, c"\nd,"e"\n',
        b"a,b\r\nc,d\r\n",
        b"a,b\n\nc,d\n",
        b"a,b\nc\nd,e",
        "é,漢\n".encode(),
    ):
        fast, _ = both(data, 2)
        assert fast is not None


@pytest.mark.parametrize(
    "data",
    [
        b'"a\nb",c\n',
        b'a"b,c\n',
        b'"a""b",c\n',
        b"a\0,b\n",
        b"\xff,b\n",
        b"a,b\rc,d\n",
        b"a,b,\n",
        b'"a,b\n',
        b"a,b\r\nc,d\n",
    ],
)
def test_what_is_not_plain_takes_the_careful_way(data: bytes) -> None:
    """Quotes inside cells, line ends inside cells, mixed line ends, zeros and bytes that are no text are left to care."""
    assert both(data, 2)[0] is None


def test_a_quote_that_is_never_closed_costs_one_row() -> None:
    """Only the line with the quote is malformed; what follows is read."""
    _, slow = both(b'a,b\n"c,d\ne,f\ng,h\n', 2)
    assert [bad.row for bad in slow.bad] == [2]
    assert slow.cells.columns[0].to_pylist() == ["a", "e", "g"]
    assert slow.units == 4


def test_a_cell_of_a_million_characters_is_taken_and_one_more_is_not() -> None:
    """The limit of a cell is told as a finding; both ways agree."""
    data = b"x" * CELL + b",b\n" + b"y" * (CELL + 1) + b",d\ne,f\n"
    fast, slow = both(data, 2)
    assert fast is None
    assert slow.cells.columns[1].to_pylist() == ["b", "f"]
    assert [(bad.row, bad.code) for bad in slow.bad] == [(2, "too_large")]


def test_a_row_may_run_over_blocks() -> None:
    """A cell with line ends is whole, wherever blocks end."""
    data = b'a,"b\nb\nb"\nc,d\n'
    for size in range(1, len(data) + 1):
        tape = Tape([data], 0, size)
        found: list[str] = []
        number = 1
        while (block := tape.block()) is not None:
            for taken in careful(tape, block, Grid(",", 2), number):
                number += len(taken.cells)
                found += taken.cells.columns[1].to_pylist() if len(taken.cells) else []
        assert found == ["b\nb\nb", "d"]


@pytest.mark.parametrize(
    ("data", "units"),
    [
        (b"", 0),
        (b"a", 1),
        (b"a\n", 1),
        (b"a\r\nb", 2),
        (b"a\rb\r", 2),
        (b'"a\nb",c\n', 1),
        (b'"a""\nb"\nc', 2),
        (b'x"\n"\n', 2),
        (b'"\n""', 2),
    ],
)
def test_units_are_line_ends_outside_quoted_cells(data: bytes, units: int) -> None:
    """Units are counted by line ends alone."""
    assert counted(data, b",") == units
