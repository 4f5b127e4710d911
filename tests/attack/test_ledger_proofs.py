"""Attacks with proofs: for another entry, another size, another log, too long or too short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builders.logs import ORIGIN, event, signer, tree
from comity.crypto.errors import BadSignature
from comity.kernel import canonical
from comity.ledger import merkle
from comity.ledger.errors import BadProof, UnknownSigner
from comity.ledger.merkle import leaf_hash, node_hash
from comity.ledger.model import commitment
from comity.ledger.note import Checkpoint, NoteKey, sign
from comity.ledger.proof import Proof, opening, verify

KEY = NoteKey(ORIGIN, signer().public)
SIZE = 11
LEAVES = [commitment(bytes([n]) * 32, canonical.dump(event(n))) for n in range(SIZE)]
NODES, FRONTIER = tree(LEAVES)
NOTE = sign(Checkpoint(ORIGIN, SIZE, FRONTIER.root).text, ORIGIN, signer())


def proof_of(index: int) -> Proof:
    """Make the honest proof of an entry."""
    path = tuple(merkle.inclusion(index, SIZE, NODES))
    return Proof(opening(bytes([index]) * 32, event(index)), index, path, NOTE)


def refused(proof: Proof) -> None:
    """See that a proof proves nothing."""
    with pytest.raises(BadProof):
        verify(proof.dump(), [KEY])


@pytest.mark.parametrize("index", range(SIZE))
def test_a_proof_for_another_index_is_refused(index: int) -> None:
    """A proof shown under any other index is refused."""
    for other in {*range(SIZE + 2), 2**40} - {index}:
        refused(replace(proof_of(index), index=other))


@pytest.mark.parametrize("index", range(SIZE))
def test_a_proof_of_another_event_is_refused(index: int) -> None:
    """A proof shown for another event or salt is refused."""
    refused(replace(proof_of(index), extra=opening(bytes([index]) * 32, event(99))))
    refused(replace(proof_of(index), extra=opening(bytes([99]) * 32, event(index))))


@pytest.mark.parametrize("index", range(SIZE))
def test_a_proof_too_long_or_too_short_is_refused(index: int) -> None:
    """A path with one hash more or less, at either end, or with two exchanged, is refused."""
    proof = proof_of(index)
    path = proof.path
    changed = [path[1:], path[:-1], (*path, path[-1]), (path[0], *path), (path[1], path[0], *path[2:]), ()]
    for one in changed:
        refused(replace(proof, path=one))


def test_a_proof_for_another_size_is_refused() -> None:
    """A path from a smaller tree does not lead to the root of the larger one, nor the other way about."""
    for size in range(7, SIZE):
        refused(replace(proof_of(6), path=tuple(merkle.inclusion(6, size, NODES))))
        smaller = sign(Checkpoint(ORIGIN, size, merkle.root(size, NODES)).text, ORIGIN, signer())
        if merkle.inclusion(6, size, NODES) != list(proof_of(6).path):
            refused(replace(proof_of(6), note=smaller))


def test_a_size_that_lies_is_refused() -> None:
    """A checkpoint that names the right root with another size does not fit the path of the last entry."""
    for size in (1, 2, 9, 10, 12, 16, 2**40):
        refused(replace(proof_of(10), note=sign(Checkpoint(ORIGIN, size, FRONTIER.root).text, ORIGIN, signer())))


def test_an_inner_node_shown_as_a_leaf_is_refused() -> None:
    """The two children of a node cannot be shown as one entry, because leaves and nodes are hashed apart."""
    left, right = LEAVES[:2]
    assert leaf_hash(left + right) != node_hash(left, right)
    path = merkle.inclusion(0, SIZE, NODES)[1:]
    with pytest.raises(BadProof):
        merkle.verify_inclusion(path, 0, 6, leaf=leaf_hash(left + right), root=FRONTIER.root)


@pytest.mark.parametrize(("origin", "key"), [(ORIGIN, "thief"), ("comity/VN.a06", "node")])
def test_a_proof_under_a_foreign_checkpoint_is_refused(origin: str, key: str) -> None:
    """A proof whose checkpoint is by another key, or of another log, is refused."""
    note = sign(Checkpoint(origin, SIZE, FRONTIER.root).text, origin, signer(key))
    with pytest.raises(UnknownSigner):
        verify(replace(proof_of(3), note=note).dump(), [KEY])


def test_a_proof_under_a_forged_checkpoint_is_refused() -> None:
    """A proof whose checkpoint carries the right names and a signature over another text is refused."""
    leaf = commitment(bytes(32), canonical.dump(event(99)))
    signature = NOTE.rpartition(b"\n\n")[2]
    note = Checkpoint(ORIGIN, 1, leaf).text.encode() + b"\n" + signature
    with pytest.raises(BadSignature):
        verify(Proof(opening(bytes(32), event(99)), 0, (), note).dump(), [KEY])


def test_a_proof_without_its_event_is_refused() -> None:
    """A proof that hides what it proves proves nothing."""
    refused(replace(proof_of(3), extra=b""))


def joins(proof: list[bytes], old: int, new: int, roots: tuple[bytes, bytes]) -> bool:
    """Tell whether a consistency proof verifies."""
    try:
        merkle.verify_consistency(proof, old, new, old_root=roots[0], new_root=roots[1])
    except BadProof:
        return False
    return True


@given(st.integers(1, SIZE), st.integers(1, SIZE), st.data())
def test_an_altered_consistency_proof_is_refused(old: int, new: int, data: st.DataObject) -> None:
    """A consistency proof with a hash changed, left out or added joins nothing, while the honest one does."""
    assume(old < new)
    roots = merkle.root(old, NODES), merkle.root(new, NODES)
    proof = merkle.consistency(old, new, NODES)
    place = data.draw(st.integers(0, len(proof) - 1))
    assert joins(proof, old, new, roots)
    assert not joins([*proof[:place], bytes(32), *proof[place + 1 :]], old, new, roots)
    assert not joins(proof[:place] + proof[place + 1 :], old, new, roots)
    assert not joins([*proof[:place], proof[place], *proof[place:]], old, new, roots)
    assert not joins(proof, old, new, (bytes(32), roots[1]))
    assert not joins(proof, old, new, (roots[0], bytes(32)))


@pytest.mark.parametrize("old", range(1, SIZE))
def test_a_consistency_proof_for_a_size_far_beyond_is_refused(old: int) -> None:
    """Right roots and a right proof do not join a size that needs a longer proof, nor one that needs a shorter one."""
    roots = merkle.root(old, NODES), FRONTIER.root
    proof = merkle.consistency(old, SIZE, NODES)
    assert joins(proof, old, SIZE, roots)
    assert not any(joins(proof, old, size, roots) for size in (old, 17, 32, 33, 2**40))


@pytest.mark.parametrize(("old", "new"), [(5, 3), (-1, 3), (3, 3), (0, 3)])
def test_a_consistency_proof_for_odd_sizes_is_refused(old: int, new: int) -> None:
    """Sizes in the wrong order, negative ones, and different roots of one size are never consistent."""
    assert not joins([], old, new, (bytes(32), FRONTIER.root))
    assert not joins([bytes(32)], old, new, (FRONTIER.root, FRONTIER.root))


def test_a_fork_is_not_consistent() -> None:
    """No part of either log joins two logs that differ in one entry."""
    other, frontier = tree([*LEAVES[:4], leaf_hash(b"another"), *LEAVES[5:]])
    for old in range(5, SIZE):
        for nodes in (NODES, other):
            proof = merkle.consistency(old, SIZE, nodes)
            assert not joins(proof, old, SIZE, (merkle.root(old, NODES), frontier.root))
