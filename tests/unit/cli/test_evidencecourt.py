"""The court bundle on the command line: one folder that can be checked with sha256sum alone, in the court's language."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import bagit
import pytest
from pypdf import PdfReader

from builders.commands import Said, comity
from builders.nodes import Nodes
from builders.timestamp import TimeAuthority
from comity.evidence.courtpapers import languages
from comity.ledger import proof
from comity.store import guard

WHO = ("--person", "Trần Thị Bình", "--post", "evidence room", "--why", "trial 3/2027")


@pytest.fixture
def item(today: Nodes, tmp_path: Path) -> Path:
    """An item acquired and registered at the node, with a file whose name is no plain text."""
    source = tmp_path / "phone"
    source.mkdir()
    (source / "a.jpg").write_bytes(b"one")
    (source / "b\nc.txt").write_bytes(b"two")
    bag = tmp_path / "E-17"
    home = ("--home", today.home())
    comity(
        "evidence", "acquire", source, "--item", "E-17", "--to", bag, "--by", "Trần Thị Bình", "--why", "fraud", *home
    )
    assert comity("evidence", "register", bag, *WHO, *home).code == 0
    return bag


def bundled(today: Nodes, folder: Path, *more: str | Path) -> Said:
    """Make a bundle of the item."""
    return comity("evidence", "bundle", "E-17", "--to", folder, *WHO, *more, "--home", today.home())


def words(path: Path) -> str:
    """The text of a paper."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_a_bundle_is_whole(today: Nodes, item: Path, tmp_path: Path) -> None:
    """Everything stands in one folder, listed in SHA256SUMS but for the paper that names its hash."""
    paper = tmp_path / "order 7.pdf"
    paper.write_bytes(b"%PDF")
    made = bundled(today, tmp_path / "court", "--paper", paper, "--json")
    assert (made.code, made.data["sound"], made.data["items"]) == (0, True, ["E-17"])
    there = {str(path.relative_to(tmp_path / "court")) for path in (tmp_path / "court").rglob("*") if path.is_file()}
    listed = {line[66:] for line in (tmp_path / "court/SHA256SUMS").read_text().splitlines()}
    assert there - listed == {"SHA256SUMS", "hash-list.pdf"}
    assert {name for name in there if not name.startswith("items/")} == {
        "SHA256SUMS", "hash-list.pdf", "guide.pdf", "report.pdf", "report.json", "certificate.pdf", "settings.json",
        "verify.html", "papers/order_7.pdf", "custody/E-17.pdf", "custody/E-17.jsonl", "custody/E-17.case.jsonld",
        "custody/E-17-proofs/00001.tlog-proof", "custody/E-17-proofs/00002.tlog-proof",
    }  # fmt: skip
    assert sha256((tmp_path / "court/SHA256SUMS").read_bytes()).hexdigest() == made.data["sha256"]


