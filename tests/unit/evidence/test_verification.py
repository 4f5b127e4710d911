"""Verifying: who signed, when, in which log; a sample and what it says; one file shown alone."""

from __future__ import annotations

import json
import math
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.directory import START, World, build_directory
from builders.evidence import ACT, CLOCK, PlainBag, acquired, checked, grown, seeded
from builders.nodes import Nodes
from builders.timestamp import TimeAuthority
from comity.crypto.errors import BadTimestamp
from comity.evidence import stamping
from comity.evidence.errors import BadItem
from comity.evidence.model import Generation
from comity.evidence.recording import recorder
from comity.evidence.sampling import Sample, luck
from comity.evidence.sealing import PROOF, Seal
from comity.evidence.statement import STATEMENT
from comity.evidence.tree import Leaf, Tree, check_disclosed, root_of
from comity.evidence.verification import WHOLE, Depth, Verdict, verify
from comity.evidence.witness import Given
from comity.kernel.clock import SystemClock
from comity.kernel.errors import BadInput
from comity.ledger import merkle

PARTY = "VN.a05"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A directory with everybody's keys."""
    return build_directory(tmp_path, CLOCK)


def sealed(folder: Path, world: World, role: str = "custody", party: str = PARTY, claimed: str = PARTY) -> Path:
    """An item of two files, signed with a key of a party."""
    source = grown(folder / "src", {(b"a",): b"one", (b"b",): b"two"})
    seal = Seal(seeded, world.keys[party][role], world.slice(claimed))
    acquired(folder / "item", source, seal=seal, act=replace(ACT, party=claimed))
    return folder / "item"


def states(verdict: Verdict) -> dict[str, str]:
    """The state of each layer."""
    return {layer.name: layer.state for layer in verdict.layers}


def test_a_signature_is_judged_by_the_pinned_root(world: World, tmp_path: Path) -> None:
    """With the root, the holder is named; without one, the signature is not checked, and that is said."""
    item = sealed(tmp_path, world)
    verdict = checked(item, root=world.root)
    assert states(verdict)["signature"] == "proved"
    assert "Evidence room of VN.a05" in next(layer.found for layer in verdict.layers if layer.name == "signature")
    without = checked(item)
    assert (without.sound, states(without)["signature"]) == (True, "not checked")


@pytest.mark.parametrize(("role", "party"), [("draft", PARTY), ("custody", "PH.cicc")])
def test_a_key_that_may_not_seal_is_refused(role: str, party: str, world: World, tmp_path: Path) -> None:
    """Another role, or another party's key, does not count."""
    verdict = checked(sealed(tmp_path, world, role, party), root=world.root)
    assert (verdict.sound, states(verdict)["signature"]) == (False, "failed")


def test_a_statement_of_another_item_is_refused(world: World, tmp_path: Path) -> None:
    """A true statement, moved to another bag, speaks of its own bag only."""
    (tmp_path / "1").mkdir()
    (tmp_path / "2").mkdir()
    one = sealed(tmp_path / "1", world)
    source = grown(tmp_path / "2/src", {(b"a",): b"forged"})
    acquired(tmp_path / "2/item", source)
    (tmp_path / "2/item/seal").mkdir()
    (tmp_path / "2/item" / STATEMENT).write_bytes((one / STATEMENT).read_bytes())
    assert states(checked(tmp_path / "2/item", root=world.root))["statement"] == "failed"


def test_a_signature_altered_is_refused(world: World, tmp_path: Path) -> None:
    """A statement with a signature that its key did not make fails."""
    item = sealed(tmp_path, world)
    document = json.loads((item / STATEMENT).read_bytes())
    document["signatures"][0]["sig"] = "A" * 86 + "=="
    (item / STATEMENT).write_text(json.dumps(document, separators=(",", ":"), sort_keys=True))
    assert states(checked(item, root=world.root))["signature"] == "failed"


def test_a_stranger_in_the_seal_is_refused(world: World, tmp_path: Path) -> None:
    """What stands in the seal must itself verify."""
    item = sealed(tmp_path, world)
    (item / "seal/note.txt").write_text("trust me")
    assert not checked(item).sound


