"""Packed streams read piece by piece, with memory that what is packed cannot drive up, and a budget of unpacked bytes."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

PIECE = 256 * 1024
MAX_MEMORY = 256 * 1024 * 1024


class Damaged(Exception):
    """What is read is malformed, breaks off, or is of a kind that is not read; the reason in words."""


class Exhausted(Exception):
    """More was unpacked than the limits allow."""


@dataclass
class Budget:
    """How many bytes may still be unpacked."""

    left: int

    def spend(self, size: int) -> None:
        """Take note of unpacked bytes.

        Raises:
            Exhausted: there are too many.
        """
        self.left -= size
        if self.left < 0:
            raise Exhausted


class Engine(Protocol):
    """What unpacks one stream, as `bz2` and `lzma` have it."""

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more input."""

    @property
    def unused_data(self) -> bytes:
        """What came after the end."""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Give at most so many bytes."""


class Inflating:
    """zlib in the manner of `bz2` and `lzma`."""

    def __init__(self, bits: int) -> None:
        """Read streams of the kind that *bits* says, as zlib has it."""
        self._engine = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        """Whether the stream ended."""
        return self._engine.eof

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes without more input."""
        return not self._engine.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What came after the end."""
        return self._engine.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Give at most so many bytes."""
        return self._engine.decompress(self._engine.unconsumed_tail + data, max_length)


ENGINES: dict[str, Callable[[], Engine]] = {
    "gzip": lambda: Inflating(31),
    "zlib": lambda: Inflating(15),
    "bzip2": bz2.BZ2Decompressor,
    "xz": lambda: lzma.LZMADecompressor(memlimit=MAX_MEMORY),
}


class Stream:
    """The bytes of a file, unpacked if it is packed, to be read in order."""

    def __init__(self, file: BinaryIO, packed: str, budget: Budget) -> None:
        """Read *file* from where it stands; *packed* names an engine, or nothing."""
        self._file, self._budget = file, budget
        self._new = ENGINES.get(packed)
        self._engine = self._new() if self._new else None
        self._buffer, self._at = b"", 0
        self._ended = False

    def read(self, size: int) -> bytes:
        """Give the next *size* bytes, fewer only at the end.

        Raises:
            Damaged: it does not unpack.
            Exhausted: too much was unpacked.
        """
        if len(self._buffer) - self._at < size:
            self._fill(size)
        piece = self._buffer[self._at : self._at + size]
        self._at += len(piece)
        return piece

    def peek(self, size: int) -> bytes:
        """Give the next *size* bytes and leave them to be read.

        Raises:
            Damaged, Exhausted: as `read`.
        """
        self._fill(size)
        return self._buffer[self._at : self._at + size]

    def _fill(self, size: int) -> None:
        """Have the next *size* bytes at hand, unless the end comes before."""
        pieces = [self._buffer[self._at :]]
        have = len(pieces[0])
        while have < size and not self._ended:
            pieces.append(self._more())
            have += len(pieces[-1])
        self._buffer, self._at = b"".join(pieces), 0

    def _more(self) -> bytes:
        if self._engine is None:
            piece = self._file.read(PIECE)
            self._ended = not piece
        else:
            piece = self._unpacked(self._engine)
        self._budget.spend(len(piece))
        return piece

    def _unpacked(self, engine: Engine) -> bytes:
        try:
            data = b""
            if engine.eof:
                data = engine.unused_data or self._file.read(PIECE)
                if not data.strip(b"\0"):
                    self._ended = True
                    return b""
                assert self._new
                self._engine = engine = self._new()
            elif engine.needs_input:
                data = self._file.read(PIECE)
            out = engine.decompress(data, PIECE)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError) as e:
            raise Damaged(f"it does not unpack ({e})") from e
        if not (out or data or engine.eof):
            raise Damaged("it breaks off")
        return out