def test_outside_tools_accept_it(today: Nodes, item: Path, tmp_path: Path) -> None:
    """sha256sum accepts the whole, bagit each item, and every proof of custody holds under the log's key."""
    bundled(today, tmp_path / "court")
    subprocess.run(["sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path / "court", check=True)
    assert bagit.Bag(str(tmp_path / "court/items/E-17-1")).validate()
    for row, one in zip(
        (tmp_path / "court/custody/E-17.jsonl").read_bytes().splitlines(),
        sorted((tmp_path / "court/custody/E-17-proofs").iterdir()),
        strict=True,
    ):
        proven = proof.verify(one.read_bytes(), [today.node().ledger.key])
        assert proven.event["entry"] == sha256(row).hexdigest()


def test_the_export_is_entered(today: Nodes, item: Path, tmp_path: Path) -> None:
    """The item's custody says that a copy went out, and names the bundle by its hash."""
    made = bundled(today, tmp_path / "court", "--json").data
    entry = comity("evidence", "custody", "E-17", "--json", "--home", today.home()).data["entries"][-1]
    assert (entry["act"], entry["why"], entry["hashes"]) == ("exported", "trial 3/2027", {"SHA256SUMS": made["sha256"]})


@pytest.mark.parametrize("language", sorted(languages()))
def test_the_papers_speak_the_courts_language(today: Nodes, item: Path, tmp_path: Path, language: str) -> None:
    """The guide and the certificate are set in each language, and the hash stands on the paper in full."""
    made = bundled(today, tmp_path / "court", "--language", language, "--json").data
    if language not in ("ar", "zh"):
        assert languages()[language]["guide"] in words(tmp_path / "court/guide.pdf")
        assert languages()[language]["draft"][:30] in words(tmp_path / "court/certificate.pdf")
    assert made["sha256"] in words(tmp_path / "court/hash-list.pdf").replace(" ", "")


def test_what_is_wrong_is_said(today: Nodes, item: Path, tmp_path: Path) -> None:
    """A bundle of an altered item is made, says what is wrong, and the command leaves with 1."""
    (item / "data/phone/a.jpg").write_bytes(b"six")
    with today.node().store.write() as unit:
        guard.drop(unit)
        unit.exec_driver_sql("DELETE FROM custody_entry WHERE number = 2")
        guard.create(unit)
    made = comity("evidence", "bundle", "E-17", "--to", tmp_path / "court", *WHO, "--home", today.home())
    report = json.loads((tmp_path / "court/report.json").read_text())
    assert made.code == 1
    assert "see report.pdf" in made.out
    assert report[0]["bags"]["items/E-17-1"]["verdict"] == "refused"
    assert [fault["code"] for fault in report[0]["custody"]["faults"]] == ["removed"]
    assert "failed" in words(tmp_path / "court/report.pdf")


@pytest.mark.parametrize("more", [("--to", "{item}"), ("--language", "xx"), ("--paper", "/nowhere")])
def test_wrong_use_is_said(today: Nodes, item: Path, tmp_path: Path, more: tuple[str, str]) -> None:
    """A place that is taken, a language that is not there and a paper that is missing are refused, and nothing is left."""
    before = sorted(tmp_path.iterdir())
    assert bundled(today, tmp_path / "court", more[0], more[1].format(item=item)).code == 2
    assert sorted(tmp_path.iterdir()) == before


def test_an_item_that_is_not_here_is_named(today: Nodes, item: Path, tmp_path: Path) -> None:
    """An unknown item, and one whose bag was moved, are refused."""
    item.rename(tmp_path / "moved")
    for name in ("E-17", "E-1"):
        assert comity("evidence", "bundle", name, "--to", tmp_path / "court", *WHO, "--home", today.home()).code == 2


def test_trusted_time_goes_into_the_bundle(today: Nodes, item: Path, tmp_path: Path) -> None:
    """Custody is stamped, the token stands in the bundle, and whoever has the authority's root sees until where it proves."""
    authority = TimeAuthority(tmp_path)
    home, root = ("--home", today.home()), ("--time-authority", tmp_path / "root.pem")
    assert comity("evidence", "stamp-custody", "E-17", *home).code == 2
    assert comity("evidence", "stamp-custody", "E-17", "--question", tmp_path / "q.tsq", *home).code == 0
    (tmp_path / "a.tsr").write_bytes(authority.answer((tmp_path / "q.tsq").read_bytes()))
    said = comity("evidence", "stamp-custody", "E-17", "--token", tmp_path / "a.tsr", *root, *home, "--json")
    assert (said.code, said.data["number"]) == (0, 2)
    bundled(today, tmp_path / "court")
    chain = tmp_path / "court/custody/E-17.jsonl"
    assert (tmp_path / "court/custody/E-17-times/00002.tsr").is_file()
    key = today.node().ledger.key.text
    line = ("evidence", "check-custody", chain, "--log-key", key)
    assert comity(*line, *root, "--json").data["timed"] == [{"number": 2, "at": said.data["time"]}]
    assert comity(*line, "--json").data["times_not_checked"] == 1
    (tmp_path / "court/custody/E-17-times/00001.tsr").write_bytes((tmp_path / "a.tsr").read_bytes())
    assert comity(*line, *root).code == 1
