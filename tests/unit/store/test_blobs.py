"""Kept files are whole, durable and never change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.kernel.errors import BadInput
from comity.store.blobs import Blobs, writing
from comity.store.errors import StoreCorrupt, StoreError


@pytest.fixture
def blobs(tmp_path: Path) -> Iterator[Blobs]:
    """Give an empty folder of kept files."""
    opened = Blobs(tmp_path / "blobs")
    yield opened
    opened.close()


def staged(blobs: Blobs, data: bytes) -> Path:
    """Stage a file with *data*."""
    path = blobs.stage()
    path.write_bytes(data)
    return path


def test_a_kept_file_is_in_place(blobs: Blobs) -> None:
    """A staged file is found under its name, and no longer where it was staged."""
    path = staged(blobs, b"evidence")
    kept = blobs.keep(path, "a.zip")
    assert kept == blobs.path("a.zip")
    assert kept.read_bytes() == b"evidence"
    assert not path.exists()


def test_the_same_bytes_may_be_kept_again(blobs: Blobs) -> None:
    """Keeping a file again with the same bytes changes nothing."""
    kept = blobs.keep(staged(blobs, b"evidence"), "a.zip")
    before = kept.stat()
    assert blobs.keep(staged(blobs, b"evidence"), "a.zip") == kept
    assert kept.stat().st_ino == before.st_ino


def test_other_bytes_under_a_name_are_refused(blobs: Blobs) -> None:
    """A name whose bytes are kept is never written over."""
    kept = blobs.keep(staged(blobs, b"evidence"), "a.zip")
    with pytest.raises(StoreCorrupt):
        blobs.keep(staged(blobs, b"something else"), "a.zip")
    assert kept.read_bytes() == b"evidence"


def test_a_kept_file_cannot_be_written(blobs: Blobs) -> None:
    """A kept file has no permission to write."""
    assert blobs.keep(staged(blobs, b"evidence"), "a.zip").stat().st_mode & 0o777 == 0o400


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", ".hidden", "-x", "a\n", "ä", "a" * 201])
def test_an_odd_name_is_refused(blobs: Blobs, name: str) -> None:
    """A name that could leave the folder or surprise a tool is refused."""
    with pytest.raises(BadInput):
        blobs.path(name)


def test_a_missing_staged_file_is_a_store_error(blobs: Blobs) -> None:
    """Keeping a file that was never written is an error of the store, not of the system."""
    with pytest.raises(StoreError, match="No such file"):
        blobs.keep(blobs.stage(), "a.zip")


def test_a_missing_parent_is_named(tmp_path: Path) -> None:
    """A folder whose parent is not there cannot be used, and the advice says to look."""
    with pytest.raises(StoreError) as caught:
        Blobs(tmp_path / "missing" / "blobs").stage()
    assert "folder exists" in caught.value.advice


def test_a_full_disk_is_named() -> None:
    """A file system without space gives the advice to free some."""
    path = Path("/dev/full")
    with pytest.raises(StoreError, match="No space left") as caught, writing(path), path.open("wb") as file:
        file.write(b"x" * 100_000)
    assert "Free some space" in caught.value.advice


def test_sweeping_leaves_a_living_process_alone(tmp_path: Path) -> None:
    """What another living process has staged is not swept away."""
    writer, sweeper = Blobs(tmp_path / "blobs"), Blobs(tmp_path / "blobs")
    path = staged(writer, b"half")
    sweeper.sweep()
    writer.sweep()
    assert path.read_bytes() == b"half"
    writer.close()
    assert not path.exists()


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    """A process killed in mid-write leaves its staged file, and the next start removes it."""
    code = (
        "import sys, pathlib, time; from comity.store.blobs import Blobs; b = Blobs(pathlib.Path(sys.argv[1]));"
        "p = b.stage(); p.write_bytes(b'half'); print(p, flush=True); time.sleep(60)"
    )
    line = [sys.executable, "-c", code, str(tmp_path / "blobs")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        path = Path(process.stdout.readline().strip())
        os.kill(process.pid, signal.SIGKILL)
    assert path.exists()
    Blobs(tmp_path / "blobs").sweep()
    assert not path.exists()


def test_sweeping_an_absent_folder_is_no_fault(tmp_path: Path) -> None:
    """Before anything was staged there is nothing to sweep."""
    Blobs(tmp_path / "blobs").sweep()
    assert not (tmp_path / "blobs").exists()
