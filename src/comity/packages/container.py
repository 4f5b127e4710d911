"""Reading a container: a folder, or a stored zip of one, strictly (package-format §1); the bytes are streamed.

Memory: one buffer of 1 MiB for each file read at the same time, and the list of names.
"""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from .errors import BadContainer, PackageUnreadable
from .names import MAX_TOTAL, TOP, check_names

BUFFER = 1024 * 1024
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
        self.path = path
        with unreadable(path):
            sizes = dict(_walk(path, ""))
        super().__init__(path.resolve().name, sizes)

    def feed(self, name: str, sink: Sink) -> None:
        """Pass the bytes of a file to *sink*."""
        with unreadable(self.path / name):
            fd = os.open(self.path / name, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                pour(fd, 0, self.sizes[name], sink)
                if os.fstat(fd).st_size != self.sizes[name]:
                    raise BadContainer("got a file that grew while it was read, expected one at rest", file=name)
            finally:
                os.close(fd)

    def close(self) -> None:
        """Nothing is held open."""


def open_container(path: Path) -> Container:
    """Open a package file or folder.

    Raises:
        BadContainer: it is neither, or malformed.
        PackageUnreadable: it cannot be read.
    """
    from .zipfiles import Zip

    with unreadable(path):
        mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        return Folder(path)
    if stat.S_ISREG(mode):
        return Zip(path)
    raise BadContainer("got something that is neither a file nor a folder, expected a package", file=str(path))


def pour(fd: int, start: int, size: int, sink: Sink) -> None:
    """Pass *size* bytes of an open file from *start* to *sink* through one reused buffer.

    Raises:
        BadContainer: the file ends before.
    """
    buffer = memoryview(bytearray(min(BUFFER, max(size, 1))))
    done = 0
    while done < size:
        got = os.preadv(fd, [buffer[: size - done]], start + done)
        if not got:
            raise BadContainer(f"got {done} bytes, expected {size}: the file is cut short")
        sink(buffer[:got])
        done += got


@contextmanager
def _unreadable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as e:
        raise PackageUnreadable(f"got {e.strerror or e}, expected a readable package", file=str(path)) from e


def unreadable(path: Path) -> AbstractContextManager[None]:
    """Turn the machine's errors about *path* into ours."""
    return _unreadable(path)


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
