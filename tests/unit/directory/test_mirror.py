"""The mirror: offline look-up, slices, and copies handed on by stick."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from builders.directory import START, World, build_directory
from builders.patience import until
from comity.directory import ceremony
from comity.directory import slice as role
from comity.directory.errors import BadFolder, BadMetadata, DirectoryError, NoParty
from comity.directory.mirror import Mirror


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Build a world of its own for each test."""
    return build_directory(tmp_path)


def test_a_party_is_looked_up_offline(world: World, tmp_path: Path) -> None:
    """A mirror answers without its source."""
    world.folder.rename(tmp_path / "gone")
    assert world.mirror.lookup("SG.orchid", START).name == "Orchid Exchange"
    assert world.mirror.parties() == ["PH.cicc", "SG.orchid", "VN.a05"]


@pytest.mark.parametrize("party", ["VN.b06", "ZZ.a", "", "VN", "../x", "VN.a05.json"])
def test_an_unknown_party_is_not_found(world: World, party: str) -> None:
    """A party that the directory does not know is not found, whatever its name looks like."""
    with pytest.raises(NoParty, match="expected a party in the directory"):
        world.mirror.lookup(party, START)
    with pytest.raises(NoParty, match="expected a party in the directory"):
        world.mirror.slice(party)


def test_a_stick_brings_another_mirror_up_to_date(world: World, tmp_path: Path) -> None:
    """An export carried to a mirror elsewhere gives it the same directory; so does another mirror's folder."""
    world.revoke("VN.a05", "draft")
    world.mirror.export(tmp_path / "stick.zip")
    for number, source in enumerate((tmp_path / "stick.zip", world.mirror.folder.path)):
        other = Mirror.create(tmp_path / f"other{number}", world.root)
        assert other.update(source, START) == world.mirror.status()
        assert other.slice("VN.a05") == world.slice("VN.a05")
        assert other.lookup("VN.a05", START).keys[0].revoked


def test_an_export_is_the_same_each_time(world: World, tmp_path: Path) -> None:
    """Two exports of one mirror are the same, byte for byte."""
    world.mirror.export(tmp_path / "a.zip")
    world.mirror.export(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_an_export_never_overwrites(world: World, tmp_path: Path) -> None:
    """An export to a file that exists is refused, and the file stays."""
    (tmp_path / "a.zip").write_bytes(b"mine")
    with pytest.raises(BadFolder, match="expected a new one"):
        world.mirror.export(tmp_path / "a.zip")
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


def test_an_update_leaves_only_what_is_needed(world: World) -> None:
    """A mirror holds the newest version of each file and all roots, and nothing older."""
    for _round in range(3):
        world.revoke("VN.a05", "draft", invalid_from=START - timedelta(days=_round))
    names = world.mirror.folder.names()
    assert len([name for name in names if "VN.json" in name]) == 1
    assert len([name for name in names if name.startswith("targets/VN/")]) == 1


def test_what_was_verified_is_known_until_a_file_changes(world: World) -> None:
    """A file altered after it was verified is found at the next look-up, though its size and times are as before."""
    found = world.mirror.lookup("SG.orchid", START)
    assert world.mirror.lookup("SG.orchid", START) == found
    (path,) = (world.mirror.folder.path / "metadata").glob("*.snapshot.json")
    kept, altered = path.stat(), path.read_bytes().replace(b'"version":', b'"versiom":', 1)

    def alter() -> bool:
        path.write_bytes(altered)
        os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        return path.stat().st_ctime_ns != kept.st_ctime_ns  # a system's clock of files stands for some milliseconds

    until(alter)
    with pytest.raises(DirectoryError):
        world.mirror.lookup("SG.orchid", START)


def test_an_update_without_news_changes_nothing(world: World) -> None:
    """Updating twice from the same source gives the same status."""
    assert world.mirror.update(world.folder, START) == world.mirror.status()


def test_the_status_tells_the_age(world: World) -> None:
    """The status says until when the copy counts, and is stale from that moment on."""
    status = world.mirror.status()
    assert (status.parties, sorted(status.countries)) == (3, ["PH", "SG", "VN"])
    assert [status.stale(status.expires - timedelta(seconds=1)), status.stale(status.expires)] == [False, True]


def test_a_mirror_of_a_later_root(world: World, tmp_path: Path) -> None:
    """A mirror that has pinned any version of the root gives slices that hold for those who pinned the first."""
    ceremony.rotate(world.folder, None, world.root_keys[:2], clock=world.clock)
    world.refresh()
    other = Mirror.create(tmp_path / "other", (world.folder / "metadata/2.root.json").read_bytes())
    other.update(world.folder, START)
    assert role.check(other.slice("VN.a05"), root=world.root, at=START, party="VN.a05").party.id == "VN.a05"


def test_a_mirror_needs_a_root_and_a_directory(world: World, tmp_path: Path) -> None:
    """What is no root cannot be pinned, an empty mirror and a foreign folder are named so."""
    with pytest.raises(BadMetadata, match="pinned root"):
        Mirror.create(tmp_path / "a", b"{}")
    with pytest.raises(BadFolder, match="got no published directory"):
        Mirror.create(tmp_path / "b", world.root).status()
    with pytest.raises(BadFolder, match=r"got no root\.json"):
        Mirror(tmp_path).status()
    with pytest.raises(BadFolder, match="expected a folder or a directory export"):
        world.mirror.update(tmp_path / "nowhere", START)


def test_everybody_at_once(tmp_path: Path) -> None:
    """All parties come in one go, each as it is looked up alone."""
    world = build_directory(tmp_path)
    assert world.mirror.everybody() == [world.party(one) for one in world.mirror.parties()]
