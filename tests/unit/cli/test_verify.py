"""`comity verify` needs a pinned root and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes
from builders.packages import Maker


class Reader:
    """Somebody with a pinned root and no node."""

    def __init__(self, nodes: Nodes) -> None:
        """Have the root in a file."""
        self.nodes = nodes
        self.maker: Maker = nodes.maker
        self.root = nodes.folder / "root.json"
        self.root.write_bytes(nodes.world.root)
        self.mirror = nodes.world.mirror.folder.path

    def run(self, *arguments: str | Path) -> Said:
        """Verify with the pinned root."""
        return comity("verify", *arguments, "--root", self.root, "--json")


@pytest.fixture
def reader(today: Nodes) -> Reader:
    """A reader of today."""
    return Reader(today)


def test_a_package(reader: Reader) -> None:
    """A good package is valid, leaves with 0, and shows who signed and whom to call."""
    path = reader.maker.good()
    said = reader.run(path)
    assert (said.code, said.data["verdict"], said.data["file"]) == (0, "valid", str(path))
    people = comity("verify", path, "--root", reader.root).out
    for text in ("VALID", "Officer 1", "Officer 2", "+1 555 0101", "never use one from the package"):
        assert text in people
    assert [f"{n:>3} " in people for n in range(1, 15)] == [True] * 14


def test_a_refused_package(reader: Reader) -> None:
    """A bad package leaves with 1, names the step, and says not to act on it."""
    path = reader.maker.pack({**reader.maker.parts(), "data/request.pdf": b"%PDF-1.7"})
    said = reader.run(path)
    assert (said.code, said.data["refused_at"]) == (1, "bag")
    people = comity("verify", path, "--root", reader.root).out
    assert "REFUSED" in people
    assert "Do not act on it" in people


def test_a_receipt(reader: Reader) -> None:
    """A receipt is told from a package by itself."""
    path = reader.maker.path(".receipt.json")
    path.write_bytes(reader.maker.receipt("0" * 64))
    said = reader.run(path)
    assert (said.code, said.data["document"]["state"]) == (0, "received")
    path.write_bytes(path.read_bytes()[:-1])
    assert reader.run(path).data["refused_at"] == "container"


@pytest.mark.parametrize(("party", "code"), [("SG.orchid", 0), ("PH.cicc", 1)])
def test_acting_for_a_party(party: str, code: int, reader: Reader) -> None:
    """A package for another party is refused to who says for whom he acts."""
    assert reader.run(reader.maker.good(), "--as", party).code == code


def test_a_root_is_needed(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without root and directory there is no verdict; the root may come from the environment, or from the directory."""
    path = reader.maker.good()
    monkeypatch.delenv("COMITY_ROOT", raising=False)
    said = comity("verify", path, "--json")
    assert (said.code, said.problem["field"]) == (2, "root")
    assert comity("verify", path, "--directory", reader.mirror).code == 0
    monkeypatch.setenv("COMITY_ROOT", str(reader.root))
    assert comity("verify", path).code == 0


def test_a_directory_of_ones_own(reader: Reader) -> None:
    """A revocation in one's own directory is seen, though the package's slice is from before."""
    path = reader.maker.good()
    reader.nodes.world.revoke("VN.a05", "release", reason="left")
    assert reader.run(path).code == 0
    assert reader.run(path, "--directory", reader.mirror).data["refused_at"] == "revocation"


def test_as_of_another_time(reader: Reader) -> None:
    """With one's own record of when it came, a package is checked as of then."""
    path = reader.maker.good()
    for at, code in (
        (reader.nodes.later(minutes=1), 0),
        (reader.nodes.later(days=40), 1),
        (reader.nodes.later(hours=-1), 1),
    ):
        assert reader.run(path, "--at", at).code == code
    said = reader.run(path, "--at", "yesterday")
    assert (said.code, said.problem["field"]) == (2, "at")


BAD: dict[str, Any] = {
    "no file": "none",
    "an empty folder": "empty",
    "a folder as root": "--root",
    "a folder as authority": "--time-authority",
}


@pytest.mark.parametrize("how", BAD.values(), ids=BAD.keys())
def test_bad_input_is_no_verdict(how: str, reader: Reader, tmp_path: Path) -> None:
    """What the person got wrong is told as such, with an exit code that is no traceback."""
    (tmp_path / "empty").mkdir()
    path = tmp_path / how if not how.startswith("--") else reader.maker.good()
    more: list[str | Path] = [how, tmp_path / "empty"] if how.startswith("--") else []
    said = reader.run(path, *more) if how != "--root" else comity("verify", path, *more, "--json")
    assert said.code == (1 if how == "empty" else 2)
    assert "Traceback" not in said.err


def test_the_page(reader: Reader, tmp_path: Path) -> None:
    """The verify page is written as one file that names no other place, with the root in it if asked."""
    said = comity("page", tmp_path / "verify.html", "--root", reader.root, "--json")
    page = (tmp_path / "verify.html").read_text("utf-8")
    assert (said.code, said.data["bytes"]) == (0, len(page.encode()))
    assert "default-src 'none'" in page
    assert not [line for line in page.splitlines() if "src=" in line and "script-src" not in line]
    assert comity("page", tmp_path / "verify.html").code == 2
