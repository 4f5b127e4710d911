"""The commands on the safeguards gate, the chosen basis, and mutual legal assistance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from builders.commands import Said, comity
from builders.nodes import Nodes
from builders.world import ANSWERS, CASE, SHEET
from comity.kernel.clock import SystemClock

SG = "SG.orchid"


def run(nodes: Nodes, *arguments: str | Path, at: str = "VN.a05") -> Said:
    """Run a command at a party's node."""
    return comity(*arguments, "--home", nodes.home(at))


def filled(form: Path, **changes: Any) -> Path:
    """The form with every place filled in."""
    sheet = yaml.safe_load(form.read_text("utf-8"))
    for row in sheet.get("safeguards", []):
        row |= {"answer": "Looked at.", "concern": "none", "by": "Officer 1"}
    words = {name: "Because." for name in ("necessity", "proportionality") if name in sheet}
    path = form.with_suffix(".filled.yaml")
    path.write_text(yaml.safe_dump(sheet | words | changes), "utf-8")
    return path


def test_a_form_is_written_filled_in_and_taken(today: Nodes, tmp_path: Path) -> None:
    """The form holds every question still open with what it is about; filled in, nothing is missing."""
    sheet = {name: one for name, one in SHEET.items() if name not in ANSWERS}
    assert run(today, "case", "import", today.sheet(CASE)).code == 0
    drafted = run(today, "request", "draft", CASE["reference"], "--measure", "disclose-content", "--to", SG, "--json")
    name = drafted.data["reference"]
    assert run(today, "request", "fill", name, "--with", today.sheet(sheet)).code == 0
    form = tmp_path / "form.yaml"
    shown = run(today, "request", "safeguards", name, "--form", form, "--json")
    assert (shown.data["stage"], len(shown.data["missing"])) == ("sending", 11)
    text = form.read_text("utf-8")
    assert text.count("- id: gate-") == 9 and "heaviest penalty" in text
    empty = run(today, "request", "safeguards", name, "--with", form, "--json")
    assert (empty.code, empty.problem["file"]) == (2, str(form))
    done = run(today, "request", "safeguards", name, "--with", filled(form), "--json")
    assert done.data["missing"] == []
    days = {one.date().isoformat() for one in (today.clock.now(), SystemClock().now())}  # midnight may be in between
    assert done.data["questions"][0]["answer"]["on"] in days
    assert run(today, "request", "check", name).code == 0


def test_people_read_what_is_asked_and_why(today: Nodes) -> None:
    """The page shows each question, the answers with names, the prompts, and what blocks with its source."""
    raised = [ANSWERS["safeguards"][0] | {"concern": "raised", "second": "Officer 2"}]
    request = today.draft("preserve", safeguards=raised)
    said = run(today, "request", "safeguards", request.reference)
    assert "gate-purpose" in said.out and "Officer 1, Officer 2" in said.out
    assert "2 items block" in said.out and "before it is sent" in said.out
    assert "Not answered: Are there substantial grounds" in " ".join(said.out.split())
    assert "not asked for this measure" in said.out
    assert run(today, "request", "safeguards", "nothing").code != 0


def test_a_receiver_answers_and_accepts(today: Nodes, tmp_path: Path) -> None:
    """Without the record the acceptance is refused and says what to do; with it, one command answers and signs."""
    request = today.received("disclose_subscriber")
    line: list[str | Path] = [
        "receipt",
        request.reference,
        "--state",
        "accepted",
        "--key",
        today.key_file("receipt", SG),
    ]
    refused = run(today, *line, "--json", at=SG)
    assert (refused.code, len(refused.problem["findings"])) == (1, 9)
    form = tmp_path / "form.yaml"
    shown = run(today, "request", "safeguards", request.reference, "--form", form, "--json", at=SG)
    assert shown.data["stage"] == "executing"
    signed = run(today, *line, "--safeguards", filled(form), "--out", tmp_path, "--json", at=SG)
    assert (signed.code, signed.data["state"]) == (0, "accepted")
    assert "complete" in run(today, "request", "safeguards", request.reference, at=SG).out
    assert "before it is executed" in run(today, "request", "safeguards", request.reference, at=SG).out


def test_answers_taken_in_before(today: Nodes) -> None:
    """A receiver may answer earlier, in parts."""
    request = today.received("preserve")
    half = {"safeguards": ANSWERS["safeguards"][:2], "necessity": "Needed."}
    line = ["request", "safeguards", request.reference, "--with"]
    shown = run(today, *line, today.sheet(half), "--json", at=SG)
    assert [one["field"] for one in shown.data["missing"]] == ["gate-specific", "proportionality"]
    rest = {"safeguards": ANSWERS["safeguards"][2:3], "proportionality": "Narrow."}
    assert run(today, *line, today.sheet(rest), "--json", at=SG).data["missing"] == []


def test_a_basis_is_chosen(today: Nodes) -> None:
    """The officer chooses by id, answers by number, and reads what is bound."""
    request = today.draft("disclose_content", "PH.cicc")
    line: list[str | Path] = ["request", "bases", request.reference, "--choose", "domestic", "--by", "Officer 1"]
    chosen = run(today, *line, "--text", "It serves.", "--answer", "1=Asked: yes.", "--json").data["basis"]
    assert (chosen["candidate"], chosen["kind"], chosen["text"]) == ("domestic", "statute", "It serves.")
    assert chosen["reasons"][0]["answer"] == "Asked: yes."
    said = run(today, *line)
    assert "domestic" in said.out and "Asked: yes." in said.out and "local target" in said.out
    assert run(today, *line[:-2]).code == 2
    bad = run(today, *line[:3], "--choose", "hanoi", "--by", "Officer 1", "--json")
    assert (bad.code, "cannot be cited" in bad.problem["title"]) == (1, True)


def test_assistance_is_drafted_on_a_preservation(today: Nodes) -> None:
    """One line makes it; without data, with a case beside it, or without an addressee it is refused by its option."""
    request = today.released("preserve")
    line: list[str | Path] = ["request", "draft", "--mla", request.reference, "--to", "PH.cicc"]
    made = run(today, *line, "--data", "subscriber", "--data", "content", "--json").data
    assert (made["measure"], made["peer"], made["case"]) == ("mutual_assistance", "PH.cicc", request.case)
    document = run(today, "request", "show", made["reference"], "--json").data["document"]
    assert document["data"] == [{"kind": "subscriber"}, {"kind": "content"}]
    assert run(today, *line, "--json").problem["field"] == "data"
    assert run(today, *line, CASE["reference"], "--json").problem["field"] == "mla"


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ([], "case"), ([CASE["reference"]], "measure"), ([CASE["reference"], "--measure", "preserve"], "to"),
    ],
)  # fmt: skip
def test_a_draft_names_case_measure_and_addressee(line: list[str], field: str, today: Nodes) -> None:
    """What a draft lacks is named by its option."""
    said = run(today, "request", "draft", *line, "--json")
    assert (said.code, said.problem["field"]) == (2, field)
