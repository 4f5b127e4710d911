"""Where a bag's files are: in a folder, or in a stored zip of one; listed without following anything, read as streams."""

from __future__ import annotations

import os
import stat
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from comity.kernel.errors import ComityError
from comity.packages.container import Sink, pour
from comity.packages.errors import BadContainer
from comity.packages.zipfiles import Zip

from .errors import BadItem
from .holes import pour_zeros, segments

MAX_FILES = 2_000_000


class BagStore(ABC):
    """The files of a bag: their sizes by path, and what stands there that is no regular file with a name of text."""

    sizes: dict[str, int]
    odd: list[tuple[str, str]]
    has_data: bool

    @abstractmethod
    def feed(self, path: str, sink: Sink, *others: Sink) -> None:
        """Pass a file's bytes to every sink, piece by piece.

        Raises:
            BadItem: it cannot be read, is damaged, or is not as long as it was when it was listed.
        """

    def feed_known(self, path: str, size: int, sink: Sink, *others: Sink) -> None:
        """Pass the bytes of a file whose *size* the caller knows from the list."""
        self.feed(path, sink, *others)

    def read(self, path: str, limit: int) -> bytes:
        """Give a small file whole.

        Raises:
            BadItem: it is larger than *limit*, or cannot be read.
        """
        if self.sizes[path] > limit:
            raise BadItem(f"got {self.sizes[path]} bytes, expected at most {limit}", file=path)
        data = bytearray()
        self.feed(path, data.extend)
        return bytes(data)

    def each_line(self, path: str, take: Callable[[bytes], object], longest: int) -> None:
        """Hand on each line of a file, without its newline, which even the last one must have.

        Raises:
            BadItem: a line is longer than *longest* or unfinished, or the file cannot be read.
        """
        rest = b""

        def feed(piece: memoryview) -> None:
            nonlocal rest
            *whole, rest = (rest + bytes(piece)).split(b"\n")
            for line in whole:
                take(line)
            if len(rest) > longest:
                raise BadItem(f"got a line of over {longest} bytes, expected shorter ones", file=path)

        self.feed(path, feed)
        if rest:
            raise BadItem("got an unfinished last line, expected whole ones", file=path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held open."""


class FolderStore(BagStore):
    """A bag that is a folder."""

    def __init__(self, folder: Path) -> None:
        """List the folder.

        Raises:
            BadItem: it cannot be listed.
        """
        self._root = str(folder)
        self.sizes, self.odd = {}, []
        try:
            self._walk()
        except OSError as e:
            raise BadItem(f"got {e.strerror}, expected a folder that can be read", file=str(folder)) from e
        self.has_data = (folder / "data").is_dir()

    def feed(self, path: str, sink: Sink, *others: Sink) -> None:
        """Pass a file's bytes to every sink."""
        self.feed_known(path, self.sizes[path], sink, *others)

    def feed_known(self, path: str, size: int, sink: Sink, *others: Sink) -> None:
        """Pass the bytes of a file to every sink, without a look at the list."""
        try:
            fd = os.open(f"{self._root}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                info = os.fstat(fd)
                if not stat.S_ISREG(info.st_mode) or info.st_size != size:
                    raise BadItem("got a file that changed since it was listed, expected one at rest", file=path)
                sparse = info.st_blocks * 512 < info.st_size
                for start, length, data in segments(fd, info.st_size) if sparse else ((0, info.st_size, True),):
                    if data:
                        pour(fd, start, length, sink, *others)
                    else:
                        pour_zeros(length, sink, *others)
            finally:
                os.close(fd)
        except OSError as e:
            raise BadItem(f"got {e.strerror}, expected a file that can be read", file=path) from e
        except BadContainer as e:
            raise BadItem(e.message, file=path) from e

    def close(self) -> None:
        """Nothing is held open."""

    def _walk(self) -> None:
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            with os.scandir(f"{self._root}/{prefix}") as scan:
                for entry in scan:
                    self._see(prefix + entry.name, entry, waiting)

    def _see(self, path: str, entry: os.DirEntry[str], waiting: list[str]) -> None:
        info = entry.stat(follow_symlinks=False)
        if not path.isascii() and any("\udc80" <= c <= "\udcff" for c in path):
            self.odd.append((ascii(path)[1:-1], "a name that is not UTF-8"))
        elif stat.S_ISDIR(info.st_mode):
            waiting.append(path + "/")
        elif stat.S_ISREG(info.st_mode):
            self.sizes[path] = info.st_size
        else:
            self.odd.append((path, "a link" if stat.S_ISLNK(info.st_mode) else "a special file"))
        if len(self.sizes) > MAX_FILES:
            raise BadItem(f"got more than {MAX_FILES} files, expected fewer", file=self._root)


class ZipStore(BagStore):
    """A bag that is a stored zip with one top folder, as strict as a package's (see `packages.zipfiles`)."""

    def __init__(self, path: Path) -> None:
        """Open the zip.

        Raises:
            BadItem: it is none, or one that could mean two things.
        """
        with ExitStack() as stack:
            try:
                self._zip = stack.enter_context(Zip(path))
            except ComityError as e:
                raise BadItem(e.message, file=e.file or str(path), advice=e.advice) from e
            stack.pop_all()
        self.sizes, self.odd = self._zip.sizes, []
        self.has_data = any(name.startswith("data/") for name in self.sizes)

    def feed(self, path: str, sink: Sink, *others: Sink) -> None:
        """Pass a file's bytes to every sink."""

        def each(piece: memoryview) -> None:
            for one in (sink, *others):
                one(piece)

        try:
            self._zip.feed(path, each)
        except ComityError as e:
            raise BadItem(e.message, file=path) from e

    def close(self) -> None:
        """Close the zip."""
        self._zip.close()


def open_store(path: Path) -> BagStore:
    """Open a bag, whichever form it has.

    Raises:
        BadItem: it is neither a folder nor a stored zip.
    """
    try:
        mode = path.stat().st_mode
    except OSError as e:
        raise BadItem(f"got {e.strerror}, expected a bag", file=str(path)) from e
    if stat.S_ISDIR(mode):
        return FolderStore(path)
    if stat.S_ISREG(mode):
        return ZipStore(path)
    raise BadItem("got something that is neither a file nor a folder, expected a bag", file=str(path))
