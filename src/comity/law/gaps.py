"""The gaps of a country's law, ranked for those who draft it: what is needed to comply first, what is surest first."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from comity.kernel.text import defused

from .convention import Article, Force, Level
from .matrix import Cell, Matrix, Row, Says, State

_LEVELS = (Level.MUST, Level.SHOULD, Level.MAY)
_STATES = (State.GAP, State.PARTLY, State.TO_CONFIRM, State.UNKNOWN)
_SAYS = (Says.DRAFTER, Says.PROFILE, Says.NOBODY)
_FORCES = tuple(Force)
_HEADING = (
    "rank", "article", "title", "paragraph", "duty", "state", "says", "by", "date", "lead", "question", "why", "source",
    "may be reserved", "id",
)  # fmt: skip


@dataclass(frozen=True)
class Gap:
    """A question that is not answered as met, its place in the ranking, and what the article lets a party leave out."""

    rank: int
    article: Article
    cell: Cell
    may_reserve: tuple[str, ...]

    @property
    def duty(self) -> str:
        """Tell whether the article binds and whether this question is needed to comply."""
        return f"{self.article.force.value.replace('_', ' ')}, {self.cell.question.level}"


def gaps(matrix: Matrix, *, unknown: bool = True) -> tuple[Gap, ...]:
    """Rank the questions that are not met: by level, then state, then who says so, then force and number of the article.

    With *unknown* false, questions on which nobody has said anything are left out.
    """
    found = [(row, cell) for row in matrix.rows for cell in row.cells if cell.state in _STATES]
    found = [(row, cell) for row, cell in found if unknown or cell.says is not Says.NOBODY]
    found.sort(key=lambda pair: _order(*pair))
    return tuple(Gap(rank, row.article, cell, _reservable(row, cell)) for rank, (row, cell) in enumerate(found, 1))


def table(found: tuple[Gap, ...]) -> str:
    """Give the gaps as CSV with a heading; a cell that a spreadsheet would run as a formula is defused."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(_HEADING)
    for gap in found:
        writer.writerow([defused(value) for value in _record(gap)])
    return target.getvalue()


def _order(row: Row, cell: Cell) -> tuple[int, ...]:
    return (
        _LEVELS.index(cell.question.level),
        _STATES.index(cell.state),
        _SAYS.index(cell.says),
        _FORCES.index(row.article.force),
        row.article.number,
        row.cells.index(cell),
    )


def _reservable(row: Row, cell: Cell) -> tuple[str, ...]:
    options = [f"{one.para}: {one.text}" for one in row.article.options]
    own = [f"{one.kind} of this country: {one.text}" for one in row.statements]
    return (*options, *row.article.reservations, *own)


def _record(gap: Gap) -> Iterator[str]:
    cell = gap.cell
    yield from (str(gap.rank), str(gap.article.number), gap.article.title, cell.question.para, gap.duty, cell.state)
    yield from (cell.says, cell.by, str(cell.on or ""), "lead" if cell.lead else "", cell.question.question, cell.why)
    yield from (cell.source, " | ".join(gap.may_reserve), cell.question.id)
