"""E-mail: one message (eml) or a mailbox (mbox), streamed; each message with its bytes, its files by digest."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import blake2b

from ..letter import Letter, Unreadable, open_letter
from ..mailbox import FROM, MOST, Raw, messages, unquoted
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..reader import Reader
from ..source import Source

_HEADER = re.compile(rb"([!-9;-~]{1,76}):[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*")
_MAIL = {b"from", b"to", b"date", b"subject", b"message-id", b"received", b"mime-version", b"return-path", b"cc"}
_SURE = 2  # headers of mail that a message must show


def check(source: Source, given: Given) -> Verdict:
    """Look for a mailbox's first line, or for the headers of mail."""
    head = source.head.lstrip(b"\r\n")
    if FROM.match(head):
        return Verdict(3, "begins with the From line of a mailbox")
    found = _headers(head)
    if len(found) >= _SURE:
        return Verdict(3, f"begins with {len(found)} headers of a message")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield a message and its files for each message; what is larger or deeper than is read is a finding."""
    seen: set[bytes] = set()
    count = 0
    boxed = FROM.match(source.head.lstrip(b"\r\n")) is not None
    for raw in _units(source, boxed):
        count += 1
        yield from _message(raw, count, given, boxed, seen)
    yield Seen(count, "message")


def _headers(head: bytes) -> set[bytes]:
    found: set[bytes] = set()
    at = 0
    while (match := _HEADER.match(head, at)) and len(found) < len(_MAIL):
        found |= {match[1].lower()} & _MAIL
        at = match.end()
    return found


def _units(source: Source, boxed: bool) -> Iterator[Raw]:
    with source.opened() as stream:
        if boxed:
            yield from messages(stream)
            return
        data = stream.read(MOST)
        yield Raw(data, (0, source.size), source.size)


def _message(raw: Raw, row: int, given: Given, boxed: bool, seen: set[bytes]) -> Iterator[Part]:
    if not raw.whole:
        yield Finding("too_large", f"{raw.size} bytes", f"at most {MOST}", row, f"message {row}", raw.span, 1)
        return
    if not raw.data.strip():
        yield Aside("empty message", 1, row)
        return
    try:
        letter = open_letter(unquoted(raw.data) if boxed else raw.data)
    except Unreadable as e:
        yield Finding(e.code, e.found, "", row, f"message {row}", raw.span, 1)
        return
    flags = letter.flags + _odd(letter, raw, seen)
    yield Record("message", _values(letter, given), row, f"message {row}", raw.span, letter.head, flags)
    for file in letter.attachments:
        values = {
            "provider": given.provider,
            "name": file.name,
            "sha256": file.sha256,
            "size": file.size,
            "media_type": file.kind,
            "belongs_to": letter.identity,
            "present": True,
        }
        yield Record("file", values, row, f"message {row}", raw.span)


def _odd(letter: Letter, raw: Raw, seen: set[bytes]) -> tuple[str, ...]:
    """Say what is odd about a message among the others."""
    flags: tuple[str, ...] = ("separator_doubtful",) if raw.doubtful else ()
    if letter.identity:
        mark = blake2b(letter.identity.encode(), digest_size=8).digest()
        if mark in seen:
            flags += ("identity_twice",)
        seen.add(mark)
    return flags


def _values(letter: Letter, given: Given) -> dict[str, object]:
    files = [{"name": f.name, "type": f.kind, "size": f.size, "sha256": f.sha256} for f in letter.attachments]
    return {
        "provider": given.provider,
        "kind": "mail",
        "sender": letter.sender,
        "receivers": json.dumps(letter.receivers, ensure_ascii=False) if letter.receivers else "",
        "subject": letter.subject,
        "message": letter.identity,
        "reply_to": letter.answers,
        "time": letter.sent,
        "received": letter.received,
        "body": letter.body,
        "body_format": letter.body_format,
        "attachments": json.dumps(files, ensure_ascii=False) if files else "",
    }


READER = Reader("mail", 1, "E-mail (eml, mbox)", ("message", "file"), check, read)
