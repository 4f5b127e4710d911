"""Attacks on the directory slice that travels in a package: each is refused, whatever else the forger holds.

The forger here has even stolen the online key, so that everything above the forged file agrees with it.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START, World, build_directory, signers
from builders.forgery import Change, Files, forge, forged_slice, put, resigned, restate, same, stated
from comity.crypto.keys import FileSigner
from comity.directory import slice as role
from comity.directory.errors import BadMetadata, DirectoryError, Expired, NotVouched, Rollback
from comity.directory.metadata import LIMITS

VN = "VN.a05"
PATH = "VN/a05.json"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Build one world for all attacks on slices; none changes it."""
    return build_directory(tmp_path_factory.mktemp("world"))


def check(world: World, files: Files, party: str = VN) -> role.Checked:
    """Check a slice at the world's time."""
    return role.check(files, root=world.root, at=START, party=party)


def refused(world: World, files: Files, error: type[DirectoryError], match: str, party: str = VN) -> None:
    """Ask for the refusal of a slice with that error."""
    with pytest.raises(error, match=match):
        check(world, files, party)


def stated_target(data: bytes) -> dict[str, Any]:
    """Give what a country's file says about a party file."""
    return {"length": len(data), "hashes": {"sha256": sha256(data).hexdigest()}}


def test_the_forgers_tools_alone_change_nothing(world: World) -> None:
    """A slice that is signed again by the right keys is accepted: what follows is refused for what it changes."""
    files = forged_slice(world, "VN.json", same, world.registries["VN"])
    assert check(world, files).party.id == VN


def test_altered_party_file(world: World) -> None:
    """A party file with another call-back number is not the one that was vouched for."""
    files = world.slice(VN)
    altered = files["party.json"].replace(b"555 0101", b"555 0199")
    refused(world, {**files, "party.json": altered}, BadMetadata, "party.json: got SHA-256")


def test_swapped_party_file(world: World) -> None:
    """The genuine party file of another party does not serve."""
    swapped = {**world.slice(VN), "party.json": world.slice("PH.cicc")["party.json"]}
    refused(world, swapped, BadMetadata, "party.json: got")


def test_foreign_party_file_under_own_path(world: World) -> None:
    """Not even both vouchers can put one party's file under another's name."""
    foreign = world.slice("PH.cicc")["party.json"]
    files = forged_slice(world, "VN.json", put("targets", PATH, value=stated_target(foreign)), world.registries["VN"])
    refused(world, {**files, "party.json": foreign}, BadMetadata, "got the file of PH.cicc")


def test_slice_of_another_party_of_the_country(world: World) -> None:
    """A slice proves the party it holds and no other that one might ask for."""
    refused(world, world.slice(VN), NotVouched, "got VN.b06", party="VN.b06")


def test_one_voucher_only(world: World) -> None:
    """One registry alone cannot vouch for a party."""
    files = forged_slice(world, "VN.json", same, world.registries["VN"][:1])
    refused(world, files, NotVouched, "VN.json: got signatures by 1 of its keys, expected 2")


def test_same_voucher_twice(world: World) -> None:
    """A signature that stands twice does not count twice."""
    files = world.slice(VN)
    files["VN.json"] = resigned(files["VN.json"], lambda rows: rows.__setitem__(1, rows[0]))
    refused(world, restate(files, world.online), BadMetadata, "Multiple signatures")


def test_one_vouchers_signature_under_both_names(world: World) -> None:
    """A voucher's signature under the other voucher's key id does not verify."""
    files = world.slice(VN)
    files["VN.json"] = resigned(files["VN.json"], lambda rows: rows[1].update(sig=rows[0]["sig"]))
    refused(world, restate(files, world.online), NotVouched, "wrong or not wanted")


def test_self_sign_up(world: World) -> None:
    """A party's own keys cannot vouch for it."""
    own = [world.keys[VN]["draft"], world.keys[VN]["release"]]
    files = forged_slice(world, "VN.json", same, own)
    refused(world, files, NotVouched, "VN.json: got a signature of key .* wrong or not wanted")


def test_another_countrys_registries(world: World) -> None:
    """The registries of one country cannot sign for another."""
    files = forged_slice(world, "VN.json", same, world.registries["PH"])
    refused(world, files, NotVouched, "VN.json")


def test_country_vouches_for_another_countrys_party(world: World) -> None:
    """A country's file that names a party of another country is refused whole."""
    target = stated_target(world.slice("PH.cicc")["party.json"])
    files = forged_slice(world, "VN.json", put("targets", "PH/cicc.json", value=target), world.registries["VN"])
    refused(world, files, NotVouched, "got PH/cicc.json, expected only parties of VN")


