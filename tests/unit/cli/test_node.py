"""The commands that make a node and keep it in order."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes


def made(nodes: Nodes, home: Path, **changes: str | Path) -> Said:
    """Make a node through the command."""
    root = nodes.folder / "root.json"
    root.write_bytes(nodes.world.root)
    how: dict[str, str | Path] = {
        "party": "VN.a05",
        "root": root,
        "directory": nodes.world.mirror.folder.path,
        "key": nodes.key_file("node"),
    }
    options = [part for name, value in {**how, **changes}.items() for part in (f"--{name.replace('_', '-')}", value)]
    return comity("node", "init", "--home", home, "--json", *options)


def test_made_and_examined(today: Nodes, tmp_path: Path) -> None:
    """A node is made in a new folder, and the doctor finds it in order."""
    home = tmp_path / "new"
    said = made(today, home)
    assert (said.code, said.data["home"], said.data["party"]) == (0, str(home), "VN.a05")
    assert said.data["setup"] == f"http://localhost:8480/join?code={said.data['code']}"
    checks = comity("doctor", "--home", home, "--json")
    assert (checks.code, {row["good"] for row in checks.data}) == (0, {True})
    assert "VN.a05" in comity("doctor", "--home", home).out


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"party": "PH.cicc"}, 2),
        ({"party": "nobody"}, 2),
        ({"key": "none.key"}, 2),
        ({"root": "none.json"}, 2),
        ({"database": "mysql://h/n"}, 2),
    ],
)
def test_not_made(changes: dict[str, str], code: int, today: Nodes, tmp_path: Path) -> None:
    """What is wrong is told, and no node is there afterwards."""
    said = made(today, tmp_path / "new", **changes)
    assert (said.code, "Traceback" in said.err) == (code, False)
    assert comity("doctor", "--home", tmp_path / "new").code == 1


def test_not_made_twice(today: Nodes) -> None:
    """A folder that holds a node is left alone."""
    said = made(today, today.home())
    assert (said.code, "a node already" in said.err) == (1, True)


def test_brought_up_to_date(today: Nodes) -> None:
    """The directory is updated from a folder or an export; an older one is refused."""
    old = today.home("PH.cicc") / "directory"
    today.world.refresh()
    export = today.folder / "export.zip"
    today.world.mirror.export(export)
    for source in (today.world.mirror.folder.path, export):
        said = comity("node", "update", source, "--home", today.home(), "--json")
        assert (said.code, said.data["parties"]) == (0, 3)
    assert comity("node", "update", old, "--home", today.home()).code == 1


def test_migrated(today: Nodes) -> None:
    """Migrating says where, and writes it down."""
    assert str(today.home()) in comity("node", "migrate", "--home", today.home()).out
    assert today.events() == ["node.created", "node.migrated"]


def test_the_doctor_of_a_sick_node(today: Nodes) -> None:
    """A fault is shown with the remedy, and the command leaves with 1."""
    request = today.released()
    today.node().blobs.path(request.file).unlink()
    said = comity("doctor", "--home", today.home())
    assert (said.code, "back-up" in said.out) == (1, True)


def test_a_folder_with_brackets(today: Nodes, tmp_path: Path) -> None:
    """A folder whose name has brackets is shown as it is."""
    home = tmp_path / "[/node] [red]"
    root = today.folder / "root.json"
    root.write_bytes(today.world.root)
    options: list[str | Path] = ["--party", "VN.a05", "--root", root, "--directory", today.world.mirror.folder.path]
    said = comity("node", "init", "--home", home, *options, "--key", today.key_file("node"))
    assert (said.code, str(home) in said.out) == (0, True)
    assert comity("node", "migrate", "--home", home).code == 0
    (home / "comity.toml").unlink()
    said = comity("doctor", "--home", home)
    assert (said.code, str(home) in said.out) == (1, True)


def test_home_from_the_environment(today: Nodes, monkeypatch: pytest.MonkeyPatch) -> None:
    """COMITY_HOME names the node where no option does."""
    monkeypatch.setenv("COMITY_HOME", str(today.home()))
    assert comity("request", "list", "--json").data == []
