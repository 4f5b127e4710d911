"""The members of a tar, read once from start to end: ustar, pax and GNU forms, with limits on what a header may hold."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass

from .streams import PIECE, Damaged, Stream

BLOCK = 512
MAX_EXTENDED = 256 * 1024
_LONG = {b"L": "path", b"K": "linkpath"}
_KINDS = {b"0": "file", b"\0": "file", b"7": "file", b"S": "file", b"1": "link", b"2": "link", b"5": "folder"}


@dataclass(frozen=True, slots=True)
class TarMember:
    """A member: its name as bytes, its kind, what it links to, and what its header says of it."""

    name: bytes
    kind: str
    size: int
    mode: int
    modified: float
    target: bytes = b""
    sparse: bool = False


class TarListing:
    """Reads the members of a tar in order."""

    def __init__(self, stream: Stream) -> None:
        """Read from *stream*."""
        self._stream = stream
        self._left = 0
        self._padding = 0

    def __iter__(self) -> Iterator[TarMember]:
        """Give each member; its content is passed over unless it is read.

        Raises:
            Damaged: a header is malformed, or the tar breaks off.
            Exhausted: too much was unpacked.
        """
        said: dict[str, bytes] = {}
        while block := self._header():
            info = _parsed(block)
            if info.type in (b"x", b"g", b"L", b"K"):
                if info.size > MAX_EXTENDED:
                    raise Damaged(f"an extended header of {info.size} bytes")
                data = self._exactly(_padded(info.size))[: info.size]
                if info.type == b"x":
                    said |= _records(data)
                elif info.type != b"g":
                    said[_LONG[info.type]] = data.rstrip(b"\0")
                continue
            sparse = info.type == b"S" or any(name.startswith("GNU.sparse.") for name in said)
            if info.type == b"S":
                self._pass_maps(block)
            member = _member(info, said, sparse=sparse)
            said = {}
            self._left = member.size if member.kind == "file" else 0
            self._padding = _padded(self._left) - self._left
            yield member
            for _ in self.content():
                pass
            self._exactly(self._padding)

    def content(self) -> Iterator[bytes]:
        """Give the bytes of the member that was given last.

        Raises:
            Damaged: the tar breaks off.
            Exhausted: too much was unpacked.
        """
        while self._left:
            piece = self._exactly(min(PIECE, self._left))
            self._left -= len(piece)
            yield piece

    def _header(self) -> bytes:
        block = self._stream.read(BLOCK)
        if block and len(block) < BLOCK:
            raise Damaged("it breaks off")
        return block if block.strip(b"\0") else b""

    def _pass_maps(self, block: bytes) -> None:
        """Pass over the further maps of an old GNU sparse member."""
        more = block[482]
        while more:
            more = self._exactly(BLOCK)[504]

    def _exactly(self, size: int) -> bytes:
        data = self._stream.read(size)
        if len(data) != size:
            raise Damaged("it breaks off")
        return data


def _parsed(block: bytes) -> tarfile.TarInfo:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError, OverflowError) as e:
        raise Damaged(f"a malformed header ({e})") from e
    if info.size < 0:
        raise Damaged("a negative size")
    return info


def _records(data: bytes) -> dict[str, bytes]:
    """Read the records of an extended header (POSIX pax): length, name and value each."""
    found, at = {}, 0
    while at < len(data):
        digits, blank, _ = data[at : at + 10].partition(b" ")
        length = int(digits) if blank and digits.isdigit() else 0
        name, equals, value = data[at + len(digits) + 1 : at + length].partition(b"=")
        if not equals or not value.endswith(b"\n"):
            raise Damaged("a malformed extended header")
        found[name.decode("utf-8", "backslashreplace")] = value[:-1]
        at += length
    return found


def _member(info: tarfile.TarInfo, said: dict[str, bytes], *, sparse: bool) -> TarMember:
    name = said.get("GNU.sparse.name") or said.get("path") or _raw(info.name)
    try:
        size = int(said.get("size", info.size))
        modified = float(said.get("mtime", info.mtime))
    except ValueError as e:
        raise Damaged("a malformed number in an extended header") from e
    if size < 0:
        raise Damaged("a negative size")
    target = said.get("linkpath") or _raw(info.linkname)
    kind = _KINDS.get(info.type, "special")
    return TarMember(name, kind, size, info.mode, modified, target if kind == "link" else b"", sparse)


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
