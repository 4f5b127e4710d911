"""`comity evidence`, as a person types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.evidence import grown
from builders.nodes import Nodes
from builders.program import Program
from builders.timestamp import TimeAuthority


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """The program in a folder with a source."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    monkeypatch.setenv("COMITY_PASSPHRASE", "")
    grown(tmp_path / "phone", {(b"a.jpg",): b"one", (b"b\n",): b"two"})
    return Program(capsys)


def test_an_item_is_acquired_and_verified(program: Program) -> None:
    """The findings are told with the number of files, and every layer with its state."""
    said = program.run("evidence", "acquire", "phone", "--item", "A-1", "--by", "Desk", "--to", "item")
    assert "2 files" in said
    assert "1 × name is spelt otherwise" in said
    verified = program.run("evidence", "verify", "item")
    assert "proved       bytes" in verified
    assert "not there    signature" in verified


def test_a_change_is_told_with_file_expected_and_found(program: Program) -> None:
    """It ends with 1 and says what is wrong."""
    program.run("evidence", "acquire", "phone", "--item", "A-1", "--to", "item")
    Path("item/data/phone/a.jpg").write_bytes(b"ONE")
    code, out, _ = program.end("evidence", "verify", "item")
    assert code == 1
    assert "✗ data/phone/a.jpg\n    expected: sha256 7692c3ad" in out


def test_a_node_seals_signs_and_records(today: Nodes, program: Program) -> None:
    """With a node and a key, all that needs no time authority is proved."""
    home, key = today.home("VN.a05"), today.key_file("custody")
    Path("root.json").write_bytes(today.world.root)
    program.run("evidence", "acquire", "phone", "--item", "A-1", "--to", "item", "--home", home, "--key", key)
    layers = {
        row["name"]: row["state"] for row in program.json("evidence", "verify", "item", "--root", "root.json")["layers"]
    }
    assert [name for name, state in layers.items() if state != "proved"] == ["time"]
    (event,) = [row for row in program.json("log", "list", "--home", home) if "evidence.sealed" in str(row)][:1]
    assert event


def test_a_signature_and_a_time_are_added_later(today: Nodes, program: Program, tmp_path: Path) -> None:
    """Sign, ask, stamp: the bag stays the same bag; signing twice is refused."""
    key, authority = today.key_file("custody"), TimeAuthority(tmp_path)
    before = program.json("evidence", "acquire", "phone", "--item", "A-1", "--to", "item")["digest"]
    assert program.json("evidence", "sign", "item", "--key", key)["digest"] == before
    program.refused(2, "evidence", "sign", "item", "--key", key)
    program.run("evidence", "stamp", "item", "--question", "q.tsq")
    Path("a.tsr").write_bytes(authority.answer(Path("q.tsq").read_bytes()))
    root = ("--time-authority", "root.pem")
    assert "stamped" in program.run("evidence", "stamp", "item", "--token", "a.tsr", *root)
    program.refused(2, "evidence", "stamp", "item")
    layers = {row["name"]: row["state"] for row in program.json("evidence", "verify", "item", *root)["layers"]}
    assert layers["time"] == "proved"


def test_a_signature_added_on_a_node_says_whose_it_is(today: Nodes, program: Program) -> None:
    """Signed later with the node's home, the seal holds the party's place in the directory and the log's proof."""
    home, key = today.home("VN.a05"), today.key_file("custody")
    Path("root.json").write_bytes(today.world.root)
    program.run("evidence", "acquire", "phone", "--item", "A-1", "--to", "item", "--home", home)
    program.run("evidence", "sign", "item", "--key", key, "--home", home)
    layers = program.json("evidence", "verify", "item", "--root", "root.json")["layers"]
    assert [row["name"] for row in layers if row["state"] != "proved"] == ["time"]


def test_only_a_custodian_of_the_node_seals(today: Nodes, program: Program) -> None:
    """A key without the role, and the node of another party, sign nothing."""
    home = today.home("VN.a05")
    program.run("evidence", "acquire", "phone", "--item", "A-1", "--to", "item", "--home", home)
    for key, at in (("receipt", home), ("draft", home)):
        assert "custody" in program.refused(1, "evidence", "sign", "item", "--key", today.key_file(key), "--home", at)
    other = today.key_file("custody", "PH.cicc")
    said = program.refused(2, "evidence", "sign", "item", "--key", other, "--home", today.home("PH.cicc"))
    assert "expected one of PH.cicc" in said
    line = ("evidence", "acquire", "phone", "--item", "A-2", "--to", "two", "--home", home)
    assert "custody" in program.refused(1, *line, "--key", today.key_file("receipt"))
    assert not Path("item/seal/statement.dsse.json").exists()


def test_an_addition_and_a_sample(program: Program) -> None:
    """A second generation names the first; a sample says what it cannot rule out."""
    first = program.json("evidence", "acquire", "phone", "--item", "A-1", "--to", "one")
    second = program.json("evidence", "acquire", "phone/a.jpg", "--item", "A-1", "--to", "two", "--add-to", "one")
    assert (second["generation"], second["former"]) == (2, first["digest"])
    assert program.json("evidence", "verify", "one", "--sample", "1")["sample"]["at_most_bad"] == 1
    assert "by BLAKE3 alone" in program.run("evidence", "verify", "one", "--quick")


@pytest.mark.parametrize(("line", "code"), [(("acquire", "none", "--item", "A", "--to", "x"), 2), (("acquire", "phone", "--item", "a\u202eb", "--to", "x"), 2), (("verify", "phone"), 1), (("sign", "phone", "--key", "phone/a.jpg"), 2)])  # fmt: skip
def test_wrong_use_is_refused(line: tuple[str, ...], code: int, program: Program) -> None:
    """With the code for it, and no traceback."""
    assert program.end("evidence", *line)[0] == code
