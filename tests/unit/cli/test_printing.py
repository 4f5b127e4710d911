"""`comity print` makes a document of a receipt, if it is valid."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes


class Clerk:
    """Somebody who files a refusal of SG.orchid."""

    def __init__(self, nodes: Nodes) -> None:
        """Have the refusal and the pinned root in files."""
        self.root = nodes.folder / "root.json"
        self.root.write_bytes(nodes.world.root)
        self.file = nodes.folder / "refusal.receipt.json"
        self.file.write_bytes(nodes.maker.receipt("5" * 64, state="refused", code="no_data", reason="Nothing is held."))
        self.out = nodes.folder / "refusal.pdf"

    def run(self, *arguments: str | Path, file: Path | None = None) -> Said:
        """Print a file."""
        return comity("print", file or self.file, "--to", self.out, "--root", self.root, "--json", *arguments)


@pytest.fixture
def clerk(today: Nodes) -> Clerk:
    """A clerk of today."""
    return Clerk(today)


def test_a_refusal(clerk: Clerk) -> None:
    """A valid refusal is printed in the languages asked for, and never over another file."""
    said = clerk.run("--language", "fr", "--second", "ar")
    assert (said.code, said.data["file"]) == (0, str(clerk.out))
    assert clerk.out.read_bytes().startswith(b"%PDF-1.")
    assert clerk.run().code != 0


def test_a_forged_receipt(clerk: Clerk) -> None:
    """A receipt that does not verify is not printed."""
    clerk.file.write_bytes(clerk.file.read_bytes().replace(b'"keyid":"', b'"keyid":"0'))
    assert clerk.run().code == 1
    assert not clerk.out.exists()


def test_wrong_use(clerk: Clerk, tmp_path: Path) -> None:
    """What is no receipt, and the same language twice, are refused as wrong use."""
    (tmp_path / "x.txt").write_bytes(b"x")
    assert clerk.run(file=tmp_path / "x.txt").code == 2
    assert clerk.run("--language", "fr", "--second", "fr").code == 2
