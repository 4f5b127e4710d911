"""What is written is hashed as it is written, in a folder or a zip, and never over something else."""

from __future__ import annotations

import hashlib
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings

from builders.files import FILES, laid
from comity.packages.container import LARGE, silent
from comity.packages.errors import BadBag, BadContainer, PackageUnreadable
from comity.packages.opening import open_container
from comity.packages.writer import WRITE_BACK, FolderWriter, WriteBack, Writer, Written, ZipWriter

Made = Callable[[Path], Writer]


def in_folder(path: Path) -> Writer:
    """A writer into a folder."""
    return FolderWriter(path / "top")


def in_zip(path: Path) -> Writer:
    """A writer into a zip."""
    return ZipWriter(path / "a.zip", "top")


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let the machine write files of *size* bytes and no more, as a disk that is nearly full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@settings(max_examples=30, deadline=None)
@given(FILES)
def test_both_writers_tell_the_same(files: dict[str, bytes]) -> None:
    """A folder and a zip report the same name, size and SHA-256 for each file, added or copied."""
    expected = {Written(name, len(data), hashlib.sha256(data).hexdigest()) for name, data in files.items()}
    with tempfile.TemporaryDirectory() as place:
        source = laid(Path(place) / "source", files)
        sources = [(name, source / name) for name in files]
        with ZipWriter(Path(place) / "copied.zip", "top") as copied, ZipWriter(Path(place) / "a.zip", "top") as added:
            assert set(copied.copy(sources, silent)) == expected
            assert {added.add(name, data) for name, data in files.items()} == expected
        assert set(FolderWriter(Path(place) / "top").copy(sources, silent)) == expected
        assert (Path(place) / "copied.zip").read_bytes() == (Path(place) / "a.zip").read_bytes()


@pytest.mark.parametrize("make", [in_folder, in_zip])
def test_odd_names_are_not_written(make: Made, tmp_path: Path) -> None:
    """A name that would lead outside is refused, added or copied, and nothing is written there."""
    writer = make(tmp_path)
    with pytest.raises(BadContainer):
        writer.add("../out", b"x")
    with pytest.raises(BadContainer):
        writer.copy([("a/../../out", Path(__file__))], silent)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("make", [in_folder, in_zip])
def test_nothing_is_written_over(make: Made, tmp_path: Path) -> None:
    """A folder or zip that exists already is not written into; nor is one whose parent is missing."""
    make(tmp_path)
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(PackageUnreadable):
            make(place)


@pytest.mark.parametrize("make", [in_folder, in_zip])
def test_a_missing_source_is_named(make: Made, tmp_path: Path) -> None:
    """A file to copy that is not there, or is a folder, is named in the error."""
    writer = make(tmp_path)
    for number, source in enumerate((tmp_path / "none", tmp_path)):
        with pytest.raises(PackageUnreadable) as caught:
            writer.copy([(f"a{number}", source)], silent)
        assert caught.value.file == str(source)


@pytest.mark.parametrize("size", [300_000, LARGE + 7])
@pytest.mark.parametrize("make", [in_folder, in_zip])
def test_a_full_disk_is_named_and_never_cuts_a_file_short(make: Made, size: int, tmp_path: Path) -> None:
    """When the disk takes only part of a file, copying it fails and names what was written, not what was read."""
    source = laid(tmp_path / "source", {"a": bytes(size)}) / "a"
    writer = make(tmp_path)
    with room_for(size - 1000), pytest.raises(PackageUnreadable) as caught:
        writer.copy([("a", source)], silent)
    assert caught.value.file in (str(tmp_path / "top" / "a"), str(tmp_path / "a.zip"))


def test_progress_counts_every_byte(tmp_path: Path) -> None:
    """The bytes told while copying, small or large, add up to those of the files."""
    source = laid(tmp_path / "source", {"small": b"x" * 10, "big": bytes(LARGE + 7)})
    told: list[int] = []
    with ZipWriter(tmp_path / "a.zip", "top") as writer:
        copied = writer.copy([(name, source / name) for name in ("small", "big")], told.append)
    assert sum(told) == sum(w.size for w in copied) == LARGE + 17
    with open_container(tmp_path / "a.zip") as container:
        assert hashlib.sha256(container.read("big", LARGE * 2)).hexdigest() == copied[1].sha256


@pytest.mark.parametrize("top", ["", ".x", "a/b", "a b", "é"])
def test_an_odd_top_folder_is_refused(top: str, tmp_path: Path) -> None:
    """A zip begins only under a top folder that a reader accepts."""
    with pytest.raises(BadBag, match="top folder"):
        ZipWriter(tmp_path / "a.zip", top)
    assert not (tmp_path / "a.zip").exists()


def test_what_the_disk_refuses_in_the_background_is_raised(tmp_path: Path) -> None:
    """An error of the disk while more is being written is not lost."""
    with (tmp_path / "file").open("wb") as f:
        back = WriteBack(f.fileno())
    back.wrote(WRITE_BACK)
    with pytest.raises(OSError, match="Bad file descriptor"):
        back.close()


def test_little_is_not_sent_ahead(tmp_path: Path) -> None:
    """Less than the amount set waits for the end."""
    with (tmp_path / "file").open("wb") as f:
        back = WriteBack(f.fileno())
    back.wrote(WRITE_BACK - 1)
    back.close()
