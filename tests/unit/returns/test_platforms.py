"""Platform exports: what parsers of such returns are known to get wrong, and what a reader does instead."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from builders.returns import SAMPLES, parts, sample_source, taken, taken_bytes
from comity.returns.coverage import FileCoverage
from comity.returns.flattening import meant
from comity.returns.model import Finding, Given
from comity.returns.reader import ask, choose
from comity.returns.series import missing
from comity.returns.source import in_memory, on_disk

PLATFORMS = ("google", "google-activity", "google-subscriber", "meta", "meta-records", "snapchat", "x", "mail")
FILES = sorted(
    path for name in PLATFORMS for path in (SAMPLES / name).iterdir() if not path.name.endswith(".expected.json")
)


@pytest.mark.parametrize("sample", FILES, ids=lambda path: path.name)
def test_a_renamed_file_is_read_all_the_same(sample: Path) -> None:
    """What a file holds decides whose it is, never its name; and one reader alone has it."""
    reader, _ = choose("renamed.bin", ask(in_memory("a/b/renamed.bin", sample.read_bytes()), Given()))
    assert reader is not None
    assert reader.name == sample.parent.name


@pytest.mark.parametrize("text", ['{"a": 1}', "<html><body><p>Nothing</p></body></html>", "a,b\n1,2\n", "\x00\x01"])
def test_what_nobody_knows_is_red(text: str, tmp_path: Path) -> None:
    """A file of unknown layout is never an empty success."""
    coverage, records = taken_bytes("message_1.json", text.encode(), tmp_path / "out")
    assert records == []
    assert coverage.files[0].state in ("doubtful", "untouched")
    assert not coverage.clean


def test_a_renamed_name_is_told_with_what_was_seen(tmp_path: Path) -> None:
    """A key that a sender has renamed leaves no record out in silence: all elements are rejected, the names are shown."""
    data = (SAMPLES / "meta" / "logins_and_logouts.json").read_bytes().replace(b"ip_address", b"ipAddress")
    coverage, records = taken_bytes("logins_and_logouts.json", data, tmp_path / "out")
    entry = coverage.files[0]
    assert records == []
    assert (entry.rejected, entry.accounted, entry.state) == (2, True, "doubtful")
    assert "ipAddress" in entry.findings[0].found


def test_columns_are_known_by_name_in_any_order(tmp_path: Path) -> None:
    """The message id and the channel id of a direct message stay what they are when columns change places."""
    head = "channel_id,attachments,contents,id,author_id,username,timestamp"
    row = "900000000000000001,,hello,1100000000000000001,800000000000000001,an.example,2026-03-01T09:30:00+00:00"
    coverage, records = taken_bytes("dm.csv", f"{head}\n{row}\n".encode(), tmp_path / "out")
    assert len(records) == coverage.files[0].records["message"] == 1
    values = records[0]["values"]
    assert (values["message"], values["thread"]) == ("1100000000000000001", "900000000000000001")


def test_nothing_of_one_element_is_in_the_next(tmp_path: Path) -> None:
    """An element without a field has none, whatever the one before it had."""
    rows = [
        {"latitudeE7": 1, "longitudeE7": 2, "timestamp": "2026-03-01T09:30:00Z", "accuracy": 7, "deviceTag": 5},
        {"latitudeE7": 3, "longitudeE7": 4, "timestamp": "2026-03-01T09:31:00Z"},
        {"accuracy": 9},
    ]
    coverage, records = taken_bytes("r.json", json.dumps({"locations": rows}).encode(), tmp_path / "out")
    assert len(records) == 3
    assert not {"uncertainty_m", "device"} & set(records[1]["values"])
    assert not {"latitude", "time"} & set(records[2]["values"])
    assert coverage.files[0].accounted


def test_the_age_of_a_file_and_the_machines_zone_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time without a zone stays a span, whenever the file was copied and wherever it is read."""
    page = SAMPLES / "google-activity" / "MyActivity.html"
    seen: list[Any] = []
    for number, zone in enumerate(("UTC", "Asia/Ho_Chi_Minh", "America/Los_Angeles")):
        copy = tmp_path / f"{number}.html"
        copy.write_bytes(page.read_bytes())
        os.utime(copy, (number * 10**9, number * 10**9))
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        seen.append(taken([on_disk(copy)], tmp_path / f"out{number}")[1])
    monkeypatch.undo()
    time.tzset()
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("L\u00c3\u00aa", "Lê"),
        ("\u00f0\u009f\u0091\u008d", "👍"),
        ("café", None),
        ("Lê", None),
        ("plain", None),
        ("Ã", None),
    ],
)
def test_text_is_mended_only_where_nothing_is_lost(text: str, found: str | None) -> None:
    """Text encoded twice is mended; text that only could be is left as it is."""
    assert meant(text) == found


