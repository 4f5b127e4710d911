"""The members of a zip by its central directory, one by one, in constant memory; nothing is unpacked to disk.

Read are plain zips and zip64, also with something before them. What a member says of itself is held against its local
header, its size and its CRC. Several that lie over each other, or one that unpacks without end, use up the budget.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from .streams import PIECE, Damaged

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX = 0xFFFFFFFF
_TAIL = 65535 + _END.size
STORED, DEFLATED, AES = 0, 8, 99


@dataclass(frozen=True, slots=True)
class ZipMember:
    """A member as the central directory has it."""

    name: bytes
    flags: int
    method: int
    modified: str
    crc: int
    packed: int
    size: int
    offset: int
    mode: int

    @property
    def encrypted(self) -> bool:
        """Tell whether its bytes are enciphered."""
        return bool(self.flags & 1) or self.method == AES


class ZipListing:
    """Reads the members of a zip."""

    def __init__(self, file: BinaryIO, directory: BinaryIO) -> None:
        """Find the central directory; *directory* is the same file opened once more, to be read in order.

        Raises:
            Damaged: there is none.
        """
        self._file, self._rows = file, directory
        self._end = file.seek(0, 2)
        self.count, self._size, start = self._directory()
        self._start = start

    def _directory(self) -> tuple[int, int, int]:
        at = max(0, self._end - _TAIL)
        self._file.seek(at)
        tail = self._file.read(_TAIL)
        found = tail.rfind(b"PK\x05\x06")
        if found < 0 or len(tail) - found < _END.size:
            raise Damaged("no end of its directory")
        _, disk, first, _, count, size, offset, _ = _END.unpack_from(tail, found)
        place = at + found
        if disk or first:
            raise Damaged("a part of a zip in several files")
        if _MAX in (size, offset) or count == 0xFFFF:
            count, size, offset, place = self._end64(place) or (count, size, offset, place)
        self._shift = place - size - offset
        if self._shift < 0 or size > self._end:
            raise Damaged("its directory lies outside of it")
        return count, size, place - size

    def _end64(self, place: int) -> tuple[int, int, int, int] | None:
        self._file.seek(max(0, place - _LOCATOR.size))
        raw = self._file.read(_LOCATOR.size)
        if len(raw) < _LOCATOR.size or not raw.startswith(b"PK\x06\x07"):
            return None
        _, _, at, _ = _LOCATOR.unpack(raw)
        for where in (at, place - _LOCATOR.size - _END64.size):
            if 0 <= where <= self._end - _END64.size:
                self._file.seek(where)
                row = self._file.read(_END64.size)
                if row.startswith(b"PK\x06\x06"):
                    *_, count, size, offset = _END64.unpack(row)
                    return count, size, offset, where
        raise Damaged("no end of its directory of 64 bits")

    def __iter__(self) -> Iterator[ZipMember]:
        """Give each member.

        Raises:
            Damaged: the directory breaks off or is malformed.
        """
        at, end, number = self._start, self._start + self._size, 0
        self._rows.seek(at)
        while at < end:
            row = self._rows.read(_CENTRAL.size)
            if len(row) < _CENTRAL.size or not row.startswith(b"PK\x01\x02"):
                raise Damaged(f"its directory breaks off after {number} members")
            fields = _CENTRAL.unpack(row)
            name, extra, _ = (self._rows.read(length) for length in fields[10:13])
            at += _CENTRAL.size + sum(fields[10:13])
            number += 1
            yield _member(fields, name, extra)
        if number != self.count:
            raise Damaged(f"{number} members in its directory, which says {self.count}")

    def content(self, member: ZipMember) -> Iterator[bytes]:
        """Give the bytes of a member, unpacked, piece by piece.

        Raises:
            Damaged: they are not there, malformed, or packed in a way that is not read.
        """
        self._file.seek(self._shift + member.offset)
        row = self._file.read(_LOCAL.size)
        if len(row) < _LOCAL.size or not row.startswith(b"PK\x03\x04"):
            raise Damaged("no such member where the directory says")
        fields = _LOCAL.unpack(row)
        if self._file.read(fields[9]) != member.name:
            raise Damaged("its own name is another than that of the directory")
        start = self._shift + member.offset + _LOCAL.size + fields[9] + fields[10]
        pieces = self._raw(start, member.packed)
        if member.method == STORED:
            return pieces
        if member.method == DEFLATED:
            return _inflated(pieces)
        raise Damaged(f"packed by method {member.method}, which is not read")

    def _raw(self, at: int, size: int) -> Iterator[bytes]:
        while size:
            self._file.seek(at)
            piece = self._file.read(min(PIECE, size))
            if not piece:
                raise Damaged("it breaks off")
            at, size = at + len(piece), size - len(piece)
            yield piece


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    engine = zlib.decompressobj(-15)
    try:
        for piece in pieces:
            while piece:
                if out := engine.decompress(piece, PIECE):
                    yield out
                piece = engine.unconsumed_tail
            if engine.eof:
                return
        while not engine.eof and (out := engine.decompress(b"", PIECE)):
            yield out
    except zlib.error as e:
        raise Damaged(f"it does not unpack ({e})") from e
    if not engine.eof:
        raise Damaged("it breaks off")


def _member(fields: tuple[int, ...], name: bytes, extra: bytes) -> ZipMember:
    _, made, _, flags, method, time, date, crc, packed, size = fields[:10]
    offset = fields[-1]
    large = _extra64(extra)
    if size == _MAX and large:
        size = large.pop(0)
    if packed == _MAX and large:
        packed = large.pop(0)
    if offset == _MAX and large:
        offset = large.pop(0)
    mode = fields[-2] >> 16 if made >> 8 == 3 else 0
    return ZipMember(name, flags, method, _written(date, time), crc, packed, size, offset, mode)


def _extra64(extra: bytes) -> list[int]:
    """Give the numbers of 64 bits in a member's extra fields."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            data = extra[at + 4 : at + 4 + length]
            return [number for (number,) in struct.iter_unpack("<Q", data[: len(data) // 8 * 8])]
        at += 4 + length
    return []


def _written(date: int, time: int) -> str:
    """Give the time of a member as it is written: local time of an unknown zone, in steps of two seconds."""
    return f"{(date >> 9) + 1980:04}-{date >> 5 & 15:02}-{date & 31:02}T{time >> 11:02}:{time >> 5 & 63:02}:{(time & 31) * 2:02}"
