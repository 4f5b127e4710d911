"""Applying a mapping to rows of a table: columns of texts in, records and what is set aside out.

All readers of tables come here, whatever their tokens are from, so that the same cells always give the same records.

1. Blank rows, repeated headers and the mapping's own `aside` rows are set aside.
2. Each rule takes the rows that meet its conditions and gives a batch of records.
3. A row that no rule takes is told.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from .cells import Cells
from .header import Fit, folded
from .mapping import Condition, Rule
from .masks import matching, some
from .model import Aside, Finding, Part, Rows
from .values import Table, Writer

if TYPE_CHECKING:
    import pyarrow as pa


class Application:
    """A mapping at work on the rows of one table."""

    def __init__(self, table: Table) -> None:
        """Prepare the rules."""
        self._table = table
        self._writers = [Writer(rule, table) for rule in table.mapping.rules]

    def apply(self, cells: Cells) -> Iterator[Part]:
        """Give the records of rows, and what became of the others."""
        cells = yield from self._aside(cells)
        if not len(cells):
            return
        masks = [self._meets(cells, rule) for rule in self._table.mapping.rules]
        yield from self._records(cells, masks)
        if None not in masks:
            yield from self._left(cells, reduce(_or, masks))

    def aside_of(self, texts: Sequence[str]) -> str:
        """Give the reason for which a row that is too short or too long is set aside; empty where there is none."""
        import pyarrow as pa

        width = len(self._table.header)
        columns = [pa.array([text], pa.string()) for text in [*texts[:width], *[""] * (width - len(texts))]]
        parts = list(self._aside(Cells(columns, pa.array([0]))))
        return next((part.reason for part in parts if isinstance(part, Aside)), "")

    def _aside(self, cells: Cells) -> Generator[Part, None, Cells]:
        """Set aside rows that rightly give no record."""
        fit = self._table.fit
        tests: list[tuple[str, Callable[[Cells], Any]]] = [("blank", _blank), ("repeated header", self._is_header)]
        tests += [(rule.reason, partial(_all, fit, rule.when)) for rule in self._table.mapping.aside]
        for reason, test in tests:
            mask = test(cells)
            if mask is not None and some(mask):
                out, cells = cells.split(mask)
                yield Aside(reason, len(out), out.first)
        return cells

    def _is_header(self, cells: Cells) -> pa.BooleanArray | None:
        import pyarrow.compute as pc

        total = None
        for index in self._table.fit.places.values():
            mask = pc.fill_null(pc.equal(cells.columns[index], self._table.header[index]), False)
            total = mask if total is None else pc.and_(total, mask)
            if not some(total):
                return None
        return total

    def _meets(self, cells: Cells, rule: Rule) -> pa.BooleanArray | None:
        return _all(self._table.fit, rule.when, cells) if rule.when else None

    def _records(self, cells: Cells, masks: Sequence[pa.BooleanArray | None]) -> Iterator[Part]:
        counted: pa.BooleanArray | None = None
        every = False
        seen: dict[str, int] = {}
        for writer, mask in zip(self._writers, masks, strict=True):
            kind = writer.kind
            seen[kind] = seen.get(kind, 0) + 1
            own = cells if mask is None else cells.split(mask)[0]
            if not len(own):
                continue
            units = 0 if every else len(own) if counted is None else _new(mask, counted, len(cells))
            every = every or mask is None
            counted = mask if counted is None else _or(counted, mask)
            yield Rows(kind, writer.batch(own), units, seen[kind])

    def _left(self, cells: Cells, taken: pa.BooleanArray) -> Iterator[Part]:
        import pyarrow.compute as pc

        left, _ = cells.split(pc.invert(taken))
        if len(left):
            seen = " | ".join(left.texts(0))[:200]
            advice = "Add a rule for such rows, or set them aside by `aside`."
            yield Finding(
                "row_malformed",
                seen,
                "a row that a rule of the mapping takes",
                left.first,
                units=len(left),
                advice=advice,
            )


def _new(mask: pa.BooleanArray | None, counted: pa.BooleanArray, rows: int) -> int:
    """Count the rows that no earlier rule has taken."""
    import pyarrow.compute as pc

    fresh = pc.invert(counted) if mask is None else pc.and_not(mask, counted)
    return int(pc.sum(fresh).as_py() or 0)


def _or(one: pa.BooleanArray | None, other: pa.BooleanArray | None) -> Any:
    import pyarrow.compute as pc

    return other if one is None else one if other is None else pc.or_(one, other)


def _blank(cells: Cells) -> pa.BooleanArray | None:
    import pyarrow.compute as pc

    total = None
    for column in cells.columns:
        mask = pc.fill_null(pc.equal(pc.binary_length(pc.utf8_trim_whitespace(column)), 0), True)
        total = mask if total is None else pc.and_(total, mask)
        if not some(total):
            return None
    return total


def _all(fit: Fit, when: Sequence[Condition], cells: Cells) -> pa.BooleanArray:
    import pyarrow.compute as pc

    return reduce(pc.and_, [_meets(cells, fit, condition) for condition in when])


def _meets(cells: Cells, fit: Fit, condition: Condition) -> pa.BooleanArray:
    """Answer a condition for each row; a column that the table lacks is never filled."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if condition.key not in fit.places:
        return pa.repeat(pa.scalar(condition.filled is False or bool(condition.unless)), len(cells))
    column = cells.columns[fit.places[condition.key]]
    if condition.filled is not None:
        filled = matching(column, r"\S")
        return filled if condition.filled else pc.invert(filled)
    if condition.pattern:
        return matching(column, condition.pattern)
    texts = condition.texts or condition.unless
    coded = pc.dictionary_encode(pc.fill_null(column, ""))
    known = {folded(text) for text in texts}
    hit = pa.array([folded(text) in known for text in coded.dictionary.to_pylist()], pa.bool_()).take(coded.indices)
    return hit if condition.texts else pc.invert(hit)


__all__ = ["Application", "Table"]
