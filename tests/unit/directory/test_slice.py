"""The slice: what it holds, what its check finds, and how it stands to a directory of one's own."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.directory import START, World, build_directory
from builders.forgery import forge, put, restate, same
from comity.directory import ceremony
from comity.directory import slice as role
from comity.directory.errors import DirectoryError, Rollback
from comity.directory.metadata import read
from comity.kernel import canonical


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Build one world; no test here changes it."""
    return build_directory(tmp_path_factory.mktemp("world"))


@pytest.fixture
def changing(tmp_path: Path) -> World:
    """Build a world to change."""
    return build_directory(tmp_path)


def check(world: World, files: dict[str, bytes], party: str = "VN.a05") -> role.Checked:
    """Check a slice at the world's time."""
    return role.check(files, root=world.root, at=START, party=party)


@pytest.mark.parametrize("party", ["VN.a05", "PH.cicc", "SG.orchid"])
def test_a_genuine_slice_proves_its_party(world: World, party: str) -> None:
    """A slice proves the party, and says under which root and until when."""
    checked = check(world, world.slice(party), party)
    assert (checked.party.id, checked.root_version, checked.timestamp_version) == (party, 1, 1)
    assert checked.expires == START + timedelta(days=3)


def test_a_slice_has_exactly_its_names(world: World) -> None:
    """The files of a slice are those that its format names."""
    assert set(world.slice("VN.a05")) == set(role.slice_names("VN", 1))
    assert role.slice_names("PH", 2)[:2] == ("1.root.json", "2.root.json")


@given(data=st.data())
def test_no_slice_with_a_changed_byte_is_accepted(world: World, data: st.DataObject) -> None:
    """Whichever byte of whichever file is changed, the slice is refused, with an error of the directory."""
    files = world.slice("VN.a05")
    name = data.draw(st.sampled_from(sorted(files)))
    at = data.draw(st.integers(0, len(files[name]) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda b: b != files[name][at]))
    with pytest.raises(DirectoryError):
        check(world, {**files, name: files[name][:at] + bytes([other]) + files[name][at + 1 :]})


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=4,
)


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the path of every value below the top."""
    pairs = (
        list(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, list) else []
    )
    return [at, *(place for key, below in pairs for place in places(below, (*at, key)))]


@given(data=st.data())
def test_any_metadata_is_read_or_refused(world: World, data: st.DataObject) -> None:
    """Metadata with any value in any place is either read, and written again byte for byte, or refused with our error."""
    name = data.draw(st.sampled_from(["1.root.json", "timestamp.json", "snapshot.json", "targets.json", "VN.json"]))
    original = world.slice("VN.a05")[name]
    place = data.draw(st.sampled_from(places(json.loads(original)["signed"])[1:]))
    changed = forge(original, put(*place, value=data.draw(JSON)))
    kind: Any = json.loads(original)["signed"]["_type"]
    try:
        assert canonical.dump(read(changed, kind, file=name).to_dict()) == changed
    except DirectoryError as e:
        assert name in str(e)


def test_an_equal_slice_stands_in_line(world: World) -> None:
    """A slice is in line with the mirror it comes from."""
    role.check_newer(check(world, world.slice("VN.a05")).position, world.mirror.position("VN"))


def test_an_older_and_a_newer_slice_stand_in_line(changing: World) -> None:
    """A genuine slice is in line with a later mirror, and a later slice with an older mirror."""
    old, before = check(changing, changing.slice("VN.a05")).position, changing.mirror.position("VN")
    ceremony.rotate(changing.folder, None, changing.root_keys[:2], clock=changing.clock)
    changing.revoke("VN.a05", "draft")
    role.check_newer(old, changing.mirror.position("VN"))
    role.check_newer(check(changing, changing.slice("VN.a05")).position, before)


def test_a_slice_of_a_country_the_mirror_lacks(changing: World) -> None:
    """A slice of a country that the own copy does not hold yet is compared in what both have."""
    role.check_newer(check(changing, changing.slice("VN.a05")).position, changing.mirror.position("PH"))


@pytest.mark.parametrize("name", ["timestamp.json", "snapshot.json", "targets.json", "VN.json"])
def test_another_file_of_the_same_version_contradicts(world: World, name: str) -> None:
    """A file that differs from the mirror's file of the same version is refused, though all its signatures are right."""
    files = world.slice("VN.a05")
    keys = {"targets.json": world.targets_keys[:2], "VN.json": world.registries["VN"]}.get(name, [world.online])
    forged = restate(
        {**files, name: forge(files[name], put("expires", value="2026-12-24T00:00:00Z"), keys)}, world.online
    )
    with pytest.raises(Rollback, match="in line with your own directory"):
        role.check_newer(check(world, forged).position, world.mirror.position("VN"))


def test_a_newer_timestamp_over_older_files_contradicts(changing: World) -> None:
    """A timestamp run up over the files of an older directory is refused: newer in name, but not in line."""
    files = changing.slice("VN.a05")
    changing.revoke("VN.a05", "draft")
    files["timestamp.json"] = forge(files["timestamp.json"], put("version", value=9), [changing.online])
    with pytest.raises(Rollback, match=r"VN.json: got version|snapshot.json: got version"):
        role.check_newer(check(changing, files).position, changing.mirror.position("VN"))


def test_an_older_timestamp_over_newer_files_contradicts(changing: World) -> None:
    """An old timestamp that leads to newer files than the mirror has is refused."""
    changing.refresh()
    files = changing.slice("VN.a05")
    files["VN.json"] = forge(files["VN.json"], put("version", value=9), changing.registries["VN"])
    files = restate(files, changing.online)
    files["timestamp.json"] = forge(files["timestamp.json"], put("version", value=1), [changing.online])
    with pytest.raises(Rollback, match=r"VN.json: got version 9"):
        role.check_newer(check(changing, files).position, changing.mirror.position("VN"))


def test_another_root_of_the_same_version_contradicts(changing: World) -> None:
    """A slice whose second root is not the one that the mirror has is refused."""
    ceremony.rotate(changing.folder, None, changing.root_keys[:2], clock=changing.clock)
    changing.refresh()
    files = changing.slice("VN.a05")
    files["2.root.json"] = forge(files["2.root.json"], same, changing.root_keys)
    with pytest.raises(Rollback, match=r"2.root.json: got another root version 2"):
        role.check_newer(check(changing, files).position, changing.mirror.position("VN"))
