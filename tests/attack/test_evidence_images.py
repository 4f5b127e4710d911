"""Attacks by disk images: whatever an image says or holds, its reader ends, and the item stays sound."""

from __future__ import annotations

import random
import struct
import zlib
from pathlib import Path

import pytest

from builders.containers import found_in, listing_of, surveyed
from builders.evidence import checked
from comity.evidence.images import read_image

pytest.importorskip("pyewf")
IMAGE = (Path(__file__).parents[1] / "unit/evidence/data/disk.E01").read_bytes()


def grown_disk(sectors: int) -> bytes:
    """The image, saying of itself that it holds a disk of so many sectors; its own checksum holds."""
    data = bytearray(IMAGE)
    start = data.index(b"volume\0") + 76
    size = struct.unpack_from("<Q", data, start - 76 + 24)[0] - 76
    struct.pack_into("<Q", data, start + 16, sectors)
    struct.pack_into("<I", data, start + size - 4, zlib.adler32(data[start : start + size - 4]))
    return bytes(data)


def test_a_disk_that_its_file_cannot_hold(tmp_path: Path) -> None:
    """An image of four kilobytes that claims a disk of petabytes is not read to its end."""
    item = surveyed(tmp_path, {"disk.E01": grown_disk(2**42)})
    assert list(found_in(item)) == ["image-damaged"]
    assert "digests" not in listing_of(item, "images.jsonl")[0]
    assert checked(item).sound


@pytest.mark.parametrize("number", range(12))
def test_any_damage(number: int, tmp_path: Path) -> None:
    """Whatever bytes of an image are altered, its reader ends: with a finding, or with the digests that the image states."""
    chance = random.Random(number)
    data = bytearray(IMAGE[: chance.choice([len(IMAGE), chance.randrange(20, len(IMAGE))])])
    for _ in range(chance.randrange(1, 30)):
        data[chance.randrange(9, len(data))] = chance.randrange(256)
    (tmp_path / "a.E01").write_bytes(data)
    found: list[str] = []
    row = read_image(tmp_path, ["a.E01"], lambda code, detail: found.append(code))
    assert found or (row and row["digests"]["md5"] == row["stated"]["md5"])
