"""Showing some files of a sealed item with proof that they belong to it, and nothing of the others.

A disclosure is a bag of its own: the files under the paths they have in the item, `metadata/disclosure.json` with the
proof of each, and the item's seal. The proofs lead to the root of the item's tree, which the signed statement names. Of
the other files a reader learns how many they are and how many stand before each shown one, and no name, size or digest.

It is checked in these steps; the first four are those of every bag (see `verification`):

    5. proofs      each file has one proof, with a place and a salt of its own, that leads to the one root
    6. statement   the signed statement speaks of that root and of so many files
    7. signature, time and log, as for an item
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from comity import __version__
from comity.kernel import canonical
from comity.kernel.errors import BadInput, ComityError
from comity.packages.bag import DECLARATION

from . import statement
from .aside import made_aside
from .bagstore import BagStore, open_store
from .checking import check_digests, size_of
from .errors import BadItem, EvidenceUnwritable
from .journal import to_disk
from .reading import BYTES, COMPLETE, TAGS, Fault, Listing, read_bag
from .sealing import INFO, MAX_ACQUISITION, TREE, Tags
from .tree import Leaf, Tree, check_disclosed, read_secret
from .verification import ABSENT, FAILED, PROVED, Layer, Verdict
from .witness import MAX_SEAL, Given, check_witnesses

FORMAT = "comity-disclosure/1"
PROOFS = "metadata/disclosure.json"
PROOF_LAYER = "proofs"
MAX_PROOFS = 1 << 28
_TAGS = {"bagit.txt", INFO, "manifest-sha256.txt", PROOFS}


@dataclass(frozen=True)
class Disclosed:
    """What was shown: the files by path with their SHA-256, the root they lead to, and how many files the item has."""

    folder: Path
    files: dict[str, str]
    root: str
    of: int


def disclose(item: Path, paths: Sequence[str], target: Path) -> Disclosed:
    """Write some files of an item, with proof that they belong to it, to a new folder.

    Raises:
        BadItem: the item does not agree with itself; a file in it is not the one that was sealed.
        BadInput: it has no such file, or the folder is there already.
        EvidenceUnwritable: the machine cannot write.
    """
    if target.exists():
        raise BadInput("got an existing file or folder, expected a new one", file=str(target))
    with open_store(item) as store:
        bag, tree, root = _tree(item, store)
        shown = [tree.disclose(path) for path in sorted({_inside(path, bag) for path in paths})]
        if not shown:
            raise BadInput("got no files, expected those to be shown", field="file")
        try:
            with made_aside(target) as aside:
                made = aside / "bag"
                _write(store, made, shown, root)
                to_disk(made)
                made.rename(target)
        except OSError as e:
            raise EvidenceUnwritable(f"got {e.strerror}, expected to write", file=str(target)) from e
    return Disclosed(target, {one["path"]: one["sha256"] for one in shown}, root, len(tree.leaves))


def is_disclosure(path: Path) -> bool:
    """Tell whether a bag says that it shows some files of an item.

    Raises:
        BadItem: it cannot be read at all.
    """
    if path.is_dir():
        return (path / PROOFS).is_file()
    with open_store(path) as store:
        return PROOFS in store.sizes


def check_disclosure(path: Path, given: Given, *, root: str = "") -> Verdict:
    """Check what was disclosed, offline; *root* is the item's root from elsewhere, for a disclosure without a statement.

    Raises:
        BadItem: it is no bag at all, or cannot be read.
    """
    with open_store(path) as store:
        bag = read_bag(store)
        bag.faults += check_digests(store, bag.tags, TAGS, advance=lambda _: None)
        bag.faults += check_digests(store, bag.payload, BYTES, advance=lambda _: None)
        for name in sorted(set(store.sizes) - set(bag.payload) - _TAGS):
            if not name.startswith(("seal/", "tagmanifest-sha256.txt")):
                bag.wrong(COMPLETE, name, "the files of a disclosure only", "another one")
        root_found, of = _proofs(bag)
        layers = [*_basic(bag), _layer(bag, PROOF_LAYER, f"{len(bag.payload)} of {of} files, root {root_found}")]
        if root and root != root_found:
            bag.wrong(PROOF_LAYER, PROOFS, f"the root {root}", root_found)
            layers[-1] = Layer(PROOF_LAYER, FAILED, layers[-1].found)
        layers += _vouched(store, bag, root_found, of, given)
        return Verdict(path, tuple(layers), tuple(bag.faults), tuple(bag.notes), at=given.at)


def _tree(item: Path, store: BagStore) -> tuple[Listing, Tree, str]:
    """Grow the item's tree from its manifest; it must have the root that is stated."""
    bag = read_bag(store)
    if bag.faults or TREE not in store.sizes:
        found = bag.faults[0].found if bag.faults else "no tree"
        raise BadItem(f"got {found}, expected a sound item of evidence: verify it first", file=str(item))
    secret, root, leaves = read_secret(store.read(TREE, MAX_ACQUISITION), file=TREE)
    tree = Tree([Leaf(p, store.sizes[p], bag.payload[p].get("sha256", "")) for p in sorted(bag.payload)], secret)
    if (tree.root, len(tree.leaves)) != (root, leaves):
        raise BadItem("got a tree with another root, expected the one stated: verify the item first", file=TREE)
    return bag, tree, root


