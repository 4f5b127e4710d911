"""Delimited text in sections: a legend, a line of `=`, a header, rows; and again. Each row with its bytes.

Rows are gathered a section at a time, in batches. A line of `=` ends a section; so does the legend of the next.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST = 16 * 1024 * 1024  # bytes of one row


@dataclass(frozen=True, slots=True)
class Line:
    """A row of cells, its number, its bytes and its text."""

    number: int
    cells: tuple[str, ...]
    span: tuple[int, int]
    raw: str

    @property
    def rule(self) -> bool:
        """Tell a line of `=`."""
        return any(len(cell) > 2 and not cell.strip("= ") for cell in self.cells)

    @property
    def blank(self) -> bool:
        """Tell a line without text."""
        return not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Cut:
    """Where the text cannot be read further, and why."""

    code: str
    found: str
    number: int
    at: int


class _Feed:
    """Gives lines to the parser of rows, and knows which bytes it has given."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.at = 0
        self.text: list[str] = []
        self.size = 0

    def __iter__(self) -> Iterator[str]:
        first = True
        while data := self._stream.readline(MOST):
            self.at += len(data)
            self.size += len(data)
            if self.size > MOST:
                raise csv.Error(f"a row of more than {MOST} bytes")
            text = data.decode("utf-8-sig" if first else "utf-8", "replace")
            first = False
            self.text.append(text)
            yield text


def lines(stream: BinaryIO) -> Iterator[Line | Cut]:
    """Yield the rows of comma-separated text."""
    csv.field_size_limit(MOST)
    feed = _Feed(stream)
    reader = csv.reader(feed)
    number, start = 0, 0
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as e:
            yield Cut("too_large" if "bytes" in str(e) or "limit" in str(e) else "damaged", str(e), number + 1, start)
            return
        if cells is None:
            return
        number += 1
        yield Line(number, tuple(cells), (start, feed.at), "".join(feed.text).rstrip("\r\n"))
        start, feed.size = feed.at, 0
        feed.text.clear()
