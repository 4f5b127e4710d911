"""The rows of a delimited text behind its header: blocks are read ahead by threads, and their parts given in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from .applying import Application
from .cells import Cells
from .model import Aside, Finding, Part
from .tape import LONGEST, Block, Tape
from .tokens import Bad, Grid, Taken, careful, quick

WORKERS = min(4, os.cpu_count() or 1)
# After a block that was not plain, so many are read with care before the quick way is tried again.
PATIENCE = 4

Quick = tuple[Taken, list[Part]] | None


class Body:
    """Reads rows; *units* counts them apart."""

    def __init__(self, tape: Tape, grid: Grid, application: Application, first: int, *, ahead: bool = True) -> None:
        """Read from *tape*, whose first row has the number *first*; without *ahead* every block is read with care."""
        self._tape = tape
        self._grid = grid
        self._application = application
        self._next = first
        self._patience = 0 if ahead else -1
        self.units = 0

    def parts(self) -> Iterator[Part]:
        """Give what each row gives, in order."""
        with ThreadPoolExecutor(WORKERS) as pool:
            pending: deque[tuple[Block, Future[Quick]]] = deque()
            while self._fill(pool, pending):
                block, future = pending.popleft()
                done = future.result()
                if done is not None:
                    self._count(done[0].units)
                    yield from done[1]
                    continue
                self._tape.back(b"".join(later.data for later, _ in pending))
                pending.clear()
                if block.cut:
                    yield self._oversized(block)
                    continue
                self._patience = self._patience - 1 if self._patience > 0 else PATIENCE if self._patience == 0 else -1
                yield from self._with_care(block)

    def _fill(self, pool: ThreadPoolExecutor, pending: deque[tuple[Block, Future[Quick]]]) -> bool:
        """Keep the threads busy; false at the end."""
        while len(pending) < WORKERS + 1 and (block := self._tape.block()) is not None:
            first = self._next + sum(earlier.lines for earlier, _ in pending)
            pending.append((block, pool.submit(self._quick, block, first)))
            if self._patience:
                break
        return bool(pending)

    def _quick(self, block: Block, first: int) -> Quick:
        if self._patience:
            return None
        taken = quick(block, self._grid, first)
        return None if taken is None else (taken, list(self._told(taken)))

    def _oversized(self, block: Block) -> Finding:
        """Pass over a line that is longer than any row."""
        start, length, rest = block.start, len(block.data), self._tape.block() if block.cut else None
        while rest is not None:
            end = min((at for at in (rest.data.find(b"\n"), rest.data.find(b"\r")) if at >= 0), default=-1) + 1
            if end or not rest.cut:
                self._tape.back(rest.data[end or len(rest.data) :])
                length += end or len(rest.data)
                break
            length += len(rest.data)
            rest = self._tape.block()
        self._count(1)
        span = (start, start + length) if self._grid.spans else None
        return Finding(
            "too_large", f"a line of {length} bytes", f"at most {LONGEST}", self._next - 1, span=span, units=1
        )

    def _with_care(self, block: Block) -> Iterator[Part]:
        for taken in careful(self._tape, block, self._grid, self._next):
            yield from self._told(taken)
            self.units += taken.units
            self._next += len(taken.cells) + len(taken.bad) + len(taken.blank)

    def _count(self, units: int) -> None:
        self.units += units
        self._next += units

    def _told(self, taken: Taken) -> Iterator[Part]:
        """Give the records of rows, and what became of those that are none."""
        if taken.blank:
            yield Aside("blank", len(taken.blank), taken.blank[0])
        if len(taken.cells):
            yield from self._application.apply(taken.cells)
        yield from (part for bad in taken.bad for part in self._malformed(bad))

    def _malformed(self, bad: Bad) -> Iterator[Part]:
        """Set a row aside where a rule of the mapping knows it, such as one of totals; else tell it."""
        if bad.code == "row_malformed" and not bad.why and (reason := self._application.aside_of(bad.cells)):
            yield Aside(reason, 1, bad.row, " | ".join(bad.cells)[:500])
            return
        found = bad.why or f"{len(bad.cells)} cells: {' | '.join(bad.cells)[:300]}"
        yield Finding(bad.code, found, f"{self._grid.width} cells", bad.row, span=bad.span, units=1)


def rows(tape: Tape, grid: Grid, first: int) -> Iterator[Cells]:
    """Give the rows of a text alone, block after block."""
    while (block := tape.block()) is not None:
        taken = quick(block, grid, first)
        for part in [taken] if taken else careful(tape, block, grid, first):
            first += len(part.cells) + len(part.bad) + len(part.blank)
            yield part.cells
