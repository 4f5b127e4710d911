"""WARC 1.1 (ISO 28500:2017): one exchange as a file that web archives' own tools read and replay."""

from __future__ import annotations

import base64
import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from comity import __version__
from comity.kernel.clock import stamp
from comity.kernel.ids import Random, new_id

VERSION = b"WARC/1.1\r\n"


@dataclass(frozen=True)
class Archived:
    """What goes into the archive: the address, the machine's number, the time, and the files of the exchange.

    *content* is given where it came as it is, in one piece: tools disagree on the digest of one that came in chunks.
    """

    address: str
    machine: str
    at: datetime
    request: bytes
    response: Path
    content: Path | None = None
    cut: str = ""


def write_warc(out: BinaryIO, one: Archived, random: Random) -> None:
    """Write an exchange: what wrote it, the request, the answer."""

    def name() -> str:
        return f"<urn:uuid:{new_id(one.at, random)}>"

    info = f"software: comity/{__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
    answer, whole = name(), {"WARC-Date": stamp(one.at)}
    _record(
        out,
        {"WARC-Type": "warcinfo", "WARC-Record-ID": name(), "Content-Type": "application/warc-fields"} | whole,
        info,
    )
    about = whole | {"WARC-Target-URI": one.address, "WARC-IP-Address": one.machine.partition("%")[0]}
    said = {"WARC-Type": "request", "WARC-Record-ID": name(), "WARC-Concurrent-To": answer}
    _record(out, said | about | {"Content-Type": "application/http; msgtype=request"}, one.request)
    said = {"WARC-Type": "response", "WARC-Record-ID": answer} | about
    said |= {"Content-Type": "application/http; msgtype=response"}
    said |= {"WARC-Payload-Digest": _digest(one.content)} if one.content else {}
    said |= {"WARC-Truncated": one.cut} if one.cut else {}
    _record(out, said, one.response)


def _record(out: BinaryIO, said: Mapping[str, str], block: bytes | Path) -> None:
    size = len(block) if isinstance(block, bytes) else block.stat().st_size
    digest = _sha1(block) if isinstance(block, bytes) else _digest(block)
    out.write(VERSION)
    out.writelines(
        f"{key}: {value}\r\n".encode()
        for key, value in (*said.items(), ("WARC-Block-Digest", digest), ("Content-Length", str(size)))
    )
    out.write(b"\r\n")
    if isinstance(block, bytes):
        out.write(block)
    else:
        with block.open("rb") as source:
            shutil.copyfileobj(source, out, 1 << 20)
    out.write(b"\r\n\r\n")


def _sha1(data: bytes) -> str:
    """Give the digest in the one form that all archives' tools check; the item's own digests are SHA-256."""
    return f"sha1:{base64.b32encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()}"


def _digest(path: Path) -> str:
    with path.open("rb") as f:
        made = hashlib.file_digest(f, lambda: hashlib.sha1(usedforsecurity=False))
    return f"sha1:{base64.b32encode(made.digest()).decode()}"
