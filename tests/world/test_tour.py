"""The README's tour works word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What differs from run to run: digests, ids and keys, moments, sizes, the year in references, ports, counts of the machine and of a log.
CHANGING = [
    (re.compile(r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b[0-9a-f]{12,64}\b"), "HEX"),
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"), "TIME"),
    (re.compile(r"VN\.a05-\d{4}-"), "VN.a05-YEAR-"),
    (re.compile(r"\d+ (files, \d+ bytes|GiB free)"), "SIZE"),
    (re.compile(r"127\.0\.0\.1(:| port )\d+"), "PORT"),
    (re.compile(r"\d+ seconds (behind|ahead)"), "SECONDS"),
    (re.compile(r"entry \d+ of \d+|\d+ entries|\d+ checkpoints"), "COUNT"),
]
# Where the reader waits a while, the test waits for the nodes: that both serve, and that nothing is under way between them.
PRELUDE = """
set -m
trap 'kill $(jobs -p) 2> /dev/null; wait' EXIT
idle() { [ -s vn/serve.log ] && [ -s sg/serve.log ] && comity doctor --home vn | grep -q ' 0 messages waiting' \
    && comity doctor --home sg | grep -q ' 0 messages waiting'; }
sleep() { for _ in {1..60}; do idle && return; command sleep 1; done; }
"""


def plain(text: str) -> list[str]:
    """Lines of output without what differs from run to run."""
    for pattern, word in CHANGING:
        text = pattern.sub(word, text)
    return [line.rstrip() for line in text.splitlines()]


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


def agrees(shown: list[str], printed: list[str]) -> bool:
    """Compare output; a line `...` at the end stands for anything more."""
    if shown and shown[-1] == "...":
        return printed[: len(shown) - 1] == shown[:-1]
    return printed == shown


def run(folder: Path) -> list[tuple[str, list[str], list[str]]]:
    """Run the whole tour in one shell; gives each command with what is shown and what it printed."""
    mark = "\x1e"
    script = PRELUDE + "".join(f"{command} 2>&1\nprintf '{mark}'\n" for command, _ in steps())
    script = script.replace("make demo", "comity demo").replace("source .venv/bin/activate", "true")
    script = re.sub(r"(VN\.a05)-\d{4}-", lambda m: f"{m[1]}-$(date -u +%Y)-", script)
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "COMITY_LANGUAGE": "en"}
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=env, capture_output=True, text=True, check=False)
    outputs = done.stdout.split(mark)
    return [(command, plain(shown), plain(got)) for (command, shown), got in zip(steps(), outputs, strict=False)]


def test_tour_works_word_for_word(tmp_path: Path) -> None:
    """Every command of the README prints what the README shows."""
    for name in ("examples", "corpus"):
        (tmp_path / name).symlink_to(ROOT / name)
    differing = [(command, shown, got) for command, shown, got in run(tmp_path) if not agrees(shown, got)]
    assert differing == [] and len(steps()) > 12
