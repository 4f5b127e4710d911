"""Bags as one stream of tar (POSIX pax), as they go over: written by few rules, and read by no others.

Only regular files; each under a relative path, once. An extended header holds a path or a size and nothing else. So
`age -d | tar x` opens what is sent, and nothing but files in the one new folder can come of what is received.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from .bagstore import BagStore
from .errors import BadItem

BLOCK = 512
MAX_EXTENDED = 16 * 1024
MAX_TRAILER = 1024 * 1024
PIECE = 1024 * 1024
_RECORD = re.compile(rb"(\d{1,6}) (path|size)=")


def write_file(
    out: IO[bytes], name: str, size: int, feed: Callable[[Callable[[bytes | memoryview], object]], object]
) -> None:
    """Write one file of *size* bytes, which *feed* passes on."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    out.write(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict"))
    feed(out.write)
    out.write(bytes(-size % BLOCK))


def write_bag(out: IO[bytes], prefix: str, store: BagStore) -> None:
    """Write every file of a bag below *prefix*."""
    for name, size in sorted(store.sizes.items()):

        def feed(sink: Callable[[bytes | memoryview], object], name: str = name) -> None:
            store.feed(name, sink)

        write_file(out, f"{prefix}/{name}", size, feed)


def write_end(out: IO[bytes]) -> None:
    """Write the end."""
    out.write(bytes(2 * BLOCK))


def members(source: IO[bytes]) -> Iterator[tuple[str, int]]:
    """Give each file's path and size; the caller reads exactly its bytes (`body`) before it goes on.

    Raises:
        BadItem: it is no such stream, is cut short, or holds anything but files.
    """
    while True:
        header = _exactly(source, BLOCK)
        if not any(header):
            _end(source)
            return
        extended: dict[str, str] = {}
        info = _info(header)
        if info.type == tarfile.XHDTYPE:
            extended = _extended(source, info.size)
            info = _info(_exactly(source, BLOCK))
        if info.type != tarfile.REGTYPE or info.linkname:
            raise BadItem("got a link, folder or special file, expected regular files only", file=ascii(info.name))
        yield extended.get("path", info.name), int(extended.get("size", info.size))


def body(source: IO[bytes], size: int, sink: Callable[[bytes], object]) -> None:
    """Pass the bytes of a file to *sink*, and go over what fills its last block.

    Raises:
        BadItem: the stream is cut short.
    """
    left = size
    while left:
        piece = source.read(min(PIECE, left))
        if not piece:
            raise BadItem(f"got {size - left} bytes, expected {size}: what came is cut short")
        sink(piece)
        left -= len(piece)
    if any(_exactly(source, -size % BLOCK)):
        raise BadItem("got bytes behind a file, expected none")


def put_file(source: IO[bytes], folder: Path, name: str, size: int) -> None:
    """Write a file below *folder*.

    Raises:
        BadItem: its path leads elsewhere, or stands there already.
    """
    parts = name.split("/")
    if any(part in ("", ".", "..") or "\0" in part or "\\" in part for part in parts) or len(name) > 4096:
        raise BadItem("got a path that leads elsewhere, expected one within the item", file=ascii(name)[:200])
    path = folder.joinpath(*parts)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        out = path.open("xb")
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as e:
        raise BadItem("got a path twice, expected each once", file=ascii(name)[:200]) from e
    with out:
        body(source, size, out.write)


def _info(header: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(header, "utf-8", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError, ValueError) as e:
        raise BadItem(f"got a malformed header ({e}), expected tar") from e


def _extended(source: IO[bytes], size: int) -> dict[str, str]:
    """Read an extended header: records `LENGTH NAME=VALUE` with a line feed."""
    if size > MAX_EXTENDED:
        raise BadItem(f"got an extended header of {size} bytes, expected at most {MAX_EXTENDED}")
    data, found = _exactly(source, size + -size % BLOCK)[:size], {}
    while data:
        match = _RECORD.match(data)
        length = int(match[1]) if match else 0
        if not match or not match.end() < length <= len(data) or data[length - 1 : length] != b"\n":
            raise BadItem("got another extended header, expected a path and a size only")
        name, value = match[2].decode(), data[match.end() : length - 1]
        try:
            found[name] = value.decode("utf-8")
        except UnicodeDecodeError as e:
            raise BadItem("got a path that is not UTF-8, expected one that is") from e
        if name == "size" and not re.fullmatch(rb"\d{1,15}", value):
            raise BadItem("got a malformed size, expected digits")
        data = data[length:]
    return found


def _exactly(source: IO[bytes], size: int) -> bytes:
    data = source.read(size) if size else b""
    if len(data) != size:
        raise BadItem("got an end too early, expected the whole: what came is cut short")
    return data


def _end(source: IO[bytes]) -> None:
    """Read to the end, so that all of it was opened and proved unaltered; only nothing may stand there."""
    read = 0
    while piece := source.read(PIECE):
        read += len(piece)
        if any(piece) or read > MAX_TRAILER:
            raise BadItem("got bytes after the end, expected none")