def test_unwanted_signature_beside_enough_good_ones(world: World) -> None:
    """A stranger's signature beside the two good ones is refused, not ignored."""
    stranger = FileSigner.generate()
    files = forged_slice(world, "VN.json", same, [*world.registries["VN"], stranger])
    refused(world, files, NotVouched, f"got a signature of key {stranger.public.keyid[:16]}")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (put("delegations", "roles", 0, "threshold", value=1), "threshold"),
        (put("delegations", "roles", 0, "threshold", value=3), "got threshold 3 of 2 keys"),
        (put("delegations", "roles", 0, "paths", value=["*/*"]), "paths"),
        (put("delegations", "roles", 0, "paths", value=["VN/*", "PH/*"]), "paths"),
        (put("delegations", "roles", 0, "paths", value=[]), "paths"),
        (put("delegations", "roles", 0, "terminating", value=False), "terminating"),
        (put("delegations", "roles", 0, "name", value="Vn"), "ISO code"),
        (put("delegations", "roles", 1, "name", value="VN"), "paths"),
        (put("spec_version", value="2.0.0"), "starts with 1."),
        (put("extra", value=1), "unknown field 'extra'"),
        (put("version", value=0), "whole number"),
        (put("version", value=True), "whole number"),
        (put("version", value=1.5), "whole number"),
        (put("_type", value="snapshot"), "targets metadata"),
        (put("expires", value="2027-02-30T00:00:00Z"), "expected TUF"),
        (put("expires", value="2027-01-01"), "expected a time"),
        (put("targets", PATH, value={"length": 1, "hashes": {"sha256": "0" * 64}}), "beside delegations"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_senseless_delegation(world: World, change: Change, match: str) -> None:
    """A delegation that is wider, weaker or stranger than the format allows is refused though properly signed."""
    files = forged_slice(world, "targets.json", change, world.targets_keys[:2])
    refused(world, files, BadMetadata, match)


def test_country_file_that_delegates_on(world: World) -> None:
    """A country cannot pass its parties on to keys of its own choice."""
    below: dict[str, Any] = {"keys": {}, "roles": []}

    def change(signed: dict[str, Any]) -> None:
        signed.update(targets={}, delegations=below)

    refused(world, forged_slice(world, "VN.json", change, world.registries["VN"]), BadMetadata, "got delegations")


def test_party_files_in_the_top_targets(world: World) -> None:
    """A coordinator cannot vouch for a party without its country."""

    def change(signed: dict[str, Any]) -> None:
        del signed["delegations"]
        signed["targets"] = {PATH: stated_target(world.slice(VN)["party.json"])}

    files = forged_slice(world, "targets.json", change, world.targets_keys[:2])
    refused(world, files, BadMetadata, "targets.json: got party files")


def test_key_id_that_is_not_the_keys_hash(world: World) -> None:
    """One key cannot stand under two ids to count twice."""

    def change(signed: dict[str, Any]) -> None:
        keys, first = signed["delegations"]["keys"], signed["delegations"]["roles"][0]["keyids"][0]
        keys["0" * 64] = keys[first]

    refused(world, forged_slice(world, "targets.json", change, world.targets_keys[:2]), BadMetadata, "got the id 0000")


@pytest.mark.parametrize("field", ["keytype", "scheme"])
def test_key_of_another_kind(world: World, field: str) -> None:
    """Only Ed25519 keys are taken."""

    def change(signed: dict[str, Any]) -> None:
        next(iter(signed["delegations"]["keys"].values()))[field] = "rsa"

    refused(world, forged_slice(world, "targets.json", change, world.targets_keys[:2]), BadMetadata, "expected ed25519")


def test_delegation_to_an_unlisted_key(world: World) -> None:
    """A delegation that names a key it does not list is refused."""
    change = put("delegations", "roles", 0, "keyids", value=["1" * 64, "2" * 64])
    files = forged_slice(world, "targets.json", change, world.targets_keys[:2])
    refused(world, files, BadMetadata, "unlisted key 1111")


@pytest.mark.parametrize("name", ["4.root.json", "PH.json", "notes.txt", "../party.json"])
def test_extra_file(world: World, name: str) -> None:
    """A file that has no place in a slice is refused, even if it is genuine elsewhere."""
    refused(world, {**world.slice(VN), name: b"{}"}, BadMetadata, "got ")


@pytest.mark.parametrize(
    "name", ["1.root.json", "timestamp.json", "snapshot.json", "targets.json", "VN.json", "party.json"]
)
def test_missing_file(world: World, name: str) -> None:
    """A slice with a file missing proves nothing."""
    files = world.slice(VN)
    del files[name]
    refused(world, files, BadMetadata, "got no such file|got 0 root versions")


@pytest.mark.parametrize(
    "name", ["timestamp.json", "snapshot.json", "targets.json", "VN.json", "1.root.json", "party.json"]
)
def test_oversize_file(world: World, name: str) -> None:
    """A file beyond its limit is refused before it is read."""
    big = b" " * (LIMITS["targets"] + 1)
    refused(world, {**world.slice(VN), name: big}, BadMetadata, "bytes, expected")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data + b"\n",
        lambda data: data.replace(b'"signed":{', b'"signed": {'),
        lambda data: data.replace(b'"version":', b'"version":1,"version":', 1),
        lambda data: data.replace(b'{"signatures"', b'{"note":"x","signatures"'),
        lambda data: b"\xef\xbb\xbf" + data,
        lambda data: b"[]",
        lambda data: b"[" * 100_000,
        lambda data: b'{"signatures":[],"signed":{"version":NaN}}',
    ],
    ids=["newline", "space", "name twice", "unsigned field", "byte order mark", "list", "deep", "NaN"],
)
@pytest.mark.parametrize("name", ["1.root.json", "timestamp.json", "VN.json"])
def test_two_spellings_of_one_file(world: World, name: str, spoil: Any) -> None:
    """Metadata in any other form than the canonical one is refused, so that all readers see the same."""
    files = world.slice(VN)
    files[name] = spoil(files[name])
    refused(world, files, BadMetadata, name.replace(".", r"\."))


