"""The commands on our own requests, from draft to withdrawal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes
from builders.world import CASE, SHEET

SG = "SG.orchid"


class Officer:
    """Somebody at the node of VN.a05."""

    def __init__(self, nodes: Nodes) -> None:
        """Work at the node."""
        self.nodes = nodes
        self.home = str(nodes.home())

    def run(self, *arguments: str | Path) -> Said:
        """Run a command on requests at the node."""
        return comity("request", *arguments, "--home", self.home)

    def data(self, *arguments: str | Path) -> Any:
        """Run one that must succeed; gives what it says."""
        said = self.run(*arguments, "--json")
        assert said.code == 0, said.err
        return said.data

    def key(self, role: str) -> list[str | Path]:
        """The option that names a key."""
        return ["--key", self.nodes.key_file(role)]


@pytest.fixture
def officer(today: Nodes) -> Officer:
    """An officer with a case."""
    assert comity("case", "import", today.sheet(CASE), "--home", today.home()).code == 0
    return Officer(today)


def test_from_draft_to_release(officer: Officer, tmp_path: Path) -> None:
    """A case is drafted, refused while incomplete, filled, sealed, released and written out."""
    drafted = officer.data(
        "draft", CASE["reference"], "--measure", "preserve", "--to", SG, "--unit", "24/7 desk", "--exercise"
    )
    name = drafted["reference"]
    check = officer.run("check", name, "--json")
    assert (check.code, check.data["complete"]) == (1, False)
    refused = officer.run("seal", name, *officer.key("draft"), "--json")
    assert (refused.code, len(refused.problem["findings"]) > 5) == (1, True)
    officer.data("fill", name, "--with", officer.nodes.sheet(SHEET), "--attach", officer.nodes.sheet({"an": "order"}))
    assert officer.data("check", name)["complete"]
    assert officer.data("seal", name, *officer.key("draft"))["state"] == "sealed"
    released = officer.data("release", name, *officer.key("release"), "--out", tmp_path)
    assert (released["state"], Path(released["file"]).name) == ("released", f"{name}.comity.zip")
    shown = officer.data("show", name)
    assert (shown["document"]["exercise"], shown["document"]["from"]["unit"]) == (True, "24/7 desk")
    assert (
        comity("verify", released["file"], "--directory", officer.nodes.world.mirror.folder.path, "--as", SG).code == 0
    )


@pytest.mark.parametrize("written", ["disclose_subscriber", "disclose-subscriber"])
def test_a_measure_is_written_either_way(written: str, officer: Officer) -> None:
    """A measure is written with underscores or hyphens; another word is refused with the list."""
    assert (
        officer.data("draft", CASE["reference"], "--measure", written, "--to", SG)["measure"] == "disclose_subscriber"
    )
    said = officer.run("draft", CASE["reference"], "--measure", "arrest", "--to", SG)
    assert (said.code, "disclose_emergency" in said.err) == (2, True)


def test_an_emergency_takes_three(officer: Officer) -> None:
    """An emergency request is released only after somebody confirmed it."""
    name = officer.nodes.draft("disclose_emergency").reference
    officer.data("seal", name, *officer.key("draft"))
    assert officer.run("release", name, *officer.key("release")).code == 1
    officer.data("confirm", name, *officer.key("emergency"))
    assert officer.data("release", name, *officer.key("release"))["state"] == "released"


def test_reopened(officer: Officer) -> None:
    """The releaser gives a request back, with the reason in its history."""
    name = officer.nodes.sealed().reference
    assert officer.run("reopen", name, *officer.key("release")).code == 2
    assert officer.data("reopen", name, "--reason", "No period.", *officer.key("release"))["state"] == "draft"
    assert officer.data("show", name)["history"][-1]["note"] == "No period."


def test_later_requests(officer: Officer) -> None:
    """A released request is followed, corrected and extended by new drafts that name it."""
    name = officer.nodes.released().reference
    made = [
        officer.data("extend", name),
        officer.data("follow", name, "--relation", "follows", "--measure", "disclose-content"),
        officer.data("follow", name, "--relation", "corrects", "--to", "PH.cicc"),
    ]
    assert [row["measure"] for row in made] == ["extend_preservation", "disclose_content", "preserve"]
    assert [row["peer"] for row in made] == [SG, SG, "PH.cicc"]
    related = [officer.data("show", row["id"])["document"]["related"][0] for row in made]
    assert [(row["relation"], row["reference"]) for row in related] == [
        (r, name) for r in ("extends", "follows", "corrects")
    ]


def test_lists(officer: Officer) -> None:
    """Requests are listed by direction and state; what is due by date; an empty list says so."""
    assert "no requests yet" in officer.run("list").out
    assert "nothing is due" in officer.run("due").out
    request = officer.nodes.released()
    assert [row["id"] for row in officer.data("list", "--direction", "out", "--state", "released")] == [request.id]
    assert officer.data("list", "--direction", "in") == []
    assert [(row["kind"], row["reference"]) for row in officer.data("due")] == [("receipt_expected", request.reference)]


def test_people_can_read_it(officer: Officer) -> None:
    """What people read names the reference, who acts next, the code to read back and the number to call."""
    request = officer.nodes.released()
    shown = officer.run("show", request.reference).out
    for text in (request.reference, request.package, "+1 555 0101", "withdraw", "Officer 2", request.package[:4]):
        assert text in shown
    for command in ("list", "due"):
        assert request.reference in officer.run(command).out


def test_brackets_are_words(officer: Officer) -> None:
    """Square brackets in what people wrote are shown as they are, and do not colour the terminal or break it."""
    odd = "[/bold] [red]urgent[/red] [link=x] :skull:"
    request = officer.nodes.sealed(
        contents={**SHEET["contents"], "data": odd}, secrecy={"reason": odd, "until": "2035-01-31"}
    )
    officer.data("reopen", request.id, "--reason", odd, *officer.key("release"))
    assert odd in officer.run("show", request.id).out
    assert officer.run("check", request.id).code == 0


def test_withdrawn(officer: Officer) -> None:
    """A request is withdrawn with a reason, once."""
    name = officer.nodes.released().reference
    assert officer.run("withdraw", name).code == 2
    assert officer.data("withdraw", name, "--reason", "Solved.")["state"] == "withdrawn"
    again = officer.run("withdraw", name, "--reason", "Again.", "--json")
    assert (again.code, again.problem["type"]) == (1, "urn:x-comity:wrong-state")


def test_written_out_again(officer: Officer, tmp_path: Path) -> None:
    """A released package is written out again, plainly or encrypted; never over another file."""
    request = officer.nodes.released()
    out = tmp_path / "out.zip"
    assert officer.data("export", request.id, out)["file"] == str(out)
    out.write_bytes(b"something else")
    said = officer.run("export", request.id, out)
    assert (said.code, "Choose another name" in said.err) == (2, True)
    assert officer.run("export", request.id, tmp_path, "--encrypt-to", "nobody").code == 2


@pytest.mark.parametrize("command", ["check", "show", "seal", "release", "withdraw", "extend", "export"])
def test_an_unknown_request(command: str, officer: Officer, tmp_path: Path) -> None:
    """A request that is not there is told by every command, with the way to list them."""
    more: dict[str, list[str | Path]] = {
        "seal": officer.key("draft"), "release": officer.key("release"), "withdraw": ["--reason", "x"], "export": [tmp_path / "x"],
    }  # fmt: skip
    said = officer.run(command, "none", *more.get(command, []), "--json")
    assert (said.code, said.problem["type"]) == (2, "urn:x-comity:no-request")
    assert "comity request list" in said.problem["advice"]


def test_a_sealed_key_is_opened_by_its_passphrase(officer: Officer, tmp_path: Path) -> None:
    """An officer's sealed key is opened with a passphrase file; a wrong one is told, and nothing is sealed."""
    key, good, bad = (tmp_path / name for name in ("officer.key", "good", "bad"))
    officer.nodes.key("draft").save(key, "right words")
    good.write_text("right words\n")
    bad.write_text("wrong words\n")
    name = officer.nodes.draft().reference
    said = officer.run("seal", name, "--key", key, "--passphrase-file", bad)
    assert (said.code, "wrong passphrase" in said.err) == (2, True)
    assert officer.data("seal", name, "--key", key, "--passphrase-file", good)["state"] == "sealed"
