"""Pages that somebody else saved are listed with what the files themselves state, and marked as another's word."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.containers import found_in, listing_of, rows_of
from builders.evidence import acquired, checked
from builders.trials import tries
from builders.webpages import answer, captured, manner, site
from comity.evidence.members import LIMITS, Limits
from comity.evidence.savedpages import list_saved

HTML = b"<!DOCTYPE html>\n<!-- saved from url=(0024)https://www.example.org/ -->\n<title>Shop \xe1\xbb\x9f ch\xe1\xbb\xa3</title>"
MHTML = b"From: <Saved by a browser>\r\nSnapshot-Content-Location: https://www.example.org/a\r\nSubject: Shop\r\nDate: Fri, 2 Jan 2026 03:04:05 -0000\r\n\r\n"
ADDRESS = "https://www.example.org/"


def listed(path: Path, data: bytes, limits: Limits = LIMITS) -> tuple[list[dict[str, object]], list[str]]:
    """List a saved file of these bytes."""
    path.write_bytes(data)
    return rows_of(lambda file, place, kind, report: list_saved(file, place, report, limits=limits), path, "")


@pytest.fixture
def archive(tmp_path: Path) -> bytes:
    """Give a web archive that a capture made."""
    (tmp_path / "made").mkdir()
    with site(answer()) as here:
        captured(tmp_path / "made", here.address(), manner=manner())
    return (tmp_path / "made/item/data/web/1/record.warc").read_bytes()


def test_a_folder_of_saved_pages(archive: bytes, tmp_path: Path) -> None:
    """Addresses and times are listed as the files state them, and a finding says that it is another's word."""
    source = tmp_path / "saved"
    source.mkdir()
    for name, data in (
        ("a.html", HTML),
        ("b.mhtml", MHTML),
        ("c.warc.gz", gzip.compress(archive)),
        ("d.png", b"\x89PNG"),
    ):
        (source / name).write_bytes(data)
    acquired(tmp_path / "item", source, saved=(source,))
    rows = listing_of(tmp_path / "item", "pages.jsonl")
    assert [row["kind"] for row in rows] == ["html", "mhtml", "warc", "warc", "warc"]
    assert (rows[0]["address"], rows[0]["title"]) == (ADDRESS, "Shop ở chợ")
    assert (rows[1]["address"], rows[1]["date"]) == (ADDRESS + "a", "Fri, 2 Jan 2026 03:04:05 -0000")
    assert [row.get("digest") for row in rows[2:]] == ["holds"] * 3
    assert found_in(tmp_path / "item") == {"saved-elsewhere": ""}
    assert checked(tmp_path / "item").sound


def test_pages_are_not_looked_for_where_nobody_said_so(tmp_path: Path) -> None:
    """Saved pages in an ordinary source are files like any others."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src/a.html").write_bytes(HTML)
    acquired(tmp_path / "item", tmp_path / "src")
    assert not (tmp_path / "item/metadata/pages.jsonl").exists()


def test_an_archive_that_was_altered(archive: bytes, tmp_path: Path) -> None:
    """A record whose bytes are not those of its digest, and an archive that breaks off, are findings."""
    rows, found = listed(tmp_path / "x", archive.replace(b"Good day", b"Evil day"))
    assert ([row["digest"] for row in rows], found) == (["holds", "holds", "differs"], ["archive-damaged"])
    rows, found = listed(tmp_path / "x", archive[:-40])
    assert (len(rows), found) == (2, ["archive-damaged"])


def test_a_bomb_of_an_archive(tmp_path: Path, archive: bytes) -> None:
    """A packed archive that unpacks without end is given up at the limit."""
    head = b"WARC/1.1\r\nContent-Length: 999999999999\r\n\r\n"
    rows, found = listed(
        tmp_path / "x", gzip.compress(archive + head + bytes(20_000_000)), Limits(ratio=10, floor=1_000_000)
    )
    assert (len(rows), found) == (3, ["container-bomb"])


@settings(max_examples=tries(100), deadline=None)
@given(data=st.binary(max_size=200), head=st.sampled_from([b"", b"WARC/1.1\r\n", MHTML, HTML, b"\x1f\x8b\x08"]))
def test_any_bytes(data: bytes, head: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever a saved file holds, listing ends without an error."""
    listed(tmp_path_factory.mktemp("any") / "x", head + data)
