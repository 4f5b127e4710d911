"""Attacks by mail: headers without end, parts within parts, broken coding, and forged lines between messages."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.containers import found_in, listing_of, rows_of, surveyed
from builders.evidence import checked
from builders.trials import tries
from comity.evidence.mail import Limits, list_mail

LINE = b"From ana@example.org Fri Jan  2 03:04:05 2026\n"


def listed(path: Path, data: bytes, kind: str = "message", **more: object) -> tuple[list[dict[str, object]], list[str]]:
    """List mail of these bytes."""
    path.write_bytes(data)
    return rows_of(list_mail, path, kind, **more)


def test_header_lines_of_megabytes(tmp_path: Path) -> None:
    """A header line of eight megabytes is cut short in the listing, and the messages after it are found."""
    data = LINE + b"Subject: " + b"x" * 8_000_000 + b"\n\nbody\n\n" + LINE + b"Message-ID: <2@example.org>\n\nbody\n"
    rows, _ = listed(tmp_path / "x", data, "mbox")
    assert (len(rows), rows[1]["id"]) == (2, "<2@example.org>")
    assert len(str(rows[0])) < 5000


def test_parts_within_parts_without_end(tmp_path: Path) -> None:
    """A message of hundreds of parts within parts is listed, not followed to the end of the machine's patience."""
    heads = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(5000))
    begun = time.process_time()
    rows, found = listed(tmp_path / "x", b"From: a@example.org\n" + heads + b"\n" * 200_000)
    assert rows[0]["from"] == ["a@example.org"]
    assert found
    assert time.process_time() - begun < 20


def test_a_million_headers(tmp_path: Path) -> None:
    """A message of countless headers gives one row of a few kilobytes, with a finding."""
    rows, found = listed(tmp_path / "x", b"To: a@example.org\n" * 300_000 + b"\nbody")
    assert len(str(rows[0])) < 20_000
    assert "mail-damaged" in found or "mail-large" in found


def test_a_mailbox_larger_than_memory_allows(tmp_path: Path) -> None:
    """A mailbox is read message by message: memory does not grow with it."""
    with (tmp_path / "x").open("wb") as out:
        for number in range(40):
            out.write(LINE + b"Message-ID: <%d@example.org>\n\n" % number + b"x" * 1_000_000 + b"\n\n")
    tracemalloc.start()
    rows, _ = rows_of(list_mail, tmp_path / "x", "mbox")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(rows) == 40
    assert peak < 20_000_000


def test_a_forged_line_between_messages(tmp_path: Path) -> None:
    """A body line that reads `From ` without an empty line before it or a date in it does not part a message."""
    data = LINE + b"Message-ID: <1@example.org>\n\nbody\n" + LINE + b"more\n\nFrom now on\n\nFrom ana 12:00\n"
    rows, _ = listed(tmp_path / "x", data, "mbox")
    assert [(row["start"], row["size"]) for row in rows] == [(0, len(data))]


@pytest.mark.parametrize(
    "data",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nno end",
        b"From: a@example.org\nFrom: b@example.org\n\nx",
        b"Content-Type: image/png; name=a\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment\n\n!\x00",
        b"\xff\xfe\x00 no mail at all",
    ],
    ids=["no-end", "two-senders", "no-base64", "no-mail"],
)
def test_malformed_messages(data: bytes, tmp_path: Path) -> None:
    """A malformed message is kept and listed, the fault named, and the item is sound."""
    item = surveyed(tmp_path, {"a.eml": data})
    assert listing_of(item, "mail.jsonl")[0]["faults"]
    assert "mail-damaged" in found_in(item)
    assert checked(item).sound


def test_countless_messages(tmp_path: Path) -> None:
    """A mailbox of more messages than the limit is listed up to it, with a finding."""
    rows, found = listed(tmp_path / "x", (LINE + b"\n") * 50, "mbox", limits=Limits(messages=20))
    assert len(rows) == 20
    assert "mail-large" in found


@settings(max_examples=tries(150), deadline=None)
@given(
    data=st.binary(max_size=400), head=st.sampled_from([b"", b"From: ", b"To: =?", b"Content-Type: multipart/x;", LINE])
)
def test_any_bytes(data: bytes, head: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever bytes stand where mail is expected, listing ends without an error."""
    path = tmp_path_factory.mktemp("any") / "x"
    for kind in ("message", "mbox"):
        listed(path, head + data, kind)
