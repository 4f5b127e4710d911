"""Killed while secrets that lay open are sealed, a node goes on with the same key, and everybody comes in."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from builders.crash import HOOK
from builders.databases import current
from builders.staff import SECRET, Crew, at_work, crew
from builders.trials import chance
from comity.accounts import tables
from comity.accounts.model import Person
from comity.accounts.vault import NAME
from comity.crypto.recipient import kept_identity

COMING = f"{NAME}.new"
CODE = """import sys
from pathlib import Path
from comity.accounts import tables
from comity.accounts.vault import Vault
from comity.store.engine import open_store
Vault(Path("place", "accounts.key")).prepare(open_store("sqlite:///place/node.db"))
"""


def as_before(made: Crew, folder: Path) -> None:
    """Leave a node as an earlier program did: secrets lie open, and there is no key."""
    with made.staff.store.write() as unit:
        for one in tables.select(unit, Person):
            tables.change(unit, replace(one, totp=SECRET))
    (folder / NAME).unlink()


def prepared(folder: Path) -> Path:
    """A node with two people, as an earlier program left it."""
    folder.mkdir()
    with at_work(folder) as made:
        made.person("lan", "drafter")
        as_before(made, folder)
    return folder


def run(folder: Path, point: int) -> int:
    """Seal what lies open in `place`: killed at a point, or counting the points with 0."""
    path = os.pathsep.join([str(HOOK), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {
        **os.environ,
        "PYTHONPATH": path,
        "COMITY_TEST_KILL_AT": str(point),
        "COMITY_TEST_KILL_IN": str(folder / "place"),
    }
    return subprocess.run([sys.executable, "-c", CODE], cwd=folder, env=env, check=False).returncode


def whole(folder: Path) -> None:
    """Everybody comes in, under one key, and nothing of a secret lies open."""
    with current(f"sqlite:///{folder / 'node.db'}") as store:
        made = crew(store, folder)
        for name in ("lan", "admin"):
            assert made.enter(name).person.name == name
        with store.read() as unit:
            assert made.staff.vault.faults(unit) == (2, [])
    assert [one.name for one in folder.glob(f"{NAME}*")] == [NAME]
    assert SECRET.encode() not in b"".join(one.read_bytes() for one in folder.glob("node.db*"))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node as an earlier program left it, to be copied."""
    return prepared(tmp_path_factory.mktemp("before") / "work")


@pytest.fixture(scope="module")
def points(before: Path, tmp_path_factory: pytest.TempPathFactory) -> int:
    """How many points the sealing passes."""
    folder = tmp_path_factory.mktemp("counted")
    shutil.copytree(before, folder / "place")
    assert run(folder, 0) == 0
    return int((folder / "place" / "points").read_text())


def killed(point: int, before: Path, folder: Path) -> None:
    """Kill the first use after an earlier program at a point, and let everybody in after it."""
    shutil.copytree(before, folder / "place")
    assert run(folder, point) == -signal.SIGKILL
    whole(folder / "place")


@pytest.mark.parametrize("part", range(2))
def test_killed_at_a_point_it_goes_on(part: int, points: int, before: Path, tmp_path: Path) -> None:
    """Killed at some point of each half, the next use seals all, and everybody comes in."""
    half = points // 2
    killed(chance(f"vault {part}").randint(1 + part * half, half + part * half), before, tmp_path)


@pytest.mark.soak
def test_killed_at_every_point_it_goes_on(points: int, before: Path, tmp_path: Path) -> None:
    """Wherever it is killed, the next use seals all, and everybody comes in."""
    assert points >= 10
    for point in range(1, points + 1):
        (tmp_path / str(point)).mkdir()
        killed(point, before, tmp_path / str(point))


@pytest.mark.parametrize("moment", ["key made", "all sealed", "key in place"])
def test_sealing_goes_on_under_the_key_that_was_made(tmp_path: Path, moment: str) -> None:
    """Whatever was on disk at the kill, the next start seals the rest under the same key."""
    with at_work(tmp_path) as made:
        made.person("lan", "drafter")
        as_before(made, tmp_path)
        identity = kept_identity(tmp_path / COMING)
        if moment != "key made":
            made.staff.vault.prepare(made.staff.store)
            if moment == "all sealed":
                (tmp_path / NAME).rename(tmp_path / COMING)
            else:
                (tmp_path / COMING).hardlink_to(tmp_path / NAME)
        for name in ("lan", "admin"):
            assert made.enter(name).person.name == name
        assert kept_identity(tmp_path / NAME) == identity
