"""The commands on what arrives and how it is answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from builders.commands import Said, comity
from builders.nodes import Nodes
from comity.crypto.recipient import new_identity, save_identity
from comity.requests.model import Request
from comity.requests.release import export_encrypted

SG = "SG.orchid"


class Desk:
    """The legal desk of SG.orchid, and the officer of VN.a05 who waits for it."""

    def __init__(self, nodes: Nodes) -> None:
        """Work at both nodes."""
        self.nodes = nodes
        self.key: list[str | Path] = ["--key", nodes.key_file("receipt", SG)]

    def run(self, *arguments: str | Path, at: str = SG) -> Said:
        """Run a command at a node."""
        return comity(*arguments, "--home", self.nodes.home(at), "--json")

    def arrived(self, measure: str = "preserve") -> Request:
        """A request that has arrived at the desk."""
        return self.nodes.received(measure)


@pytest.fixture
def desk(today: Nodes) -> Desk:
    """The desk."""
    return Desk(today)


def test_a_package_arrives(desk: Desk) -> None:
    """A package is received with its verification; again it is known."""
    path = desk.nodes.carried(desk.nodes.released())
    first, again = desk.run("receive", path), desk.run("receive", path)
    assert (first.code, first.data["new"], first.data["verification"]["verdict"]) == (0, True, "valid")
    assert (again.code, again.data["new"]) == (0, False)
    assert "received before" in comity("receive", path, "--home", desk.nodes.home(SG)).out


def test_a_package_arrives_as_a_folder(desk: Desk) -> None:
    """An unpacked package is received as well."""
    parts = desk.nodes.maker.parts(desk.nodes.carried(desk.nodes.released()))
    folder = desk.nodes.folder / "VN.a05-2026-0001"
    for name, data in parts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    assert desk.run("receive", folder).data["new"]


def test_an_encrypted_package_arrives(desk: Desk, tmp_path: Path) -> None:
    """An encrypted package is opened with an identity; without one, or with another, it is not received."""
    own, other = new_identity(), new_identity()
    paths = {"own": tmp_path / "own", "other": tmp_path / "other"}
    for name, one in (("own", own), ("other", other)):
        save_identity(one, paths[name])
    request = desk.nodes.released()
    sealed = export_encrypted(desk.nodes.office(), request.id, tmp_path, [own.recipient])
    assert desk.run("receive", sealed).code == 2
    assert desk.run("receive", sealed, "--identity", paths["other"]).code != 0
    assert desk.run("receive", sealed, "--identity", paths["own"]).data["new"]


def test_a_refused_package(desk: Desk) -> None:
    """A package that does not verify is refused with the step, and with what to do."""
    said = desk.run("receive", desk.nodes.maker.good(signers=[desk.nodes.key("draft")]))
    assert (said.code, said.problem["type"], said.problem["field"]) == (1, "urn:x-comity:package-refused", "signers")
    assert "Call the party back" in said.problem["advice"]


WORDS: dict[str, dict[str, str]] = {
    "received": {}, "accepted": {"until": "days=60"}, "info_needed": {"code": "clarify_period", "reason": "Which days?", "reply-by": "days=2"},
    "refused": {"code": "too_broad", "reason": "Narrow it.", "released-by": "Minh Probe"},
}  # fmt: skip


REFUSED = ("--state", "refused", "--released-by", "Minh Probe")


def options(nodes: Nodes, state: str) -> list[str]:
    """The options that say a complete word."""
    said = {name: nodes.later(days=float(v[5:])) if v.startswith("days=") else v for name, v in WORDS[state].items()}
    return ["--state", state, *(part for name, value in said.items() for part in (f"--{name}", value))]


@pytest.mark.parametrize("state", WORDS)
def test_answered_and_taken_in(state: str, desk: Desk, tmp_path: Path) -> None:
    """The desk signs a receipt into a file, and the sender takes it in: both have the same state."""
    request = desk.arrived()
    desk.nodes.considered(request)
    signed = desk.run("receipt", request.reference, *options(desk.nodes, state), *desk.key, "--out", tmp_path)
    assert (signed.code, signed.data["state"], signed.data["receipt"]["holder"]) == (0, state, "Legal desk")
    file = Path(signed.data["file"])
    assert (file.parent, file.name.endswith(".receipt.json")) == (tmp_path, True)
    taken = desk.run("receive", file, at="VN.a05")
    assert (taken.data["state"], taken.data["new"]) == (state, True)
    assert not desk.run("receive", file, at="VN.a05").data["new"]


LACKING: list[tuple[list[str], str]] = [
    ([*REFUSED, "--code", "too_broad"], "reason"), ([*REFUSED, "--reason", "No."], "code"),
    (["--state", "refused", "--code", "too_broad", "--reason", "No."], "released-by"),
    (["--state", "refused", "--code", "too_broad", "--reason", "No.", "--released-by", " - "], "released-by"),
    (["--state", "received", "--released-by", "Minh Probe"], "released-by"),
    (["--state", "accepted"], "until"), (["--state", "accepted", "--until", "tomorrow"], "until"),
    (["--state", "accepted", "--until", "2020-01-01T00:00:00Z"], "until"), (["--state", "received", "--code", "too_broad"], "code"),
]  # fmt: skip


def test_what_is_missing_is_named(desk: Desk, tmp_path: Path) -> None:
    """A word that is not complete is refused by its option, and no file is written."""
    request = desk.arrived()
    for words, field in LACKING:
        said = desk.run("receipt", request.reference, *words, *desk.key, "--out", tmp_path / "r.json")
        assert (said.code, said.problem["field"]) == (2, field), words
        assert not (tmp_path / "r.json").exists()


def test_a_refusal_names_both_people(desk: Desk) -> None:
    """The receipt of a refusal says who released it, beside its signer; said again it is the same receipt."""
    request = desk.arrived()
    said = [desk.run("receipt", request.reference, *options(desk.nodes, "refused"), *desk.key) for _ in range(2)]
    assert said[0].data["receipt"]["reason"] == "Narrow it. Released by: Minh Probe."
    assert [one.data["new"] for one in said] == [True, False]


def test_a_refusal_over_the_telephone_is_released_there(desk: Desk) -> None:
    """Who writes down what was read back releases nothing."""
    request = desk.arrived()
    words = (*options(desk.nodes, "refused"), "--phone", "0000", "--who", "Night desk")
    said = desk.run("receipt", request.reference, *words, at="VN.a05")
    assert (said.code, said.problem["field"]) == (2, "released-by")


def test_a_key_or_a_telephone_is_needed(desk: Desk) -> None:
    """Without a key nothing is signed; a read-back needs the name of who spoke."""
    request = desk.arrived()
    said = desk.run("receipt", request.reference, "--state", "received")
    assert (said.code, said.problem["field"]) == (2, "key")
    said = desk.run("receipt", request.reference, "--state", "received", "--phone", "0000", at="VN.a05")
    assert (said.code, said.problem["field"]) == (2, "who")


def test_a_read_back_by_telephone(desk: Desk) -> None:
    """The code that the desk sees, read back to the sender, is recorded as unsigned; another code is not."""
    request = desk.arrived()
    code = desk.run("request", "show", request.id).data["read_back_code"]
    words = ["receipt", request.reference, "--state", "received", "--who", "Night desk", "--phone"]
    wrong = desk.run(*words, "0000 0000 0000 0000", at="VN.a05")
    assert (wrong.code, wrong.problem["type"]) == (1, "urn:x-comity:wrong-receipt")
    right: Any = desk.run(*words, code, at="VN.a05")
    assert (right.code, right.data["receipt"]["signed"], right.data["receipt"]["holder"]) == (0, False, "Night desk")
    assert "by phone, not signed" in comity("request", "show", request.id, "--home", desk.nodes.home()).out


def test_a_receipt_that_cannot_be_written_is_not_signed(desk: Desk, tmp_path: Path) -> None:
    """Where the file could not be put, nothing is said either."""
    request = desk.arrived()
    said = desk.run(
        "receipt", request.reference, "--state", "received", *desk.key, "--out", tmp_path / "none" / "r.json"
    )
    assert said.code == 2
    assert desk.run("request", "show", request.id).data["receipts"] == []


@pytest.mark.parametrize("name", ["none", "folder"])
def test_nothing_arrives(name: str, desk: Desk, tmp_path: Path) -> None:
    """A path with nothing at it, or an empty folder, is told by the path."""
    (tmp_path / "folder").mkdir()
    said = desk.run("receive", tmp_path / name)
    assert (said.code != 0, said.problem["file"]) == (True, str(tmp_path / name))
