"""A process of its own that reads one disk image by libewf: `python -m comity.evidence.imagereading SEGMENT...`.

It prints one JSON object: the size of the disk, the digests the image states, those of its content, what the image says
of its making, and what could not be read. Memory and time are limited.
"""

from __future__ import annotations

import hashlib
import json
import resource
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

PIECE = 1024 * 1024
MAX_MEMORY = 2 * 1024 * 1024 * 1024
MAX_TEXT = 500
SECONDS, RATE = 60, 10 * 1024 * 1024  # of processor time: to open, and for so many bytes a second
RATIO = 5000  # a chunk of 32 KiB of zeros takes a dozen bytes and more at best
NAMES = {"MD5": "md5", "SHA1": "sha1", "SHA256": "sha256"}


def read(segments: Sequence[str]) -> dict[str, Any]:
    """Read an image; gives what there is to say of it."""
    library: Any = import_module("pyewf")
    image = library.handle()
    try:
        image.open(list(segments))
    except (OSError, ValueError, MemoryError) as e:
        return {"faults": [_text(e)]}
    size = int(image.get_media_size())
    if not size:
        return {"faults": ["it says nothing of a disk"]}
    said: dict[str, Any] = {"disk_bytes": size, "sector_bytes": int(image.get_bytes_per_sector())}
    stated = {NAMES[name]: str(value).lower() for name, value in dict(image.get_hash_values()).items() if name in NAMES}
    about = {str(name): _text(value) for name, value in dict(image.get_header_values()).items() if value}
    said |= {name: value for name, value in (("stated", stated), ("about", about)) if value}
    if size > RATIO * sum(_size(path) for path in segments):
        return said | {"faults": [f"a disk of {size} bytes in files that cannot hold one"]}
    _limit(SECONDS + size // RATE)
    return said | _hashed(image, size)


def _hashed(image: Any, size: int) -> dict[str, Any]:
    made = [hashlib.md5(usedforsecurity=False), hashlib.sha1(usedforsecurity=False), hashlib.sha256()]
    at = 0
    while at < size:
        try:
            piece = image.read_buffer_at_offset(min(PIECE, size - at), at)
        except (OSError, ValueError, MemoryError) as e:
            return {"faults": [f"from byte {at} on: {_text(e)}"]}
        if not piece:
            return {"faults": [f"it ends at byte {at} of {size}"]}
        for digest in made:
            digest.update(piece)
        at += len(piece)
    return {"digests": {digest.name: digest.hexdigest() for digest in made}}


def _limit(seconds: int) -> None:
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds if hard < 0 else min(seconds, hard), hard))


def _size(path: str) -> int:
    with open(path, "rb") as f:  # noqa: PTH123 - text, as the library takes it
        return f.seek(0, 2)


def _text(value: object) -> str:
    return " ".join(str(value).encode("utf-8", "backslashreplace").decode().split())[:MAX_TEXT]


def main() -> None:
    """Read the image whose segments are named, within limits."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    memory = MAX_MEMORY if hard < 0 else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _limit(SECONDS)
    json.dump(read(sys.argv[1:]), sys.stdout)


if __name__ == "__main__":
    main()
