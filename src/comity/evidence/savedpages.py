"""Web pages that somebody else saved: which addresses and times the files themselves state; nobody here saw the pages.

Read are WARC files (1.0 and 1.1, plain or gzip, each record with its digest held against its bytes), MHTML by its headers, and
HTML by the note that browsers leave in it. The files stay as they are.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from email import policy
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from .mail import clean
from .members import LIMITS, Limits
from .streams import PIECE, Damaged, Exhausted, Stream

HEAD = 64 * 1024
MAX_RECORDS = 1_000_000
_SAVED = re.compile(rb"<!--\s*saved from url=\(\d+\)\s*(\S{1,2000})\s*-->")
_TITLE = re.compile(rb"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_HTML = re.compile(rb"\s*(?:<!doctype html|<html|<!--)", re.IGNORECASE)
_DIGESTS = ("sha1", "sha256")
Report = Callable[[str, str], object]
Row = dict[str, Any]


def list_saved(path: Path, place: str, report: Report, *, limits: Limits = LIMITS) -> Iterator[Row]:
    """List what a file states of the pages in it; a file that states nothing gives nothing."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        file.seek(0)
        if head.startswith((b"WARC/1.", b"\x1f\x8b\x08")):
            size = path.stat().st_size
            stream = Stream(file, "gzip" if head.startswith(b"\x1f\x8b") else "", limits.budget(size))
            yield from _archive(stream, place, report, sure=head.startswith(b"WARC/"))
        elif b"snapshot-content-location:" in head.lower():
            yield {"file": place, "kind": "mhtml"} | _mhtml(head)
        elif _HTML.match(head):
            yield {"file": place, "kind": "html"} | _html(head)


def _archive(stream: Stream, place: str, report: Report, *, sure: bool) -> Iterator[Row]:
    number = differs = 0
    try:
        while (record := _record(stream)) is not None:
            number += 1
            if number > MAX_RECORDS:
                raise Exhausted
            differs += record.get("digest") == "differs"
            yield {"file": place, "kind": "warc", "number": number} | record
    except Damaged as e:
        if number or sure:
            report("archive-damaged", f"{e} (after {number} records)")
    except Exhausted:
        report("container-bomb", f"web archive, given up after {number} records")
    if differs:
        report("archive-damaged", f"{differs} records that are not what they state")


def _record(stream: Stream) -> Row | None:
    """Read one record of a WARC file; nothing at its end."""
    first = stream.peek(HEAD)
    if not first.strip(b"\r\n"):
        return None
    lead = len(first) - len(first.lstrip(b"\r\n"))
    head, blank, _ = first[lead:].partition(b"\r\n\r\n")
    if not head.startswith(b"WARC/1.") or not blank:
        raise Damaged("no web archive, or a header over the limit")
    stream.read(lead + len(head) + len(blank))
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    said = {
        name.strip().lower().decode("latin-1"): clean(value.decode("utf-8", "surrogateescape"))
        for name, _, value in lines
    }
    length = said.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 19):
        raise Damaged("a record without a length")
    row: Row = {"type": said.get("warc-type", ""), "size": int(length)}
    named = {"address": "warc-target-uri", "date": "warc-date", "machine": "warc-ip-address", "id": "warc-record-id"}
    row |= {name: said[key].strip("<>") for name, key in named.items() if said.get(key)}
    return row | _checked(stream, int(length), said.get("warc-block-digest", ""))


def _checked(stream: Stream, length: int, stated: str) -> Row:
    """Pass over the block of a record; gives whether its digest holds."""
    name, _, value = stated.partition(":")
    digest = hashlib.new(name, usedforsecurity=False) if name in _DIGESTS else None
    while length:
        piece = stream.read(min(PIECE, length))
        if not piece:
            raise Damaged("it breaks off")
        length -= len(piece)
        if digest:
            digest.update(piece)
    if not digest:
        return {}
    forms = {digest.hexdigest(), base64.b32encode(digest.digest()).decode().rstrip("=").lower()}
    return {"digest": "holds" if value.lower().rstrip("=") in forms else "differs"}


def _mhtml(head: bytes) -> Row:
    said = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    named = {"address": "snapshot-content-location", "date": "date", "title": "subject", "by": "from"}
    return {name: clean(str(said[key])) for name, key in named.items() if said[key]}


def _html(head: bytes) -> Row:
    found = {"address": _SAVED.search(head), "title": _TITLE.search(head)}
    return {name: clean(match[1].decode("utf-8", "surrogateescape")) for name, match in found.items() if match}
