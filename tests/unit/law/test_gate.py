"""The safeguards gate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.decisions import engine
from comity.law.errors import NoSuchLaw
from comity.law.gate import Answer, Concern, Gate, Record, Secrecy, Stage

TODAY = date(2026, 11, 25)
GATE = Gate(engine().index.library)
MEASURES = list(engine().index.measures.measures)
GOOD = Answer(concern=Concern.NONE, text="Looked at.", name="A. Example", on=TODAY)


def record(measure: str = "disclose_content", stage: Stage = Stage.SENDING, **changes: object) -> Record:
    """Make a record in which everything needed is answered."""
    needed = [one.question.id for one in GATE.asked(measure, stage) if one.required]
    answers: Mapping[str, Answer] = dict.fromkeys(needed, GOOD)
    made = Record(measure=measure, stage=stage, answers=answers, necessity="Needed.", proportionality="Narrow.")
    return replace(made, **changes)  # type: ignore[arg-type]


def fields(one: Record) -> list[str]:
    """Name what is missing."""
    return [missing.field for missing in GATE.missing(one, TODAY)]


def test_there_are_nine_questions_for_every_measure_at_both_stages() -> None:
    """Every measure that can be asked for is shown all nine questions, of which it needs some."""
    for measure in MEASURES:
        for stage in Stage:
            asked = GATE.asked(measure, stage)
            assert len(asked) == 9
            assert any(one.required for one in asked)


def test_the_nearer_to_content_the_more_is_asked() -> None:
    """Preservation needs the fewest questions, content and interception all nine; executing needs no less than sending."""

    def needed(measure: str, stage: Stage) -> set[str]:
        return {one.question.id for one in GATE.asked(measure, stage) if one.required}

    chain = [
        "preserve",
        "disclose_path",
        "disclose_subscriber",
        "disclose_traffic",
        "disclose_content",
        "intercept_content",
    ]
    for stage in Stage:
        sizes = [len(needed(measure, stage)) for measure in chain]
        assert sizes == sorted(sizes)
        assert sizes[-1] == 9
    assert all(needed(measure, Stage.SENDING) <= needed(measure, Stage.EXECUTING) for measure in MEASURES)


@given(st.sampled_from(MEASURES), st.sampled_from(list(Stage)), st.data())
def test_unanswered_is_not_releasable(measure: str, stage: Stage, data: st.DataObject) -> None:
    """With everything answered nothing is missing; leave any answer out and just that is."""
    whole = record(measure, stage)
    assert fields(whole) == []
    left = data.draw(st.sampled_from(sorted(whole.answers)))
    less = {name: one for name, one in whole.answers.items() if name != left}
    assert fields(replace(whole, answers=less)) == [left]


@pytest.mark.parametrize("name", ["necessity", "proportionality"])
def test_necessity_and_proportionality_are_told_in_words(name: str) -> None:
    """An empty text, or one of spaces, is missing."""
    assert fields(replace(record(), **{name: "  "})) == [name]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change", [{"text": " "}, {"name": ""}, {"concern": None}, {"on": None}, {"on": date(2026, 11, 26)}]
)
def test_an_answer_has_a_text_and_a_name(change: dict[str, str]) -> None:
    """An answer without a text or without a person counts as none."""
    whole = record()
    assert fields(replace(whole, answers={**whole.answers, "gate-person": replace(GOOD, **change)})) == ["gate-person"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("second", "missing"), [("", True), ("A. Example", True), (" A. Example ", True), ("B. Example", False)]
)
def test_a_concern_needs_a_second_person(second: str, missing: bool) -> None:
    """A concern is looked at by a person other than the one who raised it."""
    raised = replace(GOOD, concern=Concern.RAISED, second=second)
    whole = record()
    found = fields(replace(whole, answers={**whole.answers, "gate-profession": raised}))
    assert found == (["gate-profession"] if missing else [])


@pytest.mark.parametrize(
    ("secrecy", "missing"),
    [
        (None, []),
        (Secrecy(reason="The suspect would delete it.", until=date(2026, 11, 26)), []),
        (Secrecy(reason="The suspect would delete it.", until=TODAY), ["secrecy.until"]),
        (Secrecy(reason="The suspect would delete it.", until=None), ["secrecy.until"]),
        (Secrecy(reason=" ", until=None), ["secrecy.reason", "secrecy.until"]),
    ],
)
def test_secrecy_needs_a_reason_and_an_end(secrecy: Secrecy | None, missing: list[str]) -> None:
    """Secrecy without a reason, or without an end date in the future, is not releasable."""
    assert fields(record(secrecy=secrecy)) == missing


def test_prompts_stand_at_their_questions() -> None:
    """Protected persons, political offences and persons, and penalties each have a prompt at their question."""
    found = {one.question.id for one in GATE.asked("disclose_content", Stage.SENDING) if one.prompts}
    assert found == {"gate-profession", "gate-purpose", "gate-person", "gate-penalty"}


def test_what_is_missing_names_its_article() -> None:
    """Each missing item names the article that asks for it and its source."""
    bare = Record(measure="disclose_content", stage=Stage.SENDING, answers={})
    assert all(one.article and one.source and one.text for one in GATE.missing(bare, TODAY))
    assert len(GATE.missing(bare, TODAY)) == 11


def test_unknown_names_are_refused() -> None:
    """An unknown measure and an answer to an unknown question are refused."""
    with pytest.raises(NoSuchLaw, match="got the measure 'arrest'"):
        GATE.asked("arrest", Stage.SENDING)
    with pytest.raises(NoSuchLaw, match="got the question 'gate-x'"):
        GATE.missing(record(answers={"gate-x": GOOD}), TODAY)
