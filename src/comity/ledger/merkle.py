"""The Merkle tree of RFC 9162 section 2.1 (the same as RFC 6962), with SHA-256.

A *place* `(level, index)` names a complete subtree: the `2**level` leaves from `index * 2**level` on. The hash of a
complete subtree never changes as the tree grows, so the hashes of all places are kept, and every root or proof is a
fold over O(log n) of them, fetched in one go. A *span* `(start, end)` is a run of leaves whose hash is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from .errors import BadProof

Place = tuple[int, int]
Span = tuple[int, int]

EMPTY = hashlib.sha256(b"").digest()
MAX_PATH = 64


class Nodes(Protocol):
    """Gives the hashes of complete subtrees."""

    def __call__(self, places: Sequence[Place], /) -> Sequence[bytes]:
        """Give the hash of each place, in the order asked."""


def leaf_hash(data: bytes) -> bytes:
    """Hash a leaf (2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into one (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def grow(index: int, leaf: bytes, nodes: Nodes) -> list[tuple[Place, bytes]]:
    """List the places that the leaf at *index* completes, lowest first, with their hashes; the leaf itself included."""
    lefts = [(level, (index >> level) - 1) for level in range((~index & index + 1).bit_length() - 1)]
    grown = [((0, index), leaf)]
    for (level, left), sibling in zip(lefts, nodes(lefts) if lefts else (), strict=True):
        leaf = node_hash(sibling, leaf)
        grown.append(((level + 1, left >> 1), leaf))
    return grown


def root(size: int, nodes: Nodes) -> bytes:
    """Give the root of the first *size* leaves (2.1.1)."""
    return _hashes([(0, size)], nodes)[0] if size else EMPTY


def inclusion(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Prove that the leaf at *index* is in the tree of *size* leaves (PATH of 2.1.3.1)."""
    start, end = 0, size
    spans: list[Span] = []
    while end - start > 1:
        middle = start + _left_width(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return _hashes(spans[::-1], nodes)


def consistency(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Prove that the tree of *new* leaves begins with that of *old* leaves (SUBPROOF of 2.1.4.1)."""
    start, end = 0, new
    spans: list[Span] = []
    while 0 < old < end:
        middle = start + _left_width(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    if start:
        spans.append((start, end))
    return _hashes(spans[::-1], nodes)


def verify_inclusion(proof: Sequence[bytes], index: int, size: int, *, leaf: bytes, root: bytes) -> None:
    """Check a proof of inclusion (2.1.3.2).

    Raises:
        BadProof: it does not prove that *leaf* stands at *index* under *root*.
    """
    if not 0 <= index < size:
        raise BadProof(f"got a proof for entry {index} of {size}, expected an entry within the log")
    fn, sn, r = index, size - 1, leaf
    for p in proof:
        if sn == 0:
            raise BadProof(f"got {len(proof)} hashes, expected fewer for entry {index} of {size}")
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            r = node_hash(r, p)
        fn, sn = fn >> 1, sn >> 1
    if sn or r != root:
        raise BadProof(f"got a proof that leads to another root, expected the root of the checkpoint at {size} entries")


def verify_consistency(proof: Sequence[bytes], old: int, new: int, *, old_root: bytes, new_root: bytes) -> None:
    """Check a proof of consistency (2.1.4.2).

    Raises:
        BadProof: it does not prove that the *new* tree begins with the *old* one.
    """
    fault = BadProof(
        f"got a proof that does not join the roots at {old} and {new} entries, expected one log that only grew"
    )
    if not 0 <= old <= new:
        raise BadProof(f"got the sizes {old} and {new}, expected a log that only grew")
    if old in (0, new):
        if proof or (old_root != (new_root if old else EMPTY)):
            raise fault
        return
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    if not path:
        raise fault
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            raise fault
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, c)
        fn, sn = fn >> 1, sn >> 1
    if sn or fr != old_root or sr != new_root:
        raise fault


class Frontier:
    """Takes leaves one by one and knows their root, in memory that grows with the logarithm of their number."""

    def __init__(self) -> None:
        """Start with no leaves."""
        self.size = 0
        self._peaks: list[bytes] = []

    def append(self, leaf: bytes) -> list[tuple[Place, bytes]]:
        """Take the next leaf; gives the places it completes."""
        grown = grow(self.size, leaf, lambda places: [self._peaks.pop() for _ in places])
        self._peaks.append(grown[-1][1])
        self.size += 1
        return grown

    @property
    def root(self) -> bytes:
        """Give the root of the leaves taken so far."""
        return _fold(self._peaks) if self._peaks else EMPTY


def _left_width(width: int) -> int:
    """Give the largest power of two smaller than *width*: how many leaves stand to the left."""
    return 1 << (width - 1).bit_length() - 1


def _split(start: int, end: int) -> list[Place]:
    """Cut a span into complete subtrees, largest and leftmost first."""
    places = []
    while start < end:
        level = (end - start).bit_length() - 1
        places.append((level, start >> level))
        start += 1 << level
    return places


def _fold(hashes: Sequence[bytes]) -> bytes:
    """Join neighbouring complete subtrees, smallest and rightmost first."""
    joined = hashes[-1]
    for left in hashes[-2::-1]:
        joined = node_hash(left, joined)
    return joined


def _hashes(spans: Sequence[Span], nodes: Nodes) -> list[bytes]:
    """Hash every span, fetching what is needed in one go."""
    parts = [_split(*span) for span in spans]
    wanted = [place for part in parts for place in part]
    found = iter(nodes(wanted)) if wanted else iter(())
    return [_fold([next(found) for _ in part]) for part in parts]
