"""Attacks on a reader's mirror: what a false source, a thief of the online key, or a bad stick may hand him."""

from __future__ import annotations

import json
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.directory import World, build_directory, publics
from builders.forgery import Change, forge, put, same, stated
from comity.crypto.keys import FileSigner
from comity.directory import ceremony
from comity.directory.ceremony import Keyholders
from comity.directory.errors import BadFolder, BadMetadata, Expired, NotVouched, Rollback
from comity.directory.mirror import Mirror
from comity.kernel.errors import ComityError

TIMESTAMP = "metadata/timestamp.json"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Build a world of its own for each attack."""
    return build_directory(tmp_path)


def refused(world: World, source: Path, error: type[Exception], match: str) -> None:
    """Ask for the refusal of an update, which must leave the mirror as it was."""
    before = world.mirror.status()
    with pytest.raises(error, match=match):
        world.mirror.update(source, world.clock.now())
    assert world.mirror.status() == before


def copy(world: World, name: str = "old") -> Path:
    """Copy the publisher's folder as it is."""
    return Path(shutil.copytree(world.folder, world.folder.parent / name))


def republish(world: World, snapshot: Change, *, timestamp: Change = same, keep: bool = False) -> Path:
    """Publish with the stolen online key: a changed snapshot as the next version (or the same), and a timestamp to it."""
    folder = copy(world, "forged")
    now = json.loads((folder / TIMESTAMP).read_bytes())["signed"]
    version = now["meta"]["snapshot.json"]["version"]
    data = (folder / f"metadata/{version}.snapshot.json").read_bytes()

    def change(signed: dict[str, Any]) -> None:
        signed["version"] += 0 if keep else 1
        snapshot(signed)

    forged = forge(data, change, [world.online])
    (folder / f"metadata/{json.loads(forged)['signed']['version']}.snapshot.json").write_bytes(forged)

    def stamped(signed: dict[str, Any]) -> None:
        signed["version"] += 1
        signed["meta"]["snapshot.json"] = stated(forged)
        timestamp(signed)

    (folder / TIMESTAMP).write_bytes(forge((folder / TIMESTAMP).read_bytes(), stamped, [world.online]))
    return folder


def test_rollback_to_an_older_directory(world: World) -> None:
    """A genuine older copy of the directory, from before a revocation, is refused."""
    old = copy(world)
    world.revoke("VN.a05", "draft")
    refused(world, old, Rollback, "timestamp.json: got version 1, expected at least the known 2")
    assert world.party("VN.a05").keys[0].revoked


def test_rollback_of_the_snapshot(world: World) -> None:
    """A newer timestamp that leads to an older snapshot is refused."""
    world.refresh()
    old = (world.folder / "metadata/1.snapshot.json").read_bytes()
    folder = republish(world, same, timestamp=put("meta", "snapshot.json", value=stated(old)))
    refused(world, folder, Rollback, "snapshot.json: got version 1, expected at least the known 2")


@pytest.mark.parametrize(("name", "country"), [("targets.json", ""), ("VN.json", "VN")])
def test_rollback_of_targets_or_country(world: World, name: str, country: str) -> None:
    """A newer snapshot that leads to an older file is refused."""
    signed = world.registries["VN"] if country else world.targets_keys[:2]
    version = world.registry.shelf.folder.newest(country or "targets")
    old = (world.folder / f"metadata/{version}.{name}").read_bytes()
    world.registry.renew(country, signers=signed)
    world.refresh()
    refused(world, republish(world, put("meta", name, value=stated(old))), Rollback, f"{name}: got version")


def test_country_dropped_from_the_snapshot(world: World) -> None:
    """The thief of the online key cannot make a country vanish."""
    folder = republish(world, lambda signed: signed["meta"].pop("VN.json"))
    refused(world, folder, Rollback, "VN.json: got version 0")


def test_two_files_of_one_version(world: World) -> None:
    """A second snapshot under a version that is known is refused, and so is a second timestamp."""
    folder = republish(world, put("expires", value="2026-12-01T00:00:00Z"), keep=True)
    refused(world, folder, Rollback, "snapshot.json: got another version 1")
    timestamp = (world.folder / TIMESTAMP).read_bytes()
    (folder / TIMESTAMP).write_bytes(forge(timestamp, put("expires", value="2026-11-27T00:00:00Z"), [world.online]))
    refused(world, folder, Rollback, "timestamp.json: got another version 1")


def test_two_country_files_of_one_version(world: World) -> None:
    """A newer snapshot cannot exchange a country's file without a new version of it."""
    folder = republish(world, put("meta", "VN.json", "hashes", "sha256", value="0" * 64))
    refused(world, folder, Rollback, "VN.json: got another version")


