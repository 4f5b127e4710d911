"""Writing a container: a folder or a stored zip, one file after the other, hashed as it is written.

Memory: as for reading. What is written stays under a temporary place of the caller's until it is whole.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol, Self

from .container import Advance, Sink, pour, spread, unreadable
from .errors import BadBag
from .names import TOP, check_name
from .zipfiles import entry_for

# Linux caches a large write in large pieces of memory, and may search long for them.
STRIDE = 256 * 1024
# How much is written before it is sent to the disk in the background.
WRITE_BACK = 32 * 1024 * 1024


@dataclass(frozen=True)
class Written:
    """One file in the container: its name there, size in bytes and SHA-256."""

    name: str
    size: int
    sha256: str


class Writer(Protocol):
    """Takes files into a container."""

    def add(self, name: str, data: bytes) -> Written:
        """Add a small file."""

    def copy(self, files: Iterable[tuple[str, Path]], advance: Advance) -> list[Written]:
        """Add files from disk, telling *advance* of the bytes done."""


class FolderWriter:
    """Writes into a new folder; copies several files at a time, one thread a core."""

    def __init__(self, path: Path) -> None:
        """Make the folder, which must not exist yet."""
        self.path = path
        self._folders = {path}
        with unreadable(path):
            path.mkdir()

    def add(self, name: str, data: bytes) -> Written:
        """Add a small file."""
        with unreadable(self.path / name), self._create(name) as out:
            out.write(data)
        return Written(name, len(data), hashlib.sha256(data).hexdigest())

    def copy(self, files: Iterable[tuple[str, Path]], advance: Advance) -> list[Written]:
        """Add files from disk."""

        def one(item: tuple[str, Path]) -> Written:
            name, source = item
            target = unreadable(self.path / name)
            with target, self._create(name) as out:
                return _copy(name, source, _guarded(out.write, target, advance))

        return spread(one, files)

    def _create(self, name: str) -> BinaryIO:
        check_name(name)
        target = self.path / name
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target.open("xb")


class WriteBack:
    """Brings a file to disk while more of it is written, so that the last wait for the disk is short.

    What the disk refuses is raised at the next word or at the end, never lost.
    """

    def __init__(self, fd: int) -> None:
        """Work on an open file."""
        self._fd = fd
        self._pool = ThreadPoolExecutor(1)
        self._waiting = 0
        self._job: Future[None] | None = None

    def wrote(self, size: int) -> None:
        """Tell of *size* more bytes written."""
        self._waiting += size
        if self._waiting >= WRITE_BACK and (self._job is None or self._job.done()):
            self._settle()
            self._waiting = 0
            self._job = self._pool.submit(os.fdatasync, self._fd)

    def close(self) -> None:
        """Wait for what is under way."""
        self._pool.shutdown()
        self._settle()

    def _settle(self) -> None:
        if self._job:
            self._job.result()


class ZipWriter:
    """Writes a stored zip under one top folder."""

    def __init__(self, path: Path, top: str) -> None:
        """Start the zip, which must not exist yet."""
        if not TOP.fullmatch(top):
            raise BadBag(f"got the top folder {top!r}, expected letters, digits, dot, dash, underscore")
        self.path = path
        self.top = top
        with unreadable(path):
            self._zip = zipfile.ZipFile(path, "x")
        assert self._zip.fp is not None
        self._disk = WriteBack(self._zip.fp.fileno())

    def add(self, name: str, data: bytes) -> Written:
        """Add a small file."""
        check_name(name)
        with unreadable(self.path):
            self._zip.writestr(entry_for(f"{self.top}/{name}", len(data)), data)
        return Written(name, len(data), hashlib.sha256(data).hexdigest())

    def copy(self, files: Iterable[tuple[str, Path]], advance: Advance) -> list[Written]:
        """Add files from disk."""
        return [self._copy(name, source, advance) for name, source in files]

    def _copy(self, name: str, source: Path, advance: Advance) -> Written:
        check_name(name)
        with unreadable(source):
            entry = entry_for(f"{self.top}/{name}", source.stat().st_size)
        target = unreadable(self.path)
        with target, self._zip.open(entry, "w") as out:
            return _copy(name, source, _guarded(out.write, target, self._told(advance)))

    def _told(self, advance: Advance) -> Advance:
        def wrote(size: int) -> None:
            advance(size)
            with unreadable(self.path):
                self._disk.wrote(size)

        return wrote

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        """Finish the zip and bring it to disk."""
        with unreadable(self.path):
            try:
                self._disk.close()
            finally:
                self._zip.close()
            with self.path.open("rb") as f:
                os.fsync(f.fileno())


def _guarded(write: Sink, target: unreadable, advance: Advance) -> Sink:
    """Give a sink that writes and tells of it; what goes wrong there is the target's fault, not the source's."""

    def sink(piece: memoryview) -> None:
        with target:
            for start in range(0, len(piece), STRIDE):
                write(piece[start : start + STRIDE])
        advance(len(piece))

    return sink


def _copy(name: str, source: Path, write: Sink) -> Written:
    """Copy one file, hashing what is written."""
    digest = hashlib.sha256()
    with unreadable(source):
        fd = os.open(source, os.O_RDONLY)
        try:
            size = os.fstat(fd).st_size
            pour(fd, 0, size, digest.update, write)
        finally:
            os.close(fd)
    return Written(name, size, digest.hexdigest())
