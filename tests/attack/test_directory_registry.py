"""Attacks on the publisher's side: who may vouch, and what may be changed about a party."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START, World, build_directory, party_document, publics, signers
from builders.forgery import forge, put
from comity.crypto.keys import FileSigner
from comity.directory import slice as role
from comity.directory.errors import BadKeys, BadParty, DirectoryError, NotVouched


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Build a world of its own for each attack."""
    return build_directory(tmp_path)


def newcomer(party: str = "VN.b06") -> dict[str, Any]:
    """Write the document of a party that is not enrolled yet."""
    return party_document(party, "Newcomer", "authority", {"draft": FileSigner.generate()})


def names(world: World) -> list[str]:
    """Name all files that lie in the publisher's folder."""
    return world.registry.shelf.folder.names()


def refused(world: World, vouchers: list[FileSigner], match: str) -> None:
    """Ask for the refusal of an enrolment, which must leave nothing behind."""
    before = names(world)
    with pytest.raises(NotVouched, match=match):
        world.registry.enrol(newcomer(), vouchers=vouchers, online=world.online)
    assert names(world) == before


def test_enrolment_with_one_voucher(world: World) -> None:
    """One registry cannot enrol a party alone."""
    refused(world, world.registries["VN"][:1], "signatures by 1 of its keys, expected 2")


def test_enrolment_with_the_same_voucher_twice(world: World) -> None:
    """One registry that signs twice is still one."""
    refused(world, world.registries["VN"][:1] * 2, "signatures by 1 of its keys, expected 2")


def test_enrolment_by_oneself(world: World) -> None:
    """A party's own keys do not vouch for it."""
    refused(world, list(world.keys["VN.a05"].values())[:2], "wrong or not wanted")


def test_enrolment_by_another_countrys_registries(world: World) -> None:
    """The registries of one country cannot enrol a party of another."""
    refused(world, world.registries["PH"], "wrong or not wanted")


def test_enrolment_by_coordinators(world: World) -> None:
    """Coordinators cannot invent an agency behind a country's back."""
    refused(world, world.targets_keys[:2], "wrong or not wanted")


def test_enrolment_in_a_country_without_delegation(world: World) -> None:
    """A party of a country that the directory does not delegate cannot be enrolled."""
    with pytest.raises(NotVouched, match="got the country ZZ"):
        world.registry.enrol(newcomer("ZZ.x"), vouchers=world.registries["VN"])


def test_enrolment_over_an_existing_party(world: World) -> None:
    """Enrolling a party again, with other keys, is refused."""
    with pytest.raises(BadParty, match="enrolled already"):
        world.enrol(newcomer("VN.a05"))


def test_update_that_drops_a_key(world: World) -> None:
    """A key cannot quietly vanish before it expires: it has to be revoked."""
    document = world.party("VN.a05").document()
    document["keys"] = document["keys"][1:]
    with pytest.raises(BadParty, match="any more"):
        world.registry.update(document, vouchers=world.registries["VN"])


def test_update_that_undoes_a_revocation(world: World) -> None:
    """A revoked key stays revoked."""
    document = world.party("VN.a05").document()
    world.revoke("VN.a05", "draft")
    with pytest.raises(BadParty, match="changed, expected it as it was"):
        world.registry.update(document, vouchers=world.registries["VN"])


@pytest.mark.parametrize(
    ("field", "value"),
    [("roles", ["draft", "release"]), ("holder", "Officer 9"), ("valid_until", "2099-01-01T00:00:00Z")],
)
def test_update_that_changes_what_a_key_may_do(world: World, field: str, value: Any) -> None:
    """What an old key may do, who holds it and how long it lasts cannot be changed afterwards."""
    document = world.party("VN.a05").document()
    document["keys"][0][field] = value
    with pytest.raises(BadParty, match="changed, expected it as it was"):
        world.registry.update(document, vouchers=world.registries["VN"])


@pytest.mark.parametrize(("reason", "days"), [("left", 0), ("superseded", 1), ("compromised", 1)])
def test_milder_second_revocation(world: World, reason: str, days: int) -> None:
    """A second revocation cannot make the first one milder."""
    world.revoke("VN.a05", "draft")
    with pytest.raises(BadParty, match="revoked from"):
        world.revoke("VN.a05", "draft", reason=reason, invalid_from=START + timedelta(days=days))


def test_stricter_second_revocation(world: World) -> None:
    """A key that was given up and turns out stolen is revoked from the earlier moment, as compromised."""
    world.revoke("VN.a05", "draft", reason="left")
    world.revoke("VN.a05", "draft", invalid_from=START + timedelta(days=5))
    revoked = world.party("VN.a05").keys[0].revoked
    assert revoked is not None
    assert (revoked.invalid_from, revoked.reason) == (START, "compromised")


