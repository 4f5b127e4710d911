"""Tables of a page, each read by the mapping that its header fits; nothing in the page is fetched or run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ..applying import Application, Table
from ..cells import Cells
from ..markup import Page, looks_like_page
from ..model import Aside, Finding, Given, Part, Seen, Verdict
from ..pageoddities import oddities
from ..pagetables import Row, TableHearer
from ..reader import Reader
from ..schema import kinds
from ..source import Source
from ..table import Choice, settle

BATCH = 4096


def check(source: Source, given: Given) -> Verdict:
    """Look for a page, and a table in it."""
    if not looks_like_page(source.head):
        return Verdict(0, "")
    return Verdict(2, "a page with a table") if b"<table" in source.head.lower() else Verdict(1, "a page")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the rows of each table that a mapping fits; the others are told."""
    page, hearer = Page(source), TableHearer()
    reading = _Reading(given)
    for part in page.heard(hearer):
        if isinstance(part, Row):
            yield from reading.take(part)
    yield from reading.flush()
    if not reading.row:
        expected = "a table, or a layout that a reader knows"
        yield Finding("layout_unknown", "a page without tables", expected, 1, units=1)
    yield from oddities(page)
    yield Seen(max(hearer.rows, 1), "row")


class _Reading:
    """Gathers the rows of one table after the other."""

    def __init__(self, given: Given) -> None:
        self._given = given
        self._tables: dict[int, Choice] = {}
        self._held: list[tuple[int, Row]] = []
        self.row = 0

    def take(self, row: Row) -> Iterator[Part]:
        """Take a row: the first of a table that has text is its header."""
        self.row += 1
        if self._held and (self._held[0][1].table != row.table or len(self._held) >= BATCH):
            yield from self.flush()
        if not any(row.cells):
            yield Aside("blank row", 1, self.row)
        elif (choice := self._tables.get(row.table)) is None:
            yield from self._begin(row)
        elif choice.mapping is None:
            raw = " | ".join(row.cells)[:200]
            yield Finding("layout_unknown", raw, "a table that a mapping knows", self.row, row.place, units=1)
        elif row.cells == choice.header:
            yield Aside("repeated header", 1, self.row)
        elif len(row.cells) != len(choice.header) or row.cut:
            found, expected = f"{len(row.cells)} cells", f"{len(choice.header)} as in the header"
            yield Finding("row_malformed", found, expected, self.row, row.place, units=1)
        else:
            self._held.append((self.row, row))

    def _begin(self, row: Row) -> Iterator[Part]:
        choice = settle([row.cells], self._given, first=self.row)
        if choice.mapping is None and not row.head and len([cell for cell in row.cells if cell]) < 2:
            yield Aside("above the header", 1, self.row, " | ".join(row.cells)[:500])
            return
        self._tables[row.table] = choice
        yield Aside("header", 1, self.row, " | ".join(row.cells)[:2000])
        yield from choice.findings

    def flush(self) -> Iterator[Part]:
        """Yield the records of the rows that are held."""
        held, self._held = self._held, []
        if not held:
            return
        choice = self._tables[held[0][1].table]
        assert choice.mapping is not None, "only rows of known tables are held"
        table = Table(choice.mapping, choice.fit, choice.header, self._given, {})
        yield from Application(table).apply(_cells(held))


def _cells(held: list[tuple[int, Row]]) -> Cells:
    import pyarrow as pa

    columns = [pa.array(column, pa.string()) for column in zip(*(row.cells for _, row in held), strict=True)]
    source = {
        "place": pa.array([row.place for _, row in held], pa.string()),
        "raw": pa.array([" | ".join(row.cells) for _, row in held], pa.string()),
    }
    return Cells(columns, pa.array([number for number, _ in held], pa.int64()), source)


def table(source: Source, given: Given) -> tuple[Sequence[str], Iterable[Cells]] | None:
    """Give the header and cells of the largest table of a page, to propose a mapping for it."""
    counts = Counter(row.table for row in _rows(source))
    if not counts:
        return None
    number = max(counts, key=lambda table: (counts[table], -table))
    rows = [row for row in _rows(source) if row.table == number and len([cell for cell in row.cells if cell]) > 1]
    header = rows[0].cells if rows else ()
    held = [(row.number, row) for row in rows[1:] if len(row.cells) == len(header)]
    return (header, [_cells(held)]) if held else None


def _rows(source: Source) -> Iterator[Row]:
    return (part for part in Page(source).heard(TableHearer()) if isinstance(part, Row))


READER = Reader("html", 1, "Tables of a page through mappings", tuple(kinds()), check, read)
