"""Identifiers beside each other in one batch."""

from __future__ import annotations

from pathlib import Path

from builders.returns import records
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
