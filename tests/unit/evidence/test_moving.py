"""A folder sealed where it stands: moved by one rename, nothing copied, refused when a bag cannot hold it as it is."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest

from builders.evidence import acquired, checked, contents, grown
from comity.evidence.errors import BadSource, OtherAcquisition
from comity.kernel.errors import BadInput

FILES = {(b"a", b"x"): b"one", (b"b",): b"two", (b"c", b"d", b"e"): b"3" * 300_000}


def left(tmp_path: Path) -> list[str]:
    """What stands in the folder."""
    return sorted(path.name for path in tmp_path.iterdir())


def test_a_folder_is_sealed_where_it_stands(tmp_path: Path) -> None:
    """The same files, not copies of them, are the payload of a sound item; the folder is gone from its place."""
    source = grown(tmp_path / "export", FILES)
    before, inode = contents(source), (source / "b").stat().st_ino
    acquired(tmp_path / "item", source, in_place=True)
    assert left(tmp_path) == ["item"]
    assert contents(tmp_path / "item/data/export") == before
    assert (tmp_path / "item/data/export/b").stat().st_ino == inode
    assert checked(tmp_path / "item").sound
    bagit.Bag(str(tmp_path / "item")).validate()
    said = json.loads((tmp_path / "item/metadata/acquisition.json").read_bytes())
    assert said["in_place"] is True
    assert said["sources"] == [str(source)]


def _odd(source: Path) -> None:
    (source / "x\ny").write_bytes(b"")


@pytest.mark.parametrize(
    "change",
    [
        _odd,
        lambda source: (source / "link").symlink_to("b"),
        lambda source: os.link(source / "b", source / "again"),
        lambda source: os.mkfifo(source / "pipe"),
        lambda source: (source / "B").write_bytes(b""),
    ],
    ids=["name", "link", "hard link", "pipe", "twin"],
)
def test_what_a_bag_cannot_hold_as_it_is_is_not_moved(change: Callable[[Path], object], tmp_path: Path) -> None:
    """It is refused before anything is moved, with the way out: to copy it."""
    source = grown(tmp_path / "export", FILES)
    change(source)
    with pytest.raises(BadSource) as caught:
        acquired(tmp_path / "item", source, in_place=True)
    assert "copy" in caught.value.advice
    assert (source / "b").read_bytes() == b"two"


def test_what_is_no_single_folder_is_not_sealed_in_place(tmp_path: Path) -> None:
    """A file, a link to a folder, and two folders are refused."""
    source = grown(tmp_path / "export", FILES)
    (tmp_path / "link").symlink_to(source)
    for path in (source / "b", tmp_path / "link", tmp_path / "none"):
        with pytest.raises(BadSource):
            acquired(tmp_path / "item", path, in_place=True)
    with pytest.raises(BadInput, match="got 2 sources"):
        acquired(tmp_path / "item", source, source / "a", in_place=True)


def test_a_folder_on_another_file_system_is_not_moved(tmp_path: Path) -> None:
    """There is no rename between two of them."""
    places = [Path(name) for name in ("/dev/shm", "/var/tmp", "/tmp") if os.access(name, os.W_OK)]
    elsewhere = next((place for place in places if place.stat().st_dev != tmp_path.stat().st_dev), None)
    if elsewhere is None:
        pytest.skip("no second file system here")
    source = grown(elsewhere / f"comity-{os.getpid()}", FILES)
    try:
        with pytest.raises(BadSource, match="cross-device"):
            acquired(tmp_path / "item", source, in_place=True)
        assert (source / "b").exists()
    finally:
        for path in sorted(source.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        source.rmdir()


def broken_off(tmp_path: Path, source: Path) -> None:
    """Break an acquisition off after the folder was moved."""

    def watch(total: int) -> Callable[[int], None]:
        def stop(done: int) -> None:
            raise KeyboardInterrupt

        return stop

    with pytest.raises(KeyboardInterrupt):
        acquired(tmp_path / "item", source, in_place=True, watch=watch)


def test_one_that_was_broken_off_goes_on(tmp_path: Path) -> None:
    """After the move, the same command finds the folder in the item, and no other command takes it for its own."""
    source = grown(tmp_path / "export", FILES)
    before = contents(source)
    broken_off(tmp_path, source)
    assert left(tmp_path) == ["item.journal", "item.moved"]
    other = grown(tmp_path / "other", FILES)
    for in_place in (True, False):
        with pytest.raises(OtherAcquisition):
            acquired(tmp_path / "item", other, in_place=in_place)
    acquired(tmp_path / "item", source, in_place=True)
    assert left(tmp_path) == ["item", "other"]
    assert contents(tmp_path / "item/data/export") == before
    assert checked(tmp_path / "item").sound


def test_a_folder_that_came_back_meanwhile_is_refused(tmp_path: Path) -> None:
    """Two folders of one name are not guessed about."""
    source = grown(tmp_path / "export", FILES)
    broken_off(tmp_path, source)
    grown(source, FILES)
    with pytest.raises(BadSource, match="already"):
        acquired(tmp_path / "item", source, in_place=True)


def test_a_folder_that_is_still_written_to_is_not_sealed(tmp_path: Path) -> None:
    """A file that changes after it was read is seen, nothing is deleted, and at rest the same command seals it."""
    source = grown(tmp_path / "export", FILES)
    writing = (source / "b").open("ab")

    def watch(total: int) -> Callable[[int], None]:
        def write(done: int) -> None:
            if not writing.closed:
                writing.write(b"more")
                writing.flush()

        return write

    with pytest.raises(BadSource, match="at rest"):
        acquired(tmp_path / "item", source, in_place=True, watch=watch)
    writing.close()
    acquired(tmp_path / "item", source, in_place=True)
    assert (tmp_path / "item/data/export/b").read_bytes().startswith(b"twomore")
    assert checked(tmp_path / "item").sound


def test_a_file_that_comes_while_it_is_sealed_is_not_deleted(tmp_path: Path) -> None:
    """It is seen before the item is sealed."""
    source = grown(tmp_path / "export", FILES)

    def watch(total: int) -> Callable[[int], None]:
        def add(done: int) -> None:
            (tmp_path / "item.moved/data/export/new").write_bytes(b"new")

        return add

    with pytest.raises(BadSource, match="at rest"):
        acquired(tmp_path / "item", source, in_place=True, watch=watch)
    assert (tmp_path / "item.moved/data/export/new").read_bytes() == b"new"
    acquired(tmp_path / "item", source, in_place=True)
    assert (tmp_path / "item/data/export/new").read_bytes() == b"new"
    assert checked(tmp_path / "item").sound
