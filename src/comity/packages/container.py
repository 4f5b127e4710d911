"""Reading a container: a folder, or a stored zip of one, strictly (package-format §1); the bytes are streamed.

Several files are read at a time, one thread a core. Memory: two buffers of 4 MiB a core, and the list of names.
"""

from __future__ import annotations

import os
import stat
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from .errors import BadContainer, PackageUnreadable
from .names import MAX_TOTAL, TOP, check_names

BUFFER = 4 * 1024 * 1024
LARGE = 4 * BUFFER
Item = TypeVar("Item")
Done = TypeVar("Done")
Sink = Callable[[memoryview], object]
Advance = Callable[[int], None]


def silent(done: int) -> None:
    """Show no progress."""


class Container(ABC):
    """A set of named files under one top folder."""

    def __init__(self, top: str, sizes: dict[str, int]) -> None:
        """Hold the top folder's name and the size of each file, checked."""
        if not TOP.fullmatch(top):
            raise BadContainer(f"got the top folder {top[:120]!r}, expected letters, digits, dot, dash, underscore")
        check_names(sizes)
        if sum(sizes.values()) > MAX_TOTAL:
            raise BadContainer(f"got {sum(sizes.values())} bytes, expected at most {MAX_TOTAL}")
        self.top = top
        self.sizes = sizes

    @abstractmethod
    def feed(self, name: str, sink: Sink) -> None:
        """Pass the bytes of a file to *sink*, piece by piece.

        Raises:
            BadContainer: the bytes are damaged or fewer than stated.
            PackageUnreadable: the machine cannot read them.
        """

    def read(self, name: str, limit: int) -> bytes:
        """Give a small file whole.

        Raises:
            BadContainer: it is missing or larger than *limit*.
        """
        if name not in self.sizes:
            raise BadContainer("got no such file, expected one", file=name)
        if self.sizes[name] > limit:
            raise BadContainer(f"got {self.sizes[name]} bytes, expected at most {limit}", file=name)
        data = bytearray()
        self.feed(name, data.extend)
        return bytes(data)

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        self.close()


class Folder(Container):
    """A package that is a folder on disk."""

    def __init__(self, path: Path) -> None:
        """List the folder: regular files only, no links, no empty folders."""
        self._prefix = f"{path}/"
        with unreadable(path):
            sizes = dict(_walk(path, ""))
        super().__init__(path.resolve().name, sizes)

    def feed(self, name: str, sink: Sink) -> None:
        """Pass the bytes of a file to *sink*."""
        path = f"{self._prefix}{name}"
        with unreadable(path):
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                pour(fd, 0, self.sizes[name], sink)
                if os.fstat(fd).st_size != self.sizes[name]:
                    raise BadContainer("got a file that grew while it was read, expected one at rest", file=name)
            finally:
                os.close(fd)

    def close(self) -> None:
        """Nothing is held open."""


def spread(act: Callable[[Item], Done], items: Iterable[Item]) -> list[Done]:
    """Do *act* on every item, one thread a core, beginning in their order; give what was done in any order."""
    waiting = list(items)
    queue = iter(waiting)

    def work(_: int) -> list[Done]:
        return [act(item) for item in queue]

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        try:
            return [done for part in pool.map(work, range(cores)) for done in part]
        finally:
            waiting.clear()  # after an error or Ctrl-C, the other threads find nothing more to do


def pour(fd: int, start: int, size: int, sink: Sink, *others: Sink) -> None:
    """Pass *size* bytes of an open file from *start* to every sink; for a large file, the *others* have own threads.

    A sink must not pour itself: the buffers are the thread's own and used again.

    Raises:
        BadContainer: the file ends before.
    """
    pieces = _pieces(fd, start, size)
    if size < LARGE or not others:
        for piece in pieces:
            for each in (sink, *others):
                each(piece)
        return
    with ThreadPoolExecutor(len(others)) as pool:
        running: list[Future[object]] = []
        for piece in pieces:
            _settle(running)
            running = [pool.submit(other, piece) for other in others]
            sink(piece)
        _settle(running)


def _settle(running: list[Future[object]]) -> None:
    for future in running:
        future.result()


class _Buffers(threading.local):
    def __init__(self) -> None:
        self.pair = [memoryview(bytearray(BUFFER)) for _ in range(2)]


_BUFFERS = _Buffers()


def _pieces(fd: int, start: int, size: int) -> Iterator[memoryview]:
    """Read into two buffers in turn: a piece stays whole while the next one is read."""
    done = 0
    now, other = _BUFFERS.pair
    while done < size:
        got = os.preadv(fd, [now[: size - done]], start + done)
        if not got:
            raise BadContainer(f"got {done} bytes, expected {size}: the file is cut short")
        yield now[:got]
        now, other = other, now
        done += got


class unreadable:  # noqa: N801 - reads as a function; a class, because one made by `contextmanager` is slow
    """Turn the machine's errors about *path* into ours."""

    def __init__(self, path: Path | str) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(e, OSError):
            raise PackageUnreadable(f"got {e.strerror or e}, expected a readable package", file=str(self.path)) from e


def _walk(path: Path, prefix: str) -> Iterator[tuple[str, int]]:
    entries = sorted(os.scandir(path), key=lambda e: e.name)
    if not entries:
        raise BadContainer("got an empty folder, expected files", file=prefix or str(path))
    for entry in entries:
        name = prefix + entry.name
        info = entry.stat(follow_symlinks=False)
        if stat.S_ISDIR(info.st_mode):
            if name.count("/") > 8:
                raise BadContainer("got folders within folders, expected at most 8 levels", file=name)
            yield from _walk(Path(entry.path), name + "/")
        elif stat.S_ISREG(info.st_mode):
            yield name, info.st_size
        else:
            raise BadContainer("got a link or special file, expected regular files only", file=name)
