"""The fields of SWIFT messages out of a stream of bytes: `:61:` and what follows, up to the next field.

A field begins where a line begins with two digits, perhaps a letter, between colons; or `NS`, where banks say what SWIFT
does not foresee. Lines may end in CR LF, LF or CR.
A message ends with a line that begins with a hyphen; what stands between messages is the envelope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

LIMIT = 4 * 1024 * 1024
# The colon stands first, what must be before it behind it: a pattern that begins with a plain sign is found much faster.
_FIELD = re.compile(rb":(?<![^\r\n]:)([0-9]{2}[A-Za-z]?|NS):")
_COUNTED = re.compile(rb":(?<=[\r\n]:)(?:[0-9]{2}[A-Za-z]?|NS):")
_END = re.compile(rb"[\r\n]-(?=[}\s]|\Z)|[\r\n]?-\}")
# Blocks of the envelope, closed or left open for text; the lines that banks put before a message.
_ENVELOPE = re.compile(
    rb"(?:[\s\x00-\x20]|\{[0-9A-Z]{1,3}:[^{}]*(?:\{[^{}]*\}[^{}]*)*\}?|[-}]|:?94[02]:?(?=\s)|[A-Z]{6}[A-Z0-9]{2,6}(?=\s))*"
)
_TAG = 6


class Field(NamedTuple):
    """One field: its number in the file from 1, its tag, its bytes from and to, and what it says.

    The body ends before the next field, or before the end of the message. *rest* is what stands after the end of the message and is no envelope. *cut* tells that there was more than is held.
    """

    row: int
    tag: str
    start: int
    end: int
    body: bytes
    rest: bytes = b""
    cut: bool = False


class Fields:
    """Reads the fields of a stream; *count* is their number, counted apart from their reading."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        """Read from *blocks*."""
        self._blocks = blocks
        self._tail = b"\n"
        self.count = 0
        self.before = b""

    def __iter__(self) -> Iterator[Field]:
        """Give one field after the other; at most one and a block are held."""
        held, at, row, cut = b"", 0, 0, False
        for block in self._ended():
            between, *pieces = _FIELD.split(held + block)
            if row == 0 and pieces:
                self.before = _strange(between.removeprefix(b"\xef\xbb\xbf"))
            start, kept = at + len(between), len(pieces) if not block else max(0, len(pieces) - 2)
            for tag, body in zip(pieces[:kept:2], pieces[1:kept:2], strict=True):
                row += 1
                yield _field(row, tag, start, body, cut=cut)
                start, cut = start + len(tag) + 2 + len(body), False
            held, at = b":%b:%b" % tuple(pieces[kept:]) if pieces[kept:] else (held + block)[-_TAG:], start
            if not pieces:
                at = start - len(held)
            if len(held) > LIMIT:
                at += len(held) - LIMIT
                held, cut = held[:LIMIT], True

    def _ended(self) -> Iterator[bytes]:
        """Give the blocks, counted, and an empty one at the end."""
        for block in self._blocks:
            data = self._tail + block
            self.count += len(_COUNTED.findall(data)) - len(_COUNTED.findall(self._tail))
            self._tail = data[-_TAG + 1 :]
            yield block
        yield b""


def _field(row: int, tag: bytes, start: int, body: bytes, *, cut: bool) -> Field:
    name, rest = tag.decode("ascii"), b""
    if b"\n-" in body or b"\r-" in body or b"-}" in body:
        stop = _END.search(body)
        if stop:
            body, rest = body[: stop.start()], _strange(body[stop.end() :])
    return Field(row, name, start, start + len(tag) + 2 + len(body), body, rest, cut)


def _strange(between: bytes) -> bytes:
    """Give what is no envelope between two messages."""
    match = _ENVELOPE.match(between)
    return between[match.end() if match else 0 :].strip()
