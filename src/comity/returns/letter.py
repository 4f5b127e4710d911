"""What an e-mail message says: its headers as written, its text, and what hangs on it, by digest.

The standard library's parser does not fail on a damaged message but notes it; that becomes a flag. Limits come first: on
the length of a header that is looked into, on how many parts may lie in each other, and on their number.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parsedate_tz

from .model import Moment
from .moment import placed

HEADER = 16 * 1024  # bytes of one header that are looked into
LISTED = 256 * 1024  # bytes of one header of addresses
NESTED = 100  # boundaries of parts: how many may lie in each other
PARTS = 20_000
SETTINGS = 200  # parameters of a header that describes a part
_ZONE = re.compile(r"(?:([+-])(\d{2})(\d{2})|(UTC?|GMT|Z))\s*(?:\(.*\))?\s*$", re.ASCII)
_DATED = re.compile(r";([^;]{5,100})$")
_DESCRIBED = re.compile(rb"^content-[a-z-]{1,40}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb'boundary\s{0,8}=\s{0,8}"?([^\s";]{1,70})', re.IGNORECASE)


class Unreadable(Exception):
    """A message that is not looked into, with the code of the finding."""

    def __init__(self, code: str, found: str) -> None:
        super().__init__(found)
        self.code, self.found = code, found


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part that is a file: its name as written, kind, size and digest."""

    name: str
    kind: str
    size: int | None
    sha256: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it says of itself; *head* is its headers as written."""

    head: str
    sender: str
    receivers: tuple[str, ...]
    subject: str
    identity: str
    answers: str
    sent: Moment
    received: Moment | None
    body: str
    body_format: str
    attachments: tuple[Attachment, ...]
    flags: tuple[str, ...]


def open_letter(data: bytes) -> Letter:
    """Read a message.

    Raises:
        Unreadable: it has more parts, or parts deeper in each other, than are looked into.
    """
    _bound(data)
    try:
        message = BytesParser(policy=policy.compat32).parsebytes(data)
        parts = list(_parts(message))
    except RecursionError as e:
        raise Unreadable("too_deep", "parts in parts beyond what is read") from e
    flags = _Flags()
    body, kind = _body([part for part, inside in parts if not inside], flags)
    files = tuple(_attachment(part, flags) for part, _ in parts if _is_file(part))
    return Letter(
        _head(data),
        "; ".join(_people(message, "from", flags)),
        tuple(person for name in ("to", "cc", "bcc") for person in _people(message, name, flags)),
        _header(message, "subject", flags),
        _header(message, "message-id", flags).strip(),
        _header(message, "in-reply-to", flags).strip(),
        written_date(_header(message, "date", flags)),
        _received(message, flags),
        body,
        kind,
        files,
        tuple(flags.found + _damage([message, *(part for part, _ in parts)])),
    )


def written_date(text: str) -> Moment:
    """Read the date of a message with the offset that is written; a zone's abbreviation is none and gives a span."""
    clean = text.strip()[:200]
    if not clean:
        return Moment(text)
    try:
        parts = parsedate_tz(clean)
        found = datetime(*parts[:6]) if parts else None  # noqa: DTZ001 - placed below
    except (ValueError, TypeError, IndexError, OverflowError):
        found = None
    if found is None:
        return Moment(text, flags=("time_unreadable",))
    zone = _ZONE.search(clean)
    if zone is None:
        moment = placed(text, found)
        bare = re.search(r"[A-Za-z]{1,5}\s*$", clean) is not None
        return Moment(*_five(moment), (*moment.flags, "zone_abbreviated")) if bare else moment
    if zone[4]:
        return placed(text, found, zone="UTC")
    offset = timedelta(hours=int(zone[2]), minutes=int(zone[3]))
    if offset > timedelta(hours=14):
        return Moment(text, flags=("time_unreadable",))
    return placed(text, found.replace(tzinfo=timezone(-offset if zone[1] == "-" else offset)))


def _five(moment: Moment) -> tuple[str, datetime | None, datetime | None, str, str]:
    return moment.text, moment.earliest, moment.latest, moment.zone, moment.basis