def test_revoked_key_used_after_its_revocation(world: World) -> None:
    """One command takes a stolen key back: the next slice and mirror refuse it, at once and for back-dated papers."""
    world.revoke("VN.a05", "draft")
    key = world.keys["VN.a05"]["draft"].public.keyid
    for party in (
        world.party("VN.a05"),
        role.check(world.slice("VN.a05"), root=world.root, at=START, party="VN.a05").party,
    ):
        held = party.require_key(key)
        assert "revoked from" in held.may("draft", START)
        assert "nobody else attests" in held.may("draft", START - timedelta(days=1))
        assert held.may("draft", START - timedelta(days=1), attested=True) == ""


def test_delegation_by_one_coordinator(world: World) -> None:
    """One coordinator alone cannot delegate a country."""
    with pytest.raises(NotVouched, match=r"targets.json"):
        world.registry.delegate("TH", publics(signers(2)), signers=world.targets_keys[:1])


@pytest.mark.parametrize(("count", "threshold"), [(2, 1), (1, 2), (1, 1), (2, 3)])
def test_delegation_that_one_registry_could_use(world: World, count: int, threshold: int) -> None:
    """A country needs at least two registries that vouch together."""
    with pytest.raises(BadKeys, match="threshold"):
        world.registry.delegate("TH", publics(signers(count)), signers=world.targets_keys[:2], threshold=threshold)


def test_delegation_to_one_registry_twice(world: World) -> None:
    """One key named twice is no pair of registries."""
    with pytest.raises(BadKeys, match="twice"):
        world.registry.delegate("TH", publics(signers(1)) * 2, signers=world.targets_keys[:2])


def test_country_taken_over_by_new_registries_unseen(world: World) -> None:
    """New registries must sign the country's file again before they count; without them nothing changes."""
    new = signers(2)
    before = names(world)
    with pytest.raises(NotVouched, match=r"VN.json"):
        world.registry.delegate("VN", publics(new), signers=world.targets_keys[:2])
    assert names(world) == before
    world.registry.delegate("VN", publics(new), signers=world.targets_keys[:2], vouchers=new, online=world.online)
    world.mirror.update(world.folder, world.clock.now())
    assert world.party("VN.a05").id == "VN.a05"


def test_wrong_online_key(world: World) -> None:
    """With a key that the root does not name nothing is published, and the act itself is not written either."""
    before, stranger = names(world), FileSigner.generate()
    with pytest.raises(NotVouched, match="expected the online key"):
        world.registry.refresh(stranger)
    with pytest.raises(NotVouched, match="expected the online key"):
        world.registry.enrol(newcomer(), vouchers=world.registries["VN"], online=stranger)
    assert names(world) == before


@pytest.mark.parametrize("keys", [0, 1])
def test_country_file_slipped_into_the_publishers_folder(world: World, keys: int) -> None:
    """A file that its country did not sign is not published, and nobody builds on it."""
    version = world.registry.shelf.folder.newest("VN")
    data = (world.folder / f"metadata/{version}.VN.json").read_bytes()
    forged = forge(data, put("version", value=version + 1), world.registries["VN"][:keys] or signers(2))
    (world.folder / f"metadata/{version + 1}.VN.json").write_bytes(forged)
    with pytest.raises(NotVouched, match=r"VN.json"):
        world.registry.refresh(world.online)
    with pytest.raises(NotVouched, match=r"VN.json"):
        world.registry.enrol(newcomer(), vouchers=world.registries["VN"])


def test_delegations_slipped_into_the_publishers_folder(world: World) -> None:
    """Coordinators do not sign on top of delegations that no root ever vouched for."""
    version = world.registry.shelf.folder.newest("targets")
    data = (world.folder / f"metadata/{version}.targets.json").read_bytes()
    forged = forge(data, put("version", value=version + 1), signers(2))
    (world.folder / f"metadata/{version + 1}.targets.json").write_bytes(forged)
    with pytest.raises(NotVouched, match=r"targets.json"):
        world.registry.renew(signers=world.targets_keys[:2])


def test_party_file_deleted_at_the_publisher(world: World) -> None:
    """A directory that has lost a party file is not published on."""
    for path in (world.folder / "targets" / "VN").iterdir():
        path.unlink()
    with pytest.raises(DirectoryError, match=r"got no file for VN/a05.json"):
        world.registry.refresh(world.online)


def test_two_registries_at_the_same_moment(world: World) -> None:
    """Two enrolments at one moment do not overwrite each other."""
    parties = [f"VN.b{i}" for i in range(4)]
    threads = [threading.Thread(target=world.enrol, args=(newcomer(party),)) for party in parties]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.refresh()
    assert set(parties) < set(world.mirror.parties())
