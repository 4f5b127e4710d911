"""Attacks on the root of trust: the chain of root versions, its keys, and what is pinned."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START, World, build_directory, publics, signers
from builders.forgery import Change, forge, put, resigned, same
from comity.crypto.keys import FileSigner
from comity.directory import ceremony, trust
from comity.directory import slice as role
from comity.directory.ceremony import Keyholders
from comity.directory.errors import BadFolder, BadMetadata, DirectoryError, NotVouched, Rollback
from comity.directory.metadata import tuf_key


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Build one world whose root has been rotated once, with the same keys; no test changes it."""
    world = build_directory(tmp_path_factory.mktemp("world"))
    ceremony.rotate(world.folder, None, world.root_keys[1:], clock=world.clock)
    world.refresh()
    return world


def chain(world: World) -> list[bytes]:
    """Give both genuine root versions."""
    files = world.slice("VN.a05")
    return [files["1.root.json"], files["2.root.json"]]


def refused(files: list[bytes], pinned: bytes, error: type[DirectoryError], match: str) -> None:
    """Ask for the refusal of a chain."""
    with pytest.raises(error, match=match):
        trust.chain(files, pinned)


def usurped(new: list[FileSigner]) -> Change:
    """Make a change that hands the root to other keys."""

    def change(signed: dict[str, Any]) -> None:
        signed["keys"] |= {key.public.keyid: tuf_key(key.public).to_dict() for key in new}
        signed["roles"]["root"]["keyids"] = [key.public.keyid for key in new]

    return change


@pytest.mark.parametrize("version", [1, 2])
def test_each_genuine_version_can_be_pinned(world: World, version: int) -> None:
    """A slice is accepted by those who pinned the first root and by those who pinned the second."""
    root = chain(world)[version - 1]
    assert role.check(world.slice("VN.a05"), root=root, at=START, party="VN.a05").root_version == 2


def test_root_rotated_without_the_old_threshold(world: World) -> None:
    """New keys cannot crown themselves: the old holders' threshold is missing."""
    new = signers(3)
    forged = forge(chain(world)[1], usurped(new), [*new[:2], world.root_keys[0]])
    refused(
        [chain(world)[0], forged], world.root, NotVouched, r"2.root.json: got signatures by 1 of its keys, expected 2"
    )


def test_root_rotated_without_its_own_threshold(world: World) -> None:
    """Old holders cannot name new ones who do not sign themselves."""
    new = signers(3)
    forged = forge(chain(world)[1], usurped(new), [*world.root_keys[:2], new[0]])
    refused([chain(world)[0], forged], world.root, NotVouched, "got signatures by 1 of its keys, expected 2")


def test_root_signed_by_one_holder_twice(world: World) -> None:
    """One holder's signature that stands twice does not make the threshold."""
    doubled = resigned(chain(world)[1], lambda rows: rows.__setitem__(1, rows[0]))
    refused([chain(world)[0], doubled], world.root, BadMetadata, "Multiple signatures")


def test_root_with_a_strangers_signature(world: World) -> None:
    """A signature by somebody who holds no root key is refused beside enough good ones."""
    forged = forge(chain(world)[1], same, [*world.root_keys[:2], FileSigner.generate()])
    refused([chain(world)[0], forged], world.root, NotVouched, "wrong or not wanted")


def test_root_chain_gap(world: World) -> None:
    """A chain that leaps over a version is refused, though the later one is signed by all old holders."""
    third = forge(chain(world)[1], put("version", value=3), world.root_keys)
    refused([chain(world)[0], third], world.root, BadMetadata, "got version 3, expected 2")
    files = world.slice("VN.a05")
    files["3.root.json"] = files.pop("2.root.json")
    with pytest.raises(BadMetadata, match=r"2.root.json: got no such file"):
        role.check(files, root=world.root, at=START, party="VN.a05")


def test_endless_root_chain(world: World) -> None:
    """A chain of more versions than anybody rotates is refused before its signatures are checked."""
    refused(chain(world)[:1] * 257, world.root, BadMetadata, "got 257 root versions")


