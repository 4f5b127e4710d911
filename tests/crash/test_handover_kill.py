"""Hand-overs killed at any point, on either side: nothing is half accepted, and the same command comes to the whole end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from contextlib import chdir
from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.crash import HOOK
from builders.evidence import checked
from builders.handover import IDENTITIES, ITEM, PH, VN, Between
from builders.nodes import opened
from builders.trials import chance
from comity.crypto.recipient import save_identity

CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
SPARE, PARTS = 3, 16
GIVE = (
    "evidence", "hand-over", ITEM, "--to", PH, "--out", "out", "--key", "VN.a05-custody.key", "--person", "Bình",
    "--post", "evidence room", "--why", "inquiry", "--home", f"node-{VN}", "--json",
)  # fmt: skip
ACCEPT = (
    "evidence", "accept", "FILE", "--to", "in", "--out", "acceptance.json", "--key", "PH.cicc-custody.key",
    "--identity", "ph.age", "--person", "Maria", "--post", "digital evidence desk", "--home", f"node-{PH}", "--json",
)  # fmt: skip


class Post:
    """A copy of two nodes with an item at the first, in which one command is begun as often as it takes."""

    def __init__(self, model: Path, folder: Path) -> None:
        """Copy the nodes."""
        self.folder = folder
        shutil.copytree(model, folder, dirs_exist_ok=True)

    def line(self, line: tuple[str, ...]) -> list[str]:
        """A command, with the file that is on its way in its place."""
        file = next((str(path) for path in (self.folder / "out").glob("*.handover")), "")
        return [file if part == "FILE" else part for part in line]

    def run(self, *line: str) -> Said:
        """Run a command to its end, undisturbed."""
        with chdir(self.folder):
            return comity(*self.line(line))

    def at(self, point: int, *line: str) -> int:
        """Run a command as a process with the hook: killed at a point, or counting them with 0."""
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        hook = {"PYTHONPATH": path, "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(self.folder)}
        command, env = [sys.executable, "-c", CODE, *self.line(line)], {**os.environ, "COMITY_LANGUAGE": "en", **hook}
        return subprocess.run(command, cwd=self.folder, env=env, capture_output=True, check=False).returncode

    def acts(self, party: str) -> list[str]:
        """The acts in the item's custody, which must hold; none where the item is not known."""
        said = self.run("evidence", "custody", ITEM, "--home", f"node-{party}", "--json")
        if said.code == 2:
            return []
        assert said.code == 0
        return [entry["act"] for entry in said.data["entries"]]

    def accepted_or_not(self) -> None:
        """An acceptance stands for an item that is in its place, sound and in custody; before that there is none."""
        if self.acts(PH):
            assert checked(self.folder / "in/1").sound
        else:
            assert not (self.folder / "acceptance.json").exists()
        if (self.folder / "in").exists():
            assert checked(self.folder / "in/1").sound

    def whole(self) -> None:
        """It was accepted once, and nothing is left over."""
        assert self.acts(PH) == ["received", "verified"]
        assert checked(self.folder / "in/1").sound
        assert (self.folder / "acceptance.json").exists()
        assert not list(self.folder.glob("*.partial"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nodes with an item at the first, at rest."""
    folder = tmp_path_factory.mktemp("model")
    with opened(folder, today=True) as nodes:
        between = Between(nodes, folder)
        for party in (VN, PH):
            nodes.key_file("custody", party)
        save_identity(IDENTITIES[PH], folder / "ph.age")
        assert between.bag.exists()
    return folder


@pytest.fixture(scope="module")
def sent(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, with the file on its way."""
    post = Post(model, tmp_path_factory.mktemp("sent"))
    assert post.run(*GIVE).code == 0
    return post.folder


def counted(model: Path, folder: Path, *line: str) -> int:
    """How many points a command passes."""
    post = Post(model, folder)
    assert post.at(0, *line) == 0
    return int((post.folder / "points").read_text()) - SPARE


@pytest.fixture(scope="module")
def points(sent: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many points an acceptance passes."""
    return counted(sent, tmp_path_factory.mktemp("counted"), *ACCEPT)


def killed(sent: Path, folder: Path, point: int) -> None:
    """Kill an acceptance at a point, look, and run it again."""
    post = Post(sent, folder)
    assert post.at(point, *ACCEPT) == -signal.SIGKILL
    post.accepted_or_not()
    assert post.run(*ACCEPT).code == 0
    post.whole()


@pytest.mark.parametrize("part", range(4))
def test_an_acceptance_killed_at_a_point_goes_on(part: int, points: int, sent: Path, tmp_path: Path) -> None:
    """Killed at some point of each quarter, and run again, the item is accepted once and whole."""
    quarter = points // 4
    killed(sent, tmp_path, chance(f"acceptance {part}").randint(1 + part * quarter, quarter + part * quarter))


def test_a_hand_over_killed_at_a_point_goes_on(model: Path, tmp_path: Path) -> None:
    """Killed at some point, the same command makes one file of one note, and the item is under way once."""
    count = counted(model, tmp_path / "counted", *GIVE)
    post = Post(model, tmp_path / "run")
    assert post.at(chance("hand-over").randint(1, count), *GIVE) == -signal.SIGKILL
    assert post.run(*GIVE).code == 0
    assert post.acts(VN).count("transferred") == 1
    assert len([path for path in (post.folder / "out").iterdir() if path.suffix == ".handover"]) == 1
    assert post.run(*ACCEPT).code == 0
    post.whole()


def test_two_that_accept_the_same(sent: Path, tmp_path: Path) -> None:
    """Two processes at once: the item is accepted once."""
    post = Post(sent, tmp_path)
    line = [sys.executable, "-c", CODE, *post.line(ACCEPT)]
    pair = [subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for one in pair:
        one.communicate(timeout=120)
    assert 0 in [one.returncode for one in pair]
    assert post.run(*ACCEPT).code == 0
    post.whole()


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_an_acceptance_killed_at_every_point(
    part: int, points: int, sent: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """At each point there is, nothing is half accepted, and the same command comes to the whole end."""
    for point in range(1 + part, points + 1, PARTS):
        killed(sent, folder := tmp_path_factory.mktemp("run"), point)
        shutil.rmtree(folder)
