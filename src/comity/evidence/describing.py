"""Our own description in a bag against the bag: the list of files, the figures, the BLAKE3 list and the tree."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from comity.kernel import canonical
from comity.kernel.errors import ComityError

from .errors import BadItem
from .journal import dump
from .model import Entry, Finding, Generation
from .reading import BYTES, Fault, Listing, twins_of
from .rows import Row, usual
from .sealing import (
    ACQUISITION,
    BLAKE3,
    FILES,
    FINDINGS,
    FORMAT,
    GRAPH,
    MAX_ACQUISITION,
    TAG_MANIFEST,
    TREE,
    generation_of,
)
from .tree import Leaf, read_secret, root_of

DESCRIPTION, TREE_LAYER = "description", "tree"
Read = TypeVar("Read", Entry, Finding)
LONGEST = 64 * 1024 * 1024
_SUM = re.compile(r"([0-9a-f]{64})  (.+)", re.ASCII)
_OWN = (ACQUISITION, BLAKE3, FILES, FINDINGS, GRAPH, TREE)


@dataclass
class Description:
    """What our own files in a bag say, and what of it is wrong; *found* is each layer in words.

    *blake3* has the digest of each payload file, *sizes* the sizes of those that have another one now; *size* is that of all.
    """

    ours: bool = True
    generation: Generation | None = None
    blake3: dict[str, bytes] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    size: int = 0
    faults: list[Fault] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)

    def wrong(self, file: str, expected: str, found: str, layer: str = DESCRIPTION) -> None:
        """Put down something that is wrong."""
        self.faults.append(Fault(layer, file, expected, found))


def is_ours(bag: Listing) -> bool:
    """Tell whether a bag says it is an item of evidence in our format; one that holds our files and denies it is, too."""
    return FORMAT in bag.labelled("Comity-Format") or ACQUISITION in bag.store.sizes


def check_description(bag: Listing) -> Description:
    """Compare our own files with what the bag lists and holds."""
    said = Description()
    for name in _OWN:
        if name not in bag.store.sizes:
            said.wrong(name, "a file of every item of evidence", "no such file")
    if "sha256" not in bag.algorithms.get("tags", ()) or "sha256" not in bag.algorithms.get("payload", ()):
        said.wrong(TAG_MANIFEST, "manifests with SHA-256", "none")
    for name in sorted(set(bag.store.sizes) - set(bag.payload) - set(bag.tags)):
        if not name.startswith(("data/", "seal/", "tagmanifest-")):
            said.wrong(name, "only files that the tag manifest lists", "a file that it does not")
    for path in twins_of(bag.payload):
        said.wrong(path, "names that differ in more than case", "a twin")
    if not said.faults:
        try:
            _check(bag, said)
        except (ComityError, KeyError, TypeError, ValueError, AttributeError) as e:
            said.wrong("metadata/", "a description in our format", str(e)[:200])
    said.found = {DESCRIPTION: _words(said.generation), TREE_LAYER: said.generation.root if said.generation else ""}
    return said


class Blake3Sums(Mapping[str, Mapping[str, str]]):
    """Digests by path, of BLAKE3 alone."""

    def __init__(self, sums: dict[str, bytes]) -> None:
        """Hold the digests."""
        self._sums = sums

    def __getitem__(self, path: str) -> Mapping[str, str]:
        return {"blake3": self._sums[path].hex()}

    def __iter__(self) -> Iterator[str]:
        return iter(self._sums)

    def __len__(self) -> int:
        return len(self._sums)

    def __contains__(self, path: object) -> bool:
        return path in self._sums


def read_blake3(bag: Listing) -> Blake3Sums:
    """Read the BLAKE3 list of a bag; nothing of it is checked, and what is malformed is left out."""
    found: dict[str, bytes] = {}

    def take(line: bytes) -> None:
        if match := _SUM.fullmatch(line.decode("utf-8", "replace")):
            found[match[2]] = bytes.fromhex(match[1])

    if BLAKE3 in bag.store.sizes:
        bag.store.each_line(BLAKE3, take, LONGEST)
    return Blake3Sums(found)


def _check(bag: Listing, said: Description) -> None:
    data = bag.store.read(ACQUISITION, MAX_ACQUISITION)
    tags = bag.store.read(TAG_MANIFEST, MAX_ACQUISITION)
    if tags != b"".join(f"{sums['sha256']}  {path}\n".encode() for path, sums in sorted(bag.tags.items())):
        said.wrong(TAG_MANIFEST, "the one way in which this format writes it", "another")
    digest = hashlib.sha256(tags).hexdigest()
    said.generation = generation_of(canonical.load_canonical(data, file=ACQUISITION, limit=MAX_ACQUISITION), digest)
    _check_files(bag, said, said.generation)
    _check_findings(bag, said, said.generation)
    _check_blake3(bag, said)
    _check_tree(bag, said, said.generation)
    stated = bag.labelled("External-Identifier")
    if stated != [said.generation.act.item]:
        said.wrong("bag-info.txt", f"External-Identifier {said.generation.act.item}", ", ".join(stated) or "none")


def _check_files(bag: Listing, said: Description, generation: Generation) -> None:
    def take(entry: Entry | Row) -> None:
        if entry.path in said.blake3:
            said.wrong(FILES, "each payload file once", f"{entry.path!a} twice")
        if entry.path:
            said.size += entry.size
            said.blake3[entry.path] = bytes.fromhex(entry.digests.get("blake3", ""))
            _check_entry(bag, said, entry)

    def line(data: bytes) -> None:
        take(usual(data.decode("utf-8", "replace")) or _row(data, FILES, Entry.read))

    bag.store.each_line(FILES, line, LONGEST)
    if said.blake3.keys() != bag.payload.keys():
        odd = min(said.blake3.keys() ^ bag.payload.keys())
        said.wrong(FILES, "the files of the manifest", f"a difference at {odd!a}")
    files, size = len(said.blake3), said.size
    if (generation.files, generation.size) != (files, size):
        said.wrong(ACQUISITION, f"{files} files, {size} bytes", f"{generation.files} files, {generation.size} bytes")


def _check_entry(bag: Listing, said: Description, entry: Entry | Row) -> None:
    listed = bag.payload.get(entry.path, {})
    digests = entry.digests
    if listed.items() - digests.items():
        said.wrong(FILES, "the digests of the manifest", f"others for {entry.path!a}")
    there = bag.store.sizes.get(entry.path, entry.size)
    if entry.size != there:
        said.sizes[entry.path] = entry.size
        said.faults.append(Fault(BYTES, entry.path, f"{entry.size} bytes", f"{there} bytes"))


def _check_findings(bag: Listing, said: Description, generation: Generation) -> None:
    counted: Counter[str] = Counter()
    bag.store.each_line(FINDINGS, lambda line: counted.update([_row(line, FINDINGS, Finding.read).code]), LONGEST)
    if dict(counted) != dict(generation.findings):
        said.wrong(ACQUISITION, f"the findings {dict(sorted(counted.items()))}", str(dict(generation.findings)))


def _check_blake3(bag: Listing, said: Description) -> None:
    seen, strange, last = 0, 0, ""

    def take(line: bytes) -> None:
        nonlocal seen, strange, last
        digest, _, path = line.decode().partition("  ")
        seen += 1
        strange += (known := said.blake3.get(path)) is None or known.hex() != digest or path <= last
        last = path

    bag.store.each_line(BLAKE3, take, LONGEST)
    if strange or seen != len(said.blake3):
        said.wrong(BLAKE3, f"the digests of {FILES}", "others")


def _check_tree(bag: Listing, said: Description, generation: Generation) -> None:
    secret, root, leaves = read_secret(bag.store.read(TREE, MAX_ACQUISITION), file=TREE)
    sizes = bag.store.sizes
    rows = (Leaf(p, said.sizes.get(p, sizes.get(p, 0)), bag.payload[p].get("sha256", "")) for p in sorted(bag.payload))
    grown, count = root_of(leaf.hash(leaf.salt(secret)) for leaf in rows), len(bag.payload)
    if (root, leaves) != (grown, count) or generation.root != grown:
        said.wrong(TREE, f"the root {grown} over {count} files", f"{root} over {leaves}", TREE_LAYER)


def _row(line: bytes, name: str, read: Callable[[Any], Read]) -> Read:
    """Read a row of a file of JSON lines; each stands in exactly the one form in which it is written."""
    try:
        row = read(json.loads(line.decode()))
        same = dump(row.plain())[:-1] == line
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, ComityError) as e:
        raise BadItem(f"got a malformed line {line[:80]!a}, expected an entry or finding", file=name) from e
    if not same:
        raise BadItem(f"got the line {line[:80]!a} in another form, expected the one way of writing it", file=name)
    return row


def _words(generation: Generation | None) -> str:
    if generation is None:
        return ""
    return (
        f"item {generation.act.item}, generation {generation.number}, {generation.files} files, {generation.size} bytes"
    )
