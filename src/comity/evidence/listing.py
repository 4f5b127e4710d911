"""What stands at a source: every file, folder, link and special file in it, listed before anything is read.

Links are never followed, special files never opened. Folders are opened by their own handle, so a path may be longer than
the system takes in one go. Memory: one folder's names at a time.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import names
from .errors import BadSource
from .model import FILE, FOLDER, LINK, SPECIAL, Finding, Origin

CHUNK = 4000


@dataclass(frozen=True, slots=True)
class Found:
    """One thing at the source: where it is on this machine, its name in the item, and the payload path kept for it."""

    kind: str
    path: bytes
    name: bytes
    place: str
    origin: Origin
    target: bytes = b""


@dataclass(frozen=True)
class Source:
    """A file or folder that a person named, and the name under which it stands in the item."""

    path: Path
    name: bytes
    place: str


def sources(paths: Sequence[Path], target: Path) -> list[Source]:
    """Name each source; one whose name comes again is told apart by a number.

    Raises:
        BadSource: one is not there, is no file or folder, or would hold the item itself.
    """
    tops: dict[bytes, Path] = {}
    for path in paths:
        _check(path, target)
        base = os.fsencode(path.resolve().name) or b"root"
        top, number = base, 2
        while top in tops:
            top, number = b"%d-%b" % (number, base), number + 1
        tops[top] = path
    spelt = names.spell_all(tops)
    return [Source(path, top, f"data/{spelt[top]}") for top, path in tops.items()]


def listed(source: Source) -> Iterator[Found | Finding]:
    """List a source, folder by folder in the order of names; what cannot be listed is a finding."""
    path = os.fsencode(source.path.resolve())  # a link that a person names is meant to be followed
    info = os.stat(path)  # noqa: PTH116 - bytes
    kind = FOLDER if stat.S_ISDIR(info.st_mode) else FILE
    top = Found(kind, path, source.name, source.place, Origin.of(info))
    yield top
    waiting = [top] if kind == FOLDER else []
    while waiting:
        folder = waiting.pop()
        within: list[Found] = []
        for one in _members(folder):
            yield one
            if isinstance(one, Finding):
                continue
            if one.kind == FOLDER:
                within.append(one)
                if one.origin.device != folder.origin.device:
                    yield Finding("other-system", one.name)
        waiting += reversed(within)


def open_at(path: bytes, flags: int) -> int:
    """Open a path of any length, in steps where the system takes no longer one."""
    flags |= os.O_CLOEXEC
    if len(path) < CHUNK:
        return os.open(path, flags)
    parts = path.split(b"/")
    fd = os.open(parts[0] or b"/", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[1:-1]:
            if part:
                inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NOFOLLOW, dir_fd=fd)
                os.close(fd)
                fd = inner
        return os.open(parts[-1], flags, dir_fd=fd)
    finally:
        os.close(fd)


def open_spared(path: bytes, flags: int) -> int:
    """Open a path without touching its time of last reading, where the system lets us: only its owner may ask for that."""
    try:
        return open_at(path, flags | getattr(os, "O_NOATIME", 0))
    except PermissionError:
        return open_at(path, flags)


def open_within(found: Found, flags: int) -> int:
    """Open a thing step by step from its source on, through no link: for one that is not what was listed any more."""
    top, *parts = found.name.split(b"/")
    tail = found.name[len(top) :]
    fd = os.open(
        found.path[: len(found.path) - len(tail)], os.O_RDONLY | os.O_CLOEXEC | (os.O_DIRECTORY if parts else 0)
    )
    for number, part in enumerate(parts, 1):
        kind = flags if number == len(parts) else os.O_RDONLY | os.O_DIRECTORY
        try:
            inner = os.open(part, kind | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=fd)
        finally:
            os.close(fd)
        fd = inner
    return fd


def _check(path: Path, target: Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as e:
        raise BadSource(f"got {e.strerror}, expected a file or folder", file=str(path)) from e
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        advice = "Make an image of a device first, and acquire the image."
        raise BadSource("got a special file, expected a file or folder", file=str(path), advice=advice)
    if target.resolve().is_relative_to(path.resolve()):
        raise BadSource("got a place for the item within its source, expected another", file=str(target))


def _members(folder: Found) -> Iterator[Found | Finding]:
    try:
        fd = open_spared(folder.path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as e:
        yield Finding("unreadable", folder.name, e.strerror or "")
        return
    try:
        with os.scandir(fd) as scan:
            entries = {os.fsencode(entry.name): entry for entry in scan}
        spelt = names.spell_all(entries)
        for raw in sorted(entries):
            yield from _member(folder, raw, spelt[raw], entries[raw], fd)
    except OSError as e:
        yield Finding("unreadable", folder.name, e.strerror or "")
    finally:
        os.close(fd)


def _member(folder: Found, raw: bytes, spelt: str, entry: os.DirEntry[str], fd: int) -> Iterator[Found | Finding]:
    name = b"%b/%b" % (folder.name, raw)
    try:
        info = entry.stat(follow_symlinks=False)
        kind = _kind(info.st_mode)
        target = os.fsencode(os.readlink(raw, dir_fd=fd)) if kind == LINK else b""
    except OSError as e:
        yield Finding("unreadable", name, e.strerror or "")
        return
    where = names.place(folder.place, spelt, name)
    yield Found(kind, b"%b/%b" % (folder.path, raw), name, where, Origin.of(info), target)
    if kind == SPECIAL:
        yield Finding("special", name, _what(info.st_mode))
    if not where.startswith(folder.place):
        yield Finding("long-path", name, where)
    if kind in (FILE, FOLDER) and spelt.encode() != raw:
        yield Finding(*_renamed(name, raw, spelt))


def _renamed(name: bytes, raw: bytes, spelt: str) -> tuple[str, bytes, str]:
    code = "twin" if names.spell(raw) != spelt else "name-bytes"
    return code, name, spelt


def _kind(mode: int) -> str:
    return {stat.S_IFREG: FILE, stat.S_IFDIR: FOLDER, stat.S_IFLNK: LINK}.get(stat.S_IFMT(mode), SPECIAL)


def _what(mode: int) -> str:
    words = {stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket", stat.S_IFCHR: "character device"}
    return words.get(stat.S_IFMT(mode), "block device")
