"""The lists of a JSON document as tables, each read by the mapping that fits the names in it.

A document's own fields are one row more, after its lists. A list under an object is found too. What no mapping fits is
told with the names that were seen and a mapping to start from.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from io import BytesIO
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from .applying import Application, Table
from .cells import Cells
from .flattening import MOST, Flattening, Mend, alike
from .joining import join_filled
from .jsonlist import Broken, Element, lines, walk
from .mapping import TableMapping
from .model import Aside, Finding, Given, Part, Rows, Seen
from .source import Source
from .table import Choice, candidates, settle

if TYPE_CHECKING:
    import pyarrow as pa

BATCH = 8192
HELD = 32 * 1024 * 1024  # signs of original text in one batch
PROPOSED = 10_000  # elements whose names a proposal looks at
DEEPEST = 200  # values in each other
SHALLOW = 4  # objects a list may lie in
FIELDS = "fields of the document"


class Unit(NamedTuple):
    """One element: the list it is of, its place, value, bytes and original text."""

    key: str
    place: str
    value: Any
    span: tuple[int, int] | None
    raw: str


class Every:
    """Holds every name: all lists of a document are streamed."""

    def __contains__(self, name: object) -> bool:
        """Say yes."""
        return True

    def __iter__(self) -> Iterator[str]:
        """Have no names to give."""
        return iter(())

    def __len__(self) -> int:
        """Count none."""
        return 0


def is_lines(head: bytes) -> bool:
    """Tell whether bytes are values one a line: the first line is a whole value and the second begins one."""
    first, _, rest = head.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    if not rest.strip().startswith((b"{", b"[")) or not first.strip().startswith((b"{", b"[")):
        return False
    try:
        json.JSONDecoder(parse_int=str).decode(first.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return True


def units(source: Source) -> Iterator[Unit | Broken]:
    """Yield the elements of the lists of a document, and last its own fields as one."""
    with source.opened() as stream:
        yield from _units(stream, is_lines(source.head))


def _units(stream: Any, by_line: bool) -> Iterator[Unit | Broken]:
    if by_line:
        for part in map(sound, lines(stream)):
            yield (
                part
                if isinstance(part, Broken)
                else Unit("", f"line {part.index + 1}", part.value, part.span, part.raw)
            )
        return
    fields: dict[str, Any] = {}
    for part in map(sound, walk(stream, Every())):
        if isinstance(part, Broken):
            yield part
        elif part.index >= 0:
            yield Unit(part.key, part.place, part.value, part.span, part.raw)
        else:
            yield from _member(part, fields)
    if fields:
        yield Unit(FIELDS, "", fields, None, json.dumps(fields, ensure_ascii=False))


def sound(part: Element | Broken) -> Element | Broken:
    """Give an element whose texts can all be stored and that is not nested beyond what is walked; or say that it is."""
    if isinstance(part, Broken):
        return part
    key = part.key if part.key.isascii() else _storable(part.key)
    if len(part.raw) > DEEPEST and part.raw.count("[") + part.raw.count("{") > DEEPEST and _deep(part.value):
        return Broken(
            "too_deep", f"an element with more than {DEEPEST} values in each other", part.span[0], inside=True
        )
    if "\\ud" in part.raw or "\\uD" in part.raw:
        return Element(key, part.index, _whole(part.value), part.span, part.raw)
    return part if key == part.key else Element(key, part.index, part.value, part.span, part.raw)


def _deep(value: Any) -> bool:
    todo = [(value, 1)]
    while todo:
        inner, depth = todo.pop()
        if depth > DEEPEST:
            return True
        if isinstance(inner, dict | list):
            todo.extend((child, depth + 1) for child in (inner.values() if isinstance(inner, dict) else inner))
    return False


def _whole(value: Any) -> Any:
    """Give a value in which halves of signs are replaced."""
    if isinstance(value, str):
        return _storable(value)
    if isinstance(value, list):
        return [_whole(inner) for inner in value]
    return {_storable(name): _whole(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _member(part: Element, fields: dict[str, Any]) -> Iterator[Unit]:
    """Yield the elements of the lists in a member; what is left of it goes to the document's own fields."""
    left = yield from _lists(part.value, part.key, 1)
    if left is not None:
        fields[part.key] = left


def _lists(value: Any, key: str, depth: int) -> Generator[Unit, None, Any]:
    """Yield the elements of lists of objects; give back what is left of the value."""
    if isinstance(value, list) and value and all(isinstance(inner, dict) for inner in value):
        for index, inner in enumerate(value):
            yield Unit(key, f"/{key}/{index}", inner, None, json.dumps(inner, ensure_ascii=False))
        return None
    if isinstance(value, dict) and depth < SHALLOW:
        left: dict[str, Any] = {}
        for name, inner in value.items():
            kept = yield from _lists(inner, f"{key}/{name}", depth + 1)
            if kept is not None:
                left[name] = kept
        return left or None
    return value


