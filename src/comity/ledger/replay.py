"""Goes through a whole log again, entry by entry, and finds the first one that does not fit.

The steps, for a database and for an exported file alike:

1. entries follow each other without a gap;
2. where salt and event are there, they give the leaf;
3. every entry whose details are gone is named by a later `log.erased` event;
4. at the size of every checkpoint handed in, the tree has its root, and no checkpoint is beyond the end.

Memory grows with the logarithm of the log and with the number of erased entries, not with the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import LogCorrupt
from .merkle import Frontier, Place
from .model import ERASED, Entry, Report, commitment
from .note import Checkpoint

Progress = Callable[[int], None]


def silent(n: int) -> None:
    """Take note of *n* more entries, and tell nobody."""


class Replay:
    """A log being gone through."""

    def __init__(self) -> None:
        """Start before the first entry."""
        self._frontier = Frontier()
        self._unexplained: set[int] = set()
        self._erased = 0
        self._checkpoints = 0
        self._awaited: list[Checkpoint] = []

    @property
    def size(self) -> int:
        """Tell how many entries have passed."""
        return self._frontier.size

    def expect(self, checkpoints: Iterable[Checkpoint]) -> None:
        """Hand in checkpoints whose size is not passed yet.

        Raises:
            LogCorrupt: one of the present size has another root.
        """
        self._awaited = sorted([*self._awaited, *checkpoints], key=lambda c: c.size)
        self._meet()

    def add(self, entry: Entry) -> list[tuple[Place, bytes]]:
        """Take the next entry; gives the places of the tree it completes.

        Raises:
            LogCorrupt: it does not fit (steps 1, 2 and 4).
        """
        if entry.index != self.size:
            raise LogCorrupt(f"got entry {entry.index}, expected entry {self.size}: one is missing", index=self.size)
        if not entry.event:
            self._erased += 1
            self._unexplained.add(entry.index)
        elif commitment(entry.salt, entry.event) != entry.leaf:
            raise LogCorrupt(
                "got details that the leaf does not commit to, expected the ones recorded", index=entry.index
            )
        else:
            self._unexplained.discard(_erases(entry))
        grown = self._frontier.append(entry.leaf)
        self._meet()
        return grown

    def finish(self) -> Report:
        """Come to the end of the log.

        Raises:
            LogCorrupt: something is not explained (steps 3 and 4).
        """
        if self._awaited:
            beyond = self._awaited[-1].size
            raise LogCorrupt(
                f"got a log of {self.size} entries, expected {beyond} as a checkpoint says: its end is missing"
            )
        if self._unexplained:
            first = min(self._unexplained)
            raise LogCorrupt("got no details and no event that erased them, expected one of both", index=first)
        return Report(self.size, self._frontier.root, self._erased, self._checkpoints)

    def _meet(self) -> None:
        """Compare with the checkpoints of the present size (step 4)."""
        while self._awaited and self._awaited[0].size <= self.size:
            checkpoint = self._awaited.pop(0)
            if checkpoint.size < self.size or checkpoint.root != self._frontier.root:
                message = (
                    f"got another root than the checkpoint at {checkpoint.size} entries has, expected the same log"
                )
                raise LogCorrupt(message, index=checkpoint.size - 1 if checkpoint.size else None)
            self._checkpoints += 1


def _erases(entry: Entry) -> int:
    """Give the index that an entry says was erased, or -1."""
    try:
        event = canonical.load(entry.event)
    except BadInput as e:
        raise LogCorrupt(f"got an event that is no JSON: {e}, expected an event", index=entry.index) from e
    if not isinstance(event, dict) or event.get("type") != ERASED or type(event.get("index")) is not int:
        return -1
    return int(event["index"])
