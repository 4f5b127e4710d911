"""How a delimited text is written: which sign parts its cells, seen in its first rows."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

DELIMITERS = (",", ";", "\t", "|")
SAMPLE = 200


@dataclass(frozen=True)
class Dialect:
    """The delimiter, and how sure the rows make it: how many rows of the same width there are, of how many."""

    delimiter: str
    width: int
    alike: int
    rows: int

    @property
    def plain(self) -> str:
        """Say it for people."""
        names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
        return f"{self.alike} of {self.rows} rows with {self.width} cells between {names[self.delimiter]}"


def split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """Part lines into cells as they would be read."""
    csv.field_size_limit(2**31 - 1)
    return list(csv.reader(lines, delimiter=delimiter))


def dialects(text: str) -> list[Dialect]:
    """Give the ways in which a text may be written, likeliest first; none where no row has two cells."""
    lines = list(islice(io.StringIO(text, newline=""), SAMPLE))
    if lines and lines[0].lower().startswith("sep=") and lines[0].strip()[4:] in DELIMITERS:
        stated = lines[0].strip("\r\n")[4:5]
        return [Dialect(stated, *_width(split(lines[1:], stated)))]
    found = [Dialect(sign, *_width(split(lines, sign))) for sign in DELIMITERS if sign in text]
    return sorted((d for d in found if d.width > 1), key=lambda d: (-d.alike * (d.width - 1), d.delimiter))


def _width(rows: list[list[str]]) -> tuple[int, int, int]:
    """Give the usual number of cells, how many rows have it, and how many rows there are."""
    widths = Counter(len(row) for row in rows if row)
    several = {width: count for width, count in widths.items() if width > 1}
    if not several:
        return 1, widths.total(), widths.total()
    width = max(several, key=lambda w: (several[w] * (w - 1), w))
    return width, several[width], widths.total()
