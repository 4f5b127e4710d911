"""The commands on the law, run as a person runs them."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from builders.law import found, write
from builders.program import Program
from comity.law.library import load

ON = ("--on", "2026-11-25")


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let tables be wide, the program speak English, and no overlay be named from outside."""
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.setenv("COMITY_LANGUAGE", "en")
    monkeypatch.delenv("COMITY_OVERLAY", raising=False)


def test_the_instruments_are_summed_up(program: Program) -> None:
    """Without a country every instrument is shown, and the Convention is not known to be in force."""
    rows = {row["id"]: row for row in program.json("law", "status", *ON)}
    assert (rows["hanoi"]["force"]["answer"], rows["hanoi"]["signed"], rows["budapest"]["bound"]) == ("unknown", 75, 81)
    text = program.run("law", "status", *ON)
    assert "Hanoi Convention: 1 of 40 consents recorded" in text


def test_one_country_is_shown_with_reasons(program: Program) -> None:
    """A country's standing comes with what it rests on, what is open, and its reservations."""
    text = program.run("law", "status", "qa", *ON)
    assert "QA has consented to be bound by the Hanoi Convention and is not recorded as bound" in text
    assert "? Is QA bound by the Hanoi Convention? Ask the depositary." in text
    assert "reservation, 63(2): Not bound by Article 63(2)." in text
    (row,) = program.json("law", "status", "qa", "--instrument", "hanoi", *ON)["rows"]
    assert row[1]["standing"] == "consented"


def test_one_instrument_is_listed(program: Program) -> None:
    """The list of an instrument names everybody on it, and marks leads."""
    text = program.run("law", "status", "--instrument", "hanoi", *ON)
    assert "CA Canada" in text
    assert [line for line in text.splitlines() if "(lead)" in line] == [
        line for line in text.splitlines() if line.strip().startswith("CA Canada")
    ]


def test_a_tile_map_is_written(program: Program, tmp_path: Path) -> None:
    """The map of the instrument asked for is written to a file; a file that cannot be written is told."""
    program.run("law", "status", "--instrument", "budapest", "--svg", tmp_path / "map.svg", *ON)
    assert "Budapest Convention on 25 Nov 2026" in (tmp_path / "map.svg").read_text("utf-8")
    code, _, err = program.end("law", "status", "--json", "--svg", tmp_path / "none" / "map.svg", *ON)
    assert (code, "expected a file to write" in err) == (1, True)


def test_gaps_are_ranked_and_say_who_says_so(program: Program) -> None:
    """The gaps of Viet Nam begin with the one that was looked for and not found, as a suggestion with its source."""
    text = program.run("law", "gaps", "VN", *ON)
    assert "  1 gap  Article 12" in text
    assert "suggested by the profile, to be confirmed: none found." in text
    assert "questions have no answer yet: --all" in text
    assert "base 3 years < 4 (lead)  aggravated 12 years ≥ 4 serious crime (lead)  Art. 287" in text
    data = program.json("law", "gaps", "VN", *ON)
    assert data["gaps"][0]["cell"]["question"]["id"] == "h12-01"
    assert data["penalties"]["11"][0]["aggravated_serious"] is True


def test_gaps_come_as_a_table(program: Program) -> None:
    """The table for a spreadsheet holds every question that is not met."""
    rows = list(csv.DictReader(io.StringIO(program.run("law", "gaps", "VN", "--csv", *ON))))
    data = program.json("law", "gaps", "VN", "--all", *ON)
    assert [row["id"] for row in rows] == [gap["cell"]["question"]["id"] for gap in data["gaps"]]


def test_an_answer_is_recorded_and_shown(program: Program, tmp_path: Path) -> None:
    """A drafter's answer is kept in the overlay and stands in the gaps and among the answers."""
    given = ("--state", "partly", "--by", "A. Example", "--source", "Gazette 12", "--overlay", tmp_path, *ON)
    made = program.json("law", "answer", "VN", "h07-01", *given)
    assert Path(made["file"]) == tmp_path / "answers" / "VN.yaml"
    assert "A. Example 2026-11-25 · Gazette 12" in program.run("law", "answer", "VN", "--overlay", tmp_path)
    assert "A. Example 2026-11-25 · Gazette 12" in program.run("law", "gaps", "VN", "--overlay", tmp_path)
    assert load(tmp_path).folder == tmp_path


def test_an_answer_that_lacks_something_is_refused(program: Program, tmp_path: Path) -> None:
    """An answer needs a question, a state, a person, a source and a folder; nothing is written without them."""
    full = {"--state": "met", "--by": "A. Example", "--source": "Gazette", "--overlay": str(tmp_path)}
    for missing in full:
        given = [part for pair in full.items() if pair[0] != missing for part in pair]
        program.refused(2, "law", "answer", "VN", "h07-01", *given)
    program.refused(2, "law", "answer", "VN", "h99-99", *[part for pair in full.items() for part in pair])
    assert list(tmp_path.iterdir()) == []


def test_a_blank_sheet_is_printed(program: Program) -> None:
    """The sheet to fill in holds every question."""
    assert program.run("law", "answer", "VN", "--blank").count("verified_by:") == 251


