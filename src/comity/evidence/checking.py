"""Computing digests again and comparing them with what a bag lists: in one pass over each file, on all cores."""

from __future__ import annotations

import marshal
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import blake3

from comity.packages.container import LARGE, Advance

from .bagstore import BagStore
from .crew import MANY, at_work, grouped
from .errors import BadItem
from .reading import ALGORITHMS, Fault

_HASHES: Hashes = {**ALGORITHMS, "blake3": blake3.blake3}
# One large file is read by all cores, where no forked worker does it: its threads do not come along with a fork.
_ALONE = {"blake3": partial(blake3.blake3, max_threads=blake3.blake3.AUTO)}
Hashes = Mapping[str, Callable[[], Any]]
Stated = Mapping[str, Mapping[str, str]]


def check_digests(store: BagStore, stated: Stated, layer: str, *, advance: Advance) -> list[Fault]:
    """Read each file that is stated and there; give what does not agree, in the order of paths."""
    with checking(store, stated, layer, advance=advance) as faults:
        return faults()


@contextmanager
def checking(store: BagStore, stated: Stated, layer: str, *, advance: Advance) -> Iterator[Callable[[], list[Fault]]]:
    """Begin to read each file that is stated and there; gives how to wait for what does not agree."""

    def some(packed: bytes, tell: Advance) -> list[Fault]:
        found = []
        for path, size, sums in marshal.loads(zlib.decompress(packed)):  # noqa: S302 - our own memory
            found += _check(store, path, size, sums, layer, tell, hashes)
        return found

    def faults() -> list[Fault]:
        return sorted((fault for found in done for fault in found), key=lambda fault: fault.file)

    there = [path for path in store.sizes if path in stated]
    forked = len(there) >= MANY
    alone = not forked and any(store.sizes[path] >= LARGE for path in there)
    hashes: Hashes = {**_HASHES, **_ALONE} if alone else _HASHES
    tasks = _tasks(store, stated, there)
    del stated, there  # the tasks have all that is needed of them
    with at_work(some, tasks, advance, forked=forked) as done:
        yield faults


def _tasks(store: BagStore, stated: Stated, there: list[str]) -> list[bytes]:
    """Pack what each task needs: a worker that looked it up would copy all that its maker has in memory."""
    tasks = grouped(there, store.sizes.__getitem__)
    rows = ([(path, store.sizes[path], dict(stated[path])) for path in task] for task in tasks)
    return [zlib.compress(marshal.dumps(task), 1) for task in rows]


def size_of(store: BagStore, paths: Iterable[str]) -> int:
    """Give how many bytes there are to read."""
    return sum(store.sizes.get(path, 0) for path in paths)


def _check(
    store: BagStore, path: str, size: int, stated: Mapping[str, str], layer: str, tell: Advance, hashes: Hashes
) -> list[Fault]:
    hashers = {name: hashes[name]() for name in stated}
    first, *others = (hasher.update for hasher in hashers.values())

    def watched(piece: memoryview) -> None:
        first(piece)
        tell(len(piece))

    try:
        store.feed_known(path, size, watched if size >= LARGE else first, *others)
    except BadItem as e:
        return [Fault(layer, path, "a file that can be read", e.message)]
    if size < LARGE:
        tell(size)
    return [
        Fault(layer, path, f"{name} {stated[name]}", f"{name} {computed}")
        for name, hasher in hashers.items()
        if (computed := hasher.hexdigest()) != stated[name]
    ]