@dataclass(frozen=True)
class Batch:
    """Elements of one list: the row of the first, how many, its original text, their cells by names, what was odd."""

    key: str
    first: int
    count: int
    raw: str
    cells: Callable[[list[str]], Cells]
    flags: dict[int, list[str]] = field(default_factory=dict)


@dataclass
class Reading:
    """One document being read into records.

    *mend* mends texts, *above* is what the document says for all its lists, *aside* names lists that give no records.
    """

    given: Given
    mend: Mend | None = None
    above: dict[str, str] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)
    row: int = 0
    held: list[tuple[int, Unit]] = field(default_factory=list)
    size: int = 0
    settled: dict[str, Choice] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    lists: int = 0

    def read(self, found: Iterator[Unit | Broken]) -> Iterator[Part]:
        """Yield the records of all units, findings, and how many units there were."""
        for unit in found:
            yield from self.take(unit)
        yield from self.flush()
        yield Seen(self.row, "element")

    def take(self, unit: Unit | Broken) -> Iterable[Part]:
        """Take a unit; give what is complete by it."""
        if isinstance(unit, Broken):
            return chain(self.flush(), self._broken(unit))
        done: Iterable[Part] = ()
        if self.held and (self.held[0][1].key != unit.key or len(self.held) >= BATCH or self.size > HELD):
            done = self.flush()
        self.row += 1
        self.size += len(unit.raw)
        self.held.append((self.row, unit))
        return done

    def flush(self) -> Iterable[Part]:
        """Give the records of the units that are held: all of one list."""
        held, self.held, self.size = self.held, [], 0
        return self._flushed(held) if held else ()

    def _broken(self, unit: Broken) -> Iterator[Part]:
        self.row += unit.inside
        span = (unit.at, unit.at)
        yield Finding(unit.code, unit.found, "JSON to its end", self.row, span=span, units=int(unit.inside))

    def _flushed(self, held: list[tuple[int, Unit]]) -> Iterator[Part]:
        key, first = held[0][1].key, held[0][0]
        if key in self.aside:
            self.lists += 1
            yield Aside(self.aside[key], len(held), first, held[0][1].raw[:2000])
            return
        raw, columns = held[0][1].raw, alike([unit.value for _, unit in held], self.mend)
        if columns is not None and len(columns) <= MOST:
            quick = Batch(key, first, len(held), raw, lambda names: _joined(names, columns, held))
            yield from self.apply(list(columns), quick)
            return
        rows, flags = self._rows(held)
        yield from self.apply(_header(rows), Batch(key, first, len(held), raw, lambda n: _cells(n, rows, held), flags))

    def apply(self, header: list[str], batch: Batch) -> Iterator[Part]:
        """Yield the records of a batch of elements of one list; the mapping is settled by the first of the list."""
        key, first = batch.key, batch.first
        choice = self.settled.get(key)
        if choice is None:
            choice = self.settled[key] = settle([header], self.given, first=first)
            self.lists += 1
            if choice.mapping is None and key == FIELDS and self.lists > 1:
                yield Aside(FIELDS, batch.count, first, batch.raw[:2000])
                return
            yield from _told(choice, key, batch.count)
        elif choice.mapping is None:
            expected = "names that a mapping fits"
            yield Finding("layout_unknown", ", ".join(header)[:400], expected, first, f"/{key}", units=batch.count)
        if choice.mapping is not None:
            yield from self._applied(choice.mapping, header, batch)

    def _rows(self, held: list[tuple[int, Unit]]) -> tuple[list[dict[str, str]], dict[int, list[str]]]:
        rows, flags = [], {}
        flat = Flattening(asked_for(self.given), self.mend)
        for row, unit in held:
            rows.append(flat.row(unit.value))
            if flat.flags:
                flags[row] = flat.flags
        return rows, flags

    def _applied(self, mapping: TableMapping, header: list[str], batch: Batch) -> Iterator[Part]:
        """Apply the mapping; a name that no element of this batch has is an empty column."""
        header = header + [column.names[0] for column in mapping.fit(header).missing]
        fit = mapping.fit(header)
        above = {
            label.name: self.above[name] for label in mapping.preamble for name in label.after if name in self.above
        }
        table = Table(mapping, fit, tuple(header), self.given, above)
        yield from self._unknown(mapping, fit.unknown, batch)
        for part in Application(table).apply(batch.cells(header)):
            yield _flagged(part, batch.flags) if isinstance(part, Rows) and batch.flags else part

    def _unknown(self, mapping: TableMapping, names: tuple[str, ...], batch: Batch) -> Iterator[Finding]:
        """Tell names that the mapping does not know and that no earlier batch of the list had."""
        key = batch.key
        told = self.told.setdefault(key, set(self.settled[key].fit.unknown))
        if fresh := [name for name in names if name not in told]:
            told.update(fresh)
            found, expected = ", ".join(fresh)[:400], f"the columns of {mapping.stamp}"
            yield Finding("columns_unknown", found, expected, batch.first, f"/{key}")


@lru_cache(maxsize=8)
def _asked(mappings: tuple[TableMapping, ...]) -> tuple[str, ...]:
    names = {name for m in mappings for column in m.columns for name in column.names}
    return tuple(sorted(name for name in names if any(part.isdigit() for part in name.split("/")[1:])))


