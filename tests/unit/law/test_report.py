"""The report on gaps says in print what the matrix says, with the same marks, and adds nothing."""

from __future__ import annotations

import io
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from builders.law import TODAY, shipped
from comity.kernel.typesetting import typeset
from comity.law.answers import Verdict, make, record
from comity.law.gaps import gaps
from comity.law.library import load
from comity.law.matrix import Says, State, matrix
from comity.law.report import report

TEMPLATE = files("comity.law").joinpath("data", "report.typ").read_bytes()


def reported(code: str, *, everything: bool = False) -> dict[str, Any]:
    """Give the report on a country."""
    found = matrix(shipped(), code, TODAY)
    return report(shipped(), found, name=found.name, everything=everything)


def items(given: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the entries of a report in order."""
    return [item for group in given["gaps"]["groups"] for item in group["items"]]


@pytest.mark.parametrize("code", shipped().profiled)
def test_the_entries_are_the_ranked_gaps(code: str) -> None:
    """The report lists what somebody said is lacking, in rank order, each with its state, question and mark."""
    ranked = gaps(matrix(shipped(), code, TODAY), unknown=False)
    assert [(one["rank"], one["state"], one["question"], one["lead"]) for one in items(reported(code))] == [
        (gap.rank, gap.cell.state, gap.cell.question.question, gap.cell.lead) for gap in ranked
    ]


@pytest.mark.parametrize("code", ["VN", "FJ"])
def test_the_bar_counts_every_question(code: str) -> None:
    """The parts of the bar and the rows of the table add up to all questions of the Convention."""
    summary = reported(code)["summary"]
    total = sum(matrix(shipped(), code, TODAY).counts().values())
    assert sum(number for _, _, number in summary["bars"]) == total
    assert sum(int(row[-1]) for row in summary["rows"]) == total
    assert all(sum(map(int, row[1:-1])) == int(row[-1]) for row in summary["rows"])


def test_a_lead_is_called_one() -> None:
    """What nobody read is marked as not verified, in the list and beside each maximum."""
    given = reported("PH")
    assert {one["mark"] for one in items(given) if one["lead"]} == {"lead, not verified"}
    found = matrix(shipped(), "PH", TODAY)
    lines = [line for row in found.rows for line in row.penalties]
    assert [bool(row["base"]["lead"]) for row in given["penalties"]["rows"]] == [line.base_lead for line in lines]


def test_every_entry_points_to_a_source_on_the_list() -> None:
    """The numbers of the sources run from one, and each that is named stands on the list."""
    given = reported("EE")
    listed = [number for number, _ in given["sources"]["national"]]
    assert listed == [f"[{place}]" for place in range(1, len(listed) + 1)]
    named = [one["source"].rpartition(" ")[2] for one in items(given)]
    assert set(named) | {row["source"] for row in given["penalties"]["rows"]} == set(listed)


def test_base_and_aggravated_form_are_judged_apart() -> None:
    """A base form under four years stays under it, whatever its aggravated form reaches."""
    rows = reported("VN")["penalties"]["rows"]
    assert {"no", "yes"} <= {row["base"]["side"] for row in rows}
    assert any(row["base"]["side"] == "no" and row["aggravated"]["side"] == "yes" for row in rows)


def test_silence_is_listed_apart() -> None:
    """Questions on which nobody said anything are counted by article, and read out only when asked for."""
    few, all_of_them = reported("VN")["silent"], reported("VN", everything=True)["silent"]
    nobody = [gap for gap in gaps(matrix(shipped(), "VN", TODAY)) if gap.cell.says is Says.NOBODY]
    assert sum(len(row["questions"]) for row in few["rows"]) == 0
    assert sum(len(row["questions"]) for row in all_of_them["rows"]) == len(nobody)


def test_a_drafter_is_named(tmp_path: Path) -> None:
    """An answer stands with its name and day, its source and its state."""
    made = make(
        load(tmp_path), "h10-01", state=Verdict.GAP, by="A. Example", on=TODAY, source="Gazette 12", note="none"
    )
    record(load(tmp_path), "VN", "h10-01", made)
    library = load(tmp_path)
    first, *_ = items(report(library, matrix(library, "VN", TODAY), name="Viet Nam"))
    assert (first["state"], first["found"][1][1], first["lead"]) == (State.GAP, f"A. Example, {TODAY}", False)


def test_the_print_is_an_archive_file_that_is_always_the_same() -> None:
    """The report prints as PDF/A-2b with everything it was given, and twice to the same bytes."""
    given = reported("VN", everything=True)
    first, second = (typeset(TEMPLATE, given, system_fonts=False) for _ in range(2))
    assert first == second
    found = PdfReader(io.BytesIO(first))
    assert found.xmp_metadata is not None
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B<" in found.xmp_metadata.stream.get_data()
    text = " ".join(" ".join(page.extract_text() for page in found.pages).split())
    for one in items(given):
        assert one["article"] in text
        assert one["question"] in text
    assert all(source in text for _, source in given["sources"]["national"])


def test_markup_in_the_data_is_set_as_it_stands(tmp_path: Path) -> None:
    """What a drafter writes is text on the page, never a command to the printer."""
    note = "#panic() $x$ *bold* `raw` <label> @ref \\ [x]"
    made = make(load(tmp_path), "h10-01", state=Verdict.GAP, by="A. Example", on=TODAY, source="Gazette", note=note)
    record(load(tmp_path), "VN", "h10-01", made)
    library = load(tmp_path)
    pdf = typeset(TEMPLATE, report(library, matrix(library, "VN", TODAY), name="Viet Nam"), system_fonts=False)
    assert note in " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())
