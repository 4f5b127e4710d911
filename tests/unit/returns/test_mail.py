"""Mail: mailboxes cut into messages, dates and addresses as written, files by digest."""

from __future__ import annotations

import hashlib
import mailbox
from contextlib import closing
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from builders.returns import parts
from comity.returns.letter import open_letter, written_date
from comity.returns.mailbox import messages
from comity.returns.model import Finding, Record, Seen

HEAD = b"From: an@example.org\nTo: roe@example.com\nDate: Sun, 01 Mar 2026 16:30:00 +0700\nMessage-ID: <%s@example.org>\n\n"


def boxed(*bodies: bytes) -> bytes:
    """Write a mailbox of messages with those texts."""
    line = b"From an@example.org Sun Mar  1 09:30:00 2026\n"
    return b"".join(line + HEAD % str(n).encode() + body + b"\n\n" for n, body in enumerate(bodies))


def records(name: str, data: bytes) -> list[Record]:
    """Read bytes and give the records of messages."""
    return [part for part in parts(name, data) if isinstance(part, Record) and part.kind == "message"]


def test_a_mailbox_is_cut_as_the_standard_library_cuts_it(tmp_path: Path) -> None:
    """The messages are those that an outside reader finds, byte for byte in their place."""
    box = mailbox.mbox(tmp_path / "box")
    for number in range(20):
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = "an@example.org", "roe@example.com", f"number {number}"
        message.set_content(f"From the start\n\nFrom line {number}\n")
        box.add(message)
    box.close()
    data = (tmp_path / "box").read_bytes()
    found = records("renamed.bin", data)
    with closing(mailbox.mbox(tmp_path / "box")) as again:
        outside = [part["Subject"] for part in again]
    assert [record.values["subject"] for record in found] == outside
    for record in found:
        assert record.span and data[slice(*record.span)].startswith(b"From ")
    assert found[0].span == (0, found[1].span[0] if found[1].span else 0)


def test_quoted_lines_are_text_again() -> None:
    """A line that a mailbox quotes loses one sign, and no more."""
    (record,) = records("box", boxed(b"a\n\n>From here\n>>From there"))
    assert record.values["body"] == "a\n\nFrom here\n>From there\n\n"


def test_a_line_that_only_looks_like_a_beginning_stays_text_and_is_told() -> None:
    """`From ` after a blank line without a date begins no message; the message is flagged."""
    (record,) = records("box", boxed(b"a\n\nFrom the desk of R. Roe\n"))
    assert "separator_doubtful" in record.flags
    assert "From the desk" in record.values["body"]


def test_an_identity_seen_twice_is_flagged() -> None:
    """The second message with an identity is read, and says so."""
    one, two = records("box", boxed(b"a") + boxed(b"b"))
    assert ("identity_twice" in one.flags, "identity_twice" in two.flags) == (False, True)


@pytest.mark.parametrize(
    ("text", "zone", "flags"),
    [
        ("Sun, 01 Mar 2026 16:30:00 +0700", "+07:00", ()),
        ("Sun, 1 Mar 2026 09:30:00 GMT", "UTC", ()),
        ("1 Mar 2026 09:30 -0000", "+00:00", ()),
        ("Sun, 01 Mar 2026 09:30:00 EST", "", ("zone_unknown", "zone_abbreviated")),
        ("Sun, 01 Mar 2026 09:30:00", "", ("zone_unknown",)),
        ("Sun, 99 Mar 2026 09:30:00 +0000", "", ("time_unreadable",)),
        ("Sun, 01 Mar 2026 09:30:00 +9900", "", ("time_unreadable",)),
        ("yesterday", "", ("time_unreadable",)),
    ],
)
def test_a_date_keeps_the_offset_that_is_written(text: str, zone: str, flags: tuple[str, ...]) -> None:
    """The offset as written decides; an abbreviation of a zone is none."""
    found = written_date(text)
    assert (found.text, found.zone, found.flags) == (text, zone, flags)


def test_files_are_named_by_their_digest_also_inside_a_forwarded_message() -> None:
    """Each file has the SHA-256 of its bytes; a forwarded message has none, but its files do."""
    inner = EmailMessage()
    inner["From"] = "roe@example.com"
    inner.set_content("inner text")
    inner.add_attachment(b"\x00\x01", maintype="application", subtype="octet-stream", filename="deep.bin")
    outer = EmailMessage()
    outer["From"], outer["Date"] = "an@example.org", "Sun, 01 Mar 2026 09:30:00 +0000"
    outer.set_content("outer text")
    outer.add_attachment(inner)
    outer.add_attachment(b"hello", maintype="application", subtype="pdf", filename="hóa đơn.pdf")
    found = open_letter(bytes(outer))
    digests = {file.name: file.sha256 for file in found.attachments}
    assert digests["deep.bin"] == hashlib.sha256(b"\x00\x01").hexdigest()
    assert digests["hóa đơn.pdf"] == hashlib.sha256(b"hello").hexdigest()
    assert [file.sha256 for file in found.attachments if file.kind == "message/rfc822"] == [""]
    assert found.body.strip() == "outer text"


@pytest.mark.parametrize(
    ("head", "flag"),
    [
        (b"Subject: =?UTF-8?B?%%%%?=\n", ""),
        (b"Subject: =?no-such-charset?Q?a=FFb?=\n", "text_undecodable"),
        (b"Subject: caf\xe9\n", "text_undecodable"),
        (b"To: " + b"(" * 20_000 + b"\n", "header_damaged"),
        (b"Subject: " + b"a" * 20_000 + b"\n", "header_cut"),
        (b"MIME-Version: 1.0\nContent-Type: multipart/mixed\n", "damaged"),
    ],
)
def test_damaged_headers_are_flagged(head: bytes, flag: str) -> None:
    """What cannot be read as it should is flagged, and the message is a record all the same."""
    found = open_letter(b"From: an@example.org\nDate: Sun, 01 Mar 2026 09:30:00 +0000\n" + head + b"\ntext\n")
    assert not flag or flag in found.flags
    assert found.sender == "an@example.org"


def test_text_in_utf8_headers_is_read_as_written() -> None:
    """A header in plain UTF-8, without encoded words, is no damage."""
    found = open_letter("From: Lê An <an@example.org>\nSubject: Hóa đơn\n\nx".encode())
    assert (found.sender, found.subject, found.flags) == ("Lê An <an@example.org>", "Hóa đơn", ())


def test_many_messages_are_counted_and_cost_memory_of_one() -> None:
    """Ten thousand messages are ten thousand units, each read out of the stream."""
    data = boxed(*[b"text %d" % n for n in range(2000)])
    found: list[Any] = list(messages(BytesIO(data)))
    assert len(found) == 2000
    assert sum(raw.span[1] - raw.span[0] for raw in found) == len(data)
    read = parts("box", boxed(*[b"x"] * 50))
    assert [part.units for part in read if isinstance(part, Seen)] == [50]
    assert not [part for part in read if isinstance(part, Finding)]
