"""Acts on the custody of an item killed at any point: done whole or not at all, once, and nothing half-made looks whole."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from builders.commands import Said, comity
from builders.crash import HOOK
from builders.evidence import checked
from builders.nodes import opened
from builders.trials import chance
from comity.evidence.disclosure import check_disclosure
from comity.evidence.witness import Given
from comity.kernel.clock import SystemClock

WHO = ("--person", "Trần Thị Bình", "--post", "evidence room", "--why", "trial")
CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
LINES: dict[str, tuple[str, ...]] = {
    "register": ("register", "bag", *WHO),
    "note": ("note", "E-17", "opened", *WHO),
    "disclose": ("disclose", "bag", "phone/3.txt", "--to", "shown", *WHO),
    "bundle": ("bundle", "E-17", "--to", "court", *WHO),
    "run": ("retention", "run", *WHO, "--plan"),
}
SPREAD = 60
SPARE = 3  # points that a run may pass fewer


class World:
    """A folder with a node and a sealed item, in which one act is run."""

    def __init__(self, folder: Path, act: str) -> None:
        """Stand in *folder*."""
        self.folder, self.act = folder, act

    def run(self, *line: str) -> Said:
        """Run a command of the group, undisturbed."""
        with chdir(self.folder):
            return comity("evidence", *line, "--home", "node", "--json")

    @property
    def line(self) -> tuple[str, ...]:
        """The act's command."""
        line = LINES[self.act]
        return (*line, self.run("retention", "plan").data["plan"]) if self.act == "run" else line

    def at(self, point: int) -> int:
        """Run the act as a process with the hook: killed at a point, or counting them with 0."""
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        hook = {"PYTHONPATH": path, "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(self.folder)}
        command = [sys.executable, "-c", CODE, "evidence", *self.line, "--home", "node", "--json"]
        env = {**os.environ, "COMITY_LANGUAGE": "en", **hook}
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, timeout=120, check=False
        ).returncode

    def again(self) -> int:
        """Run the act once more, undisturbed."""
        return self.run(*self.line).code

    def custody(self) -> Any:
        """The item's custody, checked."""
        said = self.run("custody", "E-17")
        return said.data if said.code == 0 else None


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with a sealed item, registered, and kept until a day that is over."""
    folder = tmp_path_factory.mktemp("prepared")
    with opened(folder / "live", today=True) as nodes:
        nodes.home()
    shutil.copytree(folder / "live/node-VN.a05", folder / "fresh/node")
    (folder / "phone").mkdir()
    for number in range(5):
        (folder / f"phone/{number}.txt").write_bytes(b"%d" % number)
    home = ("--home", folder / "fresh/node")
    assert (
        comity("evidence", "acquire", folder / "phone", "--item", "E-17", "--to", folder / "fresh/bag", *home).code == 0
    )
    return folder


def world(prepared: Path, folder: Path, act: str) -> World:
    """A fresh copy of the world in which an act begins."""
    shutil.copytree(prepared / "fresh", folder)
    made = World(folder, act)
    if act != "register":
        assert made.run(*LINES["register"]).code == 0
        assert made.run("retention", "set", "E-17", "case", "--until", "2026-01-01", *WHO).code == 0
    return made


def whole(run: World) -> None:
    """The chain holds and has the act's entry as often as it was acknowledged; what was made is whole or not there."""
    chain = run.custody()
    acts = [entry["act"] for entry in chain["entries"]] if chain else []
    assert acts.count("acquired") <= 1
    assert acts.count("destroyed") <= 1
    if (run.folder / "shown").exists():
        assert check_disclosure(run.folder / "shown", Given(SystemClock().now())).sound
    if (run.folder / "court").exists():
        subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=run.folder / "court", check=True)
    if (run.folder / "bag").exists():
        assert checked(run.folder / "bag").sound
    else:
        tomb = json.loads((run.folder / "bag.tombstone/tombstone.json").read_bytes())
        assert tomb["digest"] == sha256((run.folder / "bag.tombstone/tagmanifest-sha256.txt").read_bytes()).hexdigest()


def ended(run: World) -> None:
    """Run again, the act comes to its end; what was there already is said, and stays."""
    made = {"disclose": "shown", "bundle": "court"}.get(run.act)
    there = bool(made) and (run.folder / str(made)).exists()
    before = run.custody()
    assert run.again() == (2 if there else 0)
    whole(run)
    chain = run.custody()
    acts = [entry["act"] for entry in chain["entries"]]
    if run.act == "register":
        assert acts == ["acquired", "sealed"]
    elif run.act == "run":
        assert (acts[-1], chain["gone"], (run.folder / "bag").exists()) == ("destroyed", True, False)
    elif not there:
        assert len(acts) == len(before["entries"]) + 1


@pytest.fixture(scope="module")
def points(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], int]:
    """How many points an act passes; each is counted once."""

    @cache
    def counted(act: str) -> int:
        run = world(prepared, tmp_path_factory.mktemp("counted") / act, act)
        assert run.at(0) == 0
        return int((run.folder / "points").read_text()) - SPARE

    return counted


@pytest.mark.parametrize("act", LINES)
def test_a_killed_act_is_done_whole_or_not_at_all(
    act: str, prepared: Path, points: Callable[[str], int], tmp_path: Path
) -> None:
    """Killed at two points one after the other, then run again, an act has its one effect."""
    run, luck = world(prepared, tmp_path / "run", act), chance(act)
    for _ in range(2):
        if (code := run.at(luck.randint(1, points(act)))) != -signal.SIGKILL:
            assert code in (0, 1, 2)  # what was left to do passes fewer points, or is done already
            whole(run)
    whole(run)
    ended(run)


@pytest.mark.soak
@pytest.mark.parametrize("act", LINES)
def test_acts_killed_at_points_all_along(
    act: str, prepared: Path, points: Callable[[str], int], tmp_path: Path
) -> None:
    """Killed at sixty points spread over all of it, an act is done whole or not at all, and can be run again."""
    step = max(1, points(act) // SPREAD)
    for point in range(chance(act).randint(1, step), points(act) + 1, step):
        run = world(prepared, tmp_path / str(point), act)
        assert run.at(point) == -signal.SIGKILL
        whole(run)
        ended(run)
        shutil.rmtree(run.folder)
