"""Attacks on custody that was written out, and on the names that go into a court bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from builders.commands import comity
from builders.custody import ITEM, bag, begun, custodian, deed
from builders.directory import START
from builders.evidence import acquired, grown
from comity.evidence.bundle import Order, make_bundle
from comity.evidence.custodyproof import check_files
from comity.evidence.model import Act
from comity.evidence.registering import bag_of
from comity.evidence.witness import Given
from comity.kernel.errors import BadInput
from comity.ledger.note import NoteKey
from comity.store.engine import Store


class Written:
    """A chain with its proofs, in files."""

    def __init__(self, folder: Path, store: Store) -> None:
        """Write out the custody of an item."""
        keeper = begun(store)
        keeper.register(bag("E-2026-18", "12" * 32), deed("acquired"))
        self.key = keeper.ledger.key
        self.chain, self.proofs = folder / "chain.jsonl", folder / "chain-proofs"
        self.proofs.mkdir()
        with store.write() as unit:
            made = list(keeper.proofs(unit, ITEM))
            self.foreign = next(keeper.proofs(unit, "E-2026-18"))
        self.rows = [row for row, _proof in made]
        for number, (_row, proof) in enumerate(made, 1):
            self.proof(number).write_bytes(proof)
        self.write()

    def proof(self, number: int) -> Path:
        """The file of a proof."""
        return self.proofs / f"{number:05}.tlog-proof"

    def write(self) -> None:
        """Write the rows."""
        self.chain.write_bytes(b"".join(row + b"\n" for row in self.rows))

    def found(self, key: NoteKey | None = None) -> set[str]:
        """The codes of what a check finds."""
        item, checked = check_files(self.chain, self.proofs, [key or self.key])
        assert item == ITEM
        return {fault.code for fault in checked.faults}


@pytest.fixture
def written(store: Store, tmp_path: Path) -> Written:
    """A chain that holds, in files."""
    return Written(tmp_path, store)


def test_a_chain_in_files_holds(written: Written) -> None:
    """What was written out is checked without a node."""
    assert written.found() == set()


def swap(w: Written) -> None:
    """Let two entries change places, with their proofs."""
    w.rows[1], w.rows[2] = w.rows[2], w.rows[1]
    second, third = w.proof(2).read_bytes(), w.proof(3).read_bytes()
    w.proof(2).write_bytes(third)
    w.proof(3).write_bytes(second)


@pytest.mark.parametrize(
    ("attack", "codes"),
    [
        (lambda w: w.rows.__setitem__(3, w.rows[3].replace(b"investigation 7", b"investigation 8")), {"link", "log"}),
        (lambda w: w.rows.pop(2), {"gap", "link", "hands", "log"}),
        (swap, {"gap", "link", "hands", "time", "log"}),
        (lambda w: w.proof(3).write_bytes(w.proof(4).read_bytes()), {"log"}),
        (lambda w: w.proof(3).unlink(), {"log"}),
        (lambda w: w.proof(3).write_bytes(b""), {"log"}),
        (lambda w: w.proof(1).write_bytes(w.foreign[1]), {"log"}),
        (lambda w: w.rows.__setitem__(6, b"{}"), {"malformed", "log"}),
        (lambda w: w.rows.append(w.rows[6]), {"gap", "link", "hands", "log"}),
    ],
)  # fmt: skip
def test_tampered_files_are_found(written: Written, attack: Callable[[Written], object], codes: set[str]) -> None:
    """An entry changed, taken out, moved, or under another proof is found."""
    attack(written)
    written.write()
    assert written.found() == codes


def test_another_log_proves_nothing(written: Written) -> None:
    """Proofs of another log's key do not hold."""
    from builders.logs import ORIGIN, signer

    assert written.found(NoteKey(ORIGIN, signer("thief").public)) == {"log"}


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b"\xff\xfe\n"])
def test_what_is_no_chain_is_refused(written: Written, data: bytes) -> None:
    """A file that does not begin with an entry is no chain."""
    written.chain.write_bytes(data)
    if data:
        with pytest.raises(BadInput):
            written.found()
    else:
        assert check_files(written.chain, written.proofs, [written.key])[1].faults[0].code == "empty"


@pytest.mark.parametrize("name", ["../../escape", "/etc/passwd", "..", "a\\b", "-rf", "E 17; rm", "Ｅ-17", "x" * 150])
def test_a_name_stays_in_the_bundle(store: Store, tmp_path: Path, name: str) -> None:
    """Whatever an item is called, everything of it stands within the bundle."""
    (tmp_path / "in").mkdir()
    keeper = custodian(store)
    act = Act(name, "Trần Thị Bình")
    generation = acquired(tmp_path / "in/bag", grown(tmp_path / "in/src", {(b"a",): b"one"}))
    made = bag_of(generation, tmp_path / "in/bag", at=START)
    keeper.register(type(made)(**{**vars(made), "item": act.item}), deed("acquired"))
    before = sorted(tmp_path.iterdir())
    done = make_bundle(keeper, Order([name], tmp_path / "court", Given(START)))
    assert sorted(tmp_path.iterdir()) == sorted([*before, tmp_path / "court"])
    assert len(list((done.folder / "items").iterdir())) == 1
    assert len(list((done.folder / "custody").glob("*.jsonl"))) == 1


def test_two_names_that_are_made_one_stay_apart(store: Store, tmp_path: Path) -> None:
    """Items whose names differ only in signs that no file can have do not overwrite each other."""
    (tmp_path / "in").mkdir()
    keeper = custodian(store)
    for number, name in enumerate(("E/1", "E:1")):
        place = tmp_path / f"in/{number}"
        made = bag_of(acquired(place, grown(tmp_path / f"in/src{number}", {(b"a",): name.encode()})), place, at=START)
        keeper.register(type(made)(**{**vars(made), "item": name}), deed("acquired"))
    done = make_bundle(keeper, Order(["E/1", "E:1"], tmp_path / "court", Given(START)))
    assert sorted(path.name for path in (done.folder / "items").iterdir()) == ["E_1-1", "E_1_-1"]


@pytest.mark.parametrize("key", ["", "x", "comity/VN.a05+00000000+AAAA"])
def test_a_key_that_is_none_is_refused(written: Written, key: str) -> None:
    """The command refuses what is no key of a log, with our own error."""
    said = comity("evidence", "check-custody", written.chain, "--log-key", key)
    assert said.code in (1, 2)
    assert said.err.startswith("comity: ")


def test_the_command_checks_a_chain(written: Written) -> None:
    """The command leaves with 0 for a chain that holds, and with 1 for one that does not."""
    key = written.key.text
    assert comity("evidence", "check-custody", written.chain, "--log-key", key).code == 0
    written.proof(2).unlink()
    said = comity("evidence", "check-custody", written.chain, "--log-key", key, "--json")
    assert (said.code, [fault["number"] for fault in said.data["faults"]]) == (1, [2])
