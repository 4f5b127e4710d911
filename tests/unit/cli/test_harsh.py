"""A full disk, folders and files without rights, a clock gone backwards, two processes at once: told, and nothing half-done."""

from __future__ import annotations

import json
import re
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from builders.crash import ACTS, PACKAGE, REFERENCE, Run, Worlds, prepared
from builders.harsh import bound, ended, start
from builders.program import Program
from comity.kernel.clock import FixedClock, SystemClock, stamp
from comity.node.service import open_node

LARGEST = 400_000


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    """The worlds in which release, receive and receipt begin."""
    return prepared()


def begun(worlds: Worlds, act: str, folder: Path) -> Run:
    """A world in which an act can begin."""
    return worlds.run(act, folder / "world")


def line(run: Run) -> tuple[str, ...]:
    """The act's command line."""
    return (*run.act.line, "--home", run.act.home)


def refused(run: Run, *more: object, code: int = 1, largest: int = 0) -> dict[str, str]:
    """Run the act, expecting one clear complaint; give the problem document."""
    said = bound(run.folder, *line(run), *more, "--json", largest=largest)
    assert (said.code, said.out) == (code, ""), said.err
    problem: dict[str, str] = said.problem
    assert problem["title"]
    assert problem["advice"]
    return problem


def whole(run: Run, program: Program, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Find the node in order, the request in a state, and nothing half-written."""
    monkeypatch.chdir(run.folder)
    program.run("log", "verify", "--home", run.act.home)
    if state:
        assert program.json("request", "show", REFERENCE, "--home", run.act.home)["state"] == state
    else:
        assert program.json("request", "list", "--home", run.act.home) == []
    assert list(run.folder.rglob(".comity-*")) == []
    assert list(Path(run.act.home, "files", "staging").glob("*")) == []


def test_a_package_too_large_for_the_disk(
    worlds: Worlds, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that does not fit is not taken in; the remedy speaks of space, and no piece of it stays."""
    run = begun(worlds, "receive", tmp_path)
    with (run.folder / PACKAGE).open("ab") as f:
        f.write(bytes(2 * LARGEST))
    assert "nothing was half-written" in refused(run, largest=LARGEST)["advice"]
    whole(run, program, monkeypatch, "")


def test_an_attachment_too_large_for_the_disk(
    worlds: Worlds, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attachment that does not fit is not attached, and the draft stays as it was."""
    run = begun(worlds, "release", tmp_path)
    monkeypatch.chdir(run.folder)
    program.run(
        "request", "reopen", REFERENCE, "--reason", "One more.", "--key", "VN.a05-release.key", "--home", run.act.home
    )
    Path("large.bin").write_bytes(bytes(2 * LARGEST))
    fill = ("request", "fill", REFERENCE, "--attach", "large.bin", "--home", run.act.home)
    said = bound(run.folder, *fill, largest=LARGEST)
    assert (said.code, "half-written" in said.err) == (1, True)
    whole(run, program, monkeypatch, "draft")


@pytest.mark.parametrize("act", ["release", "receipt"])
def test_no_room_to_hand_it_out(
    worlds: Worlds, program: Program, tmp_path: Path, act: str, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder that cannot be written: what was signed is kept, and can be had again where there is room."""
    run = begun(worlds, act, tmp_path)
    (run.folder / "post").chmod(0o500)
    problem = refused(run)
    assert "post" in problem["file"]
    (run.folder / "post").chmod(0o700)
    whole(run, program, monkeypatch, run.act.state)
    again = ("request", "export", REFERENCE, PACKAGE, "--home", run.act.home) if act == "release" else line(run)
    program.run(*again)
    program.run("verify", run.act.makes, "--root", "root.json")


@pytest.mark.parametrize("place", ["files", "."])
@pytest.mark.parametrize("act", ["release", "receive"])
def test_a_nodes_folder_that_cannot_be_written(
    worlds: Worlds, program: Program, tmp_path: Path, act: str, *, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without write access to its files or its database the node does nothing, and says who is to be given what."""
    run = begun(worlds, act, tmp_path)
    home = run.folder / run.act.home
    locked = [home / "files" / "staging", home / "files"] if place == "files" else [home / "node.db", home]
    (home / "files" / "staging").mkdir(parents=True, exist_ok=True)
    for path in locked:
        path.chmod(0o500 if path.is_dir() else 0o400)
    assert "write access" in refused(run)["advice"]
    for path in reversed(locked):
        path.chmod(0o700)
    whole(run, program, monkeypatch, "sealed" if act == "release" else "")


@pytest.mark.parametrize(
    ("act", "file"),
    [("receive", PACKAGE), ("take", "post/answer.receipt.json"), ("release", "VN.a05-release.key"), ("receive", "node-SG.orchid/comity.toml"),
     ("receive", "node-SG.orchid/node.key"), ("receive", "node-SG.orchid/node.db"), ("receive", "node-SG.orchid/directory/root.json")],
)  # fmt: skip
def test_a_file_that_may_not_be_read(worlds: Worlds, tmp_path: Path, act: str, file: str) -> None:
    """A file without read access is named, or its database, without a traceback."""
    run = begun(worlds, act, tmp_path)
    (run.folder / file).chmod(0)
    said = bound(run.folder, *line(run))
    assert said.code in (1, 2)
    assert said.out == ""
    assert re.match(r"comity: .*\n(  what to do: .*\n)?\Z|Usage: (.*\n){4}\Z", said.err), said.err
    assert Path(file).name in said.err or file.endswith("node.db")


def test_a_clock_that_ran_backwards(
    worlds: Worlds, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock is an hour behind the log does nothing new, and says how to go on when it is right."""
    run = begun(worlds, "receive", tmp_path)
    ahead = FixedClock(SystemClock().now() + timedelta(hours=1))
    with open_node(run.folder / run.act.home, clock=ahead) as node, node.store.write() as unit:
        node.ledger.append(unit, {"type": "directory.updated", "at": stamp(ahead.now()), "snapshot": 1})
    assert "comity log clock" in refused(run)["advice"]
    whole(run, program, monkeypatch, "")
    assert list(Path(run.act.home, "files").glob("package-*")) == []
    program.run("log", "clock", "--reason", "It ran ahead.", "--home", run.act.home)
    program.run(*line(run))


@pytest.mark.parametrize("act", ACTS)
def test_two_processes_at_once(
    worlds: Worlds, program: Program, tmp_path: Path, act: str, *, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same act by two processes at the same time has one effect."""
    run = begun(worlds, act, tmp_path)
    both = [start(*line(run), "--json", folder=run.folder) for _ in range(2)]
    codes = sorted(ended(process)[0] for process in both)
    assert codes == ([0, 1] if act == "release" else [0, 0])
    whole(run, program, monkeypatch, run.act.state)
    rows = program.json("log", "list", "--home", run.act.home)
    assert [row["event"]["type"] for row in rows].count(run.act.event) == 1


def test_a_kept_package_that_is_gone(
    worlds: Worlds, program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sealed package that somebody removed stops the release, and the doctor names what is missing."""
    run = begun(worlds, "release", tmp_path)
    shutil.rmtree(run.folder / run.act.home / "files")
    refused(run)
    monkeypatch.chdir(run.folder)
    code, out, _err = program.end("doctor", "--home", run.act.home, "--json")
    found = {check["name"]: check for check in json.loads(out)}
    assert (code, found["files"]["good"]) == (1, False)
