"""The commands on legal bases, run as a person runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.decisions import LAW
from builders.program import Program

ASK = ("law", "basis", "--from", "VN", "--to", "PH", "--on", "2026-11-25", "--offence")
DUAL = ("law", "dual", "--from", "VN", "--to", "PH", "--on", "2026-11-25", "--offence")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let lines be long and no overlay be named from outside."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.delenv("COMITY_OVERLAY", raising=False)


def test_bases_are_listed_with_reasons(program: Program) -> None:
    """The list comes first, then each basis with its questions, whom they go to, and its sources by number."""
    text = program.run(*ASK, "13", "--measure", "disclose-content")
    assert text.index("1 open  Organized Crime Convention") < text.index("1. Organized Crime Convention")
    assert "Not citable, because The Hanoi Convention is not known to be in force" in text
    assert "? Has VN become bound by the Budapest Convention?" in text
    assert "→ the central authority of PH (Department of Justice, Office of Cybercrime" in text
    assert "Sources" in text
    assert "comity law dual --from VN --to PH" in text


def test_json_holds_every_line_with_article_and_source(program: Program) -> None:
    """For machines each line carries its text, article, source and whether it is a lead."""
    found = program.json(*ASK, "13", "--measure", "preserve")
    lines = [line for one in found["candidates"] for line in [*one["channel"], *one["safeguards"]]]
    assert lines
    assert all({"text", "article", "source", "lead"} <= line.keys() for line in lines)
    assert found["question"]["measure"] == "preserve"


def test_an_overlay_brings_the_convention_into_force(program: Program) -> None:
    """With an overlay that says so for both on the day, the Convention comes first and its time limits are shown."""
    day = ("law", "basis", "--from", "VN", "--to", "PH", "--on", "2027-06-01", "--offence", "13")
    text = program.run(*day, "--measure", "preserve", "--overlay", str(LAW / "overlays" / "both"))
    assert "1 citable  Hanoi Convention" in text
    assert "60 days minimum" in text
    assert "dual criminality: not asked" in text
    assert "local target, binds nobody" in text


def test_a_treaty_that_takes_the_place_is_named(program: Program) -> None:
    """Rules that give way to a treaty on mutual legal assistance say to which."""
    ask = ("law", "basis", "--from", "VN", "--to", "PH", "--on", "2027-06-01", "--offence", "13")
    text = program.run(*ask, "--measure", "disclose-content", "--overlay", str(LAW / "overlays" / "displaced"))
    assert "1 citable  Treaty of VN and PH" in text
    assert "gives way to Treaty of VN and PH" in text


def test_a_provider_in_an_emergency(program: Program) -> None:
    """For a provider abroad the ways without a treaty are named, with the question of the emergency."""
    text = program.run(*ASK, "13", "--measure", "disclose-content", "--provider", "--emergency")
    assert "a provider in PH" in text
    assert "An order under the own law" in text
    assert "which senior officer has confirmed it in a second channel?" in text
    assert "The formal way: ask the authority of PH" in text


def test_another_offence_is_given_by_title_and_years(program: Program) -> None:
    """An offence outside Articles 7 to 17 is placed by the maxima of both laws."""
    years = ("--years-here", "4", "--years-there", "4")
    found = program.json(*ASK, "Extortion", *years, "--measure", "preserve")
    assert found["tier"]["name"] == "tier-2"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("6", "--measure", "preserve"), "expected one of Articles 7 to 17"),
        (("13", "--measure", "arrest"), "got the measure 'arrest'"),
        (("13", "--measure", "preserve", "--years-here", "4"), "got years for an article"),
    ],
)
def test_a_wrong_question_is_refused(program: Program, arguments: tuple[str, ...], message: str) -> None:
    """A wrong offence, measure or combination is refused with what was expected."""
    assert message in program.refused(2, *ASK, *arguments)


def test_a_work_sheet_leaves_the_finding_empty(program: Program) -> None:
    """Two laws stand side by side with what is open, and lines for the officer to fill in."""
    text = program.run(*DUAL, "13")
    assert "differs" in text
    assert "nothing is recorded in either on:" in text
    assert "Finding of the officer  Is the conduct of this case an offence in PH?" in text
    assert "name and office: ____" in text


def test_a_work_sheet_for_machines(program: Program) -> None:
    """The sheet has its rows, open questions and an empty finding."""
    found = program.json(*DUAL, "13")
    assert {row["element"] for row in found["rows"]} >= {"conduct", "fault", "thresholds"}
    assert found["open"]
    assert found["finding"] == {"question": "Is the conduct of this case an offence in PH?"}


def test_an_overlay_that_contradicts_itself_is_named(program: Program, tmp_path: Path) -> None:
    """Two files of an overlay that give the same entry otherwise are refused, with file and line."""
    folder = tmp_path / "law" / "instruments"
    folder.mkdir(parents=True)
    text = (LAW / "overlays" / "both" / "instruments" / "hanoi.yaml").read_text("utf-8")
    (folder / "a.yaml").write_text(text, "utf-8")
    (folder / "b.yaml").write_text(text.replace("2027-02-01", "2027-03-01"), "utf-8")
    arguments = (*ASK, "13", "--measure", "preserve", "--overlay", str(tmp_path / "law"))
    assert "got another entry than in" in program.refused(2, *arguments)
