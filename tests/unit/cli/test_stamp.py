"""The command that adds trusted time."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.directory import build_directory
from builders.packages import Maker
from builders.timestamp import TimeAuthority
from comity.cli.main import main
from comity.kernel.clock import FixedClock, SystemClock


def run(*arguments: str) -> int:
    """Run the command; gives its exit code."""
    with pytest.raises(SystemExit) as stop:
        main(list(arguments))
    return int(stop.value.code or 0)


def test_stamp_asks_then_adds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The question goes to the authority, the answer into a new package, which then verifies with its time."""
    maker = Maker(build_directory(tmp_path, FixedClock(SystemClock().now())), tmp_path)
    authority = TimeAuthority(tmp_path)
    root, ca, package = tmp_path / "pinned.json", str(tmp_path / "root.pem"), str(maker.good())
    root.write_bytes(maker.world.root)
    assert run("stamp", package, str(tmp_path / "q.tsq")) == 0
    (tmp_path / "a.tsr").write_bytes(authority.answer((tmp_path / "q.tsq").read_bytes()))
    out = str(tmp_path / "stamped.comity.zip")
    assert run("stamp", package, out, "--token", str(tmp_path / "a.tsr"), "--time-authority", ca) == 0
    capsys.readouterr()
    assert run("verify", out, "--root", str(root), "--time-authority", ca, "--json") == 0
    steps = {step["name"]: step["found"] for step in json.loads(capsys.readouterr().out)["steps"]}
    assert steps["time"].startswith("time token of")


def test_stamp_refuses_a_token_nobody_trusts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a trusted root the answer is not added."""
    maker = Maker(build_directory(tmp_path, FixedClock(SystemClock().now())), tmp_path)
    (tmp_path / "a.tsr").write_bytes(b"garbage")
    out = tmp_path / "stamped.comity.zip"
    assert run("stamp", str(maker.good()), str(out), "--token", str(tmp_path / "a.tsr")) == 2
    assert "time-authority" in capsys.readouterr().err and not out.exists()
