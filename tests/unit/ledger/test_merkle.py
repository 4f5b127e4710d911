"""The tree is the one of RFC 9162: by published vectors, by its recursive definition, and by a peer library."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from builders.logs import tree
from comity.ledger import merkle
from comity.ledger.errors import BadProof
from comity.ledger.merkle import EMPTY, leaf_hash, node_hash

# The eight entries, their roots and proofs in the test data that Certificate Transparency logs share.
ENTRIES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(entry)) for entry in ENTRIES]

HASHES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70)


def reference_root(leaves: list[bytes]) -> bytes:
    """MTH of section 2.1.1, word for word, over hashed leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY
    k = split(len(leaves))
    return node_hash(reference_root(leaves[:k]), reference_root(leaves[k:]))


def reference_path(m: int, leaves: list[bytes]) -> list[bytes]:
    """PATH of section 2.1.3.1, word for word."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*reference_path(m, leaves[:k]), reference_root(leaves[k:])]
    return [*reference_path(m - k, leaves[k:]), reference_root(leaves[:k])]


def reference_subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF of section 2.1.4.1, word for word."""
    n = len(leaves)
    if m == n:
        return [] if whole else [reference_root(leaves)]
    k = split(n)
    if m <= k:
        return [*reference_subproof(m, leaves[:k], whole), reference_root(leaves[k:])]
    return [*reference_subproof(m - k, leaves[k:], False), reference_root(leaves[:k])]


def split(n: int) -> int:
    """The largest power of two smaller than *n*."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    """The root of no leaves is the SHA-256 of the empty string."""
    assert merkle.root(0, lambda places: []) == hashlib.sha256(b"").digest() == tree([])[1].root


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    """The roots of the first one to eight published entries are the published ones, grown or computed."""
    nodes, frontier = tree(LEAVES[:size])
    assert merkle.root(size, nodes).hex() == ROOTS[size - 1]
    assert frontier.root.hex() == ROOTS[size - 1]


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [
        (0, 1, []),
        (0, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]),
        (5, 8, ["bc1a0643", "ca854ea1", "d37ee418"]),
        (2, 3, ["fac54203"]),
    ],
)
def test_published_audit_paths(index: int, size: int, path: list[str]) -> None:
    """The audit paths of published entries are the published ones."""
    nodes, _ = tree(LEAVES)
    assert [part.hex()[:8] for part in merkle.inclusion(index, size, nodes)] == path


@pytest.mark.parametrize(
    ("old", "new", "proof"),
    [
        (1, 1, []),
        (1, 8, ["96a296d2", "5f083f0a", "6b47aaf2"]),
        (6, 8, ["0ebc5d34", "ca854ea1", "d37ee418"]),
        (2, 5, ["5f083f0a", "bc1a0643"]),
    ],
)
def test_published_consistency_proofs(old: int, new: int, proof: list[str]) -> None:
    """The consistency proofs between published trees are the published ones."""
    nodes, _ = tree(LEAVES)
    assert [part.hex()[:8] for part in merkle.consistency(old, new, nodes)] == proof


@given(HASHES)
def test_roots_follow_the_definition(leaves: list[bytes]) -> None:
    """For any leaves, the root is what the recursive definition says, computed both ways."""
    nodes, frontier = tree(leaves)
    assert frontier.root == merkle.root(len(leaves), nodes) == reference_root(leaves)


@given(HASHES, st.data())
def test_inclusion_follows_the_definition(leaves: list[bytes], data: st.DataObject) -> None:
    """Any leaf's path in any earlier tree is what the definition says, and it verifies."""
    size = data.draw(st.integers(1, len(leaves)))
    index = data.draw(st.integers(0, size - 1))
    path = merkle.inclusion(index, size, tree(leaves)[0])
    assert path == reference_path(index, leaves[:size])
    merkle.verify_inclusion(path, index, size, leaf=leaves[index], root=reference_root(leaves[:size]))


@given(HASHES, st.data())
def test_consistency_follows_the_definition(leaves: list[bytes], data: st.DataObject) -> None:
    """The proof between any two sizes is what the definition says, and it verifies."""
    new = data.draw(st.integers(1, len(leaves)))
    old = data.draw(st.integers(1, new))
    proof = merkle.consistency(old, new, tree(leaves)[0])
    assert proof == reference_subproof(old, leaves[:new], True)
    roots = reference_root(leaves[:old]), reference_root(leaves[:new])
    merkle.verify_consistency(proof, old, new, old_root=roots[0], new_root=roots[1])


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=40), st.data())
def test_a_peer_library_agrees(entries: list[bytes], data: st.DataObject) -> None:
    """A peer finds the same roots and paths, and our consistency proofs join its roots."""
    peer = InmemoryTree(algorithm="sha256")
    peer.append_entries(entries)
    nodes, frontier = tree([leaf_hash(entry) for entry in entries])
    size = data.draw(st.integers(1, len(entries)))
    index = data.draw(st.integers(0, size - 1))
    assert frontier.root == peer.get_root()
    assert merkle.root(size, nodes) == peer.get_root(size)
    # Its path begins with the leaf itself.
    assert merkle.inclusion(index, size, nodes) == peer.prove_inclusion(index + 1, size).path[1:]
    # Its consistency proofs carry more than those of RFC 9162, so ours is checked against its roots.
    proof = merkle.consistency(size, len(entries), nodes)
    merkle.verify_consistency(proof, size, len(entries), old_root=peer.get_root(size), new_root=peer.get_root())


@given(st.integers(1, 2**40), st.data())
def test_proofs_need_few_hashes(size: int, data: st.DataObject) -> None:
    """However large the log, a root, a path and a consistency proof ask for O(log n) hashes, in one go."""
    asked: list[int] = []

    def nodes(places: list[merkle.Place] | tuple[merkle.Place, ...]) -> list[bytes]:
        asked.append(len(places))
        return [EMPTY for _ in places]

    index = data.draw(st.integers(0, size - 1))
    merkle.root(size, nodes)  # type: ignore[arg-type]  # a list is enough here
    merkle.inclusion(index, size, nodes)  # type: ignore[arg-type]
    merkle.consistency(index + 1, size, nodes)  # type: ignore[arg-type]
    assert max(asked, default=0) <= 2 * size.bit_length()
    assert len(asked) <= 3


def test_from_nothing_everything_follows() -> None:
    """The empty log is consistent with every log, without a proof, if its root is the empty one."""
    root = bytes.fromhex(ROOTS[7])
    merkle.verify_consistency([], 0, 8, old_root=EMPTY, new_root=root)
    with pytest.raises(BadProof):
        merkle.verify_consistency([], 0, 8, old_root=root, new_root=root)
