"""Handover files of ETSI: judged by ETSI's schemas, cut, changed and renamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.etsi import judge_705, judge_707
from builders.returns import SAMPLES, parts, taken_bytes
from comity.returns.coverage import FileCoverage
from comity.returns.model import Finding, Record, Seen

RESPONSE = (SAMPLES / "etsi705" / "response.json").read_bytes()
ITEMS = (SAMPLES / "etsi707" / "items.xml").read_bytes()
RETAINED = (SAMPLES / "etsi657" / "retained.xml").read_bytes()
FILES = {"etsi705": RESPONSE, "etsi707": ITEMS, "etsi657": RETAINED}


def ledger(data: bytes, name: str = "file") -> FileCoverage:
    """Read bytes and give their ledger."""
    entry = FileCoverage(name, reader="by the head")
    for part in parts(name, data):
        entry.take(part)
    return entry


def test_the_samples_are_valid_by_etsis_schemas() -> None:
    """What the readers are tried on is what the standards mean."""
    assert judge_705(RESPONSE) == []
    assert judge_707(ITEMS) == []


@pytest.mark.parametrize("name", FILES)
def test_every_unit_is_accounted_for_wherever_a_file_is_cut(name: str) -> None:
    """A file cut at any place reconciles, gives the records of its whole units, and tells that it is damaged."""
    data = FILES[name]
    whole = [part for part in parts("f", data) if isinstance(part, Record)]
    for end in range(900, len(data) - 1, 149):
        found = [part for part in parts("f", data[:end]) if isinstance(part, Record)]
        entry = ledger(data[:end])
        assert entry.accounted
        assert found == whole[: len(found)]
        assert entry.codes["damaged"] or not data[end:].strip()


@pytest.mark.parametrize("name", FILES)
def test_the_span_of_a_record_is_its_original_text(name: str) -> None:
    """The bytes that a record names are the text that stands beside it."""
    for part in parts("f", FILES[name]):
        if isinstance(part, Record):
            assert part.span
            assert FILES[name][slice(*part.span)].decode() == part.raw


@pytest.mark.parametrize("name", FILES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_changed_bytes_never_break_a_reader(name: str, data: st.DataObject) -> None:
    """Whatever bytes change, the reader ends by itself and its units reconcile."""
    change_and_read(name, data)


@pytest.mark.soak
@pytest.mark.parametrize("name", FILES)
@settings(max_examples=4_000, deadline=None)
@given(data=st.data())
def test_changed_bytes_never_break_a_reader_for_long(name: str, data: st.DataObject) -> None:
    """The same, four thousand times."""
    change_and_read(name, data)


def change_and_read(name: str, data: st.DataObject) -> None:
    """Change some bytes of a file, read it, and see that every unit is accounted for."""
    raw = bytearray(FILES[name])
    for at in data.draw(st.lists(st.integers(0, len(raw) - 1), min_size=1, max_size=8)):
        raw[at] = data.draw(st.integers(0, 255))
    entry = FileCoverage("f")
    for part in parts("f", bytes(raw)):
        entry.take(part)
    assert "reader_failed" not in entry.codes
    assert "no_reader" in entry.codes or "undecided" in entry.codes or entry.accounted


def test_a_renamed_member_is_reported_with_what_stands_there() -> None:
    """A response whose `timeBegin` is called otherwise is not read as if nothing were amiss."""
    entry = ledger(RESPONSE.replace(b'"timeBegin"', b'"startTime"'))
    codes = {finding.code: finding for finding in entry.findings}
    assert entry.state == "doubtful"
    assert "timeBegin" in codes["columns_missing"].found
    assert "startTime" in codes["columns_unknown"].found


def test_a_renamed_identity_is_reported() -> None:
    """A party's number under another name is told, not lost."""
    entry = ledger(RESPONSE.replace(b'"phoneNumber"', b'"msisdn"'))
    assert any("identity.msisdn" in f.found for f in entry.findings if f.code == "columns_unknown")


def test_a_type_of_the_provider_is_rejected_by_name() -> None:
    """A record of a type that only the provider's schema knows is rejected with that type's name."""
    entry = ledger(RESPONSE.replace(b"#/$defs/CallRecord", b"#/$defs/PrivateRecord"))
    assert (entry.parsed, entry.rejected) == (4, 1)
    assert "PrivateRecord" in next(f.found for f in entry.findings if f.code == "layout_unknown")


