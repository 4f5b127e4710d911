"""Processes killed at any point: nothing acknowledged is lost, nothing is done twice, the log and the files stay whole."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

import pytest

from builders.crash import ACTS, PACKAGE, REFERENCE, Run, Worlds, prepared
from builders.program import Program
from builders.trials import chance

SHORT = [(name, part) for name in ACTS for part in (0, 1)]


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    """The worlds in which the acts begin."""
    return prepared()


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The program in this process, in English."""
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    monkeypatch.setenv("COMITY_PASSPHRASE", "")
    return Program(capsys)


@pytest.mark.parametrize(("name", "part"), SHORT, ids=[f"{name}-{part}" for name, part in SHORT])
def test_a_killed_act_is_done_whole_or_not_at_all(
    name: str, part: int, *, worlds: Worlds, program: Program, tmp_path: Path
) -> None:
    """Killed at some point of the first or second half, an act can be run again, and has one effect."""
    half = worlds.points[name] // 2
    run = worlds.run(name, tmp_path / "run")
    assert run.kill_at(chance(f"{name} {part}").randint(1 + part * half, half + part * half))
    whole(run, program)


@pytest.mark.soak
@pytest.mark.parametrize("name", ACTS)
def test_acts_killed_at_each_point_and_at_any_time(
    name: str, *, worlds: Worlds, program: Program, tmp_path: Path
) -> None:
    """Killed at every point there is, and at sixty random times, an act is done whole or not at all."""
    seen, points, luck = Counter[str](), worlds.points[name], chance(name)
    begun = time.monotonic()
    assert worlds.run(name, tmp_path / "timed").finish()[0] == 0
    length = time.monotonic() - begun
    tries = [*range(1, points + 1), *(-luck.uniform(0, length) for _ in range(60))]
    for number, one in enumerate(tries):
        run = worlds.run(name, tmp_path / str(number))
        killed = run.kill_at(int(one)) if one > 0 else run.kill_after(-one)
        seen["killed" if killed else "ended before"] += 1
        seen["acknowledged"] += run.acknowledged
        seen["done before the kill" if whole(run, program) else "not yet done"] += 1
    print(f"{name}: {len(tries)} runs, {points} of them one at each point: {dict(seen)}")


def whole(run: Run, program: Program) -> bool:
    """Look at everything after a kill, do the act again, and look once more; tells whether it was done already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run.folder)
        done = events(run, program)
        assert done in (0, 1)
        assert done or not run.acknowledged
        target = Path(run.act.makes)
        if run.act.makes and target.exists():
            assert done
            program.run("verify", target, "--root", "root.json")
        else:
            assert not (run.act.makes and run.acknowledged)
        again(run, program)
        assert events(run, program) == 1
        assert program.json("request", "show", REFERENCE, "--home", run.act.home)["state"] == run.act.state
        if run.act.makes:
            program.run("verify", target, "--root", "root.json")
        assert sorted(path.name for path in Path(run.act.home, "files", "staging").iterdir()) == []
        return bool(done)


def again(run: Run, program: Program) -> None:
    """Do the act again, as a person would who saw no answer."""
    code, _out, complaint = program.end(*run.act.line, "--home", run.act.home)
    if code and run.act.event == "request.released":
        assert "comity request export" in complaint
        program.run("request", "export", REFERENCE, PACKAGE, "--home", run.act.home)
    else:
        assert code == 0, complaint


def events(run: Run, program: Program) -> int:
    """Find the node in order, its log whole, and count how often the act is in it."""
    _code, out, _err = program.end("doctor", "--home", run.act.home, "--json")
    checks = json.loads(out)
    assert [check for check in checks if not check["good"] and check["name"] != "disk"] == []
    program.run("log", "verify", "--home", run.act.home)
    rows = program.json("log", "list", "--home", run.act.home)
    return sum(row["event"]["type"] == run.act.event for row in rows)
