"""The publisher's acts, with an outside TUF client as the reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from tuf.api.exceptions import DownloadHTTPError
from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig  # type: ignore[attr-defined]  # without __all__

from builders.directory import START, World, build_directory, party_document, publics, signers
from comity.crypto.keys import FileSigner
from comity.directory import ceremony
from comity.directory.ceremony import Keyholders
from comity.directory.errors import BadFolder, BadParty, Expired, NoParty
from comity.directory.model import Drill
from comity.directory.registry import Registry
from comity.kernel.clock import FixedClock, SystemClock


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Build a world of its own for each test."""
    return build_directory(tmp_path)


class Disk(FetcherInterface):
    """Serves a publisher's folder to the outside client."""

    def _fetch(self, url: str) -> Iterator[bytes]:
        path = Path(unquote(urlparse(url).path))
        if not path.is_file():
            raise DownloadHTTPError("missing", 404)
        yield path.read_bytes()


def outside(world: World, cache: Path) -> Updater:
    """Give an outside TUF client that has pinned the world's root."""
    cache.mkdir()
    config = UpdaterConfig(prefix_targets_with_hash=True)
    places = (f"file://{world.folder}/metadata/", str(cache), f"file://{world.folder}/targets/")
    return Updater(str(cache), *places[:1], str(cache), places[2], Disk(), config, bootstrap=world.root)


def test_an_outside_client_reads_the_directory(tmp_path: Path) -> None:
    """A TUF client that knows nothing of Comity follows the directory to a party file, also through a new root."""
    world = build_directory(tmp_path, FixedClock(SystemClock().now()))
    ceremony.rotate(world.folder, None, world.root_keys[:2], clock=world.clock)
    world.revoke("VN.a05", "draft")
    client = outside(world, tmp_path / "cache")
    info = client.get_targetinfo("VN/a05.json")
    assert info is not None
    assert Path(client.download_target(info, str(tmp_path / "a05.json"))).read_bytes() == world.party("VN.a05").raw
    assert client.get_targetinfo("VN/zz.json") is None


def test_a_root_is_signed_at_several_times(tmp_path: Path) -> None:
    """A root waits until enough holders have signed, each when it suits, and only then counts."""
    holders, online = signers(3), FileSigner.generate()
    keys = Keyholders(publics(holders), 3, publics(holders), 2, online.public)
    first = ceremony.create(tmp_path / "d", keys, holders[:1], clock=FixedClock(START))
    second = ceremony.sign_root(tmp_path / "d", holders[1:2])
    assert [(s.complete, s.missing) for s in (first, second)] == [(False, 2), (False, 1)]
    with pytest.raises(BadFolder, match="got no complete root"):
        Registry(tmp_path / "d", FixedClock(START)).refresh(online)
    assert ceremony.sign_root(tmp_path / "d", holders[2:]).complete
    with pytest.raises(BadFolder, match="got no root waiting"):
        ceremony.sign_root(tmp_path / "d", holders[2:])


def test_all_keys_change_hands(world: World) -> None:
    """After the root has passed to other holders, with other targets and online keys, the directory goes on."""
    roots, targets, online = signers(2), signers(2), FileSigner.generate()
    keys = Keyholders(publics(roots), 2, publics(targets), 2, online.public)
    assert ceremony.rotate(world.folder, keys, [*roots, *world.root_keys[:2]], clock=world.clock).complete
    world.registry.renew(signers=targets, online=online)
    assert world.mirror.update(world.folder, START).root_version == 2
    assert world.party("VN.a05").id == "VN.a05"


def test_the_standard_lifetimes(world: World) -> None:
    """A fresh mirror counts for the three days of its timestamp, a country's file for ninety."""
    status = world.mirror.status()
    assert (status.expires, status.countries["VN"]) == (START + timedelta(days=3), START + timedelta(days=90))


def test_a_directory_that_is_refreshed_lives_on(world: World) -> None:
    """With the refreshes and the renewals in time a directory outlives all lifetimes but the root's."""
    for tenth in range(12):
        world.clock.advance(timedelta(days=10))
        if tenth == 8:
            world.registry.renew(signers=world.targets_keys[1:])
            world.registry.renew("VN", signers=world.registries["VN"])
        world.refresh()
    assert world.mirror.lookup("VN.a05", world.clock.now()).id == "VN.a05"
    with pytest.raises(Expired):
        world.mirror.lookup("PH.cicc", world.clock.now())


