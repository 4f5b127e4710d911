"""Placing a file where a person asked for it: whole or not at all, and never over another one."""

from __future__ import annotations

import fcntl
import filecmp
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from comity.kernel.errors import BadInput

from .errors import PackageUnreadable

_PREFIX, _COPY = ".comity-", "file"
_LEFT = 3600.0


def check_place(target: Path) -> None:
    """See that a file could be placed at *target*, a new file or a folder to put it in, before there is one.

    Raises:
        BadInput: there is no such folder.
    """
    if not target.is_dir() and not target.parent.is_dir():
        advice = "Make the folder first, or name another one."
        raise BadInput("got a path in no folder, expected a new file or a folder", file=str(target), advice=advice)


def place(source: Path, target: Path) -> Path:
    """Copy a file to *target*; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    return place_made(target, lambda copy: shutil.copyfile(source, copy))


def place_bytes(data: bytes, target: Path) -> Path:
    """Write *data* to *target*; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    return place_made(target, lambda copy: copy.write_bytes(data))


def place_made(target: Path, write: Callable[[Path], object]) -> Path:
    """Let *write* make a file beside *target*, and put it there; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    try:
        with _aside(target.parent) as folder:
            copy = folder / _COPY
            write(copy)
            with copy.open("rb") as f:
                os.fsync(f.fileno())
            try:
                os.link(copy, target)
            except FileExistsError as e:
                if not (target.is_file() and filecmp.cmp(copy, target, shallow=False)):
                    advice = "Choose another name."
                    raise BadInput("got an existing file, expected a new name", file=str(target), advice=advice) from e
    except OSError as e:
        advice = "Check that the folder exists, can be written, and has space."
        raise PackageUnreadable(f"got {e.strerror}, expected to write the file", file=str(target), advice=advice) from e
    return target


@contextmanager
def _aside(room: Path) -> Iterator[Path]:
    """Make a folder in *room* and remove it in the end, and those of writers that were killed; it is locked while it is used."""
    with tempfile.TemporaryDirectory(dir=room, prefix=_PREFIX) as folder, _locked(Path(folder)):
        _sweep(room)
        yield Path(folder)


@contextmanager
def _locked(folder: Path) -> Iterator[bool]:
    """Hold a folder's lock; says whether it could be had. The lock goes with the process, however it ends."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        had = True
    except OSError:
        had = False
    try:
        yield had
    finally:
        os.close(handle)


def _sweep(room: Path) -> None:
    """Remove what killed writers left: folders of our own, an hour old, that nobody holds and with nothing but the copy in them."""
    for left in room.glob(f"{_PREFIX}????????"):
        with suppress(OSError), _locked(left) as had:
            found, inside = left.stat(), [one.name for one in left.iterdir()]
            old = found.st_uid == os.getuid() and time.time() - found.st_mtime > _LEFT
            if had and old and inside in ([], [_COPY]):
                (left / _COPY).unlink(missing_ok=True)
                left.rmdir()
