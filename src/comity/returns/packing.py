"""What a zip file is by its directory: an archive, or a document that is packed as one. Read within bounds."""

from __future__ import annotations

import struct
import zipfile
import zlib

from .source import Source

# Bytes of a directory; an entry takes 46 and its name.
DIRECTORY = 32 << 20
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)
_END, _END64, _PLACE64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"


def is_packed(head: bytes) -> bool:
    """Tell whether a file begins like a zip."""
    return head.startswith((b"PK\x03\x04", _END))


def directory_size(source: Source) -> int:
    """Give the bytes that the directory of a zip says it takes; 0 where there is none."""
    with source.opened() as stream:
        tail = min(source.size, 66_000)
        stream.seek(source.size - tail)
        data = stream.read(tail)
    end = data.rfind(_END)
    if end < 0 or len(data) < end + 16:
        return 0
    size = int(struct.unpack_from("<I", data, end + 12)[0])
    far = data.rfind(_END64, 0, end)
    if size == 0xFFFFFFFF and far >= 0 and len(data) >= far + 48:
        size = int(struct.unpack_from("<Q", data, far + 40)[0])
    return size


def names_of(source: Source) -> frozenset[str]:
    """Name the parts of a zip; none where it is damaged or its directory is larger than any."""
    try:
        if directory_size(source) > DIRECTORY:
            return frozenset()
        with source.opened() as stream, zipfile.ZipFile(stream) as pack:
            return frozenset(pack.namelist())
    except BROKEN:
        return frozenset()


def is_archive(source: Source) -> bool:
    """Tell whether a file is a zip archive, and not a document that is packed as one."""
    if not is_packed(source.head):
        return False
    return not is_document(source)


def is_document(source: Source) -> bool:
    """Tell whether a zip is a document of an office program."""
    return "[Content_Types].xml" in names_of(source) or source.head[30:].startswith(b"mimetypeapplication/vnd.oasis")