def test_a_time_token_is_proved_by_us_and_by_openssl(world: World, tmp_path: Path) -> None:
    """The token is over the signed statement's bytes; without the authority's root it is not checked."""
    authority = TimeAuthority(tmp_path)
    item = sealed(tmp_path, world)
    (tmp_path / "answer.tsr").write_bytes(authority.answer(stamping.query(item)))
    stamping.add_token(item, tmp_path / "answer.tsr", [authority.root])
    assert states(checked(item, authorities=(authority.root,)))["time"] == "proved"
    assert states(checked(item))["time"] == "not checked"
    line = [
        "openssl",
        "ts",
        "-verify",
        "-in",
        "seal/timestamp.tsr",
        "-data",
        STATEMENT,
        "-CAfile",
        str(tmp_path / "root.pem"),
    ]
    assert subprocess.run(line, cwd=item, check=False, capture_output=True).returncode == 0
    with pytest.raises(BadInput, match="without"):
        stamping.add_token(item, tmp_path / "answer.tsr", [authority.root])


def test_a_token_of_before_the_sealing_or_of_other_bytes_is_refused(world: World, tmp_path: Path) -> None:
    """A token cannot be older than what it attests, nor be of something else."""
    authority = TimeAuthority(tmp_path)
    item = sealed(tmp_path, world)
    data = (item / STATEMENT).read_bytes()
    (tmp_path / "other.tsr").write_bytes(authority.stamp(b"other"))
    with pytest.raises(BadTimestamp):
        stamping.add_token(item, tmp_path / "other.tsr", [authority.root])
    (item / "seal/timestamp.tsr").write_bytes(authority.stamp(data, START.replace(year=2025)))
    assert states(checked(item, authorities=(authority.root,)))["time"] == "failed"


def test_the_nodes_log_proves_the_sealing(nodes: Nodes, tmp_path: Path) -> None:
    """An item sealed on a node carries the proof of its log; a proof of another event is refused."""
    node, world = nodes.node(PARTY), nodes.world
    source = grown(tmp_path / "src", {(b"a",): b"one"})
    record = recorder(node.store, node.ledger, node.clock)
    seal = Seal(seeded, nodes.key("custody"), node.mirror.slice(PARTY), record)
    generation = acquired(tmp_path / "item", source, seal=seal, act=replace(ACT, party=PARTY))
    assert states(checked(tmp_path / "item", root=world.root))["log"] == "proved"
    other = record(replace(generation, digest="0" * 64))
    (tmp_path / "item" / PROOF).write_bytes(other)
    assert states(checked(tmp_path / "item", root=world.root))["log"] == "failed"


def test_a_proof_on_an_unsigned_item_is_said_to_be_unchecked(nodes: Nodes, tmp_path: Path) -> None:
    """Without a statement nothing says whose log it is; the proof is neither passed over nor believed."""
    node = nodes.node(PARTY)
    seal = Seal(seeded, record=recorder(node.store, node.ledger, node.clock))
    acquired(tmp_path / "item", grown(tmp_path / "src", {(b"a",): b"one"}), seal=seal)
    assert states(checked(tmp_path / "item"))["log"] == "not checked"


@given(st.integers(1, 60), st.data())
def test_the_most_bad_files_are_as_many_as_chance_allows(total: int, data: st.DataObject) -> None:
    """The bound is the largest number whose chance to stay unseen is five in a hundred or more, counted exactly."""
    drawn = data.draw(st.integers(0, total))
    chances = [Fraction(math.comb(total - bad, drawn), math.comb(total, drawn)) for bad in range(total + 1)]
    assert Sample(drawn, total).most_bad == max(bad for bad, chance in enumerate(chances) if chance >= Fraction(1, 20))
    assert luck(total, drawn, total) == pytest.approx(float(chances[-1]))


def test_a_sample_finds_what_it_meets_and_says_what_it_cannot(tmp_path: Path) -> None:
    """Only the files drawn are read; the rest is an honest bound."""
    source = grown(tmp_path / "src", {(b"%d" % n,): b"x" for n in range(20)})
    acquired(tmp_path / "item", source)
    (tmp_path / "item/data/src/7").write_bytes(b"y")
    lucky = checked(
        tmp_path / "item", depth=Depth(5, choose=lambda names, count: [n for n in names if "7" not in n][:count])
    )
    assert lucky.sound
    assert lucky.sample == Sample(5, 20)
    unlucky = checked(tmp_path / "item", depth=Depth(2, choose=lambda names, count: [n for n in names if "7" in n]))
    assert not unlucky.sound
    assert checked(tmp_path / "item", depth=Depth(99)).sample == Sample(20, 20)