def test_a_renamed_list_of_records_is_no_empty_success() -> None:
    """A response without its list of records is told to lack it."""
    entry = ledger(RESPONSE.replace(b'"recordSet":', b'"records":'))
    assert entry.codes["columns_missing"]
    assert entry.rejected == 1
    assert entry.state == "doubtful"


def test_the_description_may_stand_behind_the_records(tmp_path: Path) -> None:
    """The order of the members of a JSON object means nothing: the provider is known all the same."""
    said = json.loads(RESPONSE)
    turned = json.dumps({name: said[name] for name in reversed(said)}).encode()
    coverage, found = taken_bytes("r.json", turned, tmp_path / "out")
    assert {row["values"]["provider"] for row in found} == {"Example Mobile"}
    assert not coverage.files[0].rejected


def test_a_renamed_element_of_an_item_is_reported() -> None:
    """A sender under another name is told, not lost."""
    entry = ledger(ITEMS.replace(b"messageSender", b"messageOrigin"))
    assert any("messageOrigin" in f.found for f in entry.findings if f.code == "columns_unknown")


def test_one_item_alone_is_read_and_utf16_too() -> None:
    """An item that is the root is one unit; the same in UTF-16 gives the same message, without places in bytes."""
    text = ITEMS.decode()
    start, end = text.index("<m:handoverItem xsi"), text.index("</m:handoverItem>") + len("</m:handoverItem>")
    spaces = text[text.index(" xmlns:m") : text.index(">", text.index("xmlns:m"))]
    one = text[start:end].replace("<m:handoverItem", f"<m:handoverItem{spaces}", 1)
    plain = [part for part in parts("f", one.encode()) if isinstance(part, Record)]
    wide = [part for part in parts("f", one.encode("utf-16")) if isinstance(part, Record)]
    assert [part.values for part in plain] == [part.values for part in wide]
    assert len(plain) == 2
    assert wide[0].span is None


def test_sequence_numbers_left_out_are_noticed() -> None:
    """Items numbered 1 and 3 lack one; 1 and 2 lack none."""
    assert ledger(ITEMS).codes["part_missing"] == 1
    assert not ledger(ITEMS.replace(b">3</m:application", b">2</m:application")).codes["part_missing"]


def test_a_record_of_retained_data_in_another_form_is_rejected() -> None:
    """A record that is neither a call nor data access is counted as rejected, with the elements that it has."""
    found = [part for part in parts("f", RETAINED) if isinstance(part, Finding)]
    assert [(f.code, f.units) for f in found] == [("layout_unknown", 1)]
    assert "multimediaRecord" in found[0].found


def test_a_time_without_zone_is_a_span_until_somebody_says_the_zone(tmp_path: Path) -> None:
    """Retained data whose times lack the offset lie in a span of 26 hours; a zone that is said settles them, as assumed."""
    bare = RETAINED.replace(b"+0100", b"")
    _, found = taken_bytes("f", bare, tmp_path / "a")
    assert "zone_unknown" in next(row for row in found if row["kind"] == "call")["flags"]
    _, found = taken_bytes("f", bare, tmp_path / "b", zone="Europe/Berlin")
    call = next(row for row in found if row["kind"] == "call")["values"]
    assert (call["time"], call["time_basis"]) == ("2026-03-02T20:04:05Z", "assumed")


def test_the_units_are_counted_by_the_walk_and_not_by_the_records() -> None:
    """Every reader tells at the end how many units the file has."""
    for data in FILES.values():
        seen = [part for part in parts("f", data) if isinstance(part, Seen)]
        assert len(seen) == 1


def test_the_place_of_a_record_of_retained_data_counts_records_alone() -> None:
    """The first record is the first of its name, though the header is a unit before it."""
    found = [part for part in parts("f", FILES["etsi657"]) if isinstance(part, Record) and part.row > 1]
    assert found[0].place.endswith("/ResponseRecord[1]")
    assert found[-1].place.endswith("/ResponseRecord[2]")
