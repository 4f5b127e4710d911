"""What an item will hold, kept small: the rows stand in the journal, in memory only their names and the payload's digests.

A thing at the source takes its name and 60 bytes, a payload file its path and 150 bytes more, so that a million files need
some hundred megabytes.
"""

from __future__ import annotations

import json
import struct
from binascii import hexlify
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .crew import MANY, at_work
from .journal import Journal, dump
from .kinds import kind_of
from .model import Entry, Finding
from .rows import written
from .taking import Taken
from .tree import Leaf

_PLACE = struct.Struct(">QI")
_SUMS = struct.Struct("32s32s32s64s")
_PATH = slice(None, -161)
_AT = {"sha256": slice(-160, -128), "blake3": slice(-128, -96), "leaf": slice(-96, -64), "sha512": slice(-64, None)}
_PART = 200


@dataclass(slots=True)
class Batch:
    """What became of some things: their rows for the journal, and what is kept of them in memory.

    *states* is the sum over what the system said of each payload file. *places* are the names of things with the place of their entry among the *lines*; *noted* are those that a survey
    has to look at; *links* are device, inode and name of files that have more names.
    """

    lines: bytearray = field(default_factory=bytearray)
    places: list[tuple[bytes, int, int]] = field(default_factory=list)
    payload: list[bytes] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    noted: list[Entry] = field(default_factory=list)
    links: list[tuple[int, int, bytes]] = field(default_factory=list)
    size: int = 0
    states: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    owners: set[tuple[int, int]] = field(default_factory=set)

    def add(self, taken: Taken, secret: bytes, head: bytes = b"", *, known: bool = True) -> None:
        """Take one thing in; *head* are its first bytes, *known* tells whether a journal has to know it when it goes on."""
        entry, origin = taken.entry, taken.entry.origin
        row = written(entry)
        start = b'{"entry":' if known else b'{"row":'
        self.places.append((entry.name, len(self.lines) + len(start), len(row)))
        self.lines += start + row + b',"findings":%b}\n' % _findings(taken.findings)
        self.findings += taken.findings
        self.kinds[entry.kind] += 1
        self.owners.add((origin.uid, origin.gid))
        if entry.path:
            self.size += entry.size
            self.states += hash(origin.state)
            self.payload.append(_packed(entry, secret))
            if origin.links > 1:
                self.links.append((origin.device, origin.inode, entry.name))
        if kind_of(head or taken.head, entry.name) or any(one.reason for one in entry.attributes):
            self.noted.append(entry)


class Inventory:
    """All that was found at the sources of one item."""

    def __init__(self, journal: Journal, secret: bytes) -> None:
        """Begin with nothing; rows are kept in *journal*, *secret* is that of the item's tree."""
        self.secret = secret
        self.findings: list[Finding] = []
        self.noted: list[Entry] = []
        self.kinds: Counter[str] = Counter()
        self.owners: set[tuple[int, int]] = set()
        self.size = 0
        self.states = 0
        self._journal = journal
        self._links: list[tuple[int, int, bytes]] = []
        self._things: list[bytes] = []
        self._payload: list[bytes] = []

    def add(self, batch: Batch, *, at: int | None = None) -> None:
        """Take some things in; their rows stand in the journal *at* a place already, or are written there now."""
        start = self._journal.add(bytes(batch.lines)) if at is None else at
        self._things += [b"%b\0%b" % (name, _PLACE.pack(start + place, size)) for name, place, size in batch.places]
        self._payload += batch.payload
        self.size += batch.size
        self.states += batch.states
        self.findings += batch.findings
        self.noted += batch.noted
        self._links += batch.links
        self.kinds += batch.kinds
        self.owners |= batch.owners

    def close(self) -> None:
        """Put everything in order, and note which names are names of one file (hard links)."""
        self._things.sort()
        self._payload.sort()
        first: dict[tuple[int, int], bytes] = {}
        for device, inode, name in sorted(self._links, key=lambda link: link[2]):
            twin = first.setdefault((device, inode), name)
            if twin != name:
                self._note_twin(name, twin)

    def _note_twin(self, name: bytes, twin: bytes) -> None:
        index = bisect_left(self._things, name + b"\0")
        row = written(replace(self._entry(self._row(self._things[index])), twin=twin))
        start = b'{"row":'
        place = self._journal.add(start + row + b"}\n") + len(start)
        self._things[index] = b"%b\0%b" % (name, _PLACE.pack(place, len(row)))
        self.findings.append(Finding("hard-link", name))

    @property
    def algorithms(self) -> tuple[str, ...]:
        """Name the digests that every payload file has, but BLAKE3."""
        return ("sha256", "sha512") if self._payload and all(map(_has_sha512, self._payload)) else ("sha256",)

    def __len__(self) -> int:
        return len(self._payload)

    def __contains__(self, path: str) -> bool:
        key = path.encode() + b"\0"
        index = bisect_left(self._payload, key)
        return index < len(self._payload) and self._payload[index].startswith(key)

    def sums(self, algorithm: str) -> Iterator[bytes]:
        """Give the lines of a manifest, in the order of paths."""
        at = _AT[algorithm]
        return (b"%b  %b\n" % (hexlify(packed[at]), packed[_PATH]) for packed in self._payload)

    def leaves(self) -> Iterator[bytes]:
        """Give the leaves of the item's tree, in the order of paths."""
        return (packed[_AT["leaf"]] for packed in self._payload)

    def rows(self) -> Iterator[bytes]:
        """Give the rows of all things, in the order of their names."""
        for thing in self._things:
            yield self._row(thing) + b"\n"

    def names(self) -> Iterator[bytes]:
        """Give the names of all things, in order."""
        return (thing[: -_PLACE.size - 1] for thing in self._things)

    def parts(self, make: Callable[[Iterable[bytes]], bytes]) -> Iterator[bytes]:
        """Make something of all rows, part by part on all cores; gives what was made in the order of names."""

        def act(start: int, _: object) -> tuple[int, bytes]:
            return start, make(map(self._row, self._things[start : start + _PART]))

        made: dict[int, bytes] = {}
        starts = range(0, len(self._things), _PART)
        with at_work(act, starts, forked=len(self._things) >= MANY) as done:
            wanted = 0
            for start, part in done:
                made[start] = part
                while wanted in made:
                    yield made.pop(wanted)
                    wanted += _PART

    def __iter__(self) -> Iterator[Entry]:
        return map(self._entry, map(self._row, self._things))

    def _row(self, thing: bytes) -> bytes:
        return self._journal.read(*_PLACE.unpack(thing[-_PLACE.size :]))

    def _entry(self, row: bytes) -> Entry:
        return Entry.read(json.loads(row))


def _findings(findings: Sequence[Finding]) -> bytes:
    return dump([one.plain() for one in findings])[:-1] if findings else b"[]"


def _has_sha512(packed: bytes) -> bool:
    return any(packed[_AT["sha512"]])


def _packed(entry: Entry, secret: bytes) -> bytes:
    digests = entry.digests
    leaf = Leaf(entry.path, entry.size, digests["sha256"])
    sha256, blake3, sha512 = (bytes.fromhex(digests.get(name, "")) for name in ("sha256", "blake3", "sha512"))
    return b"%b\0%b" % (entry.path.encode(), _SUMS.pack(sha256, blake3, leaf.hash(leaf.salt(secret)), sha512))
