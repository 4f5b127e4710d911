"""Custody on the command line: an item is registered, handed on, looked at and printed."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest
from pypdf import PdfReader

from builders.commands import Said, comity
from builders.nodes import Nodes
from comity.store import guard

WHO = ("--person", "Trần Thị Bình", "--post", "evidence room")
LAB = ("--person", "Phạm Thị Dung", "--post", "laboratory")
WARRANT = "Warrant 12/2026 of the court of Example Province"


@pytest.fixture
def item(today: Nodes, tmp_path: Path) -> Path:
    """An item acquired at the node, with two files."""
    source = tmp_path / "phone"
    source.mkdir()
    (source / "a.jpg").write_bytes(b"one")
    (source / "b.txt").write_bytes(b"two")
    bag = tmp_path / "E-17"
    home = ("--home", today.home(), "--authority", WARRANT, "--by", "Trần Thị Bình", "--why", "fraud")
    assert comity("evidence", "acquire", source, "--item", "E-17", "--to", bag, *home).code == 0
    return bag


def run(today: Nodes, *arguments: str | Path) -> Said:
    """Run a command of the group at the node."""
    return comity("evidence", *arguments, "--home", today.home())


def test_an_item_is_registered_handed_on_and_listed(today: Nodes, item: Path) -> None:
    """The bag's own words become the first entries; what is noted after them stands in the list."""
    made = run(today, "register", item, *WHO, "--json").data
    assert (made["item"], made["entries"], made["path"]) == ("E-17", [1, 2], str(item))
    assert run(today, "register", item, *WHO).out == "E-17 was registered before\n"
    run(today, "note", "E-17", "transferred", *WHO, "--to", "laboratory", "--why", "analysis")
    assert "under way to laboratory, VN.a05" in run(today, "list").out
    run(today, "note", "E-17", "received", *LAB)
    assert run(today, "list", "--json").data[0]["holder"]["person"] == "Phạm Thị Dung"
    assert run(today, "list").out == "E-17  Phạm Thị Dung (laboratory, VN.a05)  4 entries\n"


def test_custody_is_shown_and_printed(today: Nodes, item: Path, tmp_path: Path) -> None:
    """People see every entry with its labels, machines every field; the PDF/A says the same."""
    run(today, "register", item, *WHO)
    report = tmp_path / "report.txt"
    report.write_bytes(b"report")
    run(
        today,
        "note",
        "E-17",
        "analysed",
        *LAB,
        "--tool",
        "reader",
        "--version",
        "4",
        "--result",
        "two",
        "--file",
        report,
    )
    shown = run(today, "custody", "E-17", "--pdf", tmp_path / "custody.pdf")
    assert shown.code == 0
    for text in ("Acquired  Trần Thị Bình (evidence room", WARRANT, "tool: reader 4", "3 entries, none missing"):
        assert text in shown.out
    data = run(today, "custody", "E-17", "--json").data
    assert data["whole"] is True
    assert data["entries"][2]["hashes"] == {"report.txt": sha256(b"report").hexdigest()}
    pages = " ".join(page.extract_text() for page in PdfReader(tmp_path / "custody.pdf").pages)
    assert "Custody of E-17" in pages
    assert "two" in pages


def test_a_broken_chain_is_refused(today: Nodes, item: Path) -> None:
    """The command shows what is wrong and leaves with 1."""
    run(today, "register", item, *WHO)
    with today.node().store.write() as unit:
        guard.drop(unit)
        unit.exec_driver_sql("DELETE FROM custody_entry WHERE number = 2")
        guard.create(unit)
    shown = run(today, "custody", "E-17", "--json")
    assert shown.code == 1
    assert [fault["code"] for fault in json.loads(shown.out)["faults"]] == ["removed"]
    assert run(today, "custody", "E-17").out.count("! ") == 1


def test_an_item_of_another_party_is_received(today: Nodes, item: Path) -> None:
    """A bag that another party sealed begins with its arrival, and says from whom."""
    made = comity("evidence", "register", item, *WHO, "--from", "desk", "--home", today.home("PH.cicc"))
    assert made.code == 0
    [entry] = comity("evidence", "custody", "E-17", "--home", today.home("PH.cicc"), "--json").data["entries"]
    assert (entry["act"], entry["to"]["party"]) == ("received", "VN.a05")


def test_files_are_shown_and_that_is_entered(today: Nodes, item: Path, tmp_path: Path) -> None:
    """What is shown of an item verifies by itself, and stands in the item's custody with to whom and why."""
    run(today, "register", item, *WHO)
    shown = run(
        today, "disclose", item, "phone/a.jpg", "--to", tmp_path / "shown", *WHO, "--why", "defence", "--for", "counsel"
    )
    assert shown.code == 0
    assert "the item has 2 files" in shown.out
    verdict = comity(
        "evidence",
        "verify",
        tmp_path / "shown",
        "--tree-root",
        run(today, "custody", "E-17", "--json").data["bags"][0]["tree_root"],
        "--json",
    )
    assert (verdict.code, verdict.data["verdict"]) == (0, "sound")
    entry = run(today, "custody", "E-17", "--json").data["entries"][-1]
    assert (entry["act"], entry["note"], entry["hashes"]) == (
        "disclosed",
        "counsel",
        {"data/phone/a.jpg": sha256(b"one").hexdigest()},
    )
    assert run(today, "disclose", item, "phone/a.jpg", "--to", tmp_path / "again").code == 2


WRONG: list[tuple[tuple[str, ...], int]] = [
    (("custody", "E-1"), 2),
    (("note", "E-17", "borrowed", *WHO), 2),
    (("note", "E-17", "opened", *WHO, "--done-at", "yesterday"), 2),
    (("note", "E-17", "opened", *WHO, "--file", "/nowhere"), 2),
    (("note", "E-17", "transferred", *LAB, "--to", "desk", "--why", "x"), 1),
    (("register", "/tmp", *WHO), 2),
]


def test_wrong_use_is_said(today: Nodes, item: Path) -> None:
    """What cannot be done leaves with its code, and nothing foreign comes out."""
    run(today, "register", item, *WHO)
    for arguments, code in WRONG:
        said = run(today, *arguments)
        assert said.code == code, arguments
        assert said.err.startswith("comity: ")
