"""The README's tour, walked in one shell over a demonstration that was told to end in the middle: both are played once for all tests."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from builders.patience import until
from comity.node.settings import load

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]
HOMES = ("vn", "ph", "sg")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "\x1e"
# Where the reader waits a while, the test waits for the nodes: that both serve, and that nothing is under way between them.
PRELUDE = """
set -m
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
idle() { [ -s vn/serve.log ] && [ -s sg/serve.log ] && python -c "$WAITING" vn sg; }
sleep() { for _ in {1..240}; do idle && return; command sleep 0.25; done; }
"""
WAITING = """
import sqlite3, sys
asked = "SELECT 1 FROM exchange_message WHERE direction = 'out' AND state = 'queued'"
sys.exit(any(sqlite3.connect(f"file:{home}/node.db?mode=ro", uri=True).execute(asked).fetchone() for home in sys.argv[1:]))
"""


@dataclass(frozen=True)
class Step:
    """A command of the tour: what the README shows that it prints, and what it printed."""

    command: str
    shown: str
    printed: str


@dataclass(frozen=True)
class Tour:
    """What came of it: of the demonstration that was told to end, and of each step."""

    folder: Path
    code: int
    said: str
    left: tuple[list[int], list[int]]
    steps: list[Step]


def toured(folder: Path) -> Tour:
    """Begin a demonstration in `demo` of a folder, tell it to end, and walk the whole tour."""
    for name in ("examples", "corpus"):
        (folder / name).symlink_to(ROOT / name)
    demo = folder / "demo"
    code, said = interrupted(demo)
    left = processes(demo), open_ports(demo)
    return Tour(demo, code, said, left, _walked(folder))


def interrupted(demo: Path) -> tuple[int, str]:
    """Tell a demonstration to end as soon as its nodes are started; gives its exit code and output."""
    line = [*PROGRAM, "demo", str(demo), "--examples", str(ROOT / "examples")]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as playing:
        try:
            until(lambda: playing.poll() is not None or len(processes(demo)) >= len(HOMES), 120)
        finally:
            playing.send_signal(signal.SIGINT)
        said, _ = playing.communicate(timeout=120)
    return playing.returncode, said


def processes(folder: Path) -> list[int]:
    """The processes that stand in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if Path(os.readlink(process / "cwd")) == folder.resolve():
                found.append(int(process.name))
        except OSError:
            continue
    return found


def open_ports(folder: Path) -> list[int]:
    """The ports of a demonstration's nodes at which something listens."""
    ports = [int(load(folder / home).listen.rpartition(":")[2]) for home in HOMES]
    return [port for port in ports if _listens(port)]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def steps() -> list[tuple[str, str]]:
    """Each command of the tour with the output it shows."""
    lines = "".join(BLOCK.findall((ROOT / "README.md").read_text("utf-8"))).splitlines()
    found: list[tuple[str, str]] = []
    for line in lines:
        if line.startswith("$ "):
            found.append((line[2:], ""))
        else:
            found[-1] = (found[-1][0], found[-1][1] + line + "\n")
    return found


def _walked(folder: Path) -> list[Step]:
    """Run the whole tour in one shell."""
    script = PRELUDE + "".join(f"{command} 2>&1\nprintf '{MARK}'\n" for command, _ in steps())
    script = script.replace("make demo", "comity demo").replace("source .venv/bin/activate", "true")
    script = script.replace(
        "cd demo 2>&1", "cd demo && rm */serve.log 2>&1"
    )  # so that what stands there is said by the tour's nodes
    script = re.sub(r"(VN\.a05)-\d{4}-", lambda m: f"{m[1]}-$(date -u +%Y)-", script)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": path, "COMITY_LANGUAGE": "en", "WAITING": WAITING}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
    return [Step(*one, printed) for one, printed in zip(steps(), done.stdout.split(MARK), strict=False)]