@pytest.mark.parametrize(
    ("days", "name"), [(3, "timestamp.json"), (7, "snapshot.json"), (90, "targets.json"), (365, "1.root.json")]
)
def test_freeze(world: World, days: int, name: str) -> None:
    """A source that withholds news is noticed when what it shows expires, whichever file that is."""
    folder = world.folder
    late = "2028-01-01T00:00:00Z"
    if name != "timestamp.json":
        change = same if name == "snapshot.json" else put("expires", value=late)
        folder = republish(world, change, timestamp=put("expires", value=late))
    world.clock.advance(timedelta(days=days))
    refused(world, folder, Expired, name)


def test_freeze_shows_when_a_party_is_looked_up(world: World) -> None:
    """A mirror that was not brought up to date in time refuses to answer, unless the reader asks for what there is."""
    world.clock.advance(timedelta(days=3))
    with pytest.raises(Expired, match=r"timestamp.json"):
        world.mirror.lookup("VN.a05", world.clock.now())
    assert world.mirror.lookup("VN.a05", world.clock.now(), stale=True).id == "VN.a05"


def test_one_country_that_lets_its_file_expire(world: World) -> None:
    """A country that signs nothing for 90 days loses its own parties and holds up nobody else."""
    world.clock.advance(timedelta(days=89))
    world.registry.renew(signers=world.targets_keys[:2])
    world.registry.renew("SG", signers=world.registries["SG"])
    world.clock.advance(timedelta(days=1))
    world.refresh()
    assert world.mirror.lookup("SG.orchid", world.clock.now()).id == "SG.orchid"
    with pytest.raises(Expired, match=r"VN.json"):
        world.mirror.lookup("VN.a05", world.clock.now())


def test_fast_forward(world: World) -> None:
    """A thief who ran the versions up locks nobody out: after the online key is changed, readers recover."""
    high = 2**53 - 2
    folder = republish(world, put("version", value=high), timestamp=put("version", value=high))
    world.mirror.update(folder, world.clock.now())
    refused(world, world.folder, Rollback, "timestamp.json: got version 1")
    fresh = FileSigner.generate()
    holders = Keyholders(publics(world.root_keys), 2, publics(world.targets_keys), 2, fresh.public)
    ceremony.rotate(world.folder, holders, world.root_keys[:2], clock=world.clock)
    world.registry.refresh(fresh)
    assert world.mirror.update(world.folder, world.clock.now()).timestamp_version == 2


def test_old_online_key_after_its_change(world: World) -> None:
    """What the old online key signs after the root has changed it counts for nothing."""
    fresh = FileSigner.generate()
    holders = Keyholders(publics(world.root_keys), 2, publics(world.targets_keys), 2, fresh.public)
    ceremony.rotate(world.folder, holders, world.root_keys[:2], clock=world.clock)
    with pytest.raises(NotVouched, match=r"timestamp.json"):
        world.mirror.update(world.folder, world.clock.now())


def test_source_that_hides_a_new_root(world: World) -> None:
    """A reader who has seen a new root takes nothing from a source that shows only the old one."""
    old = copy(world)
    ceremony.rotate(world.folder, None, world.root_keys[:2], clock=world.clock)
    world.refresh()
    refused(world, old, Rollback, "root: got root versions up to 1")


def test_another_directory(world: World, tmp_path: Path) -> None:
    """A whole other directory, valid in itself, is refused."""
    other = build_directory(tmp_path / "other", name="other")
    refused(world, other.folder, Rollback, "root: got another root")
    fresh = Mirror.create(tmp_path / "fresh", world.root)
    with pytest.raises(NotVouched, match="got another root version 1"):
        fresh.update(other.folder, world.clock.now())


def test_altered_party_file_in_the_source(world: World) -> None:
    """One altered party file makes the source unusable, and nothing of it is taken."""
    world.registry.refresh(world.online)
    path = next((world.folder / "targets" / "VN").iterdir())
    path.write_bytes(path.read_bytes().replace(b"555 0101", b"555 0199"))
    refused(world, world.folder, BadMetadata, "got SHA-256")


@pytest.mark.parametrize("pattern", ["targets/VN/*", "metadata/*.VN.json", "metadata/*.snapshot.json", TIMESTAMP])
def test_source_with_a_file_missing(world: World, pattern: str) -> None:
    """A source that was copied by half is refused whole."""
    world.revoke("VN.a05", "draft")
    world.registry.refresh(world.online)
    for path in world.folder.glob(pattern):
        path.unlink()
    refused(world, world.folder, BadMetadata, "got no such file")


