"""Captures killed at any point: run again, they give one whole item, and nothing looks captured that is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.crash import HOOK
from builders.evidence import checked
from builders.trials import chance
from builders.webpages import PAGE, Site, site

CODE = "import sys; from comity.cli.main import main; main(sys.argv[1:])"


@pytest.fixture(scope="module")
def page() -> Iterator[Site]:
    """A page that is asked for again and again."""
    with site(tls=False) as here:
        yield here


def run(folder: Path, page: Site, point: int = -1) -> int:
    """Capture the page to `work/item`: killed at a point, counting them with 0, or undisturbed."""
    work = folder / "work"
    work.mkdir(exist_ok=True)
    line = ["evidence", "capture", page.address(host="127.0.0.1", scheme="http"), "--allow-private"]
    path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**os.environ, "PYTHONPATH": path, "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(work)}
    command = [sys.executable, "-c", CODE, *line, "--item", "W-1", "--to", "work/item"]
    return subprocess.run(
        command, cwd=folder, env=env if point >= 0 else None, capture_output=True, check=False
    ).returncode


@pytest.fixture(scope="module")
def points(page: Site, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many points a capture passes."""
    folder = tmp_path_factory.mktemp("counted")
    assert run(folder, page, 0) == 0
    return int((folder / "work/points").read_text())


def killed(point: int, page: Site, folder: Path) -> None:
    """Kill a capture at a point and run it again."""
    assert run(folder, page, point) == -signal.SIGKILL
    item = folder / "work/item"
    assert not item.exists() or checked(item).sound
    assert run(folder, page) in (0, 2)  # 2: it was whole already when it was killed
    assert checked(item).sound
    assert (item / "data/web/1/body.html").read_bytes() == PAGE
    assert {path.name for path in item.parent.iterdir()} <= {"item", "points"}


@pytest.mark.parametrize("part", range(3))
def test_a_capture_killed_at_a_point(part: int, points: int, page: Site, tmp_path: Path) -> None:
    """Killed at some point of each third, and run again, it gives the whole item."""
    third = points // 3
    killed(chance(f"capture {part}").randint(1 + part * third, third + part * third), page, tmp_path)


@pytest.mark.soak
def test_a_capture_killed_at_every_point(points: int, page: Site, tmp_path: Path) -> None:
    """At whatever point it is killed, the same command gives the whole item."""
    for point in range(1, points + 1):
        (tmp_path / str(point)).mkdir()
        killed(point, page, tmp_path / str(point))
