"""A text file as blocks of whole lines, each with its place; what was taken can be put back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

# A row longer than this is no row: a quote that is never closed, or no text at all.
LONGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Block:
    """Whole lines, and where the first begins; *cut* tells that the line is longer than any row may be."""

    data: bytes
    start: int
    cut: bool = False

    @property
    def end(self) -> int:
        """Where the next block begins."""
        return self.start + len(self.data)

    @cached_property
    def lines(self) -> int:
        """How many lines there are."""
        return self.data.count(b"\n") + (self.data[-1:] != b"\n")


class Tape:
    """Reads a text forward, in blocks that end with a line."""

    def __init__(self, chunks: Iterable[bytes], start: int, size: int) -> None:
        """Read *chunks*, the first of which begins at *start*; give blocks of about *size* bytes."""
        self._chunks = iter(chunks)
        self._held = b""
        self._at = start
        self._size = size

    def block(self) -> Block | None:
        """Give the next lines; None at the end."""
        self._fill(self._size)
        if not self._held:
            return None
        cut = self._line_end(self._size)
        while not cut and len(self._held) < LONGEST:
            before = len(self._held)
            self._fill(before + self._size)
            cut = self._line_end(len(self._held)) if len(self._held) > before else before
        data = self._take(cut or LONGEST)
        return Block(data, self._at - len(data), cut=not cut)

    def back(self, data: bytes) -> None:
        """Put back what was taken last."""
        self._held = data + self._held
        self._at -= len(data)

    def _fill(self, size: int) -> None:
        if len(self._held) >= size:
            return
        parts, length = [self._held], len(self._held)
        while length < size and (chunk := next(self._chunks, b"")):
            parts.append(chunk)
            length += len(chunk)
        self._held = b"".join(parts)

    def _line_end(self, size: int) -> int:
        """Give where the last line within *size* bytes ends; files of old have lines that end with CR alone."""
        end = self._held.rfind(b"\n", 0, size) + 1
        return end or (self._held.rfind(b"\r", 0, min(size, len(self._held) - 1)) + 1)

    def _take(self, length: int) -> bytes:
        data, self._held = self._held[:length], self._held[length:]
        self._at += len(data)
        return data