def test_publisher_broken_off_before_the_timestamp(world: World) -> None:
    """A publisher that dies in mid-update has changed nothing for readers, and goes on afterwards."""
    timestamp = (world.folder / TIMESTAMP).read_bytes()
    registry, vouchers = world.registry, world.registries["VN"]
    keyid = world.keys["VN.a05"]["draft"].public.keyid
    now = world.clock.now()
    registry.revoke("VN.a05", keyid, reason="left", invalid_from=now, vouchers=vouchers, online=world.online)
    (world.folder / TIMESTAMP).write_bytes(timestamp)
    assert world.mirror.update(world.folder, now).timestamp_version == 1
    assert world.party("VN.a05").keys[0].revoked is None
    world.refresh()
    assert world.party("VN.a05").keys[0].revoked


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_something_else_in_place_of_a_file(world: World, tmp_path: Path, kind: str) -> None:
    """A source whose timestamp is a link, a pipe or a folder is refused, and does not hang the reader."""
    world.refresh()
    path = world.folder / TIMESTAMP
    path.rename(tmp_path / "aside")
    make: dict[str, Callable[[], None]] = {
        "link": lambda: path.symlink_to(tmp_path / "aside"),
        "pipe": lambda: os.mkfifo(path),
        "folder": path.mkdir,
    }
    make[kind]()
    refused(world, world.folder, ComityError, "timestamp.json: got .*expected")


def zipped(world: World, tmp_path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    """Export the mirror and change what the zip holds."""
    world.mirror.export(tmp_path / "good.zip")
    with zipfile.ZipFile(tmp_path / "good.zip") as z:
        files = {name: z.read(name) for name in z.namelist()}
    change(files)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            z.writestr(name, data)
    return tmp_path / "bad.zip"


@pytest.mark.parametrize(
    "name",
    ["../../evil", "/etc/evil", "metadata/../../evil.json", "metadata\\1.root.json", "notes.txt", "metadata/",
     "targets/VN/a05.json", "metadata/01.root.json", "metadata/1.root.json\n"],
)  # fmt: skip
def test_path_traversal_in_an_export(world: World, tmp_path: Path, name: str) -> None:
    """An export with a name that has no place in a directory is refused before anything is read from it."""
    refused(world, zipped(world, tmp_path, lambda files: files.update({name: b"x"})), BadFolder, "got the entry")


def test_entry_twice_in_an_export(world: World, tmp_path: Path) -> None:
    """An export that holds a file twice is refused: two readers might take different ones."""
    path = zipped(world, tmp_path, same)
    with zipfile.ZipFile(path, "a") as z, pytest.warns(UserWarning, match="Duplicate"):
        z.writestr(TIMESTAMP, b"{}")
    refused(world, path, BadFolder, "some twice")


def test_zip_bomb_as_an_export(world: World, tmp_path: Path) -> None:
    """An entry that unpacks to far more than its limit is refused without unpacking it all."""
    path = zipped(world, tmp_path, lambda files: files.update({TIMESTAMP: b"0" * 50_000_000}))
    refused(world, path, BadMetadata, "got more than 16384 bytes")


def test_damaged_export(world: World, tmp_path: Path) -> None:
    """A damaged byte in an export is noticed, and so is one that is cut off."""
    world.mirror.export(tmp_path / "good.zip")
    data = (tmp_path / "good.zip").read_bytes()
    at = data.index(b'{"signatures"')
    (tmp_path / "flip.zip").write_bytes(data[: at + 20] + b"~" + data[at + 21 :])
    refused(world, tmp_path / "flip.zip", BadMetadata, "expected an undamaged entry")
    (tmp_path / "cut.zip").write_bytes(data[: len(data) // 2])
    refused(world, tmp_path / "cut.zip", BadFolder, "expected a directory export")


def test_country_cut_off(world: World) -> None:
    """After a coordinator cuts a rogue country off, a fresh mirror knows none of its parties."""
    world.registry.undelegate("VN", signers=world.targets_keys[:2])
    world.refresh()
    assert world.mirror.parties() == ["PH.cicc", "SG.orchid"]


def test_empty_folder_is_no_directory(tmp_path: Path) -> None:
    """An update from a folder without a directory names the folder and changes nothing."""
    world = build_directory(tmp_path)
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(BadFolder, match="root versions") as caught:
        world.mirror.update(empty, world.clock.now())
    assert caught.value.file == str(empty) and world.mirror.parties()
