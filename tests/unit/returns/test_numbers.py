"""Numbers of devices and cards."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.returns import records
from comity.returns.model import Given, Record
from comity.returns.numbers import number_flag
from comity.returns.writing import RecordWriter


@pytest.mark.parametrize(
    ("name", "text", "flag"),
    [
        ("imei", "49-015420-323751-8", ""),
        ("imei", "490154203237518", ""),
        ("imei", "490154203237510", "check_digit"),
        ("imei", "49015420323751", ""),
        ("imei", "4901542032375101", ""),
        ("imei", "4901542032", "identifier_invalid"),
        ("imei", "49015420323751X", "identifier_invalid"),
        ("imsi", "001010123456789", ""),
        ("imsi", "1010123456789", "identifier_invalid"),
        ("iccid", "8944500102198304826", ""),
        ("iccid", "8944500102198304827", "check_digit"),
        ("iccid", "", ""),
    ],
)
def test_a_number_is_judged_by_its_length_and_check_digit(name: str, text: str, flag: str) -> None:
    """A length that none has is invalid; a check digit that does not agree is a note; without one there is none."""
    assert number_flag(name, text) == flag


def test_flags_stand_with_their_rows_and_damage_is_told_of_claims(tmp_path: Path) -> None:
    """Calls and devices are flagged by their columns, claims by what they are about."""
    with RecordWriter(tmp_path / "records", Given()) as writer:
        writer.begin("f", "0" * 64, "test/1")
        writer.add(Record("call", {"imei": "490154203237518", "imsi": "001010123456789"}, 1))
        writer.add(Record("call", {"imei": "490154203237510", "imsi": "10101"}, 2))
        writer.add(Record("claim", {"about": "name", "value": "Linh"}, 3))
        writer.add(Record("claim", {"about": "iccid", "value": "8984010000000000000"}, 4))
        writer.add(Record("claim", {"about": "imsi", "value": "10101"}, 5))
    flags = [row["flags"] for row in records(tmp_path)]
    assert flags == ["", "check_digit identifier_invalid", "", "digits_cut", "identifier_invalid"]
