"""The files that are still to be taken, packed so that a million of them need some tens of megabytes."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Iterator, Sequence

from comity.packages.container import LARGE

from .crew import MANY
from .listing import Found
from .model import FILE, Origin

PART = 64


class Waiting:
    """Files to be taken, as tasks: the large ones first, each for itself, the others in the order in which they were found."""

    def __init__(self) -> None:
        """Begin with none."""
        self.count = 0
        self.size = 0
        self._large: list[Found] = []
        self._few: list[Found] = []
        self._packed: list[bytes] = []

    def add(self, found: Found) -> None:
        """Add a file."""
        self.count += 1
        self.size += found.origin.size
        if found.origin.size >= LARGE:
            self._large.append(found)
            return
        self._few.append(found)
        if self.count >= MANY and len(self._few) >= PART:
            self._pack(PART)

    def tasks(self) -> Sequence[bytes]:
        """Give the tasks: files alone where they are few, so that no core is left with many at the end."""
        self._large.sort(key=lambda found: -found.origin.size)
        self._pack(PART if self.count >= MANY else 1)
        return [_pack([found]) for found in self._large] + self._packed

    def _pack(self, width: int) -> None:
        self._packed += [_pack(self._few[at : at + width]) for at in range(0, len(self._few), width)]
        self._few = []


def _pack(files: list[Found]) -> bytes:
    return zlib.compress(marshal.dumps([(f.path, f.name, f.place, tuple(f.origin)) for f in files]), 1)


def unpacked(packed: bytes) -> Iterator[Found]:
    """Give the files of a task."""
    for path, name, place, origin in marshal.loads(zlib.decompress(packed)):  # noqa: S302 - our own memory
        yield Found(FILE, path, name, place, Origin(*origin))