def test_enrolled_updated_and_seen(world: World) -> None:
    """A party that is enrolled, and later gets a new key, is seen by readers with each refresh."""
    keys = {"receipt": FileSigner.generate()}
    document = party_document("SG.bank", "Example Bank", "provider", keys)
    world.enrol(document)
    newer = party_document("SG.bank", "Example Bank", "provider", {**keys, "node": FileSigner.generate()})
    world.registry.update(newer, vouchers=world.registries["SG"])
    assert len(world.party("SG.bank").keys) == 1
    world.refresh()
    assert len(world.party("SG.bank").keys) == 2


def test_an_unknown_party_cannot_be_updated(world: World) -> None:
    """An update of a party that is not enrolled is refused."""
    document = party_document("VN.b06", "Newcomer", "authority", {"draft": FileSigner.generate()})
    with pytest.raises(NoParty, match=r"got VN\.b06"):
        world.registry.update(document, vouchers=world.registries["VN"])


def test_an_expired_key_may_go(world: World) -> None:
    """An update may leave out a key that has expired."""
    world.clock.advance(timedelta(days=366))
    document = world.party("VN.a05").document()
    new = party_document("VN.a05", "A05", "authority", {"draft": FileSigner.generate()}, since=world.clock.now())
    world.registry.update({**document, "keys": new["keys"]}, vouchers=world.registries["VN"])
    assert len(world.registry.shelf.party("VN.a05").keys) == 1


def test_a_drill_is_recorded(world: World) -> None:
    """A test call stands in the party's file; only the last hundred are kept, and only to its own numbers."""
    vouchers = world.registries["VN"]
    for day in range(3):
        call = Drill(START + timedelta(days=day), "Coordinator", "+1 555 0101", reached=day != 1)
        world.registry.drill("VN.a05", call, vouchers=vouchers)
    world.refresh()
    assert [drill.reached for drill in world.party("VN.a05").drills] == [True, False, True]
    with pytest.raises(BadParty, match=r"expected one of: \+1 555 0101"):
        world.registry.drill("VN.a05", Drill(START, "X", "+1 555 0199", reached=True), vouchers=vouchers)


def test_acts_are_published_together(world: World) -> None:
    """What registries have written becomes visible with the next refresh, all at once."""
    now = world.clock.now()
    for party in ("VN.a05", "PH.cicc"):
        key = world.keys[party]["draft"].public.keyid
        world.registry.revoke(party, key, reason="left", invalid_from=now, vouchers=world.registries[party[:2]])
    world.mirror.update(world.folder, now)
    assert [world.party(party).keys[0].revoked for party in ("VN.a05", "PH.cicc")] == [None, None]
    world.refresh()
    assert all(world.party(party).keys[0].revoked for party in ("VN.a05", "PH.cicc"))


def test_a_country_comes_back(world: World) -> None:
    """A country that was cut off can be entrusted to new registries, who sign what it had."""
    new = signers(3)
    world.registry.undelegate("VN", signers=world.targets_keys[:2], online=world.online)
    world.registry.delegate("VN", publics(new), signers=world.targets_keys[1:], vouchers=new[:2])
    world.refresh()
    assert world.party("VN.a05").id == "VN.a05"
    assert [party.id for party in world.registry.shelf.parties("VN")] == ["VN.a05"]


@pytest.mark.parametrize("country", ["vn", "VNM", "", "V1"])
def test_a_country_is_named_by_its_code(world: World, country: str) -> None:
    """Only an ISO code of two capital letters names a country."""
    with pytest.raises(BadParty, match="ISO code"):
        world.registry.delegate(country, publics(signers(2)), signers=world.targets_keys[:2])


def test_a_new_directory_needs_an_empty_folder(world: World, tmp_path: Path) -> None:
    """A ceremony never writes into a folder that holds something, and a folder without a directory is named so."""
    holders = ceremony.keyholders(ceremony.history(world.registry.shelf.folder)[-1])
    with pytest.raises(BadFolder, match="not empty"):
        ceremony.create(world.folder, holders, world.root_keys, clock=world.clock)
    with pytest.raises(BadFolder, match="expected a folder"):
        Registry(tmp_path / "none", world.clock).refresh(world.online)