def test_what_is_mended_is_flagged_and_stands_in_the_original(tmp_path: Path) -> None:
    """The record has the text as meant and the flag, and beside it the text as delivered."""
    from pyarrow import parquet

    taken([sample_source(SAMPLES / "meta" / "message_1.json")], tmp_path / "out")
    rows = parquet.read_table(tmp_path / "out" / "records" / "message.parquet").to_pylist()
    assert rows[0]["sender"] == "Lê An"
    assert rows[0]["flags"] == "double_encoded"
    assert r"L\u00c3\u00aa An" in rows[0]["raw"]
    data = (SAMPLES / "meta" / "message_1.json").read_bytes()
    assert data[rows[0]["byte_start"] : rows[0]["byte_end"]].decode() == rows[0]["raw"]
    assert rows[0]["place"] == "/messages/0"


def test_an_element_that_is_no_text_leaves_the_others(tmp_path: Path) -> None:
    """A byte that is no UTF-8, or a name that comes twice, costs one element; it is told with its place."""
    data = (SAMPLES / "meta" / "logins_and_logouts.json").read_bytes()
    coverage, records = taken_bytes("a", data.replace(b'"Login"', b'"Log\xffin"'), tmp_path / "one")
    assert (len(records), coverage.files[0].rejected, coverage.files[0].accounted) == (1, 1, True)
    twice = data.replace(b'"action": "Login"', b'"action": "Login", "action": "Logout"')
    coverage, records = taken_bytes("a", twice, tmp_path / "two")
    assert (len(records), coverage.files[0].rejected, coverage.files[0].accounted) == (1, 1, True)


@pytest.mark.parametrize(
    "sample", [path for path in FILES if path.suffix in (".json", ".js", ".mbox", ".html")], ids=lambda p: p.name
)
def test_a_truncated_file_is_accounted_and_told(sample: Path, tmp_path: Path) -> None:
    """Cut in the middle, a file gives what came before and a finding, or units that are set against it."""
    data = sample.read_bytes()
    coverage, _ = taken_bytes(sample.name, data[: len(data) * 2 // 3], tmp_path / "out")
    entry = coverage.files[0]
    assert entry.accounted or entry.state == "untouched"


@pytest.mark.parametrize(
    ("names", "lacking"),
    [
        (
            ["takeout-20260301T093000Z-001.zip", "takeout-20260301T093000Z-003.zip"],
            ["takeout-20260301T093000Z-002.zip"],
        ),
        (["takeout-20260301T093000Z-3-002.zip"], ["takeout-20260301T093000Z-3-001.zip"]),
        (["an-part-1-of-2.zip"], ["an-part-2-of-2.zip"]),
        (["return_2_of_2.pdf", "return_1_of_2.pdf"], []),
        (["a.zip.001", "a.zip.003"], ["a.zip.002"]),
        (["inbox/a_1/message_2.json", "inbox/b/message_1.json"], ["inbox/a_1/message_1.json"]),
        (["data/tweets.js", "data/tweets-part2.js"], ["data/tweets-part1.js"]),
        (["holiday part 2.jpg", "2 of hearts.png", "9999999 of 9999999.zip"], []),
    ],
)
def test_a_part_that_a_series_leaves_out_is_noticed(names: list[str], lacking: list[str]) -> None:
    """Each missing part is an entry of the ledger that nobody touched, with its finding."""
    found: list[FileCoverage] = missing(names)
    assert [entry.file for entry in found] == lacking
    assert all(entry.codes["part_missing"] and entry.state == "untouched" for entry in found)


def test_the_senders_own_counts_are_records() -> None:
    """The manifest of an archive says how many elements each file has."""
    text = (
        b'window.__THAR_CONFIG = {"dataTypes": {"tweets": {"files": [{"fileName": "data/tweets.js", "count": "2"}]}}}'
    )
    found = [
        part.values for part in parts("manifest.js", text) if not isinstance(part, Finding) and hasattr(part, "values")
    ]
    assert {"provider": "X", "about": "count of data/tweets.js", "value": "2"} in found


def test_every_address_of_a_profile_is_a_claim_of_its_own(tmp_path: Path) -> None:
    """Each of a list's e-mail addresses has its normal form; of more than five, all stand in one more claim."""
    data = json.loads((SAMPLES / "meta" / "profile_information.json").read_bytes())
    emails = [f"a{n}@example.org" for n in range(6)]
    data["profile_v2"]["emails"] |= {"emails": emails, "previous_emails": ["old@example.org"]}
    _, found = taken_bytes("p.json", json.dumps(data).encode(), tmp_path / "out")
    claims = [(one["values"]["about"], one["values"]["value"]) for one in found if one["kind"] == "claim"]
    assert [value for about, value in claims if about == "email"] == emails[:5]
    assert ("earlier email", "old@example.org") in claims
    assert ("email list", json.dumps(emails)) in claims


@pytest.mark.parametrize(("name", "count"), [("onchain/bitcoin.json", 10), ("etsi705/response.json", 12)])
def test_half_a_sign_in_a_document_ends_no_run(name: str, count: int, tmp_path: Path) -> None:
    """A text with half of a sign is stored with a mark in its place, and every record is there."""
    data = (SAMPLES / name).read_bytes()
    half = data.replace(b"77777777", b"\\ud800", 1).replace(b"Example Mobile", b"\\ud800", 1)
    coverage, found = taken_bytes("a.json", half, tmp_path / "out")
    assert coverage.files[0].accounted
    assert len(found) == count
