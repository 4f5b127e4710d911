"""What is done of an acquisition, line by line, so that one that was broken off goes on where it stood.

The first line says what is acquired; each further one what became of one thing, or that all before it is on the disk for
good. After a kill, every whole line counts: the machine's memory has kept the copies. After the machine itself went down
(it has another boot id then), only the lines count that stand before the last word that all is on the disk.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

from comity.kernel import canonical
from comity.kernel.errors import BadInput

from .errors import EvidenceUnwritable, OtherAcquisition
from .model import Entry, Finding
from .taking import Taken

FORMAT = "comity-acquisition/1"
EVERY = 10.0
PATIENCE = 0.5
Place = tuple[int, int]
_CHANGING = ("begun_at", "random")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False)
_LIBC = ctypes.CDLL(None, use_errno=True)


class Journal:
    """The journal of one acquisition, held by one process."""

    def __init__(self, path: Path, folder: Path, head: Mapping[str, Any]) -> None:
        """Open the journal for what *head* says, or begin it; *folder* is where the copies go.

        Raises:
            OtherAcquisition: another process holds it, or it is of something else.
            EvidenceUnwritable: the machine cannot write it.
        """
        self._folder = folder
        self._end = 0
        self._synced = time.monotonic()
        self.fresh = True
        try:
            self._file = path.open("a+b")
        except OSError as e:
            raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(path)) from e
        with ExitStack() as stack:
            stack.callback(self._file.close)
            _hold(self._file.fileno(), path)
            self.head, self.done = self._begin(path, head)
            stack.pop_all()

    def _begin(self, path: Path, head: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[bytes, Place]]:
        try:
            return self._load(path, head)
        except OSError as e:
            raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(path)) from e

    def add(self, lines: bytes) -> int:
        """Write some lines down; gives where they begin."""
        start = self._end
        self._write(lines)
        if time.monotonic() - self._synced > EVERY:
            self.settle()
        return start

    def read(self, at: int, length: int) -> bytes:
        """Give what was written down at a place."""
        return os.pread(self._file.fileno(), length, at)

    def taken(self, name: bytes) -> Taken:
        """Give what became of a thing that is done.

        Raises:
            OtherAcquisition: the journal is damaged.
        """
        return _taken(json.loads(self.read(*self.done[name])), Path(self._file.name))

    def settle(self) -> None:
        """Bring all that was copied and written down so far to the disk."""
        size = self._end
        to_disk(self._folder)
        self._write(dump({"durable": size}))
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, line: bytes) -> None:
        try:
            self._file.write(line)
            self._file.flush()
            self._end += len(line)
        except OSError as e:
            raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=self._file.name) from e

    def _load(self, path: Path, head: Mapping[str, Any]) -> tuple[Mapping[str, Any], dict[bytes, Place]]:
        found = _read(self._file, path)
        self.fresh = not found.head
        if self.fresh:
            self._file.truncate(0)
            first = {"format": FORMAT, "boot": _boot(), **head}
            self._write(dump(first))
            return first, {}
        if {name: found.head.get(name) for name in head if name not in _CHANGING} != {
            name: value for name, value in head.items() if name not in _CHANGING
        }:
            advice = "Run the command as it was begun, or choose another place."
            raise OtherAcquisition("got a begun acquisition of something else", file=str(path), advice=advice)
        self._end = found.end if found.boot == _boot() else found.durable
        self._file.truncate(self._end)
        self._write(dump({"boot": _boot()}))
        return found.head, {name: place for name, place in found.done.items() if sum(place) <= self._end}


@dataclass
class _Found:
    """What a journal holds: its first row, the last boot, how far all is on the disk, its end, and where each name is."""

    head: dict[str, Any]
    boot: str = ""
    durable: int = 0
    end: int = 0
    done: dict[bytes, Place] = field(default_factory=dict)


def _read(file: BinaryIO, path: Path) -> _Found:
    found = _Found({})
    for end, line, row in _whole(file):
        found.head = found.head or row
        found.boot, found.durable = row.get("boot", found.boot), row.get("durable", found.durable or end)
        if "entry" in row:
            found.done[_taken(row, path).entry.name] = (found.end, len(line))
        found.end = end
    return found


def dump(data: Mapping[str, Any] | list[Any]) -> bytes:
    """Write one line of canonical JSON: of data whose names are ASCII and whose numbers are small, the quick way."""
    return _JSON.encode(data).encode() + b"\n"


def to_disk(folder: Path) -> None:
    """Bring everything on the file system of *folder* to the disk, and hear of it when that fails.

    Raises:
        EvidenceUnwritable: the disk refused something.
    """
    fd = os.open(folder, os.O_RDONLY)
    try:
        if not hasattr(_LIBC, "syncfs"):
            os.sync()
        elif _LIBC.syncfs(fd):
            number = ctypes.get_errno()
            raise EvidenceUnwritable(f"got {os.strerror(number)}, expected to write", file=str(folder))
    finally:
        os.close(fd)


def _whole(file: BinaryIO) -> Iterator[tuple[int, bytes, dict[str, Any]]]:
    """Give each whole line with the place where it ends and what it says; a torn last one is left out."""
    file.seek(0)
    at = 0
    for line in file:
        at += len(line)
        try:
            row = canonical.load(line) if line.endswith(b"\n") else None
        except BadInput:
            return
        if not isinstance(row, dict):
            return
        yield at, line, row


def _taken(row: Mapping[str, Any], path: Path) -> Taken:
    try:
        return Taken(Entry.read(row["entry"]), tuple(Finding.read(one) for one in row["findings"]))
    except (KeyError, TypeError, ValueError, AttributeError) as e:
        advice = "Delete it and the folder NAME.partial beside it, and begin anew."
        raise OtherAcquisition("got a damaged journal", file=str(path), advice=advice) from e


def _hold(fd: int, path: Path) -> None:
    """Hold the journal; workers of one that was killed just now hold it for a moment more."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as e:
            if time.monotonic() > until:
                advice = "Wait until it is done."
                raise OtherAcquisition(
                    "got an item that another process works on", file=str(path), advice=advice
                ) from e
        time.sleep(0.01)


def _boot() -> str:
    try:
        return _BOOT.read_text("ascii").strip()
    except OSError:
        return ""
