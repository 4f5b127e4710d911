"""Opening a return: files, folders and zip archives become sources, each file once, with what is doubtful about it.

1. A folder is walked in the order of names; links are not followed.
2. A zip archive is a source of its own, and so is each of its members, named ARCHIVE!PATH. Archives in archives are
   opened to `DEPTH`.
3. What cannot be read is still a source, with its fault: encrypted, damaged, too large, too deep, a link.

Nothing is unpacked to disk but archives that lie in archives, within bounds, for as long as they are read.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from .model import Finding
from .packing import BROKEN, DIRECTORY, directory_size, is_archive
from .source import Source, on_disk

DEPTH = 3
GIB = 1 << 30
# A deflated member cannot be larger than 1032 times its packed size; what comes near is made to be.
RATIO = 500


@dataclass(frozen=True)
class Bounds:
    """How much is opened: members of all archives, bytes of one member, of all, and of an archive inside another."""

    members: int = 100_000
    member: int = 64 * GIB
    total: int = 512 * GIB
    inner: int = 8 * GIB


@dataclass
class _Spent:
    members: int = 0
    size: int = 0


def opened(paths: Iterable[Path], bounds: Bounds = Bounds()) -> Iterator[Source]:
    """Give every file of a return; what lies in an archive is read before the next is asked for.

    Raises:
        BadReturn: a path is not there.
    """
    spent = _Spent()
    with TemporaryDirectory(prefix="comity-") as room:
        for path in paths:
            for source in _on_disk(path):
                yield source
                if not source.fault and is_archive(source):
                    yield from _members(source, bounds, spent, Path(room), 1)


def _on_disk(path: Path) -> Iterator[Source]:
    if not path.is_dir():
        yield on_disk(path)
        return
    for folder, names, files in os.walk(path):
        names.sort()
        for name in sorted([*files, *(n for n in names if (Path(folder) / n).is_symlink())]):
            where = Path(folder) / name
            label = where.relative_to(path).as_posix().encode("utf-8", "backslashreplace").decode()
            if where.is_symlink() or not where.is_file():
                found = f"a link to {where.readlink()}" if where.is_symlink() else "no regular file"
                yield _faulty(label, Finding("part_missing", found, "a file", advice="Deliver the file itself."))
            else:
                yield on_disk(where, label)


def _faulty(name: str, fault: Finding, size: int = 0) -> Source:
    import io

    return Source(name, lambda: io.BytesIO(b""), size, fault=fault)


def _members(archive: Source, bounds: Bounds, spent: _Spent, room: Path, depth: int) -> Iterator[Source]:
    """Give the members of an archive that can be listed; the reader of archives tells when it cannot."""
    with ExitStack() as open_:
        try:
            if directory_size(archive) > DIRECTORY:
                return
            pack = open_.enter_context(zipfile.ZipFile(open_.enter_context(archive.opened())))
            infos = [info for info in pack.infolist() if not info.is_dir()]
        except BROKEN:
            return
        overlapping = sum(info.compress_size for info in infos) > archive.size
        names: Counter[str] = Counter()
        for info in infos:
            names[info.filename] += 1
            source = _member(archive, pack, info, names[info.filename])
            spent.members, spent.size = spent.members + 1, spent.size + info.file_size
            fault = _fault(info, bounds, spent, overlapping=overlapping) or _unreadable(source)
            source = replace(source, fault=fault) if fault else source
            if fault or not is_archive(source):
                yield source
            else:
                yield from _nested(source, bounds, spent, room, depth)


def _nested(source: Source, bounds: Bounds, spent: _Spent, room: Path, depth: int) -> Iterator[Source]:
    """Open an archive inside another, out of a file of its own for the time."""
    deep = Finding("too_deep", f"{depth + 1} archives in each other", f"at most {DEPTH}", advice="Unpack it by hand.")
    large = Finding(
        "too_large",
        f"an archive of {source.size} bytes in another",
        f"at most {bounds.inner}",
        advice="Unpack it by hand.",
    )
    if depth >= DEPTH or source.size > bounds.inner:
        yield replace(source, fault=deep if depth >= DEPTH else large)
        return
    aside = room / f"{spent.members}.zip"
    with aside.open("wb") as out:
        for block in source.blocks():
            out.write(block)
    inner = replace(source, opened=lambda: aside.open("rb"), path=aside)
    yield inner
    yield from _members(inner, bounds, spent, room, depth + 1)
    aside.unlink()


def _member(archive: Source, pack: zipfile.ZipFile, info: zipfile.ZipInfo, count: int) -> Source:
    name = info.filename if count == 1 else f"{info.filename}#{count}"
    doubts = tuple(_doubts(info, count))
    label = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in name)
    return Source(f"{archive.name}!{label}", lambda: pack.open(info), info.file_size, doubts=doubts)  # type: ignore[return-value, arg-type]  # it reads bytes


def _doubts(info: zipfile.ZipInfo, count: int) -> Iterator[Finding]:
    path = PurePosixPath(info.filename)
    if path.is_absolute() or ".." in path.parts or "\\" in info.filename or not info.filename.isprintable():
        yield Finding("name_doubtful", repr(info.filename)[:200], "a plain path inside the archive")
    if count > 1:
        yield Finding("name_doubtful", f"{info.filename[:200]} for the {count}. time", "each name once")


def _fault(info: zipfile.ZipInfo, bounds: Bounds, spent: _Spent, *, overlapping: bool) -> Finding | None:
    """Say why a member is not opened, by what the archive says of it."""
    if info.flag_bits & 0x1:
        return Finding("encrypted", "an encrypted member", "an open one", advice="Ask for the password and unpack it.")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Finding("part_missing", "a link", "a file", advice="Deliver the file itself.")
    if overlapping:
        return Finding("damaged", "members that lie over each other", "members that fit the archive")
    swollen = info.file_size > 64 << 20 and info.file_size > RATIO * max(1, info.compress_size)
    if swollen or info.file_size > bounds.member or spent.size > bounds.total or spent.members > bounds.members:
        found = f"{info.file_size} bytes out of {info.compress_size}, member {spent.members}, {spent.size} bytes in all"
        expected = f"at most {RATIO} times its packed size, {bounds.members} members, {bounds.total} bytes in all"
        return Finding("too_large", found, expected, advice="Unpack it by hand if you trust it.")
    return None


def _unreadable(source: Source) -> Finding | None:
    """Read a member once for its digest; say why that cannot be."""
    try:
        assert source.sha256
    except BROKEN as e:
        return Finding("damaged", f"{type(e).__name__}: {e}"[:200], "a member that can be read to its end")
    return None
