"""The strict zip: stored entries, contiguous, said the same twice; read and written by the same few rules.

A zip says everything twice, in front of each file and in its directory; readers that believe different copies see
different packages. Here both must agree, nothing may lie between the entries, and nothing is compressed, so that a
package is as large as it looks.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from .container import Container, Sink, pour, unreadable
from .errors import BadContainer
from .names import MAX_ENTRIES

_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_MAX_DIRECTORY = MAX_ENTRIES * 400
_UTF8 = 0x800
_EPOCH = (1980, 1, 1, 0, 0, 0)


class Zip(Container):
    """A package that is a stored zip."""

    def __init__(self, path: Path) -> None:
        """Read the zip's directory and compare it with every local header."""
        self.path = path
        with unreadable(path):
            self._fd = os.open(path, os.O_RDONLY)
        try:
            self._entries = _entries(path, self._fd)
            tops = {name.partition("/")[0] for name in self._entries}
            if len(tops) != 1 or any("/" not in name for name in self._entries):
                raise BadContainer(f"got {len(tops)} top folders, expected exactly one", file=str(path))
            (top,) = tops
            super().__init__(top, {name[len(top) + 1 :]: e.file_size for name, e in self._entries.items()})
        except BaseException:
            os.close(self._fd)
            raise

    def feed(self, name: str, sink: Sink) -> None:
        """Pass the bytes of an entry to *sink*, checking its CRC-32."""
        entry = self._entries[f"{self.top}/{name}"]
        crc = 0

        def check(piece: memoryview) -> None:
            nonlocal crc
            crc = zlib.crc32(piece, crc)

        with unreadable(self.path):
            pour(self._fd, entry.header_offset, entry.file_size, sink, check)
        if crc != entry.CRC:
            raise BadContainer("got bytes that are damaged (CRC-32), expected those written", file=name)

    def close(self) -> None:
        """Close the file."""
        os.close(self._fd)


def _entries(path: Path, fd: int) -> dict[str, zipfile.ZipInfo]:
    """Read the directory; afterwards `header_offset` of each entry says where its *data* begin."""
    size = os.fstat(fd).st_size
    _check_end(fd, size, path)
    try:
        with zipfile.ZipFile(path) as z:
            entries, directory = z.infolist(), z.start_dir
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, ValueError, struct.error) as e:
        raise BadContainer(f"got no readable zip ({e}), expected one", file=str(path)) from e
    except OSError as e:
        raise BadContainer(f"got no readable zip ({e}), expected one", file=str(path)) from e
    names = {e.orig_filename for e in entries}
    if len(names) != len(entries):
        raise BadContainer("got the same name twice, expected each once", file=str(path))
    at = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        _check_central(entry)
        if entry.header_offset != at:
            raise BadContainer(f"got bytes between entries at {at}, expected none", file=entry.filename)
        entry.header_offset = _data_start(fd, entry)
        at = entry.header_offset + entry.file_size
    if at != directory:
        raise BadContainer("got bytes between the entries and the directory, expected none", file=str(path))
    return {e.filename: e for e in entries}


def _check_end(fd: int, size: int, path: Path) -> None:
    """Ask for an end record in the last 22 bytes, one disk, and a directory that fits in memory."""
    if size < _END.size:
        raise BadContainer("got a file too short for a zip, expected a package", file=str(path))
    mark, disk, first, here, count, length, offset, comment = _END.unpack(os.pread(fd, _END.size, size - _END.size))
    if mark != b"PK\x05\x06" or comment:
        raise BadContainer("got no zip end record at the end of the file, expected a package", file=str(path))
    if disk or first or here != count:
        raise BadContainer("got a zip in several parts, expected one file", file=str(path))
    wide = offset == 0xFFFFFFFF or length == 0xFFFFFFFF or count == 0xFFFF
    if not wide and (length > _MAX_DIRECTORY or offset + length + _END.size != size or count > MAX_ENTRIES):
        raise BadContainer(
            "got a zip directory that does not fit the file, expected it right before the end", file=str(path)
        )
    if wide:
        record = os.pread(fd, 56, max(size - _END.size - 20 - 56, 0))
        if len(record) != 56 or record[:4] != b"PK\x06\x06" or int.from_bytes(record[40:48], "little") > _MAX_DIRECTORY:
            raise BadContainer("got a malformed zip64 end record, expected one of version 1", file=str(path))


def _check_central(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if name != entry.filename or entry.is_dir() or kind not in (0, stat.S_IFREG):
        raise BadContainer("got a folder, link or odd name in the zip, expected regular files only", file=name)
    if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
        raise BadContainer("got a compressed entry, expected stored ones only", file=name)
    if entry.flag_bits not in (0, _UTF8) or entry.comment or (not entry.flag_bits and not name.isascii()):
        raise BadContainer("got an encrypted, commented or oddly flagged entry, expected a plain one", file=name)
    if entry.file_size > 1 << 40:
        raise BadContainer("got an entry that claims more than a tebibyte, expected less", file=name)


def _data_start(fd: int, entry: zipfile.ZipInfo) -> int:
    """Compare the local header with the directory's and give the offset of the data."""
    raw = os.pread(fd, _LOCAL.size, entry.header_offset)
    if len(raw) != _LOCAL.size:
        raise BadContainer("got a directory that points outside the file, expected entries in it", file=entry.filename)
    mark, _version, flags, method, _time, _date, crc, packed, size, n, m = _LOCAL.unpack(raw)
    rest = os.pread(fd, n + m, entry.header_offset + _LOCAL.size)
    name, extra = rest[:n], rest[n:]
    if size == packed == 0xFFFFFFFF and extra[:4] == b"\x01\x00\x10\x00":
        size, packed = struct.unpack("<QQ", extra[4:20])
        extra = extra[20:]
    same = (flags, method, crc, packed, size) == (entry.flag_bits, 0, entry.CRC, entry.file_size, entry.file_size)
    expected = entry.filename.encode("utf-8" if entry.flag_bits & _UTF8 else "ascii")
    if mark != b"PK\x03\x04" or not same or name != expected or extra or not _plain(entry.extra):
        raise BadContainer("got two headers that disagree, expected the same said twice", file=entry.filename)
    return int(entry.header_offset + _LOCAL.size + n + m)


def _plain(extra: bytes) -> bool:
    """Tell whether the directory's extra field is empty or holds zip64 sizes alone."""
    return not extra or (extra[:2] == b"\x01\x00" and len(extra) == 4 + int.from_bytes(extra[2:4], "little"))


def entry_for(name: str, size: int) -> zipfile.ZipInfo:
    """Describe an entry of *size* bytes as this format writes it."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.file_size = size
    return entry


def append(path: Path, files: Mapping[str, bytes]) -> None:
    """Add small *files* under the top folder of the zip at *path*, a private copy, and bring it to disk.

    Raises:
        PackageUnreadable: the machine cannot.
    """
    with unreadable(path):
        with zipfile.ZipFile(path, "a") as z:
            top = z.infolist()[0].filename.partition("/")[0]
            for name in sorted(files):
                z.writestr(entry_for(f"{top}/{name}", len(files[name])), files[name])
        with path.open("rb") as f:
            os.fsync(f.fileno())