@pytest.mark.parametrize("name", ["1.root.json", "timestamp.json", "snapshot.json", "targets.json", "VN.json"])
def test_freeze(world: World, name: str) -> None:
    """A slice is refused from the moment any of its files expires."""
    files = world.slice(VN)
    keys = {
        "targets.json": world.targets_keys[:2],
        "VN.json": world.registries["VN"],
        "1.root.json": world.root_keys[:2],
    }
    old = forge(files[name], put("expires", value="2026-11-25T03:00:00Z"), keys.get(name, [world.online]))
    root = old if name == "1.root.json" else world.root
    frozen = {**files, name: old} if name == "timestamp.json" else restate({**files, name: old}, world.online)
    if name == "snapshot.json":
        change = put("meta", name, value=stated(old))
        frozen = {**files, name: old, "timestamp.json": forge(files["timestamp.json"], change, [world.online])}
    with pytest.raises(Expired, match=name):
        role.check(frozen, root=root, at=START, party=VN)


def test_expired_slice(world: World) -> None:
    """The genuine slice counts until its first file expires, and not at that very moment."""
    expires = check(world, world.slice(VN)).expires
    role.check(world.slice(VN), root=world.root, at=expires - timedelta(seconds=1), party=VN)
    with pytest.raises(Expired):
        role.check(world.slice(VN), root=world.root, at=expires, party=VN)


@pytest.mark.parametrize("name", ["snapshot.json", "targets.json", "VN.json"])
def test_mix_and_match(tmp_path: Path, name: str) -> None:
    """Each file of an older, genuine slice is refused among the files of a newer one."""
    world = build_directory(tmp_path)
    old = world.slice(VN)
    world.registry.renew(signers=world.targets_keys[:2])
    world.revoke(VN, "draft")
    refused(world, {**world.slice(VN), name: old[name]}, Rollback, f"{name}: got version")


def test_other_file_of_the_same_version(world: World) -> None:
    """A file that bears the right version but is not the one stated is refused."""
    files = world.slice(VN)
    files["VN.json"] = forge(files["VN.json"], put("expires", value="2030-01-01T00:00:00Z"), world.registries["VN"])
    refused(world, files, BadMetadata, "VN.json: got SHA-256")


def test_country_that_is_not_delegated(world: World) -> None:
    """A country that made itself up counts for nothing."""
    files = world.slice(VN)
    own = signers(2)
    files["ZZ.json"] = forge(files.pop("VN.json"), put("targets", value={}), own)
    refused(world, files, NotVouched, "got the country ZZ", party="ZZ.a05")


@pytest.mark.parametrize("party", ["", "VN", "vn.a05", "VN.a05/../x", "VN./etc/passwd", "VN.a05\n", "../VN.a05"])
def test_path_in_a_party_id(world: World, party: str) -> None:
    """A sender's id that is no party id is refused before any file is named after it."""
    refused(world, world.slice(VN), BadMetadata, "expected the id of a party", party=party)
