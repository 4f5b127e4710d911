"""Sealing a folder where it stands: it becomes the item's payload by one rename; nothing is copied.

This is for what a tool of one's own wrote, on the item's own file system: an export, an image. A source is never sealed
so; it is copied. The folder is moved before it is read, so that what is hashed is what is sealed. Whatever a bag cannot
hold as it is (links, names that some system cannot hold, files with several names) is refused before anything is moved.
After a kill, the folder is at its old place or in the item, never in between.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .errors import BadSource
from .inventory import Inventory
from .listing import Found, Source, listed, open_spared, sources
from .model import FILE, FOLDER, Origin

_MOVING = {"changed", "cut-short", "unreadable", "vanished"}
_COPY = "Acquire it with a copy instead (without --in-place)."


def planned(path: Path, target: Path, partial: Path) -> Source:
    """Give the folder as the source it is, or was before it was moved into the item.

    Raises:
        BadSource: it is not there, or not a folder by its own name.
    """
    name = os.fsencode(path.absolute().name)
    within = _within(name, partial)
    if within and not os.path.lexists(path):
        return Source(path, name, f"data/{os.fsdecode(name)}")
    if path.is_symlink() or not path.is_dir():
        raise BadSource("got no folder, expected one to be sealed where it stands", file=str(path), advice=_COPY)
    if within:
        raise BadSource("got a folder that is in the item already, expected it there alone", file=str(path))
    (source,) = sources([path], target)
    return source


def moved(source: Source, partial: Path) -> Source:
    """Move a folder into the item, unless it is there already; gives it as it stands there now.

    Raises:
        BadSource: a bag cannot hold it as it is, or it is on another file system.
    """
    there = partial / source.place
    if not there.exists():
        _check(source)
        try:
            os.rename(source.path, there)  # noqa: PTH104 - never onto anything
        except OSError as e:
            raise BadSource(f"got {e.strerror}, expected to move it", file=str(source.path), advice=_COPY) from e
    return Source(there, source.name, source.place)


def check_at_rest(inventory: Inventory, source: Source) -> None:
    """See that every file in the item is as it was when it was read: its bytes are the item's, for there is no copy.

    Raises:
        BadSource: one is not, or could not be read.
    """
    found = sum(hash(state) for state in _states(source.path))
    odd = sorted({one.code for one in inventory.findings} & _MOVING)
    if odd or found != inventory.states:
        advice = "Stop what writes to the folder, and run the same command again."
        what = ", ".join(odd) or "files that changed since they were read"
        raise BadSource(f"got {what}, expected files at rest that can be read", file=str(source.path), advice=advice)


def _states(top: Path) -> Iterator[tuple[int, ...]]:
    waiting = [os.fsencode(top)]
    while waiting:
        folder = waiting.pop()
        fd = open_spared(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            with os.scandir(fd) as scan:
                for entry in scan:
                    info = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(info.st_mode):
                        waiting.append(b"%b/%b" % (folder, os.fsencode(entry.name)))
                    else:
                        yield Origin.of(info).state
        finally:
            os.close(fd)


def _within(name: bytes, partial: Path) -> bool:
    return os.path.lexists(b"%b/data/%b" % (os.fsencode(partial), name))


def _check(source: Source) -> None:
    for one in listed(source):
        if not isinstance(one, Found):
            raise BadSource(
                f"got {one.code} at {one.name[:200]!a}, expected plain files", file=str(source.path), advice=_COPY
            )
        plain = one.place.encode() == b"data/" + one.name and one.kind in (FILE, FOLDER)
        if not plain or (one.kind == FILE and one.origin.links > 1):
            found = f"got {one.name[:200]!a}, expected files and folders that a bag can hold as they are"
            raise BadSource(found, file=str(source.path), advice=_COPY)
