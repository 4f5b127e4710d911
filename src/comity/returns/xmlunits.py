"""The units of an XML document, one after the other, each as a small tree with its own bytes.

Nothing is fetched or expanded: a document type ends the reading before any entity could mean something. Names are given
without their namespaces, whose versions differ between senders. Held in memory is one unit.
"""

from __future__ import annotations

import codecs
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK = 128 * 1024
MOST = 16 * 1024 * 1024  # bytes of one unit
DEEPEST = 200
NODES = 100_000  # in one unit
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(slots=True)
class Node:
    """An element: its local name, namespace, attributes by local name, own text, and children."""

    name: str
    space: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def get(self, *path: str) -> Node | None:
        """Give the first element at a path of local names."""
        return next(iter(self.every(*path)), None)

    def every(self, *path: str) -> Iterable[Node]:
        """Give every element at a path of local names."""
        found: Iterable[Node] = (self,)
        for name in path:
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def say(self, *path: str) -> str:
        """Give the text of the first element at a path, without blanks around it; empty where there is none."""
        node = self.get(*path)
        return node.text.strip() if node else ""

    def walk(self) -> Iterator[Node]:
        """Give the element and everything under it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: its tree, the names of the elements it is in, its bytes and what stands there.

    There is no *span* where the document is in UTF-16, which is read through a UTF-8 of it.
    """

    node: Node
    path: tuple[str, ...]
    span: tuple[int, int] | None
    raw: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the document cannot be read further: the code of the finding, what was found, and whether in a unit."""

    code: str
    found: str
    at: int
    inside: bool = False


class _Stop(Exception):
    def __init__(self, code: str, found: str) -> None:
        super().__init__(found)
        self.code, self.found = code, found


def units(stream: BinaryIO, names: Collection[str]) -> Iterator[Unit | Broken]:
    """Yield each outermost element whose local name is one of *names*; what cannot be read ends it with a `Broken`."""
    first = stream.read(BLOCK)
    wide = first.startswith(_WIDE)
    walk = _Walk(names, "utf-8" if wide else None)
    try:
        for data in _narrow(first, stream) if wide else _blocks(first, stream):
            walk.feed(data)
            yield from walk.done(wide)
        walk.feed(b"", last=True)
        yield from walk.done(wide)
    except (_Stop, expat.ExpatError) as e:
        yield from walk.done(wide)
        code, found = (e.code, e.found) if isinstance(e, _Stop) else ("damaged", str(e)[:200])
        yield Broken(code, found, walk.at, walk.inside)
    except (LookupError, ValueError) as e:  # an encoding that there is not, or that the parser does not read
        yield Broken("text_undecodable", str(e)[:200], walk.at, walk.inside)


def _blocks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    yield first
    while data := stream.read(BLOCK):
        yield data


def _narrow(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Write UTF-16 as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    for data in _blocks(first, stream):
        yield decoder.decode(data).encode()
    decoder.decode(b"", True)


@lru_cache(maxsize=10_000)
def _split(name: str) -> tuple[str, str]:
    """Part a namespace from a local name."""
    space, _, local = name.rpartition(" ")
    return space, local


class _Walk:
    """Hears the parser, and keeps the bytes of the unit that it is in."""

    def __init__(self, names: Collection[str], encoding: str | None) -> None:
        self._names = frozenset(names)
        self._path: list[str] = []
        self._open: list[Node] = []
        self._done: list[tuple[Node, tuple[str, ...], int, int]] = []
        self._start, self._nodes = -1, 0
        self._held, self._from = b"", 0
        self._parser = parser = expat.ParserCreate(encoding, namespace_separator=" ")
        self._encoding = "utf-8"
        parser.buffer_size, parser.buffer_text = 1 << 20, True
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        if not encoding:
            parser.XmlDeclHandler = self._declared

    @property
    def at(self) -> int:
        """The byte that the parser is at."""
        return max(0, self._parser.CurrentByteIndex)

    @property
    def inside(self) -> bool:
        """Say whether a unit has begun and not ended."""
        return self._start >= 0

    def feed(self, data: bytes, *, last: bool = False) -> None:
        """Let the parser read on."""
        self._held += data
        if len(self._held) > MOST + BLOCK:
            raise _Stop("too_large", f"an element of more than {MOST} bytes")
        self._parser.Parse(data, last)

    def done(self, wide: bool) -> Iterator[Unit]:
        """Give the units that have ended, and let go the bytes behind them."""
        for node, path, start, last in self._done:
            first, last = start - self._from, last - self._from
            # The parser's place is behind an element that closes itself, and before the end tag of any other.
            alone = not node.children and not node.text and self._held[first:last].endswith(b"/>")
            end = last if alone else self._held.find(b">", last) + 1
            span = None if wide else (start, end + self._from)
            yield Unit(node, path, span, self._held[first:end].decode(self._encoding, "replace"))
        self._done.clear()
        keep = min(self._start if self.inside else self.at, self.at)
        self._held, self._from = self._held[keep - self._from :], keep

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        space, local = _split(name)
        if len(self._path) >= DEEPEST:
            raise _Stop("too_deep", f"more than {DEEPEST} elements in each other")
        if self._open or local in self._names:
            self._nodes = self._nodes + 1 if self._open else 1
            if self._nodes > NODES:
                raise _Stop("too_large", f"more than {NODES} elements in one")
            node = Node(
                local, space, {_split(key)[1]: value for key, value in attributes.items()} if attributes else {}
            )
            if self._open:
                self._open[-1].children.append(node)
            else:
                self._start = self.at
            self._open.append(node)
        self._path.append(local)

    def _end(self, name: str) -> None:
        self._path.pop()
        if self._open:
            node = self._open.pop()
            if not self._open:
                self._done.append((node, tuple(self._path), self._start, self.at))
                self._start = -1

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text

    def _declared(self, version: str, encoding: str | None, standalone: int) -> None:
        self._encoding = encoding or self._encoding

    def _doctype(self, *_: object) -> None:
        raise _Stop("active_content", "a document type, which may hold entities")
