"""The rows of the tables of a page, as people see them, with the heading above and tables in cells apart.

A cell that spans columns is followed by empty ones; a cell that spans rows stands in each of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .markup import plain

COLUMNS = 1000
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "caption", "title"})
BREAKS = frozenset({"br", "p", "div", "li", "tr"})


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the number of its table, its number in it, the heading above, its cells; *head* where all are headers."""

    table: int
    number: int
    heading: str
    cells: tuple[str, ...]
    head: bool = False
    cut: bool = False

    @property
    def place(self) -> str:
        """Where the row is."""
        return f"table {self.table} row {self.number}"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the page, or an item of a list (*tag* is `li`)."""

    tag: str
    text: str


@dataclass(slots=True)
class _Table:
    number: int
    heading: str
    rows: int = 0
    spans: dict[int, tuple[int, str]] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    cells: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    inside: bool = False
    header: bool = False
    heads: int = 0
    own: int = 0
    across: int = 1
    down: int = 1
    cut: bool = False


class TableHearer:
    """Hears rows, headings and, if *items* are wanted, the items of lists that lie in no table."""

    def __init__(self, *, items: bool = False) -> None:
        self.out: list[Row | Heading] = []
        self.rows = 0
        self._tags = HEADINGS | ({"li"} if items else set())
        self._tables: list[_Table] = []
        self._open: list[_Open | None] = []
        self._count = 0
        self._heading = ""
        self._said: list[tuple[str, list[str]]] = []

    def begin(self, tag: str, attributes: dict[str, str]) -> None:
        """Hear an element begin."""
        if tag == "table":
            self._count += 1
            self._tables.append(_Table(self._count, self._heading))
            self._open.append(None)
        elif tag == "tr" and self._tables:
            if row := self._row():
                self._ended(row)
            self.rows += 1
            self._tables[-1].rows += 1
            self._open[-1] = _Open()
        elif tag in ("td", "th") and (row := self._row()):
            row.inside, row.header, row.text = True, tag == "th", []
            row.across, row.down = _span(attributes, "colspan"), _span(attributes, "rowspan")
        elif tag in self._tags and not self._row():
            self._said.append((tag, []))
        elif tag in BREAKS:
            self.text("\n")

    def end(self, tag: str) -> None:
        """Hear an element end."""
        if tag == "table" and self._tables:
            if row := self._row():
                self._ended(row)
            self._tables.pop()
            self._open.pop()
        elif tag in ("td", "th") and (row := self._row()):
            self._cell(row)
        elif tag == "tr" and self._tables and (row := self._row()):
            self._ended(row)
        elif tag in self._tags and self._said and self._said[-1][0] == tag:
            self._say(*self._said.pop())

    def text(self, text: str) -> None:
        """Hear text."""
        row = self._row()
        if row and row.inside:
            row.text.append(text)
        elif self._said:
            self._said[-1][1].append(text)

    def _row(self) -> _Open | None:
        return self._open[-1] if self._open else None

    def _say(self, tag: str, found: list[str]) -> None:
        text = plain("".join(found))
        if text and tag != "li":
            self._heading = text[:200]
            if self._tables:
                self._tables[-1].heading = self._heading
        if text:
            self.out.append(Heading(tag, text))

    def _cell(self, row: _Open) -> None:
        table = self._tables[-1]
        self._fill(table, row)
        text = plain("".join(row.text))
        row.heads += row.header
        row.own += 1
        for n in range(row.across):
            if len(row.cells) >= COLUMNS:
                row.cut = True
                break
            if row.down > 1:
                table.spans[len(row.cells)] = (row.down - 1, text if n == 0 else "")
            row.cells.append(text if n == 0 else "")
        row.inside = False

    def _fill(self, table: _Table, row: _Open) -> None:
        """Put in the cells of rows above that reach down to here."""
        while (found := table.spans.get(len(row.cells))) and len(row.cells) < COLUMNS:
            left, text = found
            if left > 1:
                table.spans[len(row.cells)] = (left - 1, text)
            else:
                del table.spans[len(row.cells)]
            row.cells.append(text)

    def _ended(self, row: _Open) -> None:
        table = self._tables[-1]
        if row.inside:
            self._cell(row)
        self._fill(table, row)
        head = bool(row.own) and row.heads == row.own and row.own > 1
        self.out.append(Row(table.number, table.rows, table.heading, tuple(row.cells), head, row.cut))
        self._open[-1] = None


def _span(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "1").strip()
    return max(1, min(int(text), COLUMNS)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
