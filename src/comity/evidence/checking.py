"""Computing digests again and comparing them with what a bag lists: in one pass over each file, one thread a core."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import blake3

from comity.packages.container import Advance, spread

from .bagstore import BagStore
from .errors import BadItem
from .reading import ALGORITHMS, Fault

_HASHES = {**ALGORITHMS, "blake3": blake3.blake3}


def check_digests(
    store: BagStore, stated: Mapping[str, Mapping[str, str]], layer: str, *, advance: Advance
) -> list[Fault]:
    """Read each file that is stated and there; give what does not agree, in the order of paths."""

    def one(path: str) -> list[Fault]:
        return _check(store, path, stated[path], layer, advance)

    there = sorted((path for path in stated if path in store.sizes), key=lambda path: -store.sizes[path])
    return sorted((fault for faults in spread(one, there) for fault in faults), key=lambda fault: fault.file)


def size_of(store: BagStore, paths: Iterable[str]) -> int:
    """Give how many bytes there are to read."""
    return sum(store.sizes.get(path, 0) for path in paths)


def _check(store: BagStore, path: str, stated: Mapping[str, str], layer: str, advance: Advance) -> list[Fault]:
    hashers: dict[str, Any] = {name: _HASHES[name]() for name in stated}
    first, *others = (hasher.update for hasher in hashers.values())

    def tell(piece: memoryview) -> None:
        first(piece)
        advance(len(piece))

    try:
        store.feed(path, tell, *others)
    except BadItem as e:
        return [Fault(layer, path, "a file that can be read", e.message)]
    computed = {name: hasher.hexdigest() for name, hasher in hashers.items()}
    return [
        Fault(layer, path, f"{name} {stated[name]}", f"{name} {computed[name]}")
        for name in stated
        if computed[name] != stated[name]
    ]
