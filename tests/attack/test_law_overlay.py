"""An overlay is a stranger's file: it cannot swell, run, draw, colour the terminal or pass for what it is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from builders.law import CHECKED, TODAY, found, offence, parties, write
from builders.program import Program
from comity.law.answers import Verdict, answers, make, record
from comity.law.errors import BadLaw
from comity.law.gaps import gaps, table
from comity.law.library import load
from comity.law.matrix import matrix
from comity.law.status import Answer, party
from comity.law.tiles import svg, tile_map

BOMB = "country: &a VN\ncurrency: *a\n"


@pytest.fixture
def program(capsys: pytest.CaptureFixture[str]) -> Program:
    """Give the program."""
    return Program(capsys)


@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "country: VN\na: " + "{a: " * 400,
        "country: VN\ncurrency: '" + "x" * 2 * 1024 * 1024 + "'",
        "country: !!python/object/apply:os.system [id]",
        "country: VN\nlegal_system: !!binary aGk=",
        "<<: {country: VN}\n",
        "country: VN\n---\ncountry: PH\n",
    ],
)
def test_yaml_that_swells_or_runs(tmp_path: Path, text: str) -> None:
    """Aliases, deep nesting, huge files, tags, merges and a second document are refused."""
    with pytest.raises(BadLaw, match="expected"):
        load(write(tmp_path, national__vn=text))


@pytest.mark.parametrize("sign", ["\\e[31m", "\\u202E", "\\u0000", "\\u200B", "\\x9b31m"])
def test_signs_that_fool_the_eye(tmp_path: Path, sign: str) -> None:
    """Terminal controls, direction changes and invisible characters are refused in any text."""
    text = "country: VN\n" + found("4").replace("Example Act", f'"Example{sign} Act"')
    with pytest.raises(BadLaw, match="text that can be seen"):
        load(write(tmp_path, national__vn=text))


def test_text_that_looks_like_style(tmp_path: Path, program: Program) -> None:
    """Square brackets in an overlay's text are printed as they are and hide nothing."""
    text = "country: FJ\n" + found("4").replace(
        "Example Act", "'[conceal]Example[/conceal] [link=https://example.org]Act'"
    )
    write(tmp_path, national__fj=text)
    assert "[conceal]Example[/conceal]" in program.run("law", "country", "FJ", "--overlay", tmp_path)


def test_markup_in_a_name(tmp_path: Path) -> None:
    """Markup in the name of an instrument stays text in the picture."""
    text = f"""id: other
name: Other
short_name: '</title><script>alert(1)</script>"'
kind: convention
depositary: none
entry: {{status: not_in_force, verified: true, {CHECKED}}}
coverage: {{complete: true, verified: true, {CHECKED}}}
"""
    picture = svg(tile_map(load(write(tmp_path, instruments__o=text)), "other", TODAY))
    assert "<script" not in picture
    assert len(list(ET.fromstring(picture).iter("{http://www.w3.org/2000/svg}title"))) == 199


def test_a_formula_for_the_spreadsheet(tmp_path: Path) -> None:
    """A cell that a spreadsheet would run is given as text."""
    for name, text in (("h07-01", "=HYPERLINK(1)"), ("h08-01", "@SUM(1)"), ("h09-01", "+1"), ("h10-01", "-1")):
        library = load(write(tmp_path))
        made = make(library, name, state=Verdict.GAP, by=text, on=TODAY, source="Gazette", note=text)
        record(library, "VN", name, made)
    out = table(gaps(matrix(load(tmp_path), "VN", TODAY)))
    assert [line for line in out.split(",") if line[:1] in ("=", "@", "+")] == []


def test_an_answer_that_would_write_other_keys(tmp_path: Path) -> None:
    """Line breaks and quotes in an answer stay inside it."""
    library = load(write(tmp_path))
    note = 'x"\n    verified_by: "Minister\n  h12-01: {}'
    record(library, "VN", "h07-01", make(library, "h07-01", state=Verdict.GAP, by="A", on=TODAY, source="S", note=note))
    ((name, one),) = answers(load(tmp_path), "VN").items()
    assert (name, one.verified_by, one.note) == ("h07-01", "A", " ".join(note.split()))


def test_a_party_that_is_only_said_to_be_bound(tmp_path: Path) -> None:
    """A row that nobody verified binds nobody; one without a day binds from the day it was checked, not before."""
    rows = parties("party: VN, status: party", instrument="budapest")
    dated = load(write(tmp_path / "a", instruments__b=rows))
    days = (date(2026, 11, 19), date(2026, 11, 20))
    found_on = [party(dated, "VN", "budapest", day).bound.answer for day in days]
    assert found_on == [Answer.UNKNOWN, Answer.YES]
    lead = load(write(tmp_path / "b", instruments__b=rows.replace("verified: true", "verified: false")))
    assert party(lead, "VN", "budapest", TODAY).bound.answer is Answer.UNKNOWN


def test_an_overlay_that_says_less_than_it_must(tmp_path: Path) -> None:
    """An entry without the person who stands for it is refused; a drafter cannot hide behind the shipped source."""
    text = "country: VN\n" + offence("status: not_researched\n    source: Gazette\n    date: 2026-11-20")
    with pytest.raises(BadLaw, match="verified_by"):
        load(write(tmp_path, national__vn=text))


def test_a_link_out_of_the_folder(tmp_path: Path) -> None:
    """A file that is no profile is not read as one, wherever a link leads."""
    (tmp_path / "ov" / "national").mkdir(parents=True)
    (tmp_path / "secret").write_text("root:x:0:0\n")
    (tmp_path / "ov" / "national" / "vn.yaml").symlink_to(tmp_path / "secret")
    with pytest.raises(BadLaw, match="expected") as caught:
        load(tmp_path / "ov")
    assert "root:x" not in str(caught.value)
