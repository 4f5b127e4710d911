"""A file of a return: opened as often as needed, always the same bytes, never written to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from .errors import BadReturn
from .model import Finding

HEAD = 64 * 1024
BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Source:
    """A named run of bytes: *name* is its path in the return, *opened* gives a fresh stream at its start.

    *path* is where it lies by itself on disk; empty for a member of an archive. *fault* is why it cannot be read at all,
    *doubts* are findings about it that stand beside what is read.
    """

    name: str
    opened: Callable[[], BinaryIO]
    size: int
    path: Path | None = None
    fault: Finding | None = None
    doubts: tuple[Finding, ...] = ()

    @cached_property
    def head(self) -> bytes:
        """The first 64 KiB, by which readers tell whose it is."""
        with self.opened() as stream:
            return stream.read(HEAD)

    @cached_property
    def sha256(self) -> str:
        """The digest of all bytes; reads the file once."""
        digest = hashlib.sha256()
        for block in self.blocks():
            digest.update(block)
        return digest.hexdigest()

    @property
    def suffix(self) -> str:
        """The ending of the name in lower case, such as `.csv`; a hint, never a proof."""
        return Path(self.name.rpartition("!")[2]).suffix.lower()

    def blocks(self) -> Iterator[bytes]:
        """Give all bytes, a MiB at a time."""
        with self.opened() as stream:
            while block := stream.read(BLOCK):
                yield block


def on_disk(path: Path, name: str = "") -> Source:
    """Make a source of a file on disk.

    Raises:
        BadReturn: there is no such file.
    """
    if not path.is_file():
        raise BadReturn("got no such file, expected a file of a return", file=str(path))
    return Source(name or path.name, lambda: path.open("rb"), path.stat().st_size, path)


def in_memory(name: str, data: bytes) -> Source:
    """Make a source of bytes at hand."""
    import io

    return Source(name, lambda: io.BytesIO(data), len(data))
