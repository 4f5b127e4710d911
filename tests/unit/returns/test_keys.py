"""Identifiers beside each other in one batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.returns import records
from comity.returns.keys import claimed
from comity.returns.model import Given, Record
from comity.returns.writing import RecordWriter


def test_flags_stay_with_their_rows_when_only_one_of_two_identifiers_is_odd(tmp_path: Path) -> None:
    """A flag of one column and none of another are joined row by row, and no row is lost."""
    good, bad = "TED22ysmcTgSyozPqXaeZgYN4x68bRs2Cs", "TED22ysmcTgSyozPqXaeZgYN4x68bRs2Cx"
    ends = [(good, good), (good, bad), (bad, bad), (bad, good)]
    with RecordWriter(tmp_path / "records", Given()) as writer:
        writer.begin("f", "0" * 64, "test/1")
        for row, (source, target) in enumerate(ends, 1):
            writer.add(Record("transfer", {"from_address": source, "to_address": target}, row))
    flags = [row["flags"] for row in records(tmp_path)]
    assert flags == ["", "identifier_invalid", "identifier_invalid identifier_invalid", "identifier_invalid"]


@pytest.mark.parametrize(
    ("about", "value", "key"),
    [
        ("email", "An@Example.org", "email:An@example.org"),
        ("phone", "0912345678", "phone:+84912345678"),
        ("recovery phone", "+12025550143 [US]", "phone:+12025550143"),
        ("imsi", "001010123456789", "imsi:001010123456789"),
        ("iccid", "8984010000000000000", ""),
        ("imei", "3.51524E+14", ""),
        ("email", "none", ""),
        ("name", "An Example", ""),
        (None, "x", ""),
    ],
)
def test_a_claim_of_an_identifier_has_its_normal_form(about: str | None, value: str, key: str) -> None:
    """What a person said of itself is found under the key under which calls and logins stand; other claims have none."""
    assert claimed(about, value, "VN") == key
