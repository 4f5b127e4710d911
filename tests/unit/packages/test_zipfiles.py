"""Our zips beside `unzip` and Python's own reader; and a zip that was changed in any byte."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tempfile
import zipfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.files import FILES
from builders.trials import tries
from comity.packages.errors import BadContainer, PackageUnreadable
from comity.packages.opening import open_container
from comity.packages.writer import ZipWriter
from comity.packages.zipfiles import append, entry_for

SMALL = {"a.txt": b"one", "sub/đ.txt": b"two" * 50, "c": b""}


def written(path: Path, files: dict[str, bytes]) -> Path:
    """A zip as we write it."""
    with ZipWriter(path, "top") as writer:
        for name, data in files.items():
            writer.add(name, data)
    return path


def read(path: Path) -> dict[str, bytes]:
    """All files of a zip as we read it."""
    with open_container(path) as container:
        return {name: container.read(name, 1 << 20) for name in container.sizes}


@settings(max_examples=tries(40), deadline=None)
@given(FILES)
def test_another_reader_reads_ours(files: dict[str, bytes]) -> None:
    """Python's reader finds every file whole, stored, under the one top folder."""
    with tempfile.TemporaryDirectory() as place, zipfile.ZipFile(written(Path(place) / "a.zip", files)) as z:
        assert z.testzip() is None
        assert {e.filename: z.read(e) for e in z.infolist()} == {f"top/{name}": data for name, data in files.items()}
        assert {(e.compress_type, stat.S_IFMT(e.external_attr >> 16)) for e in z.infolist()} == {(0, stat.S_IFREG)}


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs unzip")
def test_unzip_finds_no_fault(tmp_path: Path) -> None:
    """The command `unzip` tests our zip without a warning and unpacks the same bytes."""
    path = written(tmp_path / "a.zip", SMALL)
    subprocess.run(["unzip", "-tqq", path], check=True)
    subprocess.run(["unzip", "-qq", path, "-d", tmp_path / "out"], check=True, env={"LC_ALL": "C.UTF-8"})
    assert {name: (tmp_path / "out" / "top" / name).read_bytes() for name in SMALL} == SMALL


@settings(max_examples=tries(40), deadline=None)
@given(FILES)
def test_we_read_another_writers(files: dict[str, bytes]) -> None:
    """A plain stored zip of Python's writer is read as the same files."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "a.zip"
        with zipfile.ZipFile(path, "w") as z:
            for name, data in files.items():
                z.writestr(zipfile.ZipInfo(f"top/{name}"), data)
        assert read(path) == files


def test_the_same_files_give_the_same_zip(tmp_path: Path) -> None:
    """A zip depends on its files alone, not on the time or the machine."""
    assert written(tmp_path / "a.zip", SMALL).read_bytes() == written(tmp_path / "b.zip", SMALL).read_bytes()


def test_a_zip_that_could_be_large_is_read(tmp_path: Path) -> None:
    """An entry whose own header keeps room for sizes over four gigabytes is read like another."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as z, z.open(entry_for("top/a", 3), "w", force_zip64=True) as out:
        out.write(b"one")
    assert read(path) == {"a": b"one"}


@cache
def sample() -> bytes:
    """The bytes of a small zip."""
    with tempfile.TemporaryDirectory() as place:
        return written(Path(place) / "a.zip", SMALL).read_bytes()


@settings(max_examples=tries(300), deadline=None)
@given(st.integers(0, len(sample()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_changes_nothing(at: int, turn: int) -> None:
    """A zip with one byte changed anywhere is refused, or what is read from it is the same as before."""
    data = bytearray(sample())
    data[at] ^= turn
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "a.zip"
        path.write_bytes(data)
        try:
            assert read(path) == SMALL
        except BadContainer as e:
            assert e.message.startswith("got ")


@settings(max_examples=tries(100), deadline=None)
@given(st.integers(0, len(sample()) - 1), st.binary(max_size=30))
def test_cut_or_prolonged_is_refused(at: int, more: bytes) -> None:
    """A zip that was cut short, or has bytes behind its end, is refused."""
    with tempfile.TemporaryDirectory() as place:
        for data in (sample()[:at], sample() + more + b"x"):
            path = Path(place) / "a.zip"
            path.write_bytes(data)
            with pytest.raises(BadContainer):
                open_container(path)


def test_append_adds_under_the_top_folder(tmp_path: Path) -> None:
    """Files added later stand under the same top folder, and the earlier ones are as they were."""
    path = written(tmp_path / "a.zip", SMALL)
    append(path, {"seal/x": b"later"})
    assert read(path) == SMALL | {"seal/x": b"later"}
    with pytest.raises(PackageUnreadable):
        append(tmp_path / "none" / "a.zip", {"x": b""})


def test_two_top_folders_or_none(tmp_path: Path) -> None:
    """A zip has exactly one top folder, with every file in it."""
    for names in (["a/x", "b/x"], ["a/x", "y"], ["y"], []):
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as z:
            for name in names:
                z.writestr(entry_for(name, 0), b"")
        with pytest.raises(BadContainer):
            open_container(path)
