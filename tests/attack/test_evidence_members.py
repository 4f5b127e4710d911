"""Attacks by containers: they unpack without end, lie about their members, or hold names that lead elsewhere."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.containers import backup, found_in, listing_of, rows_of, surveyed, tarred, zipped
from builders.evidence import checked
from builders.trials import tries
from comity.evidence.members import Limits, list_members

SMALL = Limits(ratio=10, floor=1_000_000)
ZEROS = bytes(30_000_000)
SOUND = [
    ("zip", zipped({"a": b"one", "b": b"two" * 99})),
    ("tar", tarred({"a" * 120: b"one", "b": b"x"})),
    ("gzip", tarred({"a": b"one"}, "w:gz")),
    ("xz", tarred({"a": b"one"}, "w:xz")),
]


def listed(path: Path, kind: str, data: bytes, limits: Limits = SMALL) -> tuple[list[dict[str, object]], list[str]]:
    """List a container of these bytes."""
    path.write_bytes(data)
    return rows_of(list_members, path, kind, limits=limits)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("zip", lambda: zipped({"a": b"one", "zeros": ZEROS})),
        ("gzip", lambda: tarred({"a": b"one", "zeros": ZEROS}, "w:gz")),
        ("bzip2", lambda: tarred({"a": b"one", "zeros": ZEROS}, "w:bz2")),
        ("xz", lambda: tarred({"a": b"one", "zeros": ZEROS}, "w:xz")),
        ("android-backup", lambda: backup(tarred({"a": b"one", "zeros": ZEROS}))),
    ],
)
def test_a_bomb(kind: str, make: Callable[[], bytes], tmp_path: Path) -> None:
    """A container that unpacks to far more than its size is given up at the limit, and what came before is listed."""
    rows, found = listed(tmp_path / "x", kind, make())
    assert [row["name"] for row in rows] == ["a"]
    assert found == ["container-bomb"]


def test_members_that_lie_over_each_other(tmp_path: Path) -> None:
    """Many members that share the same packed bytes use up the budget of one container."""
    plain = zipped({"kernel": bytes(1_000_000)})
    at = plain.index(b"PK\x01\x02")
    end = plain.index(b"PK\x05\x06")
    directory = plain[at:end] * 500
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 500, 500, len(directory), at, 0)
    rows, found = listed(tmp_path / "x", "zip", plain[:at] + directory + tail, Limits(ratio=10, floor=5_000_000))
    assert len(rows) < 10
    assert found == ["container-bomb", "member-twice"]


def test_more_members_than_the_limit(tmp_path: Path) -> None:
    """A container of countless empty members is listed up to the limit."""
    data = zipped({f"{n}": b"" for n in range(50)})
    rows, found = listed(tmp_path / "x", "zip", data, Limits(members=20))
    assert (len(rows), found) == (20, ["container-bomb"])


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x", "a\\..\\b", "a\u202etxt.exe", "a\x07b"])
def test_names_that_lead_elsewhere(name: str, tmp_path: Path) -> None:
    """A name that leads out of a folder or hides something is listed as it is, with a finding; nothing is written there."""
    rows, found = listed(tmp_path / "x", "tar", tarred({name: b"one"}))
    assert (rows[0]["name"], found) == (name, ["member-name"])
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    """A name in another coding is listed by its bytes."""
    data = zipped({"abc.txt": b"one"}).replace(b"abc.txt", b"\xff\x80c.txt")
    rows, _ = listed(tmp_path / "x", "zip", data)
    assert rows[0]["name_hex"] == b"\xff\x80c.txt".hex()


def test_a_name_that_comes_twice(tmp_path: Path) -> None:
    """Two members of one name, of which tools show one or the other, are both listed, with a finding."""
    data = zipped({"1.txt": b"one", "2.txt": b"two"}, zipfile.ZIP_STORED).replace(b"2.txt", b"1.txt")
    rows, found = listed(tmp_path / "x", "zip", data)
    assert [row["name"] for row in rows] == ["1.txt", "1.txt"]
    assert rows[0]["sha256"] != rows[1]["sha256"]
    assert found == ["member-twice"]


def test_a_local_header_with_another_name(tmp_path: Path) -> None:
    """A member whose own header names it otherwise than the directory is damaged."""
    data = zipped({"abc.txt": b"one"}).replace(b"abc.txt", b"xyz.txt", 1)
    rows, found = listed(tmp_path / "x", "zip", data)
    assert "sha256" not in rows[0]
    assert found == ["member-damaged"]


def test_bytes_that_are_not_what_the_directory_says(tmp_path: Path) -> None:
    """A member with another CRC or size than stated is damaged, and the others are listed."""
    data = bytearray(zipped({"a": b"one two three", "b": b"four"}, zipfile.ZIP_STORED))
    data[data.index(b"one two")] ^= 1
    rows, found = listed(tmp_path / "x", "zip", bytes(data))
    assert [("fault" in row, "sha256" in row) for row in rows] == [(True, False), (False, True)]
    assert found == ["member-damaged"]


def test_enciphered_members(tmp_path: Path) -> None:
    """An enciphered member is listed without a digest, with a finding."""
    data = bytearray(zipped({"a": b"one"}))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + offset] |= 1
    rows, found = listed(tmp_path / "x", "zip", bytes(data))
    assert (rows[0]["encrypted"], "sha256" in rows[0], found) == (True, False, ["member-encrypted"])


def test_a_broken_container_in_an_item(tmp_path: Path) -> None:
    """A container that breaks off is kept, listed as far as it goes, and the item is sound."""
    data = tarred({"a": b"one", "b": bytes(5000)})
    item = surveyed(tmp_path, {"x.tar": data[:3000]})
    assert [row["name"] for row in listing_of(item, "members.jsonl")] == ["a"]
    assert list(found_in(item)) == ["container-damaged"]
    assert checked(item).sound


def test_an_extended_header_of_gigabytes(tmp_path: Path) -> None:
    """A pax header that claims to be huge is refused before it is read."""
    head = bytearray(tarred({"a" * 200: b"one"}))
    head[124:136], head[148:156] = b"77777777777\0", b"        "
    head[148:156] = b"%06o\0 " % sum(head[:512])
    rows, found = listed(tmp_path / "x", "tar", bytes(head))
    assert (rows, found) == ([], ["container-damaged"])


@settings(max_examples=tries(150), deadline=None)
@given(data=st.data())
def test_any_damage(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever is cut off or altered in a container, listing ends without an error of another kind."""
    kind, whole = data.draw(st.sampled_from(SOUND))
    altered = bytearray(whole[: data.draw(st.integers(0, len(whole)))])
    for _ in range(data.draw(st.integers(0, 6))):
        if altered:
            altered[data.draw(st.integers(0, len(altered) - 1))] = data.draw(st.integers(0, 255))
    listed(tmp_path_factory.mktemp("any") / "x", kind, bytes(altered))
