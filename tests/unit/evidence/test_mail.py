"""Mail is listed message by message, with the bytes where each stands, its headers as written and its attachments."""

from __future__ import annotations

import hashlib
import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.containers import found_in, listing_of, rows_of, surveyed
from builders.evidence import checked
from builders.trials import tries
from comity.evidence.mail import Limits, list_mail

PICTURE = bytes(range(256))


def message(number: int, text: str = "Good day\n") -> EmailMessage:
    """Write a message with an attachment."""
    made = EmailMessage()
    made["From"], made["To"] = "Ana Example <ana@example.org>", "bo@example.org, Cy <cy@example.net>"
    made["Message-ID"], made["Date"] = f"<{number}@example.org>", "Fri, 02 Jan 2026 03:04:05 +0700"
    made["Subject"] = "Tiền về, số 1"
    made.set_content(text)
    made.add_attachment(PICTURE, "image", "png", filename="ảnh.png")
    return made


def box(path: Path, *texts: str) -> bytes:
    """Make a mailbox by the standard library."""
    made = mailbox.mbox(path)
    for number, text in enumerate(texts):
        made.add(mailbox.mboxMessage(message(number, text)))
    made.close()
    return path.read_bytes()


def test_a_mailbox_is_listed_message_by_message(tmp_path: Path) -> None:
    """Each row gives the bytes of a message in the mailbox, its headers as written, and its attachments by SHA-256."""
    data = box(tmp_path / "made", "one\n", "From here on\n\nFrom now on it is\n", "three\n")
    item = surveyed(tmp_path, {"Inbox": data})
    rows = listing_of(item, "mail.jsonl")
    assert [row["id"] for row in rows] == ["<0@example.org>", "<1@example.org>", "<2@example.org>"]
    assert b"".join(data[row["start"] : row["start"] + row["size"]] for row in rows) == data
    first = rows[0]
    assert (first["from"], first["to"]) == (["ana@example.org"], ["bo@example.org", "cy@example.net"])
    assert (first["date"], first["subject"]) == ("Fri, 02 Jan 2026 03:04:05 +0700", "Tiền về, số 1")
    assert first["parts"][-1] == {
        "name": "ảnh.png", "type": "image/png", "size": 256, "sha256": hashlib.sha256(PICTURE).hexdigest(),
    }  # fmt: skip
    assert checked(item).sound
    assert found_in(item) == {}


def test_single_messages_and_a_maildir_are_listed(tmp_path: Path) -> None:
    """A file .eml and the messages of a Maildir are a row each; what else stands there is none."""
    raw = bytes(message(1))
    item = surveyed(
        tmp_path, {"a.eml": raw, "M/cur/1.host:2,S": raw, "M/new/2.host": raw, "M/tmp/3": raw, "n.txt": raw}
    )
    rows = listing_of(item, "mail.jsonl")
    assert sorted(row["file"] for row in rows) == [
        "data/src/M/cur/1.host=3A2,S",
        "data/src/M/new/2.host",
        "data/src/a.eml",
    ]
    assert {row["size"] for row in rows} == {len(raw)}


def test_mail_that_is_not_read_is_said(tmp_path: Path) -> None:
    """PST and MSG files are kept, each with a finding."""
    item = surveyed(tmp_path, {"o.pst": b"!BDN" + bytes(600)})
    assert found_in(item) == {"mail-closed": "pst"}
    assert not (item / "metadata/mail.jsonl").exists()


def test_a_large_message_is_listed_by_its_headers(tmp_path: Path) -> None:
    """A message over the limit is listed without its parts, which is a finding."""
    path = tmp_path / "x"
    path.write_bytes(bytes(message(1)))
    rows, found = rows_of(list_mail, path, "message", limits=Limits(size=100))
    assert rows[0]["id"] == "<1@example.org>"
    assert "parts" not in rows[0]
    assert found == ["mail-large"]


@settings(max_examples=tries(60), deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="ascii"), max_size=200), max_size=5))
def test_any_mailbox_is_cut_as_the_standard_library_cuts_it(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever messages say, a mailbox that the standard library wrote is cut into as many, without a gap."""
    path = tmp_path_factory.mktemp("any") / "x"
    path.touch()
    data = box(path, *(text.replace("\r", "") for text in texts))
    rows, _ = rows_of(list_mail, path, "mbox")
    assert len(rows) == len(texts)
    assert b"".join(data[row["start"] : row["start"] + row["size"]] for row in rows) == data
