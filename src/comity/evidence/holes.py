"""The holes of sparse files: found, and read as the zeros they are without asking the system for them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

from comity.packages.container import BUFFER, LARGE, Sink

_ZEROS = memoryview(bytes(BUFFER))


def segments(fd: int, size: int) -> Iterator[tuple[int, int, bool]]:
    """Cut a file into runs of data and holes: start, length, whether there are data."""
    at = 0
    while at < size:
        begin = min(_seek(fd, at, os.SEEK_DATA, size), size)
        if begin > at:
            yield at, begin - at, False
        end = min(_seek(fd, begin, os.SEEK_HOLE, size), size) if begin < size else size
        if end > begin:
            yield begin, end - begin, True
        at = end


def pour_zeros(length: int, sink: Sink, *others: Sink) -> None:
    """Pass zeros to every sink; for a large hole, the *others* have own threads."""
    if length < LARGE:
        for one in (sink, *others):
            _fill(length, one)
        return
    with ThreadPoolExecutor(max(len(others), 1)) as pool:
        running = [pool.submit(_fill, length, other) for other in others]
        _fill(length, sink)
        for future in running:
            future.result()


def _fill(length: int, sink: Callable[[memoryview], object]) -> None:
    for at in range(0, length, BUFFER):
        sink(_ZEROS[: length - at])


def _seek(fd: int, at: int, whence: int, size: int) -> int:
    try:
        return os.lseek(fd, at, whence)
    except OSError as e:
        if e.errno == errno.ENXIO:
            return size  # nothing but a hole follows
        if e.errno == errno.EINVAL:
            return at if whence == os.SEEK_DATA else size  # the file system knows no holes
        raise
