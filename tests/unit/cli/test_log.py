"""The commands on the log, called as the program calls them, on a real node."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builders.directory import build_directory
from comity.cli.main import main
from comity.kernel.clock import FixedClock, SystemClock
from comity.ledger import proof
from comity.ledger.note import NoteKey, open_checkpoint
from comity.node.service import make_node
from comity.node.settings import Settings


class Program:
    """The program, called on one node."""

    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Call it on the node in *home*."""
        self.home = home
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Run a command that must end with *code*; gives what it printed, complaints when it failed."""
        with pytest.raises(SystemExit) as stop:
            main(["log", *arguments, "--home", str(self.home)])
        out, complaint = self._capsys.readouterr()
        assert int(stop.value.code or 0) == code, complaint
        return complaint if code else out

    def data(self, *arguments: str) -> Any:
        """Run a command that must succeed; gives the JSON it printed."""
        return json.loads(self(*arguments, "--json"))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a node; its log has one entry."""
    folder = tmp_path_factory.mktemp("world")
    clock = FixedClock(SystemClock().now())
    world = build_directory(folder, clock)
    home = folder / "node"
    home.mkdir()
    world.keys["VN.a05"]["node"].save(home / "node.key", "")
    (folder / "pinned.json").write_bytes(world.root)
    make_node(Settings(home, "VN.a05"), root=folder / "pinned.json", source=world.folder, clock=clock)
    return home


@pytest.fixture
def log(node: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Program:
    """Give the program on a fresh copy of the node."""
    from shutil import copytree

    return Program(copytree(node, tmp_path / "node"), capsys)


def test_the_entries_are_listed(log: Program) -> None:
    """Each entry is shown with index, time, type and what else it says."""
    (row,) = log.data("list")
    assert (row["index"], row["event"]["type"], row["event"]["party"]) == (0, "node.created", "VN.a05")
    assert 'node.created  party="VN.a05"' in log("list")


def test_the_log_is_verified(log: Program) -> None:
    """The node's own log verifies, in words and in figures."""
    assert "The log is whole: 1 entry." in log("verify")
    assert log.data("verify")["size"] == 1


def test_an_entry_is_proved(log: Program, tmp_path: Path) -> None:
    """The printed proof and the written one are the same, and verify under the printed key."""
    found = log.data("prove", "0")
    proven = proof.verify(found["proof"].encode(), [NoteKey.from_text(found["key"])])
    assert proven.event["type"] == "node.created"
    assert log("prove", "0") == found["proof"]
    assert log("prove", "0", "--out", str(tmp_path / "proof")).strip() == str(tmp_path / "proof")
    assert (tmp_path / "proof").read_text() == found["proof"]


def test_an_entry_that_is_not_there_is_not_proved(log: Program) -> None:
    """A number beyond the log is wrong use."""
    assert "expected one from 0 to 0" in log("prove", "7", code=2)


def test_an_exported_log_verifies_without_a_node(log: Program, tmp_path: Path) -> None:
    """The file verifies with the printed key in a folder without a node, and the export is itself recorded in it."""
    written = log.data("export", str(tmp_path / "log"))
    elsewhere = Program(tmp_path / "nowhere", log._capsys)
    arguments = ["verify", "--file", written["file"], "--key", written["key"]]
    assert elsewhere.data(*arguments) == {"size": 2, "root": written["root"], "erased": 0, "checkpoints": 1}
    assert '"log.exported"' in (tmp_path / "log").read_text()


def test_the_words_after_an_export_work(log: Program, tmp_path: Path) -> None:
    """The command that the export shows for verifying it does verify it."""
    words = log("export", str(tmp_path / "log")).split("comity log ")[1].split()
    assert "The log is whole" in log(*words)


def test_an_export_never_overwrites(log: Program, tmp_path: Path) -> None:
    """A file that is there stays as it is."""
    (tmp_path / "log").write_text("mine")
    assert "expected to write a new file" in log("export", str(tmp_path / "log"), code=2)
    assert (tmp_path / "log").read_text() == "mine"


def test_a_failed_export_leaves_no_file(log: Program, tmp_path: Path) -> None:
    """When there is no node to export, no empty file is left."""
    elsewhere = Program(tmp_path / "nowhere", log._capsys)
    elsewhere("export", str(tmp_path / "log"), code=2)
    assert not (tmp_path / "log").exists()


def test_an_altered_export_is_refused(log: Program, tmp_path: Path) -> None:
    """An altered file ends with 1, naming the file and the entry, in words and as a problem document."""
    written = log.data("export", str(tmp_path / "log"))
    (tmp_path / "log").write_text((tmp_path / "log").read_text().replace('VN.a05","type', 'VN.a06","type'))
    arguments = ["verify", "--file", written["file"], "--key", written["key"]]
    assert f"{tmp_path}/log: entry 0: " in log(*arguments, code=1)
    assert json.loads(log(*arguments, "--json", code=1))["type"] == "urn:x-comity:log-corrupt"


@pytest.mark.parametrize("arguments", [["--file", "log"], ["--key", "name+00000000+AA=="]])
def test_file_and_key_go_together(log: Program, arguments: list[str]) -> None:
    """A file without a key, or a key without a file, is wrong use."""
    assert "go together" in log("verify", *arguments, code=2)


def test_a_kept_checkpoint_is_held_against_the_log(log: Program, tmp_path: Path) -> None:
    """A checkpoint that was printed and kept agrees with the log later, and not with a log brought back."""
    note = log("checkpoint")
    (tmp_path / "old").write_text(note)
    assert open_checkpoint(note.encode(), [NoteKey.from_text(log.data("checkpoint")["key"])]).size == 1
    written = log.data("export", str(tmp_path / "log"))
    assert log.data("verify", "--checkpoint", str(tmp_path / "old"))["size"] == 2
    log("erase", "0", "--reason", "court order 17")
    (tmp_path / "new").write_text(log("checkpoint"))
    arguments = ["--file", written["file"], "--key", written["key"], "--checkpoint", str(tmp_path / "new")]
    assert "its end is missing" in log("verify", *arguments, code=1)


def test_details_are_erased(log: Program) -> None:
    """An erased entry is shown as such, the record says why, and the log is whole."""
    assert "entry 1 says so" in log("erase", "0", "--reason", "court order 17")
    assert "(erased)" in log("list")
    assert log.data("list")[1]["event"]["reason"] == "court order 17"
    assert log.data("verify")["erased"] == 1


def test_erasing_needs_a_reason(log: Program) -> None:
    """Nothing is erased without a reason."""
    log("erase", "0", code=2)
    log("erase", "0", "--reason", " ", code=2)
    assert log.data("verify")["erased"] == 0


def test_the_clock_is_explained(log: Program) -> None:
    """That the clock had run ahead is recorded with the reason."""
    assert log.data("clock", "--reason", "the time server was wrong") == {"record": 1}
    assert log.data("list", "--last", "1")[0]["event"]["type"] == "log.clock"


def test_a_missing_checkpoint_file_is_wrong_use(log: Program, tmp_path: Path) -> None:
    """A file that is not there is named."""
    assert "missing" in log("verify", "--checkpoint", str(tmp_path / "missing"), code=2)
