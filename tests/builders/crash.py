"""Acts that are killed: a prepared world for each, the command as a real process, and what must hold afterwards."""

from __future__ import annotations

import atexit
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from builders.nodes import TODAY, opened
from builders.world import ANSWERS
from comity.kernel.clock import stamp
from comity.node.service import open_node
from comity.requests import gatekeeping

HOOK = Path(__file__).parents[1] / "crash" / "hook"
REFERENCE = f"VN.a05-{TODAY.year}-0001"
PACKAGE = f"post/{REFERENCE}.comity.zip"
ANSWER = "post/answer.receipt.json"
UNTIL = stamp(TODAY.replace(year=TODAY.year + 1, day=1))


@dataclass(frozen=True)
class Act:
    """A command that is killed: on whose node, in which prepared world, and the one event it leaves in the log."""

    party: str
    world: str
    line: tuple[str, ...]
    event: str
    state: str
    makes: str = ""

    @property
    def home(self) -> str:
        """The node's folder."""
        return f"node-{self.party}"


ACTS = {
    "release": Act(
        "VN.a05",
        "sealed",
        ("request", "release", REFERENCE, "--key", "VN.a05-release.key", "--out", "post"),
        "request.released",
        "released",
        PACKAGE,
    ),
    "receive": Act("SG.orchid", "sent", ("receive", PACKAGE), "package.received", "received"),
    "receipt": Act(
        "SG.orchid",
        "received",
        ("receipt", REFERENCE, "--state", "accepted", "--until", UNTIL, "--key", "SG.orchid-receipt.key", "--out", ANSWER),
        "receipt.issued",
        "accepted",
        ANSWER,
    ),
    "take": Act("VN.a05", "answered", ("receive", ANSWER), "receipt.received", "accepted"),
}  # fmt: skip


class Worlds:
    """The worlds in which the acts begin, made once and copied for each run."""

    def __init__(self, folder: Path) -> None:
        """Prepare them in *folder*: a request sealed, sent, received, answered; counts the points that each act passes."""
        self.folder = folder
        self.points: dict[str, int] = {}
        with opened(folder / "live", today=True) as nodes:
            nodes.clock.moment = TODAY  # the reference bears its year
            for role, party in (("release", "VN.a05"), ("receipt", "SG.orchid")):
                nodes.key_file(role, party)
            (folder / "live" / "post").mkdir()
            (folder / "live" / "root.json").write_bytes(nodes.world.root)
            nodes.home("SG.orchid")
            nodes.sealed()
        for name, act in (("sealed", "release"), ("sent", "receive"), ("received", "receipt"), ("answered", "take")):
            if name == "received":
                _consider(folder / "live")
            shutil.copytree(folder / "live", folder / name)
            self.points[act] = Run(folder / "live", ACTS[act]).points()
            (folder / "live" / "points").unlink()

    def run(self, name: str, folder: Path) -> Run:
        """A fresh copy of the world in which an act begins."""
        shutil.copytree(self.folder / ACTS[name].world, folder)
        return Run(folder, ACTS[name])


def _consider(folder: Path) -> None:
    """Answer the safeguards questions on the request that arrived."""
    sheet = folder / "answers.yaml"
    sheet.write_text(json.dumps(ANSWERS), "utf-8")
    with open_node(folder / "node-SG.orchid") as node:
        gatekeeping.answer(node.office, REFERENCE, sheet)


@cache
def prepared() -> Worlds:
    """Prepare the worlds once in this process."""
    place = tempfile.TemporaryDirectory(prefix="worlds-")
    atexit.register(place.cleanup)
    return Worlds(Path(place.name))


class Run:
    """One act in one world."""

    def __init__(self, folder: Path, act: Act) -> None:
        """Stand in *folder*."""
        self.folder = folder
        self.act = act
        self.said = ""

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """Start the act as a process."""
        code = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
        line = [sys.executable, "-c", code, *self.act.line, "--home", self.act.home, "--json"]
        env = {**os.environ, "COMITY_LANGUAGE": "en", "COMITY_PASSPHRASE": "", **environment}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            line, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True
        )

    def finish(self, **environment: str) -> tuple[int, str]:
        """Run the act to its end, whatever that is; gives the exit code and the complaint."""
        with self.start(**environment) as process:
            self.said, complaint = process.communicate(timeout=120)
        return process.returncode, complaint

    def points(self) -> int:
        """Run the act to its end; count the points at which it can be killed."""
        code, complaint = self.finish(**self._hook(0))
        assert code == 0, complaint
        return int((self.folder / "points").read_text())

    def kill_at(self, point: int) -> bool:
        """Have the act killed at a point; tells whether it was."""
        return self.finish(**self._hook(point))[0] == -signal.SIGKILL

    def _hook(self, point: int) -> dict[str, str]:
        path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
        return {"PYTHONPATH": path, "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(self.folder)}

    def kill_after(self, seconds: float) -> bool:
        """Kill the act after a time; tells whether it had not ended before."""
        with self.start() as process:
            time.sleep(seconds)
            process.kill()
            self.said, _ = process.communicate(timeout=120)
        return process.returncode == -signal.SIGKILL

    @property
    def acknowledged(self) -> bool:
        """Whether the act said that it was done."""
        try:
            return bool(json.loads(self.said))
        except ValueError:
            return False
