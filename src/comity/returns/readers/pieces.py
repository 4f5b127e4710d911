"""Cutting a stream of XML at the elements that count: each comes whole with its bytes, and so does what lies between.

Nothing is interpreted here. A comment or a section of plain text (CDATA) is never cut into, nor anything found in it.
Held in memory is one element, up to `LIMIT`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

LIMIT = 64 * 1024 * 1024
_OPAQUE = {b"<!--": b"-->", b"<![CDATA[": b"]]>", b"<?": b"?>"}
# As long as an element's own begin may be when it is not all there yet.
_MARGIN = 4096
_NAME = 128
OPAQUE = "#"


def narrow(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Write UTF-16 as UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for block in blocks:
        yield decoder.decode(block).encode("utf-8", "replace")


class Piece(NamedTuple):
    """A stretch of the stream: an element that counts (*name*), what is opaque (`#`), or what lies between (no name).

    *whole* is false for an element that is larger than `LIMIT`, or that the stream ends in; then *units* is how many it
    holds, and only its beginning is here.
    """

    name: str
    start: int
    data: bytes
    whole: bool = True
    units: int = 0

    @property
    def end(self) -> int:
        """The byte after its last."""
        return self.start + len(self.data)


class Pieces:
    """Cuts at elements of the local *names*; *count* is how many there are of *counted*, found apart from the cutting."""

    def __init__(self, blocks: Iterator[bytes], names: tuple[str, ...], counted: tuple[str, ...]) -> None:
        """Read from *blocks*."""
        self._blocks = blocks
        self._begin = re.compile(
            rb"<!--|<!\[CDATA\[|<\?|<((?:[A-Za-z_][\w.-]*+:)?(" + "|".join(names).encode() + rb"))(?=[\s/>])"
        )
        self._counted = re.compile(rb"<(?:[A-Za-z_][\w.-]*+:)?(?:" + "|".join(counted).encode() + rb")[\s/>]")
        self._ends: dict[bytes, tuple[re.Pattern[bytes], re.Pattern[bytes]]] = {}
        self._data, self._at, self._from = b"", 0, 0
        self._tail, self._ended = b"", False
        self.count = 0

    def units_in(self, data: bytes) -> int:
        """Count the elements that count in some bytes."""
        return len(self._counted.findall(data))

    def __iter__(self) -> Iterator[Piece]:
        """Give piece after piece, without a gap."""
        while True:
            match = self._begin.search(self._data, self._at)
            if match is None:
                yield from self._between()
                if self._ended:
                    return
                self._more()
                continue
            if match.start() > self._at:
                yield self._taken("", match.start())
            name = match[2].decode() if match[2] else OPAQUE
            stop = self._stop(match[0], match[1])
            yield self._taken(name, stop) if stop >= 0 else self._broken(name, match[1])

    def drain(self) -> None:
        """Read the rest, only to count."""
        while not self._ended:
            self._at = len(self._data)
            self._more()

    def _between(self) -> Iterator[Piece]:
        """Give what holds no element, as far as none can begin in it."""
        stop = len(self._data) if self._ended else self._data.rfind(b"<", self._at)
        if stop < 0 and len(self._data) - self._at > LIMIT:
            stop = len(self._data)
        if stop > self._at:
            yield self._taken("", stop)

    def _more(self) -> None:
        """Read a block; what has been given is let go."""
        block = next(self._blocks, b"")
        self._ended = not block
        data = self._tail + block
        self.count += self.units_in(data) - self.units_in(self._tail)
        last = data.rfind(b"<")
        self._tail = data[last:] if 0 <= len(data) - last <= _NAME and last >= 0 else b""
        self._from += self._at
        self._data, self._at = self._data[self._at :] + block, 0

    def _taken(self, name: str, stop: int) -> Piece:
        piece = Piece(name, self._from + self._at, self._data[self._at : stop])
        self._at = stop
        return piece

    def _stop(self, begin: bytes, name: bytes | None) -> int:
        """Find where what begins here ends, reading on as far as needed; -1 where it does not."""
        looked = 0
        while (stop := self._end_of(begin, name, looked)) < 0:
            looked = max(0, len(self._data) - self._at - _MARGIN)
            if self._ended or looked > LIMIT:
                return -1
            self._more()
        return stop

    def _end_of(self, begin: bytes, name: bytes | None, looked: int) -> int:
        if name is None:
            mark = _OPAQUE[begin]
            found = self._data.find(mark, self._at + max(len(begin), looked))
            return found + len(mark) if found >= 0 else -1
        first = self._data.find(b">", self._at)
        if first > 0 and self._data[first - 1] == ord("/"):
            return first + 1
        plain, careful = self._ends.get(name) or self._ends_of(name)
        end = plain.search(self._data, self._at + looked)
        if end is None:
            return -1
        stop = end.end()
        if self._data.find(b"<!", self._at, stop) < 0 and self._data.find(b"<?", self._at, stop) < 0:
            return stop
        for match in careful.finditer(self._data, self._at):
            if match[1]:
                return -1
            if match[2]:
                return match.end()
        return -1

    def _ends_of(self, name: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
        """Give the pattern of an element's end, and one that passes over what is opaque."""
        end = rb"</" + re.escape(name) + rb"\s*>"
        opaque = rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|(<!--|<!\[CDATA\[|<\?)|(" + end + rb")"
        if len(self._ends) > _NAME:
            self._ends.clear()
        self._ends[name] = re.compile(end), re.compile(opaque, re.DOTALL)
        return self._ends[name]

    def _broken(self, name: str, full: bytes | None) -> Piece:
        """Give the beginning of an element without an end, or of one that is too large, and how many units it holds."""
        units, start, kept = 0, self._from + self._at, self._data[self._at : self._at + _MARGIN]
        end = self._ends_of(full)[0] if full else re.compile(rb"-->|\]\]>|\?>")
        while (found := end.search(self._data, self._at)) is None and not self._ended:
            stop = max(self._data.rfind(b"<", self._at), len(self._data) - _MARGIN)
            units += self.units_in(self._data[self._at : stop])
            self._at = stop
            self._more()
        rest = self._taken(name, len(self._data) if found is None else found.end())
        return Piece(name, start, kept, False, units + self.units_in(rest.data))