class _Flags:
    """What was odd, each once."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, flag: str) -> None:
        if flag not in self.found:
            self.found.append(flag)


def _bound(data: bytes) -> None:
    """Refuse what the parser would be slow on."""
    if data.count(b"oundary") > NESTED and len(set(_BOUNDARY.findall(data))) > NESTED:
        raise Unreadable("too_deep", f"more than {NESTED} boundaries of parts")
    for match in _DESCRIBED.finditer(data):
        if len(match[0]) > HEADER or match[0].count(b";") > SETTINGS:
            raise Unreadable("too_large", f"a header of a part with {len(match[0])} bytes")


def _parts(message: Message) -> Iterator[tuple[Message, bool]]:
    """Give the parts that are no containers, and whether they lie in a message that hangs on this one."""
    todo, count = [(message, False)], 0
    while todo:
        part, inside = todo.pop()
        count += 1
        if count > PARTS:
            raise Unreadable("too_large", f"more than {PARTS} parts")
        inner = part.get_payload() if part.is_multipart() else None
        hung = part.get_content_maintype() == "message"
        if isinstance(inner, list):
            todo.extend((child, inside or hung) for child in reversed(inner) if isinstance(child, Message))
        if hung or not part.is_multipart():
            yield part, inside


def _head(data: bytes) -> str:
    end = re.search(rb"\r?\n\r?\n", data[:HEADER])
    return data[: end.start() if end else HEADER].decode("utf-8", "replace")


def _header(message: Message, name: str, flags: _Flags) -> str:
    found = _written(message, name)
    return _decoded(found[0], flags) if found else ""


def _written(message: Message, name: str) -> list[str]:
    """Give every header of a name as it is written; bytes beyond ASCII are read as UTF-8."""
    found = [str(value) for key, value in message.raw_items() if key.lower() == name]
    return [text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape") for text in found]


def _decoded(raw: str, flags: _Flags) -> str:
    """Give a header's text with its encoded words read."""
    if len(raw) > HEADER:
        flags.add("header_cut")
        raw = raw[:HEADER]
    text = raw
    if "=?" in raw:
        try:
            text = "".join(
                part if isinstance(part, str) else _text(part, charset or "ascii", flags)
                for part, charset in decode_header(raw)
            )
        except (HeaderParseError, ValueError, LookupError):
            flags.add("header_damaged")
    return _clean(" ".join(text.split()), flags)


def _people(message: Message, name: str, flags: _Flags) -> list[str]:
    """Give the addresses of a header, with the names beside them."""
    raw = ",".join(_written(message, name))
    if len(raw) > LISTED:
        flags.add("header_cut")
        raw = raw[:LISTED].rpartition(",")[0]
    try:
        found = [(shown, address) for shown, address in getaddresses([raw]) if shown or address]
    except (RecursionError, IndexError, ValueError):
        found = []
    if raw.strip() and not found:
        flags.add("header_damaged")
        return [_decoded(raw, flags)]
    return [_person(_decoded(shown, flags), _decoded(address, flags)) for shown, address in found]


def _person(shown: str, address: str) -> str:
    return f"{shown} <{address}>" if shown and address else shown or address


def _received(message: Message, flags: _Flags) -> Moment | None:
    """Read when the last server took the message in: the date of the first `Received`."""
    match = _DATED.search(_header(message, "received", flags))
    return written_date(match[1].strip()) if match else None


def _is_file(part: Message) -> bool:
    named = _filename(part) is not None or part.get_content_disposition() == "attachment"
    return named or part.get_content_maintype() != "text"


def _body(parts: list[Message], flags: _Flags) -> tuple[str, str]:
    """Give the text of a message: all plain parts, or else all HTML parts as they are."""
    for kind, shown in (("text/plain", "text"), ("text/html", "html"), ("", "text")):
        found = [p for p in parts if not _is_file(p) and (p.get_content_type() == kind or not kind)]
        if found:
            return "\n".join(_payload_text(part, flags) for part in found), shown
    return "", ""


def _payload_text(part: Message, flags: _Flags) -> str:
    try:
        charset = str(part.get_content_charset() or "utf-8")
    except ValueError:
        charset = ""
    return _text(_payload(part), charset, flags)


def _filename(part: Message) -> str | None:
    """Give the name of a file; empty where it is in an encoding that there is not."""
    try:
        return part.get_filename()
    except ValueError:
        return ""


def _payload(part: Message) -> bytes:
    data = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _attachment(part: Message, flags: _Flags) -> Attachment:
    """Describe a file; a message in a message has no digest, for its own bytes are not at hand."""
    name = _decoded(_filename(part) or "", flags)
    if part.is_multipart():
        return Attachment(name, part.get_content_type(), None, "")
    data = _payload(part)
    return Attachment(name, part.get_content_type(), len(data), hashlib.sha256(data).hexdigest())


def _text(data: bytes, charset: str, flags: _Flags) -> str:
    try:
        return data.decode("utf-8" if charset in ("ascii", "us-ascii", "unknown-8bit") else charset)
    except (ValueError, LookupError):
        flags.add("text_undecodable")
        return data.decode("utf-8", "replace")


def _clean(text: str, flags: _Flags) -> str:
    """Give text that can be stored: bytes that were no text are replaced and flagged."""
    try:
        text.encode()
    except UnicodeEncodeError:
        flags.add("text_undecodable")
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return text


def _damage(parts: list[Message]) -> list[str]:
    return ["damaged"] if any(part.defects for part in parts) else []