def _inside(path: str, bag: Listing) -> str:
    """Find a payload path as a person gave it, with or without `data/`."""
    found = path if path in bag.payload else f"data/{path}"
    if found not in bag.payload:
        advice = "The item's paths stand in its manifest-sha256.txt."
        raise BadInput(f"got {path!r}, expected a file of the item", field="file", advice=advice)
    return found


def _write(store: BagStore, made: Path, shown: Sequence[dict[str, Any]], root: str) -> None:
    """Write the bag: the files, their proofs, the manifests, and the item's seal as it is."""
    (made / "data").mkdir(parents=True)
    for one in shown:
        _copy(store, one["path"], made, one["sha256"])
    for name in sorted(store.sizes):
        if name.startswith("seal/"):
            _copy(store, name, made)
    size = sum(one["size"] for one in shown)
    info = {
        "Payload-Oxum": f"{size}.{len(shown)}",
        "Bag-Software-Agent": f"comity {__version__}",
        "Comity-Format": FORMAT,
    }
    tags = Tags(made)
    tags.write(PROOFS, [canonical.dump({"format": FORMAT, "root": root, "shown": list(shown)})])
    tags.write("manifest-sha256.txt", (f"{one['sha256']}  {one['path']}\n".encode() for one in shown))
    tags.write(INFO, (f"{label}: {value}\n".encode() for label, value in info.items()))
    tags.write("bagit.txt", [DECLARATION])
    tags.close()


def _copy(store: BagStore, name: str, made: Path, sha256: str = "") -> None:
    digest, path = hashlib.sha256(), made / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as out:
        store.feed(name, out.write, digest.update)
    if sha256 and digest.hexdigest() != sha256:
        raise BadItem(f"got SHA-256 {digest.hexdigest()}, expected {sha256}, as it was sealed", file=name)


def _proofs(bag: Listing) -> tuple[str, int]:
    """Check the proof of every file; gives the root they lead to, and how many files the item has."""
    try:
        document = canonical.load_canonical(bag.store.read(PROOFS, MAX_PROOFS), file=PROOFS, limit=MAX_PROOFS)
        if set(document) != {"format", "root", "shown"} or document["format"] != FORMAT:
            raise BadItem(f"got other fields, expected those of {FORMAT}", file=PROOFS)
        root, shown = str(document["root"]), list(document["shown"])
        leaves = [check_disclosed(one, root) for one in shown]
    except (ComityError, KeyError, TypeError, AttributeError) as e:
        bag.wrong(PROOF_LAYER, PROOFS, "a proof of each file", str(e)[:300])
        return "", 0
    for fault in [*_alone(shown), *_agreeing(bag, leaves)]:
        bag.faults.append(fault)
    return root, int(shown[0]["of"]) if shown else 0


def _alone(shown: Sequence[dict[str, Any]]) -> Iterator[Fault]:
    """Find places and salts that stand twice, and trees of more than one size."""
    for name in ("path", "index", "salt"):
        values = [one[name] for one in shown]
        if len(set(values)) != len(values):
            yield Fault(PROOF_LAYER, PROOFS, f"each {name} once", f"a {name} that stands twice")
    if len({one["of"] for one in shown}) > 1:
        yield Fault(PROOF_LAYER, PROOFS, "one number of files in the item", "several")


def _agreeing(bag: Listing, leaves: Iterable[Leaf]) -> Iterator[Fault]:
    """Find files without a proof, proofs without a file, and those that speak of other bytes."""
    proven = {leaf.path: leaf for leaf in leaves}
    for path in sorted(set(proven) ^ set(bag.payload)):
        found = "a proof without a file" if path in proven else "a file without a proof"
        yield Fault(PROOF_LAYER, path, "a file with its proof", found)
    for path in sorted(set(proven) & set(bag.payload)):
        leaf, stated, size = proven[path], bag.payload[path].get("sha256", ""), bag.store.sizes.get(path, -1)
        if leaf.sha256 != stated:
            yield Fault(PROOF_LAYER, path, f"SHA-256 {leaf.sha256}, which is proved", stated)
        elif leaf.size != size:
            yield Fault(PROOF_LAYER, path, f"{leaf.size} bytes, which is proved", f"{size} bytes")


def _vouched(store: BagStore, bag: Listing, root: str, of: int, given: Given) -> Iterator[Layer]:
    """Judge the item's seal: it must speak of the root that the proofs lead to."""
    generation = None
    if statement.STATEMENT in store.sizes:
        try:
            generation = statement.load(store.read(statement.STATEMENT, MAX_SEAL))[1]
        except ComityError:
            generation = None
        if generation and (generation.root, generation.files) != (root, of):
            generation = replace(generation, root=root, files=of)
    for name, state, text in check_witnesses(store, generation, given):
        if state == FAILED:
            bag.wrong(name, "seal/", "a word that holds", text)
        yield Layer(name, state, text)


def _basic(bag: Listing) -> list[Layer]:
    names = {
        "bag": f"BagIt {bag.version}",
        COMPLETE: f"{len(bag.payload)} files",
        BYTES: f"{size_of(bag.store, bag.payload)} bytes",
    }
    layers = [_layer(bag, name, text) for name, text in names.items()]
    if not bag.algorithms.get("tags"):
        return [*layers, Layer(TAGS, ABSENT, "no tag manifest")]
    return [*layers, _layer(bag, TAGS, f"{len(bag.tags)} files")]


def _layer(bag: Listing, name: str, text: str) -> Layer:
    return Layer(name, FAILED if any(fault.layer == name for fault in bag.faults) else PROVED, text)
