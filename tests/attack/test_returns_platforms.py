"""Platform returns made to harm: depth, size, doubled names, bombs, programs, files that end in the middle."""

from __future__ import annotations

import time
import tracemalloc
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.returns import parts
from comity.returns import pdfpages
from comity.returns.model import Aside, Finding, Given, Part, Record, Rows, Seen
from comity.returns.pdfpages import read_pages
from comity.returns.reader import readers
from comity.returns.source import in_memory

LOGIN = b'{"action":"Login","timestamp":1772357400,"ip_address":"192.0.2.7"}'
MAIL = b"From: an@example.org\nTo: roe@example.com\nDate: Sun, 01 Mar 2026 09:30:00 +0000\n"


def codes(found: list[Part]) -> set[str]:
    """Give the codes of what was found, flags too."""
    flags = {flag for part in found if isinstance(part, Record) for flag in part.flags}
    return flags | {part.code for part in found if isinstance(part, Finding)}


def accounted(found: list[Part]) -> bool:
    """Tell whether all units were parsed, set aside or rejected."""
    rows = {part.row for part in found if isinstance(part, Record)}
    parsed = len(rows) + sum(
        part.batch.num_rows if part.units is None else part.units for part in found if isinstance(part, Rows)
    )
    other = sum(part.units for part in found if isinstance(part, Aside | Finding))
    return parsed + other == sum(part.units for part in found if isinstance(part, Seen))


def read(name: str, data: bytes, **given: Any) -> list[Part]:
    """Read bytes with the reader of that name."""
    return list(readers()[name].read(in_memory("f", data), Given(**given)))


JSON = {
    "depth": (b'{"account_accesses_v2":[' + LOGIN + b"," + b"[" * 100_000 + b"]" * 100_000 + b"]}", "too_deep"),
    "more depth than is walked": (
        b'{"account_accesses_v2":[' + LOGIN + b"," + b"[" * 600 + b"]" * 600 + b"]}",
        "too_deep",
    ),
    "half a sign in a name": (b'{"\\ud800":[' + LOGIN + b"]}", ""),
    "depth of objects": (b'{"a":' * 100_000, "too_deep"),
    "a number of a million digits": (b'[{"n":' + b"9" * 1_000_000 + b"}]", "layout_unknown"),
    "an element that is too large": (b'[{"a":"' + b"x" * 17_000_000 + b'"}]', "too_large"),
    "a name twice": (b'{"account_accesses_v2":[{"action":"a","action":"b"},' + LOGIN + b"]}", "damaged"),
    "a byte that is no text": (b'{"account_accesses_v2":[{"action":"\xff"},' + LOGIN + b"]}", "text_undecodable"),
    "half a sign": (b'{"account_accesses_v2":[' + LOGIN.replace(b"Login", rb"Log\ud800in") + b"]}", ""),
    "a NUL in a text": (b'{"account_accesses_v2":[' + LOGIN.replace(b"Login", rb"Log\u0000in") + b"]}", ""),
    "no end": (b'{"account_accesses_v2":[' + LOGIN + b",", "damaged"),
    "something behind": (b'{"account_accesses_v2":[' + LOGIN + b"]} x", "damaged"),
    "many names": (b"[{" + b",".join(b'"n%d":1' % n for n in range(50_000)) + b"}]", "layout_unknown"),
    "NaN": (b'{"account_accesses_v2":[{"n":NaN},' + LOGIN + b"]}", "damaged"),
}


