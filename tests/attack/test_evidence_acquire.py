"""Attacks on acquiring: a source that changes its shape while it is taken does not lead anywhere else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from builders.evidence import acquired, checked, grown, order, seeded
from comity.evidence.acquiring import acquire
from comity.evidence.errors import OtherAcquisition
from comity.evidence.listing import Found, listed, open_within, sources
from comity.evidence.model import Finding, Origin
from comity.evidence.sealing import Seal
from comity.evidence.taking import Taken, Taker
from comity.kernel.clock import SystemClock
from comity.kernel.errors import BadInput

SECRET = b"not for this item"


def taken_after(tmp_path: Path, change: Callable[[Path], object]) -> Taken:
    """Take `src/a/x` after the source was changed behind our back, between listing and reading."""
    source = grown(tmp_path / "src", {(b"a", b"x"): b"one"})
    grown(tmp_path / "outside", {(b"x",): SECRET})
    (named,) = sources([source], tmp_path / "item")
    (found,) = [one for one in listed(named) if isinstance(one, Found) and one.kind == "file"]
    change(source)
    (tmp_path / "item").mkdir()
    return Taker(tmp_path / "item", ("sha256",)).take(found, lambda done: None)


def swap(path: Path, target: Path) -> None:
    """Put a link where something stood."""
    path.rename(path.with_name("moved"))
    path.symlink_to(target)


@pytest.mark.parametrize(
    "change",
    [
        lambda source: swap(source / "a/x", source.parent / "outside/x"),
        lambda source: swap(source / "a", source.parent / "outside"),
    ],
    ids=["file", "folder"],
)
def test_a_link_put_in_place_after_listing(change: Callable[[Path], object], tmp_path: Path) -> None:
    """Neither a file nor a folder that became a link leads out of the source: a finding, and no bytes."""
    taken = taken_after(tmp_path, change)
    assert [finding.code for finding in taken.findings] == ["unreadable"]
    assert taken.entry.path == ""


def test_a_pipe_put_in_place_after_listing(tmp_path: Path) -> None:
    """A file that became a pipe does not hang the acquisition."""

    def change(source: Path) -> None:
        (source / "a/x").unlink()
        os.mkfifo(source / "a/x")

    taken = taken_after(tmp_path, change)
    assert taken.findings == (Finding("unreadable", b"src/a/x", "it is no regular file any more"),)


def test_another_file_put_in_place_after_listing(tmp_path: Path) -> None:
    """A file that was replaced within the source is taken as it is now, which is said."""

    def change(source: Path) -> None:
        (source / "a/new").write_bytes(b"two")
        (source / "a/new").rename(source / "a/x")

    taken = taken_after(tmp_path, change)
    assert [finding.code for finding in taken.findings] == ["settled"]
    assert (tmp_path / "item" / taken.entry.path).read_bytes() == b"two"


def test_a_source_that_is_one_file_is_opened_by_itself(tmp_path: Path) -> None:
    """A source of one file has no folders to step through."""
    (tmp_path / "f").write_bytes(b"1")
    fd = open_within(Found("file", os.fsencode(tmp_path / "f"), b"f", "data/f", Origin(*[0] * 10)), os.O_RDONLY)
    assert os.read(fd, 9) == b"1"
    os.close(fd)


NAMES = [
    b"..=2F..", b"a\nb", b"a\r\nb", b"%0A", b"%0D%0A", b"-rf", b"~", b"~root", b"$(x)", b"a\x00b".replace(b"\0", b"\x01"), b"CON", b"nul.txt",
    b"x" * 255, b"\xff" * 255, b"=", b"==", b"=41", b"a ", b" a", b"a.", b"\xe2\x80\xaex", b"\xef\xbb\xbfx", b"manifest-sha256.txt",
    b"bagit.txt", b"fetch.txt", b"\xc2\xa0", b"a\\..\\b", b"C:x", b'"', b"*", b"\xe2\x80\xa8", b"e\xcc\x81", b"\xc3\xa9", b"E\xcc\x81",
]  # fmt: skip


def test_names_made_to_mislead(tmp_path: Path) -> None:
    """Names that lists, shells, other systems or readers take for something else are told apart and found again."""
    source = grown(tmp_path / "src", {(name,): name for name in NAMES})
    acquired(tmp_path / "item", source)
    assert checked(tmp_path / "item").sound
    lines = (tmp_path / "item/metadata/files.jsonl").read_bytes().split(b"\n")[:-1]
    rows = [row for row in map(json.loads, lines) if row["kind"] == "file"]
    for row in rows:
        name = bytes.fromhex(row["name_hex"]) if "name_hex" in row else row["name"].encode()
        assert (tmp_path / "item" / row["path"]).read_bytes() == name.removeprefix(b"src/")
        assert not set(row["path"]) & set('\n\r%\\:*"<>|\x01\u202e\ufeff\u2028\xa0')
    assert len(rows) == len(NAMES)


@pytest.mark.parametrize("field", ["item", "by", "place", "why", "authority", "case", "request"])
@pytest.mark.parametrize("text", ["a\nPayload-Oxum: 0.0", "a\u202eb", "a\0b", "x" * 3000])
def test_a_text_that_would_write_another_label(field: str, text: str, tmp_path: Path) -> None:
    """What people say about an item cannot break out of its line."""
    (tmp_path / "f").write_bytes(b"1")
    asked = order(tmp_path / "item", tmp_path / "f")
    act = type(asked.act)(**{"item": "A", field: text})
    with pytest.raises(BadInput):
        acquired(tmp_path / "item", tmp_path / "f", act=act)


@pytest.mark.parametrize(
    "row", [b'{"entry":{},"findings":[]}', b'{"entry":1,"findings":[]}', b'{"entry":{"kind":"file"},"findings":1}']
)
def test_a_journal_that_was_meddled_with(row: bytes, tmp_path: Path) -> None:
    """A journal that is not one of ours ends the command with advice."""
    (tmp_path / "f").write_bytes(b"1")
    asked = order(tmp_path / "item", tmp_path / "f")
    from comity.evidence.acquiring import _head
    from comity.evidence.journal import Journal

    head = _head(asked, sources(asked.paths, asked.target)) | {"begun_at": "2026-11-25T03:00:00Z", "random": "00"}
    Journal(tmp_path / "item.journal", tmp_path, head).close()
    with (tmp_path / "item.journal").open("ab") as out:
        out.write(row + b"\n")
    with pytest.raises(OtherAcquisition, match="damaged"):
        acquire(asked, Seal(seeded), clock=SystemClock())