def asked_for(given: Given) -> tuple[str, ...]:
    """Give the pointers into lists that mappings ask for."""
    return _asked(tuple(candidates(given)))


def providers(source: Source, given: Given, data: bytes | None = None) -> dict[str, str]:
    """Say which lists at the head of a document a mapping fits: the list, and the mapping's provider."""
    head = source.head if data is None else data
    headers = _headers(head, is_lines(source.head), asked_for(given))
    chosen = {key: settle([list(header)], given) for key, header in headers.items()}
    return {key: choice.mapping.provider for key, choice in chosen.items() if choice.mapping}


@lru_cache(maxsize=4)
def _headers(head: bytes, by_line: bool, asked: tuple[str, ...]) -> dict[str, list[str]]:
    """Give the names in each list at the head of a document, which several readers ask for."""
    flat = Flattening(asked)
    rows: dict[str, list[dict[str, str]]] = {}
    for count, unit in enumerate(_units(BytesIO(head), by_line)):
        if isinstance(unit, Broken) or count > 500:
            break
        rows.setdefault(unit.key, []).append(flat.row(unit.value))
    return {key: _header(found) for key, found in rows.items()}


def largest(source: Source, given: Given) -> tuple[list[str], Iterator[Cells]] | None:
    """Give the names and cells of the list that has the most elements at the head of a document, to propose a mapping."""
    flat = Flattening()
    counts: dict[str, int] = {}
    names: dict[str, dict[str, None]] = {}
    for unit in units(source):
        if isinstance(unit, Unit) and sum(counts.values()) < PROPOSED:
            counts[unit.key] = counts.get(unit.key, 0) + 1
            if len(found := names.setdefault(unit.key, {})) < MOST:
                found.update(dict.fromkeys(flat.row(unit.value)))
    if not counts:
        return None
    key = max(counts, key=lambda name: (counts[name], name != FIELDS))
    header = list(names[key])[:MOST]
    return header, _all_cells(source, key, header)


def _all_cells(source: Source, key: str, header: list[str]) -> Iterator[Cells]:
    flat = Flattening()
    held: list[tuple[int, Unit]] = []
    for row, unit in enumerate(units(source), 1):
        if isinstance(unit, Unit) and unit.key == key:
            held.append((row, unit))
        if len(held) >= BATCH:
            yield _cells(header, [flat.row(unit.value) for _, unit in held], held)
            held = []
    if held:
        yield _cells(header, [flat.row(unit.value) for _, unit in held], held)


def _header(rows: list[dict[str, str]]) -> list[str]:
    names: dict[str, None] = {}
    for row in rows:
        if len(names) < MOST:
            names.update(dict.fromkeys(row))
    return list(names)[:MOST]


def _cells(header: list[str], rows: list[dict[str, str]], held: list[tuple[int, Unit]]) -> Cells:
    return _joined(header, {name: [row.get(name) for row in rows] for name in header}, held)


def _joined(header: list[str], found: dict[str, list[Any]], held: list[tuple[int, Unit]]) -> Cells:
    """Make cells of columns of texts; a name without a column is empty."""
    import pyarrow as pa

    columns = [
        pa.array(found[name], pa.string()) if name in found else pa.nulls(len(held), pa.string()) for name in header
    ]
    source = {
        "place": pa.array([unit.place for _, unit in held], pa.string()),
        "raw": pa.array([_storable(unit.raw) for _, unit in held], pa.string()),
        "byte_start": pa.array([unit.span[0] if unit.span else None for _, unit in held], pa.int64()),
        "byte_end": pa.array([unit.span[1] if unit.span else None for _, unit in held], pa.int64()),
    }
    return Cells(columns, pa.array([row for row, _ in held], pa.int64()), source)


def _storable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _flagged(part: Rows, flags: dict[int, list[str]]) -> Rows:
    """Add what was odd about elements to the flags of their records."""
    import pyarrow as pa
    import pyarrow.compute as pc

    names = part.batch.schema.names
    more = pa.array([" ".join(flags.get(row, ())) or None for row in part.batch.column("row").to_pylist()], pa.string())
    now: pa.Array = (
        part.batch.column("flags").cast(pa.string()) if "flags" in names else pa.nulls(len(more), pa.string())
    )
    joined = join_filled([now, more])
    joined = pc.if_else(pc.equal(joined, ""), pa.scalar(None, pa.string()), joined)
    arrays = {name: part.batch.column(name) for name in names} | {"flags": joined}
    batch = pa.RecordBatch.from_arrays(list(arrays.values()), names=list(arrays))
    return Rows(part.kind, batch, part.units, part.nth)


def _told(choice: Choice, key: str, count: int) -> Iterator[Finding]:
    """Give the findings of a choice their place; the first says how many units an unknown layout leaves out."""
    for finding in choice.findings:
        units, count = (0 if choice.mapping else count), 0
        yield replace(finding, place=finding.place or f"/{key}", units=units)
