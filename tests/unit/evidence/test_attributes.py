"""Extended attributes, access lists and mounts of the sources are recorded, and none of them stops an acquisition."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from builders.containers import found_in
from builders.evidence import acquired, checked, grown
from comity.evidence.attributes import attributes_of
from comity.evidence.listing import sources
from comity.evidence.model import Attribute, Entry
from comity.evidence.mounts import describe_mounts, mount_number, mounts, read_mounts

ACL = bytes.fromhex("0200000001000700ffffffff02000700e803000004000500ffffffff10000700ffffffff20000500ffffffff")
TABLE = rb"""36 35 98:0 / /mnt/phone\040one ro,noatime shared:1 master:2 - ext4 /dev/loop0 rw,errors=continue
37 35 98:1 /inner /mnt/b rw,relatime - vfat /dev/sdb1 ro
38 35 0:33 / /mnt/c rw - tmpfs tmpfs rw
a line of another form
"""


def attributed(path: Path, **values: bytes) -> None:
    """Set attributes, or pass the test over where the file system has none."""
    try:
        for name, value in values.items():
            os.setxattr(path, name.replace("__", "."), value)
    except OSError:
        pytest.skip("this file system keeps no such attributes")


def test_attributes_and_access_lists_are_in_the_list_of_files(tmp_path: Path) -> None:
    """What `listxattr` shows of files and folders stands in files.jsonl in base64, an access list among it."""
    source = grown(tmp_path / "src", {(b"a",): b"one", (b"f", b"b"): b"two"})
    attributed(source / "a", system__posix_acl_access=ACL)
    attributed(source / "f", system__posix_acl_default=ACL)
    acquired(tmp_path / "item", source)
    rows = [json.loads(line) for line in (tmp_path / "item/metadata/files.jsonl").read_bytes().splitlines()]
    said = {row["name"]: row.get("attributes") for row in rows}
    assert said["src/a"] == [{"name": "system.posix_acl_access", "value": base64.b64encode(ACL).decode()}]
    assert said["src/f"][0]["name"] == "system.posix_acl_default"
    assert said["src/f/b"] is None or "acl" in said["src/f/b"][0]["name"]
    assert all(Entry.read(row).plain() == row for row in rows)
    assert checked(tmp_path / "item").sound


def test_values_beyond_the_limit_are_named(tmp_path: Path) -> None:
    """An attribute whose value is over the limit is named with its size instead."""
    (tmp_path / "a").touch()
    attributed(tmp_path / "a", system__posix_acl_access=ACL)
    (one,) = attributes_of(os.fsencode(tmp_path / "a"), limit=10)
    assert one == Attribute(b"system.posix_acl_access", reason=f"{len(ACL)} bytes, over the limit")


def test_what_has_no_attributes_gives_none() -> None:
    """A file system without attributes, or a thing that is gone, is no failure."""
    assert attributes_of(b"/proc/self/status") == ()
    assert attributes_of(b"/not/there") == (Attribute(b"", reason="No such file or directory"),)


def test_a_table_of_mounts_is_read() -> None:
    """Spaces are undone; read-only is what the mount or its file system says; a strange line is passed over."""
    read = read_mounts(TABLE)
    assert {number: (one.point, one.type, one.device, one.writable) for number, one in read.items()} == {
        36: ("/mnt/phone one", "ext4", "/dev/loop0", False),
        37: ("/mnt/b", "vfat", "/dev/sdb1", False),
        38: ("/mnt/c", "tmpfs", "tmpfs", True),
    }
    assert read[37].plain()["root"] == "/inner"


def test_the_mount_of_a_source_is_described(tmp_path: Path) -> None:
    """An item says on which device and file system its source was, and that an ordinary folder is no finding."""
    acquired(tmp_path / "item", grown(tmp_path / "src", {(b"a",): b"one"}))
    (row,) = json.loads((tmp_path / "item/metadata/acquisition.json").read_bytes())["mounts"]
    known = mounts()[mount_number(tmp_path) or 0]
    assert (row["device"], row["type"], row["point"]) == (known.device, known.type, known.point)
    assert row["source"] == str(tmp_path / "src")
    assert found_in(tmp_path / "item") == {}


def test_a_source_on_another_mount_that_can_be_written_is_found(tmp_path: Path) -> None:
    """A source on a mount of its own that is not read-only is a finding; one that is read-only is none."""
    known, own = mounts(), mount_number(tmp_path)
    others = [one for one in known.values() if one.number != own and mount_number(Path(one.point)) == one.number]
    folders = {one.writable: Path(one.point) for one in others if os.path.isdir(one.point) and one.point != "/"}
    for writable, point in folders.items():
        rows, findings = describe_mounts(sources([point], tmp_path / "item"), tmp_path / "item")
        assert rows[0]["read_only"] is not writable
        assert [finding.code for finding in findings] == (["writable"] if writable else [])
    assert True in folders
