"""Taking one file: copied and hashed in one pass, and looked at again afterwards, so that a change is seen.

    1. open without following a link out of the source, and, where the system lets us, without touching the time of last reading;
    2. read every byte once: SHA-256, BLAKE3 (SHA-512 when asked for) and the copy get the same bytes; the holes of a
       sparse file are hashed as the zeros they are, noted, and left as holes in the copy;
    3. compare device, inode, size and times of what stands under the name now with those before: if anything differs,
       once more from 1; if it differs again, that is a finding, and what was read stays.

What cannot be read is a finding with the machine's reason. Memory: two buffers of 4 MiB a thread.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Any

import blake3

from comity.packages.container import Advance, pour
from comity.packages.errors import BadContainer
from comity.packages.writer import STRIDE

from .attributes import attributes_of
from .errors import EvidenceUnwritable
from .holes import pour_zeros, segments
from .kinds import HEAD
from .listing import CHUNK, Found, open_at, open_spared, open_within
from .model import Entry, Finding, Origin

_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
SMALL = 256 * 1024
ALGORITHMS: dict[str, Callable[..., Any]] = {
    "sha256": hashlib.sha256,
    "sha512": hashlib.sha512,
    "blake3": blake3.blake3,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one thing at the source; *head* are the first bytes of its copy, which tell what it is."""

    entry: Entry
    findings: tuple[Finding, ...] = ()
    head: bytes = field(default=b"", compare=False, repr=False)


class _Fault(Exception):
    """Reading failed; the reason in the machine's words."""


class Taker:
    """Takes files into one item's folder."""

    def __init__(self, folder: Path, algorithms: tuple[str, ...], *, copying: bool = True) -> None:
        """Work in *folder*, with these digests; what stands there already is only read, not copied."""
        self._folder = str(folder)
        self._algorithms = algorithms
        self._copying = copying
        self._made: set[str] = set()

    def take(self, found: Found, advance: Advance) -> Taken:
        """Take one file, telling *advance* of the bytes read.

        Raises:
            EvidenceUnwritable: the machine cannot write the copy.
        """
        if found.origin.size <= SMALL and (small := self._small(found, advance)):
            return small
        try:
            taken, same = self._read(found, found.origin, advance)
            if same:
                return taken
            taken, same = self._read(found, None, advance)
            code = "settled" if same else "changed"
            return replace(taken, findings=(*taken.findings, Finding(code, found.name)))
        except _Fault as e:
            return Taken(Entry(found.kind, found.name, found.origin), (Finding("unreadable", found.name, str(e)),))

    def _small(self, found: Found, advance: Advance) -> Taken | None:
        """Take a small file at rest, in as few steps as there are; gives nothing for one that needs the long way."""
        origin, size = found.origin, found.origin.size
        try:
            fd = open_spared(found.path, _READ)
        except OSError:
            return None
        try:
            info = os.fstat(fd)
            data = os.pread(fd, size + 1, 0)
            if len(data) != size or info.st_blocks * 512 < size or _all(info) != _all_of(origin):
                return None
            attributes = attributes_of(fd)
        except OSError:
            return None
        finally:
            os.close(fd)
        digests = {name: ALGORITHMS[name](data).hexdigest() for name in self._algorithms}
        self._put(f"{self._folder}/{found.place}", data, origin)
        advance(size)
        if _named(found.path) != origin.state:
            return None
        entry = Entry(found.kind, found.name, origin, found.place, size, digests, attributes=attributes)
        return Taken(entry, head=data[:HEAD])

    def _put(self, path: str, data: bytes, origin: Origin) -> None:
        if not self._copying:
            return
        with _Writing(path):
            out = self._create(path)
            try:
                if os.write(out, data) != len(data):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                os.utime(out, ns=(origin.atime, origin.mtime))
            finally:
                os.close(out)

    def _read(self, found: Found, known: Origin | None, advance: Advance) -> tuple[Taken, bool]:
        """Read once; tell also whether the file stood still, and since it was *known* if it was."""
        fd, info = _open(found)
        try:
            before = Origin.of(info, atime=found.origin.atime)
            if not stat.S_ISREG(before.mode):
                raise _Fault("it is no regular file any more")
            attributes = attributes_of(fd)
            copied = self._copy(fd, info, found.place, advance)
        finally:
            os.close(fd)
        findings = (Finding("cut-short", found.name, copied.fault),) if copied.fault else ()
        digests, holes = copied.digests, tuple(copied.holes)
        entry = Entry(found.kind, found.name, before, found.place, copied.size, digests, holes, attributes=attributes)
        same = before.state == _named(found.path) == (known or before).state
        return Taken(entry, findings, copied.head), same and (copied.size == before.size or bool(copied.fault))

    def _copy(self, fd: int, before: os.stat_result, place: str, advance: Advance) -> Copy:
        path = f"{self._folder}/{place}" if self._copying else os.devnull
        with _Writing(path):
            out = self._create(path) if self._copying else os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            copy = Copy(path, out, self._algorithms, advance)
            copy.fill(fd, before.st_size, sparse=before.st_blocks * 512 < before.st_size)
            if not self._copying:
                return copy
            with _Writing(path):
                if copy.holes:
                    os.ftruncate(out, copy.size)
                os.utime(out, ns=(before.st_atime_ns, before.st_mtime_ns))
        finally:
            os.close(out)
        return copy

    def _create(self, path: str) -> int:
        folder = path.rpartition("/")[0]
        if folder not in self._made:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103 - text, for speed
            self._made.add(folder)
        return os.open(path, _WRITE, 0o600)


