"""`comity analyse` on records as a return leaves them."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from builders.commands import comity
from builders.records import START, logged, paid, written
from comity.returns.coverage import Coverage, FileCoverage

HOUR = timedelta(hours=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give the records of a small fraud: two payments on, one login shared."""
    made = written(
        tmp_path / "return",
        [
            paid("10-1", "20-1", "500.00", START),
            paid("20-1", "30-1", "300.00", START + HOUR),
            logged("nova", "192.0.2.7", START),
            logged("kestrel", "192.0.2.7", START + HOUR / 30),
            logged("=cmd()", "192.0.2.8", START + HOUR),
        ],
    )
    ledger = Coverage([FileCoverage("return.csv", "ab" * 32, reader="test/1", units=5, parsed=5)]).plain()
    (made / "coverage.json").write_text(json.dumps(ledger), "utf-8")
    return made


def test_a_timeline_is_one_for_all(folder: Path) -> None:
    """The five happenings stand in order, each with its row."""
    rows = comity("analyse", "timeline", folder, "--json").data
    assert [row["kind"] for row in rows] == ["session", "transaction", "session", "session", "transaction"]
    assert {row["row"] for row in rows} == {1, 2, 3, 4, 5}


def test_money_is_followed_with_its_rests(folder: Path) -> None:
    """Steps and rests come with exact amounts, and a text says where it may still lie."""
    found = comity("analyse", "flow", folder, "--start", "account:10-1", "--json").data
    assert [(s["hop"], s["amount"]) for s in found["steps"]] == [(1, "500"), (2, "300")]
    assert {(r["place"], r["amount"]) for r in found["rests"]} == {("account:20-1", "200"), ("account:30-1", "300")}
    assert "may still hold 200 EUR" in comity("analyse", "flow", folder, "--start", "account:10-1").out


def test_meetings_and_hours_are_told(folder: Path) -> None:
    """Two at one address within ten minutes met; the hours add up to the records."""
    (met,) = comity("analyse", "meetings", folder, "--json").data
    assert (met["a"], met["b"], met["place"]) == ("kestrel", "nova", "ip:192.0.2.7")
    assert sum(row["records"] for row in comity("analyse", "rhythm", folder, "--json").data) == 3


@pytest.mark.parametrize("ending", ["csv", "json", "parquet", "svg"])
def test_an_answer_is_written_whole_and_once(ending: str, folder: Path, tmp_path: Path) -> None:
    """The whole answer goes to a new file of the form that its ending says; a file that is there is not touched."""
    out = tmp_path / f"links.{ending}"
    assert comity("analyse", "links", folder, "--out", out).code == 0
    before = out.read_bytes()
    again = comity("analyse", "links", folder, "--out", out)
    assert (again.code, out.read_bytes()) == (2, before)


def test_no_spreadsheet_takes_a_cell_for_a_formula(folder: Path, tmp_path: Path) -> None:
    """A name that begins like a formula is written so that spreadsheets show it."""
    out = tmp_path / "timeline.csv"
    comity("analyse", "timeline", folder, "--out", out)
    with out.open(encoding="utf-8", newline="") as lines:
        assert "'=cmd()" in {row["who"] for row in csv.DictReader(lines)}


def test_what_was_asked_is_held_against_what_came(folder: Path) -> None:
    """Records beyond what was asked for leave with 1, and are counted."""
    asked = "ip:192.0.2.7@2026-03-01T00:00:00Z/2026-03-03T00:00:00Z"
    done = comity("analyse", "reconcile", folder, "--asked", asked, "--json")
    assert (done.code, done.data["answers"][0]["records"], done.data["others"]) == (1, 2, 3)
    assert done.data["answers"][0]["empty"] == [["2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z"]]


def test_a_report_leads_from_each_figure_to_its_records(folder: Path, tmp_path: Path) -> None:
    """The report is a PDF whose figures are links to the lists of their records, and the rows stand in a file beside it."""
    out, rows = tmp_path / "report.pdf", tmp_path / "rows.csv"
    options = ["--start", "account:10-1", "--asked", "ip:192.0.2.7", "--zone", "Asia/Ho_Chi_Minh"]
    done = comity("analyse", "report", folder, "--out", out, "--rows", rows, *options, "--json")
    assert done.code == 0, done.err
    reader = PdfReader(out)
    text = " ".join(page.extract_text() for page in reader.pages)
    links = [a for page in reader.pages for a in page.get("/Annots") or ()]
    assert len(links) == done.data["figures"]
    assert "The lack of a record proves nothing" in text
    with rows.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.DictReader(lines))) == done.data["rows"] >= done.data["figures"]


def test_what_is_not_a_return_is_refused(tmp_path: Path) -> None:
    """A folder without records, a wrong time and a wrong zone are refused with what to do."""
    assert comity("analyse", "links", tmp_path).code == 2
    assert comity("analyse", "links").code == 2


def test_a_wrong_time_or_zone_is_named(folder: Path) -> None:
    """The field at fault is named."""
    assert "--since" in comity("analyse", "timeline", folder, "--since", "yesterday").err
    assert "zone" in comity("analyse", "rhythm", folder, "--zone", "CST").err
    assert "KIND:VALUE" in comity("analyse", "reconcile", folder, "--asked", "nova").err
