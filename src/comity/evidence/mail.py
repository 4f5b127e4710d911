"""Mail, listed while it stays the file that it is: each message of a mailbox, a Maildir or a single file.

One row each: where it stands (bytes from and to), Message-ID, date, sender and addressees as they are written, and each
attachment with its size and SHA-256. A mailbox (mbox) is cut where RFC 4155 says: at a line `From `, an address and a date,
after an empty line. Nothing is corrected: what is malformed is listed as it stands, and a finding says so.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import getaddresses
from pathlib import Path
from typing import Any, BinaryIO

from .kinds import SEPARATOR

MAX_TEXT = 1000
MAX_PEOPLE = 200
MAX_PARTS = 1000
MAX_HEAD = 256 * 1024
LINE = 64 * 1024
_HEAD = re.compile(rb"(?s).{0,%d}(?:\n\r?\n|\Z)" % MAX_HEAD)
_EMPTY = (b"\n", b"\r\n")
Report = Callable[[str, str], object]
Row = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """How far reading goes: bytes of a message whose parts are read; its lines times its boundaries; how many messages."""

    size: int = 64 * 1024 * 1024
    work: int = 10_000_000
    messages: int = 2_000_000


LIMITS = Limits()


def list_mail(path: Path, place: str, kind: str, report: Report, *, limits: Limits = LIMITS) -> Iterator[Row]:
    """List the messages of the file at *path*, which stands at *place* in the item; tells *report* of findings."""
    damaged, large = list[str](), 0
    with path.open("rb") as file:
        for number, (start, skip, end) in enumerate(_spans(file, kind, path.stat().st_size), 1):
            if number > limits.messages:
                report("mail-large", f"given up after {limits.messages} messages")
                break
            said = _message(file, start + skip, end, limits)
            row: Row = {"file": place, "kind": kind, "number": number, "start": start, "size": end - start} | said
            if faults := row.get("faults"):
                damaged.append(f"message {number}: {', '.join(faults)}")
            large += "parts" not in row
            yield row
    if damaged:
        report("mail-damaged", f"{len(damaged)}, the first: {damaged[0]}")
    if large:
        report("mail-large", f"{large} messages, listed by their headers alone")


def _spans(file: BinaryIO, kind: str, size: int) -> Iterator[tuple[int, int, int]]:
    """Give where each message begins, how long the line is that parts it from the one before, and where it ends."""
    if kind != "mbox":
        yield 0, 0, size
        return
    began, skip, at, empty, whole = 0, 0, 0, True, True
    open_ = False
    while line := file.readline(LINE):
        if whole and empty and SEPARATOR.match(line):
            if open_:
                here = file.tell()
                yield began, skip, at
                file.seek(here)
            open_, began, skip = True, at, len(line)
        empty = whole and line in _EMPTY
        whole = line.endswith(b"\n")
        at += len(line)
    if open_:
        yield began, skip, at


def _message(file: BinaryIO, start: int, end: int, limits: Limits) -> Row:
    """Read one message."""
    file.seek(start)
    size = end - start
    data = file.read(size if size <= limits.size else MAX_HEAD)
    work = data.count(b"\n") * (data.lower().count(b"boundary") + 1)
    whole = size <= limits.size and work <= limits.work and bool(_HEAD.match(data))
    try:
        if not whole:
            return _headers(BytesHeaderParser(policy=policy.compat32).parsebytes(data[:MAX_HEAD]))
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        return _headers(message) | _parts(message)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError) as e:
        return {"faults": [type(e).__name__], "parts": []}


def _headers(message: Message) -> Row:
    raw: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        raw.setdefault(name.lower(), []).append(str(value))
    row: Row = {
        "id": _first(raw, "message-id"), "date": _first(raw, "date"), "subject": _decoded(_first(raw, "subject")),
        "from": _people(raw, "from"), "to": _people(raw, "to", "cc", "bcc"),
    }  # fmt: skip
    row = {name: value for name, value in row.items() if value}
    twice = [name for name in ("message-id", "date", "subject", "from", "to") if len(raw.get(name, ())) > 1]
    faults = [*(f"{name} twice" for name in twice), *([] if raw else ["no headers"])]
    return row | ({"faults": faults} if faults else {})


def _parts(message: Message) -> Row:
    """Give what the message holds beside its texts, and what is malformed in it."""
    parts, faults = [], set()
    for count, part in enumerate(message.walk()):
        faults |= {type(defect).__name__ for defect in part.defects}
        if count >= MAX_PARTS:
            faults.add(f"more than {MAX_PARTS} parts")
            break
        if part.is_multipart():
            continue
        data = part.get_payload(decode=True)
        faults |= {type(defect).__name__ for defect in part.defects}
        name = part.get_filename()
        if isinstance(data, bytes) and (name or part.get_content_disposition() == "attachment" or part is not message):
            parts.append(_part(part, data, name))
    row: Row = {"parts": parts}
    return row | ({"faults": sorted(faults)} if faults else {})


def _part(part: Message, data: bytes, name: object) -> Row:
    said = {"name": _decoded(str(name))} if name else {}
    return said | {
        "type": clean(part.get_content_type()),
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
    }


def _first(raw: dict[str, list[str]], name: str) -> str:
    return clean((raw.get(name) or [""])[0][: 4 * MAX_TEXT])


def _people(raw: dict[str, list[str]], *names: str) -> list[str]:
    """Give the addresses in some headers, as they are written."""
    values = [clean(value[:MAX_HEAD], MAX_HEAD) for name in names for value in raw.get(name, ())]
    return [clean(address) for _, address in getaddresses(values) if address][:MAX_PEOPLE]


def _decoded(text: str) -> str:
    """Undo encoded words (RFC 2047) where they can be."""
    if "=?" not in text:
        return clean(text)
    try:
        pieces = [
            piece.decode(coding or "ascii", "backslashreplace") if isinstance(piece, bytes) else piece
            for piece, coding in decode_header(text)
        ]
    except (ValueError, LookupError, AssertionError):
        return clean(text)
    return clean("".join(pieces))


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Give foreign text that JSON can hold: bytes that are no UTF-8 in hexadecimal, folded lines in one."""
    whole = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return " ".join(whole.split())[:limit]