class Copy:
    """A copy being written and hashed: how far it came, what it skipped, and what went wrong in reading."""

    def __init__(self, path: str, out: int, algorithms: tuple[str, ...], advance: Advance) -> None:
        """Write to an open file."""
        self.size = 0
        self.holes: list[tuple[int, int]] = []
        self.fault = ""
        self.head = b""
        self._guard = _Writing(path)
        self._out = out
        self._hashers = {name: ALGORITHMS[name]() for name in algorithms}
        self._advance = advance

    @property
    def digests(self) -> dict[str, str]:
        """Give the digests of all that was copied."""
        return {name: hasher.hexdigest() for name, hasher in self._hashers.items()}

    def fill(self, fd: int, size: int, *, sparse: bool) -> None:
        """Copy the *size* bytes of an open file; fewer where it ends before or reading fails."""
        first, *others = (hasher.update for hasher in self._hashers.values())
        try:
            for start, length, data in segments(fd, size) if sparse else ((0, size, True),):
                if data:
                    pour(fd, start, length, first, *others, self._write)
                else:
                    self._skip(start, length)
            if not size and os.pread(fd, 1, 0):
                self.fault = "the system states no size for it, yet there are bytes"
        except BadContainer:
            pass  # it ends before: the comparison afterwards sees that it changed
        except OSError as e:
            self.fault = f"{e.strerror} after {self.size} of {size} bytes"

    def _write(self, piece: memoryview) -> None:
        if not self.size:
            self.head = bytes(piece[:HEAD])
        with self._guard:
            for start in range(0, len(piece), STRIDE):
                part = piece[start : start + STRIDE]
                if os.pwrite(self._out, part, self.size + start) != len(part):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += len(piece)
        self._advance(len(piece))

    def _skip(self, start: int, length: int) -> None:
        self.holes.append((start, length))
        first, *others = (hasher.update for hasher in self._hashers.values())

        def watched(zeros: memoryview) -> None:
            first(zeros)
            self.size += len(zeros)
            self._advance(len(zeros))

        pour_zeros(length, watched, *others)


class _Writing:
    """Turn the machine's errors in writing into ours; a class, because one made by `contextmanager` is slow."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, e: BaseException | None, tb: TracebackType | None) -> None:
        if isinstance(e, OSError):
            advice = "Free some space or choose another place, and run the same command again: it goes on from here."
            raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=self.path, advice=advice) from e


def _open(found: Found) -> tuple[int, os.stat_result]:
    """Open what was listed; what stands there instead by now is only taken if it stands within the source."""
    try:
        fd = open_spared(found.path, _READ)
        info = os.fstat(fd)
        if (info.st_dev, info.st_ino) != (found.origin.device, found.origin.inode):
            os.close(fd)
            fd = open_within(found, _READ)
            info = os.fstat(fd)
    except OSError as e:
        raise _Fault(e.strerror or "") from e
    return fd, info


def _all(info: os.stat_result) -> tuple[int, ...]:
    """Give what the system says of a file, but when it was read last, in the order of `_all_of`."""
    return (*_state(info), info.st_mode, info.st_uid, info.st_gid, info.st_nlink)


def _all_of(origin: Origin) -> tuple[int, ...]:
    return (*origin.state, origin.mode, origin.uid, origin.gid, origin.links)


def _named(path: bytes) -> tuple[int, ...]:
    """Give the state of what stands under a name now; nothing if there is nothing."""
    with suppress(OSError):
        if len(path) < CHUNK:
            return _state(os.lstat(path))
        fd = open_at(path, _READ)
        try:
            return _state(os.fstat(fd))
        finally:
            os.close(fd)
    return ()


def _state(info: os.stat_result) -> tuple[int, ...]:
    """Give what `Origin.state` compares."""
    return (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
