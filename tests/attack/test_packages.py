"""Every attack on a package is refused by the command, at the step that is there for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from builders.attacks import ATTACKS
from builders.directory import build_directory
from builders.nodes import TODAY
from builders.packages import Maker
from comity.cli.main import main
from comity.kernel.clock import FixedClock
from comity.packages.verification import Given, verify


@pytest.fixture
def maker(tmp_path: Path) -> Maker:
    """A maker of packages in a world of today."""
    return Maker(build_directory(tmp_path, FixedClock(TODAY)), tmp_path)


def run(maker: Maker, path: Path, *more: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, object]]:
    """Verify through the command; gives exit code and what it said."""
    root = maker.folder / "root.json"
    root.write_bytes(maker.world.root)
    with pytest.raises(SystemExit) as stop:
        main(["verify", str(path), "--root", str(root), "--json", *more])
    return int(stop.value.code or 0), json.loads(capsys.readouterr().out)


def test_good_package_is_valid(maker: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    """A package as a node makes it verifies, with every step that applies in order."""
    code, said = run(maker, maker.good(), capsys=capsys)
    assert (code, said["verdict"]) == (0, "valid")


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str, maker: Maker, capsys: pytest.CaptureFixture[str]) -> None:
    """The attack is refused at its step; the command leaves with 1 and names it, unless time has to pass for the attack."""
    attack = ATTACKS[name]
    path = attack.make(maker)
    result = verify(path, Given(root=maker.world.root, at=maker.now))
    assert (result.valid, result.failed.name if result.failed else "") == (False, attack.step)
    if maker.now == TODAY:
        code, said = run(maker, path, capsys=capsys)
        assert (code, said["verdict"], said["refused_at"]) == (1, "refused", attack.step)