@pytest.mark.parametrize(("data", "code"), JSON.values(), ids=JSON.keys())
def test_json_made_to_exhaust_or_mislead_is_told(data: bytes, code: str) -> None:
    """Records or a precise finding, every unit accounted, bounded time and memory."""
    parts("f.json", b"[]")  # loads what reads it, which would be slow while memory is watched
    began = time.process_time()
    tracemalloc.start()
    found = parts("f.json", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not code or code in codes(found)
    assert accounted(found)
    assert "reader_failed" not in codes(found)
    assert peak < 400_000_000
    assert time.process_time() - began < 20


@pytest.mark.parametrize("name", ["a", "b"])
def test_a_line_of_ndjson_costs_no_other(name: str) -> None:
    """Lines that are broken, deep or no text are rejected one by one."""
    good = b'{"ID":"1","Timestamp":"2026-03-01T09:30:00Z","Contents":"x","Attachments":""}'
    bad = [b"{", b"[" * 100_000, b'{"ID":"\xff"}', b'{"a":1,"a":2}', b"\0\0"]
    found = parts("f", b"\n".join([good, good, *bad, good]))
    assert sum(part.batch.num_rows for part in found if isinstance(part, Rows)) == 3
    assert sum(part.units for part in found if isinstance(part, Finding)) == len(bad)
    assert accounted(found)


MAILS = {
    "a header of a million signs": (MAIL + b"Subject: " + b"a" * 1_000_000 + b"\n\nx", "header_cut"),
    "encoded words without end": (MAIL + b"Subject: " + b"=?a?q?" * 100_000 + b"\n\nx", "header_cut"),
    "comments in comments": (MAIL + b"Cc: " + b"(" * 200_000 + b"\n\nx", "header_damaged"),
    "a million addresses": (MAIL + b"Cc: " + b"a@b," * 500_000 + b"\n\nx", "header_cut"),
    "parameters without end": (MAIL + b"Content-Type: text/plain" + b";a" * 300_000 + b"\n\nx", "too_large"),
    "ten thousand parts": (
        MAIL
        + b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"--b\nContent-Type: text/plain\n\nx\n" * 10_000
        + b"--b--\n",
        "",
    ),
    "thirty thousand parts": (
        MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 30_000 + b"--b--\n",
        "too_large",
    ),
    "parts in parts": (
        MAIL + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(10_000)),
        "too_deep",
    ),
    "messages in messages": (MAIL + b"Content-Type: message/rfc822\n\n" * 10_000, "too_deep"),
    "base64 that is none": (MAIL + b"Content-Transfer-Encoding: base64\nMIME-Version: 1.0\n\n%%%=A", ""),
    "an unknown charset": (MAIL + b"Content-Type: text/plain; charset=no-such\n\n\xff", "text_undecodable"),
    "a charset with a NUL": (MAIL + b"Content-Type: text/plain; charset=\0utf-8\n\n\xff", "text_undecodable"),
    "a parted charset with a NUL": (MAIL + b"Content-Type: text/plain; charset*=\0a'b'%ff\n\n\xff", "text_undecodable"),
    "a file's name in a charset with a NUL": (MAIL + b"Content-Disposition: attachment; filename*=\0a'b'%ff\n\nx", ""),
    "NULs": (MAIL + b"Subject: a\0b\n\n\0\0\0", ""),
    "a boundary that is missing": (MAIL + b"Content-Type: multipart/mixed; boundary=b\n\nnothing", "damaged"),
}


@pytest.mark.parametrize(("data", "code"), MAILS.values(), ids=MAILS.keys())
def test_mail_made_to_exhaust_is_told(data: bytes, code: str) -> None:
    """A record with its flag or a finding, and never long."""
    began = time.process_time()
    found = parts("f.eml", data)
    assert not code or code in codes(found)
    assert accounted(found)
    assert "reader_failed" not in codes(found)
    assert time.process_time() - began < 15