def test_countries_are_compared(program: Program) -> None:
    """Elements, penalty, conditions and source of each stand side by side, leads marked."""
    text = program.run("law", "compare", "VN", "PH", "EE", "--article", 7)
    assert "further act: access alone is not enough" in text
    assert "12 years ≥ 4 serious crime (lead)" in text
    powers = program.run("law", "compare", "JP", "EE", "--article", 25)
    assert "authorised by" in powers
    assert "P30D" in powers


def test_an_article_is_shown_with_its_questions(program: Program) -> None:
    """An article that was not compared with the text says so; one that was does not."""
    text = program.run("law", "article", 42)
    assert "Not yet compared with the certified text: a lead." in text
    assert "h42-01" in text
    assert "a lead" not in program.run("law", "article", 7)
    assert program.json("law", "article", 42)["lead"] is True


def test_a_country_is_shown_as_a_sheet(program: Program) -> None:
    """A sheet holds authorities, languages, powers, periods and assistance, each lead marked; an unknown one says so."""
    text = program.run("law", "country", "DE", *ON)
    for part in ("central authority: ", "24/7 point of contact: ", "languages: de (lead)", "authorised by: ", "P10W"):
        assert part in text
    assert "nothing was researched" in program.run("law", "country", "FJ", *ON)


@pytest.mark.parametrize("code", ["VN", "PH", "SG", "DE", "US"])
def test_no_sheet_hides_a_lead(program: Program, code: str) -> None:
    """Every fact of a profile that was not read is shown with the mark of a lead, and no other line of that source."""
    profile = program.json("law", "country", code, *ON)["profile"]
    lines = program.run("law", "country", code, *ON).splitlines()
    for name in ("retention", "thresholds", "remarks"):
        for fact in profile.get(name, []):
            told = fact.get("data") or fact.get("what") or fact["text"]
            assert any(told in line and ("(lead)" in line) == fact["lead"] for line in lines), told
    for entry in (*profile["offences"].values(), *profile["powers"].values()):
        for fact in entry.get("provisions", []):
            named = f"{fact.get('section', '')} {fact['act']}".strip()
            assert any(line.strip().startswith(named) and ("(lead)" in line) == fact["lead"] for line in lines), named


def test_an_overlay_is_read_from_the_environment(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """COMITY_OVERLAY names the overlay; what it gives is shown with who verified it and when."""
    write(tmp_path, national__fj="country: FJ\n" + found("4"))
    monkeypatch.setenv("COMITY_OVERLAY", str(tmp_path))
    assert "s. 1 Example Act (verified by A. Example, 2026-11-20)" in program.run("law", "country", "FJ", *ON)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["status", "XX"], "expected a known code"),
        (["status", "--instrument", "nato"], "expected one of: hanoi"),
        (["status", "--on", "2026-02-30"], "2026-02-30"),
        (["gaps", "XX"], "expected a known code"),
        (["compare", "VN", "--article", "3"], "7 to 17 or 25 to 30"),
        (["article", "69"], "1 to 68"),
        (["country", "VN", "--overlay", "nowhere"], "no such folder"),
    ],
)
def test_what_is_not_known_is_told(program: Program, arguments: list[Any], expected: str) -> None:
    """A country, instrument, day, article or folder that there is none of ends with code 2 and says what there is."""
    assert expected in program.refused(2, "law", *arguments)


def test_the_gaps_are_printed_as_a_report(program: Program, tmp_path: Path) -> None:
    """`--pdf` writes a report, says where, and with `--json` says the same to a machine."""
    file = tmp_path / "gaps.pdf"
    assert f"report on VN written to {file}" in program.run("law", "gaps", "vn", "--pdf", file, *ON)
    first = file.read_bytes()
    assert program.json("law", "gaps", "VN", "--pdf", file, *ON)["file"] == str(file)
    assert file.read_bytes() == first
    assert first.startswith(b"%PDF-")


def test_a_report_that_cannot_be_written_is_refused(program: Program, tmp_path: Path) -> None:
    """A folder that is not there, and two forms of output at once, are named as what is wrong."""
    assert "expected a file to write" in program.refused(1, "law", "gaps", "VN", "--pdf", tmp_path / "no" / "x.pdf")
    assert "--csv goes alone" in program.refused(2, "law", "gaps", "VN", "--pdf", tmp_path / "x.pdf", "--csv")
    assert not (tmp_path / "x.pdf").exists()


def test_an_organisation_of_states_has_treaties_but_no_penal_law(program: Program) -> None:
    """The European Union may be asked about as a party; where the law of a state is meant, it is refused."""
    assert "European Union" in program.run("law", "status", "EU", *ON)
    sides = ("--from", "VN", "--to", "EU", "--offence", "13")
    for line in (("gaps", "EU"), ("country", "EU"), ("dual", *sides), ("basis", *sides, "--measure", "preserve")):
        assert "expected a state" in program.refused(2, "law", *line)


def test_a_blank_sheet_is_given_to_machines_too(program: Program) -> None:
    """`--blank --json` holds the same sheet as a text."""
    data = program.json("law", "answer", "vn", "--blank")
    assert data == {"country": "VN", "sheet": program.run("law", "answer", "VN", "--blank")}


def test_a_map_that_cannot_be_written_prints_nothing(program: Program, tmp_path: Path) -> None:
    """Where the file of the map cannot be written, that is all that is said."""
    assert "expected a file to write" in program.refused(1, "law", "status", "--svg", tmp_path / "no" / "x.svg", *ON)
