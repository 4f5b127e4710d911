"""A disk image stays the files that it is; the disk within it is hashed and held against what the image states."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from builders.containers import found_in, listing_of, surveyed, zipped
from builders.evidence import acquired, checked
from comity.evidence.images import read_image, sets

pytest.importorskip("pyewf")
IMAGE = Path(__file__).with_name("data") / "disk.E01"
DISK = b"".join((b"sector %d of an invented disk\n" % n).ljust(512, b".") for n in range(100)) + bytes(200 * 512)


def test_the_disk_within_an_image_is_hashed(tmp_path: Path) -> None:
    """Size, digests and what the image says of its making are listed; the image is kept byte for byte."""
    item = surveyed(tmp_path, {"disk.E01": IMAGE.read_bytes()})
    (row,) = listing_of(item, "images.jsonl")
    assert row["files"] == ["data/src/disk.E01"]
    assert row["disk_bytes"] == len(DISK)
    assert row["digests"] == {name: hashlib.new(name, DISK).hexdigest() for name in ("md5", "sha1", "sha256")}
    assert row["stated"] == {name: row["digests"][name] for name in ("md5", "sha1")}
    assert row["about"]["examiner_name"] == "Seizing desk"
    assert (item / "data/src/disk.E01").read_bytes() == IMAGE.read_bytes()
    assert found_in(item) == {}
    assert checked(item).sound


@pytest.mark.skipif(not shutil.which("ewfacquirestream"), reason="needs ewf-tools")
@pytest.mark.parametrize("lost", [False, True], ids=["whole", "lost"])
def test_segments_are_one_image(lost: bool, tmp_path: Path) -> None:
    """Segments of one name are read as one disk; a lost one is a finding."""
    data, source = hashlib.shake_256(b"disk").digest(3000 * 512), tmp_path / "src"
    source.mkdir()
    command: list[str | Path] = [
        "ewfacquirestream",
        "-q",
        "-t",
        source / "big",
        "-S",
        "1MiB",
        "-c",
        "none",
        "-l",
        tmp_path / "log",
    ]
    texts = ["-C", "C-1", "-D", "x", "-e", "x", "-E", "x", "-N", "x", "-m", "fixed", "-M", "physical"]
    subprocess.run([*command, *texts], input=data, check=True, capture_output=True)
    assert len(list(source.iterdir())) == 2
    if lost:
        (source / "big.E02").unlink()
    acquired(tmp_path / "item", source)
    (row,) = listing_of(tmp_path / "item", "images.jsonl")
    if lost:
        assert list(found_in(tmp_path / "item")) == ["image-damaged"]
    else:
        assert row["files"] == ["data/src/big.E01", "data/src/big.E02"]
        assert row["digests"]["md5"] == row["stated"]["md5"] == hashlib.md5(data).hexdigest()


@pytest.mark.skipif(not shutil.which("ewfacquirestream"), reason="needs ewf-tools")
def test_a_disk_much_larger_than_its_file(tmp_path: Path) -> None:
    """A disk of many empty sectors, which take next to no room in the image, is hashed in full."""
    command: list[str | Path] = ["ewfacquirestream", "-q", "-t", tmp_path / "x", "-c", "best", "-l", tmp_path / "log"]
    texts = ["-C", "C-1", "-D", "x", "-e", "x", "-E", "x", "-N", "x", "-m", "fixed", "-M", "physical"]
    subprocess.run([*command, *texts], input=bytes(24 << 20), check=True, capture_output=True)
    found: list[str] = []
    row = read_image(tmp_path, ["x.E01"], lambda code, detail: found.append(code))
    assert (found, row and row["digests"]["sha256"]) == ([], hashlib.sha256(bytes(24 << 20)).hexdigest())


def test_an_image_that_is_not_what_it_states(tmp_path: Path) -> None:
    """An image whose content was altered no longer has the digest that it states."""
    data = bytearray(IMAGE.read_bytes())
    data[data.index(b"sectors\0") + 200] ^= 0xFF
    item = surveyed(tmp_path, {"disk.E01": bytes(data)})
    assert set(found_in(item)) <= {"image-digest", "image-damaged"}
    assert found_in(item)
    assert checked(item).sound


@pytest.mark.parametrize("size", [13, 100, 600, 3000])
def test_an_image_that_breaks_off(size: int, tmp_path: Path) -> None:
    """An image of which a part is left is kept, with a finding."""
    item = surveyed(tmp_path, {"disk.E01": IMAGE.read_bytes()[:size]})
    assert list(found_in(item)) == ["image-damaged"]
    assert checked(item).sound


def test_images_that_are_not_read_are_said(tmp_path: Path) -> None:
    """AFF4 and other forms are kept as they are, each with a finding that says its content was not read."""
    item = surveyed(
        tmp_path, {"a.aff4": zipped({"container.description": b"x"}), "b.L01": b"LVF\x09\x0d\x0a\xff\x00" + bytes(9)}
    )
    assert found_in(item) == {"image-closed": "lef"}
    assert not (item / "metadata/images.jsonl").exists()


def test_without_the_library_it_is_said(tmp_path: Path) -> None:
    """Where libewf is not installed, a finding says that the content was not read."""
    found: list[tuple[str, str]] = []
    assert (
        read_image(tmp_path, ["x"], lambda code, detail: found.append((code, detail)), library="no_such_library")
        is None
    )
    assert found == [("image-closed", "E01: the library libewf-python is not installed")]


def test_segments_are_put_together_by_their_names() -> None:
    """Files of one name but for the ending are one image, in the order of the endings."""
    files = ["data/b/x.E02", "data/a.E01", "data/b/x.E01", "data/b/x.EAA", "data/noending"]
    assert list(sets(files)) == [["data/a.E01"], ["data/b/x.E01", "data/b/x.E02", "data/b/x.EAA"], ["data/noending"]]
