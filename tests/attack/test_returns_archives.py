"""Attacks by archives: what is made to swell, to nest, to lie, or to point elsewhere."""

from __future__ import annotations

import io
import random
import struct
import zipfile
from pathlib import Path

import pytest

from builders.returns import taken
from comity.returns.opening import Bounds, opened
from comity.returns.source import Source


def archive(path: Path, *members: tuple[str, bytes]) -> Path:
    """Write an archive."""
    path.write_bytes(packed(*members))
    return path


def packed(*members: tuple[str, bytes]) -> bytes:
    """Make an archive, the same at any time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, data in members:
            pack.writestr(zipfile.ZipInfo(name, (2026, 3, 1, 9, 30, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def faults(path: Path, bounds: Bounds | None = None) -> dict[str, str]:
    """Give the fault of each source, or nothing where it can be read."""
    return {source.name: source.fault.code if source.fault else "" for source in opened([path], bounds or Bounds())}


def test_a_member_that_swells_is_not_unpacked(tmp_path: Path) -> None:
    """A member of a hundred kilobytes that unpacks to a hundred megabytes is refused by what its archive says of it."""
    path = archive(tmp_path / "a.zip", ("bomb.csv", bytes(100 << 20)), ("b.csv", b"x"))
    assert faults(path) == {"a.zip": "", "a.zip!bomb.csv": "too_large", "a.zip!b.csv": ""}


def test_a_member_that_lies_about_its_size_gives_no_more(tmp_path: Path) -> None:
    """A member that holds more than its archive says is damaged, and no byte beyond is given."""
    data = packed(("a.csv", b"x" * 5000))
    lying = data.replace(struct.pack("<I", 5000), struct.pack("<I", 10))
    (tmp_path / "a.zip").write_bytes(lying)
    assert faults(tmp_path / "a.zip") == {"a.zip": "", "a.zip!a.csv": "damaged"}


def test_members_that_lie_over_each_other(tmp_path: Path) -> None:
    """Members that share their bytes (one kernel, many entries) are refused."""
    data = bytearray(packed(*((name, random.Random(name).randbytes(3000)) for name in "ab")))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 1)
    data[second + 20 : second + 24] = struct.pack("<I", 6500)
    (tmp_path / "a.zip").write_bytes(bytes(data))
    assert set(list(faults(tmp_path / "a.zip").values())[1:]) == {"damaged"}


def test_archives_in_archives_end_somewhere(tmp_path: Path) -> None:
    """An archive is opened in two others, and no deeper."""
    data = b"x"
    for _ in range(5):
        data = packed(("in.zip", data))
    (tmp_path / "a.zip").write_bytes(data)
    assert faults(tmp_path / "a.zip") == {
        "a.zip": "",
        "a.zip!in.zip": "",
        "a.zip!in.zip!in.zip": "",
        "a.zip!in.zip!in.zip!in.zip": "too_deep",
    }


def test_more_members_than_any_return_has(tmp_path: Path) -> None:
    """Members beyond the bounds are told one by one and not opened."""
    path = archive(tmp_path / "a.zip", *((str(i), b"x") for i in range(5)))
    assert list(faults(path, Bounds(members=3)).values()) == ["", "", "", "", "too_large", "too_large"]


def test_a_directory_that_says_it_is_endless(tmp_path: Path) -> None:
    """An archive whose directory would take all memory is not listed, and told."""
    data = bytearray(packed(("a", b"x")))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<I", 1 << 30)
    (tmp_path / "a.zip").write_bytes(bytes(data))
    coverage, _ = taken(opened([tmp_path / "a.zip"]), tmp_path / "out")
    assert coverage.files[0].codes == {"too_large": 1}


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b", "a\x1b[2Jb", "a\u202eb"])
def test_a_member_with_a_name_that_leads_elsewhere(name: str, tmp_path: Path) -> None:
    """A name is a label and no path: it is told, and nothing is written by it."""
    path = archive(tmp_path / "a.zip", (name, b"x"))
    source = list(opened([path]))[1]
    assert [doubt.code for doubt in source.doubts] == ["name_doubtful"]
    assert source.name.isprintable()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_two_sources(tmp_path: Path) -> None:
    """Of two members with the same name both are read, each once."""
    path = archive(tmp_path / "a.zip", ("a", b"1"), ("a", b"2"))
    assert [b"".join(s.blocks()) for s in opened([path]) if s.size == 1] == [b"1", b"2"]
    assert list(faults(path)) == ["a.zip", "a.zip!a", "a.zip!a#2"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """A link in a folder or an archive is told, and what it points to is not read."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "link").symlink_to("/etc/passwd")
    (folder / "dir").symlink_to("/etc")
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(folder / "a.zip", "w") as pack:
        pack.writestr(info, "/etc/passwd")
    assert faults(folder) == {"a.zip": "", "a.zip!link": "part_missing", "dir": "part_missing", "link": "part_missing"}


def test_an_encrypted_member_is_told(tmp_path: Path) -> None:
    """A member that needs a password is a finding, and the others are read."""
    data = bytearray(packed(("a", b"1"), ("b", b"2")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + at] |= 1
    (tmp_path / "a.zip").write_bytes(bytes(data))
    assert faults(tmp_path / "a.zip") == {"a.zip": "", "a.zip!a": "encrypted", "a.zip!b": ""}


@pytest.mark.parametrize("at", range(0, 200, 7))
def test_an_archive_damaged_anywhere(at: int, tmp_path: Path) -> None:
    """An archive with a wrong byte or a missing end breaks nothing: each file has one entry, and the others are read."""
    whole = packed(("a.txt", b"hello " * 20), ("b.txt", b"world"))
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "cut.zip").write_bytes(whole[:at])
    (folder / "wrong.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
    coverage, _ = taken(opened([folder]), tmp_path / "out")
    names = [entry.file for entry in coverage.files]
    assert len(names) == len(set(names)) >= 2


def test_a_fault_reads_nothing() -> None:
    """A source with a fault has no bytes to give."""
    assert Source("a", lambda: io.BytesIO(b""), 9).head == b""