def test_the_quick_way_finds_every_altered_file_and_says_what_it_is(tmp_path: Path) -> None:
    """BLAKE3 alone finds the change; a bag without a list of it cannot be checked so."""
    acquired(tmp_path / "item", grown(tmp_path / "src", {(b"a",): b"one"}))
    quick = checked(tmp_path / "item", depth=Depth(quick=True))
    assert any("not the legal anchor" in layer.found for layer in quick.layers)
    (tmp_path / "item/data/src/a").write_bytes(b"two")
    (fault,) = checked(tmp_path / "item", depth=Depth(quick=True)).faults
    assert fault.expected.startswith("blake3")
    with pytest.raises(BadItem, match="BLAKE3"):
        checked(PlainBag().write(tmp_path / "bag"), depth=Depth(quick=True))


@pytest.mark.parametrize(
    "change", [{"index": 0}, {"of": 4}, {"audit_path": []}, {"salt": "00"}, {"path": "data/y"}, {"x": 1}]
)
def test_a_disclosure_altered_proves_nothing(change: dict[str, object]) -> None:
    """Each field counts."""
    tree = Tree([Leaf(f"data/{n}", n, "0" * 64) for n in range(5)], b"s" * 32)
    shown = tree.disclose("data/3")
    check_disclosed(shown, tree.root)
    with pytest.raises(BadItem):
        check_disclosed(shown | change, tree.root)


@given(st.integers(0, 40))
def test_the_tree_is_that_of_the_ledger(count: int) -> None:
    """Its root is the one RFC 9162 defines, as the ledger's own tree computes it."""
    leaves = [Leaf(f"data/{n:02}", n, "0" * 64) for n in range(count)]
    frontier = merkle.Frontier()
    for leaf in leaves:
        frontier.append(leaf.hash(leaf.salt(b"s" * 32)))
    assert Tree(leaves, b"s" * 32).root == frontier.root.hex()
    assert root_of(leaf.hash(leaf.salt(b"s" * 32)) for leaf in leaves) == frontier.root.hex()


def test_a_generation_is_read_as_it_was_written() -> None:
    """JSON and back is the same."""
    generation = Generation(ACT, "a", "b", START, SystemClock().now(), 1, 2, {"changed": 1}, 2, "c")
    assert Generation.read(generation.plain()) == generation


def test_so_many_files_that_they_are_described_before_they_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The order in which the layers are checked changes nothing of what is found."""
    acquired(tmp_path / "item", grown(tmp_path / "src", {(b"a",): b"one", (b"b",): b"two"}))
    (tmp_path / "item/data/src/a").write_bytes(b"two")
    once = [checked(tmp_path / "item", depth=depth) for depth in (WHOLE, Depth(quick=True))]
    monkeypatch.setattr("comity.evidence.verification.HUGE", 0)
    assert [checked(tmp_path / "item", depth=depth) for depth in (WHOLE, Depth(quick=True))] == once
    assert not once[0].sound


@pytest.mark.parametrize("quick", [False, True])
def test_many_files_are_checked_by_workers(quick: bool, tmp_path: Path) -> None:
    """Each changed file is found among so many that workers read them, and each missing one."""
    source = grown(tmp_path / "src", {(b"%d" % (n % 9), b"%d" % n): b"%d" % n for n in range(1200)})
    told: list[int] = []

    def watch(total: int) -> Callable[[int], None]:
        told.append(-total)
        return told.append

    acquired(tmp_path / "item", source)
    (tmp_path / "item/data/src/3/30").write_bytes(b"31")
    (tmp_path / "item/data/src/5/50").unlink()
    (tmp_path / "item/data/src/7/70").write_bytes(b"700")
    verdict = verify(tmp_path / "item", Given(START), depth=Depth(quick=quick), watch=watch)
    found = {(fault.layer, fault.file) for fault in verdict.faults}
    assert {("bytes", "data/src/3/30"), ("bytes", "data/src/7/70"), ("completeness", "data/src/5/50")} <= found
    assert -len("700") <= sum(told) <= 0  # all was told of but what cannot be read
