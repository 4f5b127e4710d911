"""Acquisitions killed at any point: run again, they give the item of an undisturbed run; nothing looks whole that is not."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest

from builders.crash import HOOK
from builders.evidence import checked, grown
from builders.trials import chance
from comity.evidence.model import Entry

TREE: dict[tuple[bytes, ...], bytes] = {
    (b"%d" % (n % 7), b"file %d" % n): os.urandom(3000 + 97 * n) for n in range(120)
} | {(b"big",): bytes(20 << 20)}
MANY: dict[tuple[bytes, ...], bytes] = {
    (b"%02d" % (n % 30), b"%d" % n): b"%d" % n * 50 for n in range(1500)
}  # so many that workers take them
SMALL: dict[tuple[bytes, ...], bytes] = {(b"%d" % (n % 3), b"file %d" % n): b"%d" % n for n in range(9)}
SPARE = 30  # threads that make the same folder at once pass some points more, by which another run may have fewer
CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
LINE = ("evidence", "acquire", "src", "--item", "A-1", "--to", "work/item", "--json")


class Acquisition:
    """One acquisition in a folder, begun as often as it takes."""

    def __init__(self, folder: Path, tree: dict[tuple[bytes, ...], bytes] = TREE, *options: str) -> None:
        """Lay out the source."""
        self.folder = folder
        self.options = options
        self.tree = tree
        grown(folder / "src", tree)
        (folder / "work").mkdir()

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start it as a process."""
        env = {**os.environ, "COMITY_LANGUAGE": "en", **environment}
        line = [sys.executable, "-c", CODE, *LINE, *self.options]
        return subprocess.Popen(
            line, cwd=self.folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def finish(self, **environment: str) -> int:
        """Run it to its end, whatever that is."""
        with self.start(**environment) as process:
            process.communicate(timeout=120)
        return process.returncode

    def at(self, point: int) -> int:
        """Run it with the hook: killed at a point, or counting them with 0."""
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        within = str(self.folder / "work")
        return self.finish(PYTHONPATH=path, COMITY_TEST_KILL_AT=str(point), COMITY_TEST_KILL_IN=within)

    @property
    def item(self) -> Path:
        """Where the item comes."""
        return self.folder / "work/item"

    def rows(self) -> list[Entry]:
        """What the item says of its files."""
        lines = (self.item / "metadata/files.jsonl").read_bytes().split(b"\n")[:-1]
        return [Entry.read(json.loads(line)) for line in lines]

    def whole(self) -> None:
        """It is what an undisturbed run makes of the source: every file with its bytes, sealed, nothing left over."""
        assert checked(self.item).sound
        found = {entry.name: (self.item / entry.path).read_bytes() for entry in self.rows() if entry.path}
        assert found == {b"src/" + b"/".join(parts): data for parts, data in self.tree.items()}
        assert (self.item / "metadata/findings.jsonl").read_bytes() == b""
        assert [path.name for path in (self.folder / "work").iterdir() if path.name != "points"] == ["item"]


def sound_or_not_there(run: Acquisition) -> None:
    """What stands in the item's place is sealed and sound, or nothing stands there."""
    if run.item.exists():
        assert checked(run.item).sound


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many points an acquisition passes."""
    run = Acquisition(tmp_path_factory.mktemp("counted"))
    assert run.at(0) == 0
    run.whole()
    return int((run.folder / "work/points").read_text()) - SPARE


@pytest.mark.parametrize("part", range(4))
def test_an_acquisition_killed_at_a_point_goes_on_where_it_stood(part: int, points: int, tmp_path: Path) -> None:
    """Killed at some point of each quarter, and run again, it gives the whole item."""
    run = Acquisition(tmp_path)
    quarter = points // 4
    point = chance(f"acquisition {part}").randint(1 + part * quarter, quarter + part * quarter)
    assert run.at(point) == -signal.SIGKILL
    sound_or_not_there(run)
    assert run.finish() == 0
    run.whole()


def test_what_was_taken_is_not_taken_again(points: int, tmp_path: Path) -> None:
    """After a kill late in the copying, the copies that were done are left as they are."""
    run = Acquisition(tmp_path)
    assert run.at(points // 2) == -signal.SIGKILL
    partial = tmp_path / "work/item.partial"
    rows = [json.loads(line) for line in (tmp_path / "work/item.journal").read_text("utf-8").split("\n")[:-1]]
    done = {row["entry"]["path"] for row in rows if "entry" in row}
    before = {path: (partial / path).stat().st_ctime_ns for path in done}
    assert run.finish() == 0
    assert before == {path: (run.item / path).stat().st_ctime_ns for path in done}
    assert len(done) > 10


@pytest.mark.parametrize("share", [0.2, 0.7])
def test_an_acquisition_by_workers_killed_at_any_time(share: float, tmp_path: Path) -> None:
    """Its workers die with it, and the same command at once goes on where it stood."""
    run = Acquisition(tmp_path, MANY)
    with run.start() as process:
        until = time.monotonic() + 60
        while _taken(run) < share * len(MANY) * 600 and process.poll() is None and time.monotonic() < until:
            time.sleep(0.001)
        process.kill()
    sound_or_not_there(run)
    assert run.finish() in (0, 2)
    run.whole()


@pytest.mark.parametrize("point", [*range(2, 12, 3), 23])
def test_a_folder_sealed_where_it_stands_is_never_lost(point: int, tmp_path: Path) -> None:
    """Killed at a point, every file is at its old place or in the item; the same command seals it."""
    run = Acquisition(tmp_path, SMALL, "--in-place")
    run.at(point)
    found = {path.name.encode(): path.read_bytes() for path in tmp_path.rglob("file *")}
    assert found == {parts[-1]: data for parts, data in SMALL.items()}
    sound_or_not_there(run)
    assert run.finish() in (0, 2)
    run.whole()


def _taken(run: Acquisition) -> int:
    """How much of its rows an acquisition has written down."""
    journal = run.folder / "work/item.journal"
    return journal.stat().st_size if journal.exists() else 0


def test_a_full_disk_is_told_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """A write that the system refuses ends the command with 1 and no item; with room again, it goes on."""
    run = Acquisition(tmp_path)
    limited = 'ulimit -f 8000; exec "$@"'  # half-kilobyte blocks: less than the big file
    line = ["sh", "-c", limited, "sh", sys.executable, "-c", CODE, *LINE]
    done = subprocess.run(line, cwd=tmp_path, check=False, capture_output=True, text=True)
    assert done.returncode == 1
    assert json.loads(done.stderr)["type"].endswith("evidence-unwritable")
    assert not run.item.exists()
    assert run.finish() == 0
    run.whole()


def test_two_processes_that_acquire_the_same(tmp_path: Path) -> None:
    """One of them makes the item, the other is told so."""
    run = Acquisition(tmp_path)
    with run.start() as one, run.start() as two:
        for process in (one, two):
            process.communicate(timeout=120)
    assert min(one.returncode, two.returncode) == 0
    assert sum((one.returncode, two.returncode)) in (0, 1, 2)
    run.whole()


@pytest.mark.soak
def test_an_acquisition_killed_at_every_point(points: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """At each point there is, and again at a random point of the second run, nothing is lost and nothing looks whole."""
    luck = chance("every point")
    for point in count(1):
        run = Acquisition(tmp_path_factory.mktemp("run"))
        if (code := run.at(point)) == 0:
            break
        assert code == -signal.SIGKILL
        sound_or_not_there(run)
        run.at(luck.randint(1, points))
        sound_or_not_there(run)
        assert run.finish() in (0, 2)
        run.whole()
        shutil.rmtree(run.folder)
    assert point > points


@pytest.mark.soak
def test_an_acquisition_killed_at_any_time(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed at five hundred random times, it always comes to its whole end."""
    timed, luck = Acquisition(tmp_path_factory.mktemp("timed")), chance("any time")
    begun = time.monotonic()
    assert timed.finish() == 0
    length = time.monotonic() - begun
    for number in range(500):
        run = Acquisition(tmp_path_factory.mktemp("run"), MANY if number % 2 else TREE)
        with run.start() as process:
            time.sleep(luck.uniform(0.2, length * 1.1))
            process.kill()
        sound_or_not_there(run)
        assert run.finish() in (0, 2)
        run.whole()
        shutil.rmtree(run.folder)