def test_another_directorys_root(world: World, tmp_path: Path) -> None:
    """A whole, valid directory under another root is refused."""
    other = build_directory(tmp_path, name="other")
    with pytest.raises(NotVouched, match="got another root version 1"):
        role.check(other.slice("VN.a05"), root=world.root, at=START, party="VN.a05")


def test_slice_from_before_the_pinned_root(world: World) -> None:
    """Who has pinned the second root takes nothing that ends at the first: old keys may be why it was changed."""
    refused(chain(world)[:1], chain(world)[1], Rollback, "got root version 1, expected at least the pinned 2")


def test_fork_of_the_root(world: World) -> None:
    """A second version that is genuinely signed, but is not the one that was pinned, is refused."""
    fork = forge(chain(world)[1], put("expires", value="2030-01-01T00:00:00Z"), world.root_keys)
    refused([chain(world)[0], fork], chain(world)[1], NotVouched, "got another root version 2")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (put("roles", "root", "threshold", value=1), "signed.roles.root.threshold"),
        (put("roles", "targets", "threshold", value=1), "signed.roles.targets.threshold"),
        (put("roles", "timestamp", "threshold", value=0), "signed.roles.timestamp.threshold"),
        (put("roles", "root", "threshold", value=4), "got threshold 4 of 3 keys"),
        (put("roles", "mirrors", value={"keyids": [], "threshold": 1}), "unknown field 'mirrors'"),
        (lambda signed: signed["roles"].pop("snapshot"), "got no snapshot"),
        (lambda signed: signed["roles"]["root"].update(keyids=signed["roles"]["root"]["keyids"][:1] * 2), "of 1 keys"),
    ],
    ids=["root 1", "targets 1", "timestamp 0", "too high", "fifth role", "role missing", "key twice"],
)
def test_senseless_root(world: World, change: Change, match: str) -> None:
    """A root that one person could use alone, or that names roles TUF does not have, is refused though all signed it."""
    refused([chain(world)[0], forge(chain(world)[1], change, world.root_keys)], world.root, BadMetadata, match)


def test_stranger_signs_the_root(world: World, tmp_path: Path) -> None:
    """The ceremony takes no signature of somebody who holds no root key, and nothing is left behind."""
    holders = Keyholders(publics(world.root_keys), 2, publics(world.targets_keys), 2, world.online.public)
    with pytest.raises(NotVouched, match="expected one by a holder of a root key"):
        ceremony.create(tmp_path / "new", holders, signers(1), clock=world.clock)
    assert list((tmp_path / "new").iterdir()) == []


def test_rotation_stays_staged_without_the_old_holders(tmp_path: Path) -> None:
    """A new root signed only by its new holders waits; readers go on with the old one."""
    world = build_directory(tmp_path)
    new = signers(2)
    holders = Keyholders(publics(new), 2, publics(world.targets_keys), 2, world.online.public)
    state = ceremony.rotate(world.folder, holders, new, clock=world.clock)
    assert (state.complete, state.missing) == (False, 2)
    world.refresh()
    assert world.mirror.status().root_version == 1


def test_staged_root_altered_while_it_waits(tmp_path: Path) -> None:
    """Who alters a root that waits for signatures loses those already given: it never becomes complete."""
    world = build_directory(tmp_path)
    ceremony.rotate(world.folder, None, world.root_keys[:1], clock=world.clock)
    staged = world.folder / "staged" / "2.root.json"
    document = json.loads(staged.read_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    staged.write_bytes(forge(json.dumps(document).encode(), same))
    assert not ceremony.sign_root(world.folder, world.root_keys[1:2]).complete


def test_second_rotation_while_one_waits(tmp_path: Path) -> None:
    """Nobody can slip another root in while one waits for signatures."""
    world = build_directory(tmp_path)
    ceremony.rotate(world.folder, None, world.root_keys[:1], clock=world.clock)
    with pytest.raises(BadFolder, match="got version 2 waiting"):
        ceremony.rotate(world.folder, None, world.root_keys[:2], clock=world.clock)
