"""A file is placed whole or not at all, and never over another one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.kernel.errors import BadInput
from comity.packages.errors import PackageUnreadable
from comity.packages.placing import place, place_bytes


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file to place."""
    path = tmp_path / "source"
    path.write_bytes(b"one")
    return path


@pytest.mark.parametrize("kind", ["file", "bytes"])
def test_placed(kind: str, source: Path, tmp_path: Path) -> None:
    """A new file holds what was given, the same again is no fault, and nothing else is left in the folder."""
    (tmp_path / "out").mkdir()
    target = tmp_path / "out" / "a"
    for _ in range(2):
        assert (place(source, target) if kind == "file" else place_bytes(b"one", target)) == target
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["a"]
    assert target.read_bytes() == b"one"


def test_never_over_another(source: Path, tmp_path: Path) -> None:
    """Another file, a folder or a link of that name stays what it is, and the error says to choose another name."""
    (tmp_path / "file").write_bytes(b"two")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for name in ("file", "folder", "link"):
        with pytest.raises(BadInput, match="existing file") as caught:
            place(source, tmp_path / name)
        assert caught.value.advice == "Choose another name."
    assert (tmp_path / "file").read_bytes() == b"two"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("target", ["none/a", "source/a", "a" * 300])
def test_where_nothing_can_be_written(target: str, source: Path, tmp_path: Path) -> None:
    """A place that is not there or cannot be is named, with advice, and nothing is left behind."""
    before = sorted(tmp_path.iterdir())
    with pytest.raises(PackageUnreadable) as caught:
        place(source, tmp_path / target)
    assert caught.value.file == str(tmp_path / target)
    assert sorted(tmp_path.iterdir()) == before


def test_a_missing_source(tmp_path: Path) -> None:
    """A source that cannot be read leaves nothing at the target."""
    with pytest.raises(PackageUnreadable):
        place(tmp_path / "none", tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from comity.packages.placing import place_made

def write(copy):
    copy.write_bytes(b"half")
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    print("writing", flush=True)
    sys.stdin.read()

place_made(Path(sys.argv[1]), write)
"""


def writer(target: Path, end: str) -> subprocess.Popen[str]:
    """Begin to place a file in a process of its own, which is killed at it or goes on until its input ends."""
    line = [sys.executable, "-c", KILLED, str(target), end]
    return subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def aged(folder: Path) -> list[Path]:
    """Make what lies aside in a folder look two hours old, and give it."""
    left = list(folder.glob(".comity-*"))
    for path in left:
        os.utime(path, (time.time() - 7200,) * 2)
    return left


def test_what_a_killed_writer_left_is_swept(tmp_path: Path) -> None:
    """The next file placed in the folder removes what a killed writer left an hour before, and not what is younger."""
    with writer(tmp_path / "a", "killed") as killed:
        assert killed.wait(60) == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert (left / "file").read_bytes() == b"half"
    place_bytes(b"b", tmp_path / "b")
    assert left.exists()
    aged(tmp_path)
    place_bytes(b"c", tmp_path / "c")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b", "c"]


def test_what_somebody_still_writes_is_not_swept(tmp_path: Path) -> None:
    """However old it looks, the folder of a living writer stays, and he finishes his file."""
    with writer(tmp_path / "a", "finished") as living:
        assert living.stdout and living.stdin
        assert living.stdout.readline() == "writing\n"
        (left,) = aged(tmp_path)
        place_bytes(b"b", tmp_path / "b")
        assert left.exists()
        living.stdin.close()
        assert living.wait(60) == 0
    assert (tmp_path / "a").read_bytes() == b"half"


def test_nothing_but_leftovers_is_swept(tmp_path: Path) -> None:
    """A folder with anything else in it, a link, a file and a folder of another name stay as they are."""
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").write_bytes(b"mine")
    for name, inner in ((".comity-aaaaaaaa", "other"), (".comity-demo", "file"), (".comity-item.partial", "file")):
        (tmp_path / name).mkdir()
        (tmp_path / name / inner).write_bytes(b"mine")
    (tmp_path / ".comity-aaaaaaaa" / "file").write_bytes(b"mine")
    (tmp_path / ".comity-bbbbbbbb").write_bytes(b"mine")
    (tmp_path / ".comity-cccccccc").symlink_to(tmp_path / "kept")
    aged(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    place_bytes(b"b", tmp_path / "b")
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "b"])
