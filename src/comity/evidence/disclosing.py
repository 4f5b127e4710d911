"""Showing one file of a sealed item, with proof that it belongs to it, and nothing of the others."""

from __future__ import annotations

import hashlib
from pathlib import Path

from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.kernel.input import read_input

from .bagstore import open_store
from .errors import BadItem
from .reading import read_bag
from .sealing import MAX_ACQUISITION, TREE
from .tree import Leaf, Tree, check_disclosed, read_secret

MAX_PROOF = 64 * 1024


def disclose(item: Path, path: str) -> tuple[bytes, str]:
    """Give the proof for one payload file as JSON, and the root it leads to.

    Raises:
        BadItem: the item has no tree, or one that does not agree with it.
        BadInput: there is no such file.
    """
    with open_store(item) as store:
        bag = read_bag(store)
        if bag.faults or TREE not in store.sizes:
            fault = bag.faults[0].found if bag.faults else "no tree"
            raise BadItem(f"got {fault}, expected a sound item of evidence: verify it first", file=str(item))
        secret, root, _ = read_secret(store.read(TREE, MAX_ACQUISITION), file=TREE)
        tree = Tree([Leaf(p, store.sizes[p], bag.payload[p].get("sha256", "")) for p in sorted(bag.payload)], secret)
    if tree.root != root:
        raise BadItem("got a tree with another root, expected the one stated: verify the item first", file=TREE)
    return canonical.dump(tree.disclose(path)), root


def check(file: Path, proof: Path, root: str) -> Leaf:
    """Check a file and what was disclosed of it against the *root* that was signed.

    Raises:
        BadItem: the file is another one, or the proof proves nothing.
    """
    shown = canonical.load_canonical(read_input(proof, MAX_PROOF, "a proof"), file=str(proof))
    leaf = check_disclosed(shown, root)
    try:
        with file.open("rb") as opened:
            found = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError as e:
        raise BadInput(f"got {e.strerror}, expected a file that can be read", file=str(file)) from e
    if found != leaf.sha256:
        raise BadItem(f"got SHA-256 {found}, expected {leaf.sha256}", file=str(file))
    return leaf
