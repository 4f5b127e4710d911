"""The members of a container (zip, tar, Android backup), listed while it stays the file that it is.

One row each: name, size, packed size, CRC, SHA-256 of its bytes, and whether it is enciphered, damaged or itself a
container. Nothing is written under a member's name, and a nested container is not opened. A container that unpacks to far
more than its size is given up at a limit; what is known by then stands, and a finding says where it ended.
"""

from __future__ import annotations

import hashlib
import math
import stat
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from comity.kernel.text import odd

from . import kinds
from .model import name_of
from .streams import Budget, Damaged, Exhausted, Stream
from .tarlisting import TarListing
from .ziplisting import ZipListing, ZipMember

MAX_NAME = 4096
Report = Callable[[str, str], object]
Row = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """How far listing goes: unpacked bytes are at most *ratio* times the packed ones and *floor* more; how many members."""

    ratio: int = 50
    floor: int = 256 * 1024 * 1024
    members: int = 2_000_000

    def budget(self, size: int) -> Budget:
        """Give what a container of so many bytes may unpack to."""
        return Budget(size * self.ratio + self.floor)


LIMITS = Limits()


def list_members(path: Path, place: str, kind: str, report: Report, *, limits: Limits = LIMITS) -> Iterator[Row]:
    """List the members of the container at *path*, which stands at *place* in the item; tells *report* of findings."""
    listing = _Listing(place, report, limits)
    with path.open("rb") as file, path.open("rb") as again:
        size = path.stat().st_size
        try:
            yield from listing.rows(file, again, kind, limits.budget(size))
        except Damaged as e:
            report("container-damaged", f"{kind}: {e} (after {listing.number} members)")
        except Exhausted:
            report("container-bomb", f"{kind} of {size} bytes, given up after {listing.number} members")
    listing.sum_up()


class _Listing:
    """The listing of one container as it goes on."""

    def __init__(self, place: str, report: Report, limits: Limits) -> None:
        self.number = 0
        self._place, self._report, self._limits = place, report, limits
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}
        self._seen: set[bytes] = set()

    def rows(self, file: BinaryIO, again: BinaryIO, kind: str, budget: Budget) -> Iterator[Row]:
        """Give the row of each member; *again* is the same file opened once more."""
        if kind == "zip":
            yield from self._zip(ZipListing(file, again), budget)
            return
        packed = kind
        if kind == "android-backup":
            packed = self._backup(file)
        stream = Stream(file, packed, budget)
        if kind in ("gzip", "bzip2", "xz"):
            head = stream.peek(kinds.HEAD)
            if head[257:262] != b"ustar":
                return  # one packed file, not a container
        if packed != "closed":
            yield from self._tar(stream)

    def sum_up(self) -> None:
        """Tell of what was found on members, once a kind."""
        for code, count in sorted(self._counts.items()):
            self._report(code, f"{count}, the first: {self._first[code]}")

    def _zip(self, listing: ZipListing, budget: Budget) -> Iterator[Row]:
        for member in listing:
            row = self._row(member.name)
            row |= {"kind": _zip_kind(member), "size": member.size, "packed": member.packed}
            row |= {"crc32": f"{member.crc:08x}", "modified": member.modified}
            if member.encrypted:
                row["encrypted"] = True
                self._count("member-encrypted", member.name)
            elif row["kind"] != "folder":
                row |= self._digest(member.name, listing, member, budget)
            yield row

    def _digest(self, name: bytes, listing: ZipListing, member: ZipMember, budget: Budget) -> Row:
        """Read a member; gives its digest, or what is wrong with it."""
        try:
            size, crc, row = _read(_spent(listing.content(member), budget))
            if (size, crc) != (member.size, member.crc):
                raise Damaged(f"{size} bytes with the CRC {crc:08x}, other than its directory says")
        except Damaged as e:
            self._count("member-damaged", name)
            return {"fault": str(e)}
        return row

    def _tar(self, stream: Stream) -> Iterator[Row]:
        listing = TarListing(stream)
        for member in listing:
            row = self._row(member.name) | {
                "kind": member.kind,
                "size": member.size,
                "modified": _when(member.modified),
            }
            row |= {"mode": f"{member.mode & 0o7777:04o}"} | (
                {"target": name_of(member.target)} if member.target else {}
            )
            row |= {"sparse": True} if member.sparse else {}
            if member.kind == "file":
                row |= _read(listing.content())[2]
            yield row

    def _backup(self, file: BinaryIO) -> str:
        """Read the head of an Android backup; gives how what follows is packed."""
        lines = file.read(128).split(b"\n")
        if len(lines) < 5 or lines[2] not in (b"0", b"1"):
            raise Damaged("a malformed head")
        if lines[3] != b"none":
            self._report("container-encrypted", f"android-backup, {lines[3][:40].decode('ascii', 'backslashreplace')}")
            return "closed"
        file.seek(sum(len(line) + 1 for line in lines[:4]))
        return "zlib" if lines[2] == b"1" else ""

    def _row(self, name: bytes) -> Row:
        self.number += 1
        if self.number > self._limits.members:
            raise Exhausted
        if _strange(name):
            self._count("member-name", name)
        key = hashlib.blake2b(name, digest_size=12).digest()
        if key in self._seen:
            self._count("member-twice", name)
        self._seen.add(key)
        return {"container": self._place, "number": self.number} | name_of(name[:MAX_NAME])

    def _count(self, code: str, name: bytes) -> None:
        self._counts[code] = self._counts.get(code, 0) + 1
        self._first.setdefault(code, name[:200].decode("utf-8", "backslashreplace"))


def _spent(pieces: Iterable[bytes], budget: Budget) -> Iterator[bytes]:
    for piece in pieces:
        budget.spend(len(piece))
        yield piece


def _read(pieces: Iterable[bytes]) -> tuple[int, int, Row]:
    """Read a member once: its size, its CRC, and its row with digest and, if it is a container itself, of which kind."""
    digest, crc, size, head = hashlib.sha256(), 0, 0, b""
    for piece in pieces:
        digest.update(piece)
        crc, size = zlib.crc32(piece, crc), size + len(piece)
        if len(head) < kinds.HEAD:
            head += piece[: kinds.HEAD]
    kind = kinds.kind_of(head, b"")
    nested = {"holds": kind} if kind in kinds.CONTAINERS or kind in kinds.IMAGES or kind in kinds.CLOSED else {}
    return size, crc, {"sha256": digest.hexdigest()} | nested


def _zip_kind(member: ZipMember) -> str:
    if member.name.endswith(b"/"):
        return "folder"
    return "link" if stat.S_ISLNK(member.mode) else "file"


def _strange(name: bytes) -> bool:
    """Tell whether a name leads out of a folder, or holds what people do not see."""
    text = name.decode("utf-8", "backslashreplace").replace("\\", "/")
    out = text.startswith("/") or text[1:3] == ":/" or ".." in text.split("/")
    return out or not name or bool(odd(text)) or len(name) > MAX_NAME


def _when(seconds: float) -> str:
    """Give the time of a member; nothing where no calendar reaches it."""
    if not math.isfinite(seconds) or not -62135596800 <= seconds < 253402300800:
        return ""
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