def test_a_mailbox_with_a_message_without_end_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message larger than is held is a finding with its bytes; the one behind it is read."""
    from comity.returns import mailbox

    monkeypatch.setattr(mailbox, "MOST", 100_000)
    line = b"From an@example.org Sun Mar  1 09:30:00 2026\n"
    data = line + MAIL + b"\n" + (b"x" * 99 + b"\n") * 5000 + b"\n" + line + MAIL + b"\nlast\n"
    found = read("mail", data)
    assert codes(found) == {"too_large"}
    assert [part.values["body"] for part in found if isinstance(part, Record)] == ["last\n"]
    assert accounted(found)


CELL = b"<tr><td>Store</td><td>2026-03-01 09:30:00</td><td>192.0.2.7</td></tr>"
TOP = b"<html><table><tr><th>Application</th><th>Logged In Date</th><th>IP Address</th></tr>"
PAGES = {
    "a script": (TOP + CELL + b"<script>fetch('http://192.0.2.1')</script></table>", "active_content"),
    "depth": (TOP + CELL + b"<div>" * 200_000, "too_deep"),
    "tables in tables": (TOP + CELL + b"<table><tr><td>" * 3000, ""),
    "a cell of ten million signs": (TOP + CELL + b"<tr><td>" + b"x" * 10_000_000 + b"<td>a<td>b", ""),
    "spans": (TOP + CELL + b"<tr><td rowspan=99999 colspan=99999>a</td></tr>" * 300, "row_malformed"),
    "an attribute of ten million signs": (TOP + CELL + b"<p title='" + b"x" * 10_000_000 + b"'>", ""),
    "bytes that are no text": (
        b"<meta charset=utf-8>" + TOP + CELL + b"<tr><td>\xff<td>\xfe<td>\xfd",
        "text_undecodable",
    ),
    "NULs": (TOP + CELL + b"\0\0<tr><td>a\0b<td>c<td>d", ""),
    "entities": (TOP + CELL + b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><tr><td>&x;<td>&x;<td>&x;", ""),
    "no end": (TOP + CELL + b"<tr><td>Store</td><td>2026-03-", ""),
}


@pytest.mark.parametrize(("data", "code"), PAGES.values(), ids=PAGES.keys())
def test_a_page_made_to_harm_is_told(data: bytes, code: str) -> None:
    """Nothing is run or fetched; the row that is sound is read, and all rows are accounted."""
    began = time.process_time()
    found = parts("f.html", data)
    assert sum(part.batch.num_rows for part in found if isinstance(part, Rows)) >= 1
    assert not code or code in codes(found)
    assert accounted(found)
    assert not any("root:" in str(part) for part in found)
    assert time.process_time() - began < 15


@pytest.mark.parametrize("name", ["google-activity", "google-subscriber", "meta-records", "x", "google", "snapchat"])
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 5000, b"<" * 100_000, b"{" * 100_000, b"=" * 200_000 + b"\na,b\n1", b'"' * 100_001]
)
def test_a_reader_that_a_person_names_breaks_on_nothing(name: str, data: bytes) -> None:
    """A file that is not what a person says it is gives findings, and is accounted."""
    found = read(name, data)
    assert accounted(found)


# A PDF is read in a process of its own: what breaks there is tried below.
NAMED = sorted(set(readers()) - {"pdf"})
BITS = st.sampled_from([
    b"", b"\0", b"\xff", b'"', b"'", b"{", b"}", b"[", b"]", b",", b";", b":", b"<", b">", b"</td>", b"<tr>", b"<table>", b"\n", b"\r\n\r\n", b"=",
    b"From a Sun Mar  1 09:30:00 2026\n", b"====\n", b"\\ud800", b"9" * 400, b"PK\x03\x04", b"PK\x05\x06", b":61:2601010101C1,00NTRFX\n",
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">', b"<STMTTRN>", b"<OFX>", b"window.YTD.a.part0 = [", b"User_ID,UTC_Time,Account\n",
])  # fmt: skip


@pytest.mark.soak
@pytest.mark.parametrize("name", NAMED)
@settings(max_examples=1_500, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.lists(BITS | st.binary(max_size=20), max_size=30).map(b"".join))
def test_a_reader_that_a_person_names_breaks_on_nothing_for_long(name: str, data: bytes) -> None:
    """Whatever the bytes, a reader that is named ends by itself, and every unit is accounted."""
    found = read(name, data)
    assert "reader_failed" not in codes(found)
    assert accounted(found)


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """Write a PDF out of its objects."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    return out + head + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, len(out))


def stream(data: bytes, more: bytes = b"") -> bytes:
    """Write a stream."""
    return b"<</Length %d%s>>\nstream\n" % (len(data), more) + data + b"\nendstream"


CATALOG = b"<</Type/Catalog/Pages 2 0 R>>"
TREE = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<<>>>>"


def bomb() -> bytes:
    """Pack two hundred megabytes into a few bytes."""
    return stream(zlib.compress(zlib.compress(b"0" * 200_000_000, 9), 9), b"/Filter[/FlateDecode/FlateDecode]")


PDFS = {
    "a bomb": b"",  # made when it is asked for, since that takes a while
    "a tree that holds itself": pdf(CATALOG, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"),
    "a count without end": pdf(CATALOG, b"<</Type/Pages/Kids[3 0 R]/Count 999999999>>", PAGE, stream(b"")),
    "arrays in arrays": pdf(CATALOG, TREE, PAGE, stream(b"[" * 100_000)),
    "a length that is wrong": pdf(CATALOG, TREE, PAGE, b"<</Length 999999999>>\nstream\nx\nendstream"),
    "no end": pdf(CATALOG, TREE, PAGE, stream(b"x"))[:200],
    "nothing": b"%PDF-1.7\n",
    "encrypted": pdf(
        CATALOG, TREE, PAGE, stream(b"x"), b"<</Filter/Standard/V 1/R 2/P -1/O<" + b"00" * 32 + b">/U<" + b"00" * 32 + b">>>",
        trailer=b"/Encrypt 5 0 R/ID[<00><00>]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PDFS)
def test_a_pdf_made_to_exhaust_is_ended_and_told(name: str) -> None:
    """The reading process ends within its bounds, and the finding says why; nothing else does."""
    data = PDFS[name] or pdf(CATALOG, TREE, PAGE, bomb())
    began = time.monotonic()
    found = parts("f.pdf", data)
    assert codes(found)
    assert accounted(found)
    assert time.monotonic() - began < 90


def test_a_pdf_that_hangs_the_library_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that runs out is a finding of the file."""

    class Slow:
        """A stand-in for the interpreter: a program that never says anything."""

        executable = "/bin/sleep"

    monkeypatch.setattr(pdfpages, "sys", Slow)
    began = time.monotonic()
    (found,) = read_pages(iter([b"%PDF-1.7"]), seconds=1)
    assert found["code"] == "too_large"
    assert time.monotonic() - began < 60
