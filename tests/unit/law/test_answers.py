"""A drafter's answers: recorded with source, name and date, and never taken for an answer to another question."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.law import CHECKED, TODAY, shipped, write
from comity.law.answers import Verdict, answers, blank, make, question, questions, record
from comity.law.errors import BadLaw, NoSuchLaw
from comity.law.library import Library, load
from comity.law.matrix import State, matrix


def put(library: Library, name: str, state: str = "met", **more: str) -> Library:
    """Record an answer and load again."""
    given_by = {"source": "Gazette 12", **more}
    record(library, "VN", name, make(library, name, state=Verdict(state), by="A. Example", on=TODAY, **given_by))
    return load(library.folder)


def test_an_answer_is_read_back_as_it_was_given(tmp_path: Path) -> None:
    """State, provision, note, source, name and date come back, and the question as it was asked."""
    library = put(load(tmp_path), "h07-01", "partly", provision="Art. 289", note='See "b": [c] #d')
    found = answers(library, "vn")["h07-01"]
    assert (found.state, found.provision, found.note) == (Verdict.PARTLY, "Art. 289", 'See "b": [c] #d')
    assert (found.source, found.verified_by, found.date, found.lead) == ("Gazette 12", "A. Example", TODAY, False)
    assert found.stands(question(library, "h07-01"))


def test_a_later_answer_replaces_the_earlier_one_and_nothing_else(tmp_path: Path) -> None:
    """Answers to other questions, and what a person wrote into the file, stay as they are."""
    library = put(put(put(load(tmp_path), "h07-01"), "h12-01", "gap"), "h13-01")
    path = tmp_path / "answers" / "VN.yaml"
    path.write_text(
        "# kept by hand\n" + path.read_text("utf-8").replace("  h12-01:", "  # mind this\n  h12-01:"), "utf-8"
    )
    library = put(load(tmp_path), "h12-01", "met", note="new law")
    text = path.read_text("utf-8")
    assert ("# kept by hand" in text, "# mind this" in text, text.count("h12-01:")) == (True, True, 1)
    assert {name: one.state for name, one in answers(library, "VN").items()} == dict.fromkeys(
        ("h07-01", "h12-01", "h13-01"), Verdict.MET
    )


def test_an_answer_to_a_question_that_reads_otherwise_is_to_be_confirmed(tmp_path: Path) -> None:
    """After an upgrade that changes a question's text its answer counts for nothing until somebody answers again."""
    text = (
        f"country: VN\nanswers:\n  h07-01: {{state: met, asked: Is hacking an offence?, verified: true, {CHECKED}}}\n"
    )
    library = load(write(tmp_path, answers__VN=text))
    (cell,) = [cell for row in matrix(library, "VN", TODAY).rows for cell in row.cells if cell.question.id == "h07-01"]
    assert (cell.state, cell.by) == (State.TO_CONFIRM, "A. Example")
    assert "Is hacking an offence?" in cell.why
    again = put(library, "h07-01")
    assert matrix(again, "VN", TODAY).rows[6].cells[0].state is State.MET


def test_a_new_line_in_the_text_of_a_question_is_no_change(tmp_path: Path) -> None:
    """Only words make a question another one."""
    asked = question(shipped(), "h07-01").question.replace(" ", "\n      ", 3)
    text = (
        f"country: VN\nanswers:\n  h07-01:\n    state: met\n    asked: {asked}\n    verified: true\n    "
        + CHECKED.replace(", ", "\n    ")
    )
    library = load(write(tmp_path, answers__VN=text + "\n"))
    assert answers(library, "VN")["h07-01"].stands(question(library, "h07-01"))


@pytest.mark.parametrize(("by", "source"), [("", "Gazette 12"), ("A. Example", ""), ("  ", "Gazette 12")])
def test_an_answer_names_a_person_and_a_source(by: str, source: str) -> None:
    """An answer without a name or a source is refused."""
    with pytest.raises(BadLaw, match="expected it"):
        make(shipped(), "h07-01", state=Verdict.MET, by=by, on=TODAY, source=source)


def test_an_answer_needs_an_overlay_and_a_question_that_there_is() -> None:
    """Without an overlay nothing can be kept, and an unknown question is told."""
    made = make(shipped(), "h07-01", state=Verdict.MET, by="A. Example", on=TODAY, source="Gazette")
    with pytest.raises(BadLaw, match="overlay"):
        record(shipped(), "VN", "h07-01", made)
    with pytest.raises(NoSuchLaw, match="such as h01-01"):
        question(shipped(), "h7-1")


def test_an_answer_in_another_file_is_not_answered_a_second_time(tmp_path: Path) -> None:
    """An answer that stands in a sheet with another name must be changed there."""
    text = f"country: VN\nanswers:\n  h07-01: {{state: met, asked: A, verified: true, {CHECKED}}}\n"
    with pytest.raises(BadLaw, match="an answer to h07-01 already"):
        put(load(write(tmp_path, answers__ministry=text)), "h07-01")


def test_a_blank_sheet_filled_in_is_read(tmp_path: Path) -> None:
    """A sheet whose comment marks are taken away and whose gaps are filled answers every question."""
    sheet = blank(load(tmp_path), "VN").replace("met | partly | gap | not_applicable", "met")
    for key, value in (("provision", "Art. 1"), ("note", "none"), ("source", "Gazette"), ("verified_by", "A. Example")):
        sheet = sheet.replace(f"{key}:\n", f"{key}: {value}\n")
    sheet = sheet.replace("date:\n", "date: 2026-11-20\n")
    lines = [line for line in sheet.splitlines() if not line.startswith("  # Article")]
    filled = "\n".join(line.replace("  # ", "  ", 1) for line in lines) + "\n"
    library = load(write(tmp_path, answers__VN=filled))
    assert answers(library, "VN").keys() == questions(library).keys()
    assert matrix(library, "VN", TODAY).counts()[State.MET] == len(questions(library))


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from(["h07-01", "h12-01", "h25-01"]), st.sampled_from(["met", "gap"])), max_size=6)
)
def test_the_last_answer_to_each_question_is_the_one_kept(given_answers: list[tuple[str, str]]) -> None:
    """In whatever order questions are answered, again and again, the file holds the last answer to each."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        library = load(Path(folder))
        for name, state in given_answers:
            library = put(library, name, state, note="a\nb: c")
        assert {name: one.state for name, one in answers(library, "VN").items()} == dict(given_answers)
