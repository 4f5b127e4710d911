"""A request moves only as its states allow; no order of acts leads around a step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.directory import START
from comity.requests.errors import WrongState
from comity.requests.model import IN, OUT, Answer
from comity.requests.states import ANSWERS, STATES, WAITING, after, allowed, outcome

ACTS = ["change", "seal", "reopen", "confirm", "release", "withdraw", *ANSWERS]
FINAL = ("refused", "withdrawn")


def walk(acts: list[str], direction: str, state: str) -> list[tuple[str, str]]:
    """Try acts one after the other; gives those that were possible, each with the state it led to."""
    done = []
    for act in acts:
        try:
            state = after(direction, state, act)
        except WrongState:
            continue
        done.append((act, state))
    return done


@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_nothing_goes_out_without_being_sealed(acts: list[str]) -> None:
    """Each release follows a seal with nothing changed in between, whatever else was tried."""
    done = walk(acts, OUT, "draft")
    for i, (act, _) in enumerate(done):
        if act == "release":
            before = [a for a, _ in done[:i] if a != "confirm"]
            assert before[-1] == "seal"


@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_what_went_out_does_not_come_back(acts: list[str]) -> None:
    """After its release a request is never a draft or sealed again, and nothing follows a final state."""
    states = [state for _, state in walk(acts, OUT, "draft")]
    if "released" in states:
        assert set(states[states.index("released") :]) <= {*WAITING, *FINAL}
    assert not [state for state in states[:-1] if state in FINAL]


@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_an_answer_needs_a_release(acts: list[str]) -> None:
    """The receiver's word moves nothing that was not released."""
    done = [act for act, _ in walk(acts, OUT, "draft")]
    answered = [i for i, act in enumerate(done) if act in ANSWERS]
    assert not answered or "release" in done[: answered[0]]


@given(st.lists(st.sampled_from(ACTS), max_size=30))
def test_an_incoming_request_is_only_answered(acts: list[str]) -> None:
    """An incoming request knows no act but answers, and none after a refusal."""
    done = walk(acts, IN, "received")
    assert {act for act, _ in done} <= set(ANSWERS)
    assert "refused" not in [state for _, state in done[:-1]]


@pytest.mark.parametrize("direction", [OUT, IN])
def test_every_act_leads_to_a_known_state(direction: str) -> None:
    """Each state can be asked for its acts, and each act leads to a state of the list."""
    for state in STATES if direction == OUT else ANSWERS:
        assert set(allowed(direction, state).values()) <= set(STATES)


@pytest.mark.parametrize(
    ("state", "act"), [("draft", "release"), ("released", "seal"), ("withdrawn", "release"), ("refused", "accepted")]
)
def test_an_impossible_act_says_what_is_possible(state: str, act: str) -> None:
    """The error names the act, the state, and what could be done instead."""
    with pytest.raises(WrongState, match=f"'{act}' on a request that is {state}") as caught:
        after(OUT, state, act)
    assert all(one in caught.value.message for one in allowed(OUT, state)) or "final" in caught.value.message


def said(number: int, state: str, *, signed: bool = True, minute: int = 0) -> Answer:
    """An answer."""
    at = START + timedelta(minutes=minute)
    return Answer(str(number), "r", "p", state, code="", reason="", at=at, signed=signed, holder="Desk")


ANSWERED = st.lists(st.tuples(st.sampled_from(ANSWERS), st.booleans(), st.integers(0, 5)), max_size=6).map(
    lambda rows: [said(n, state, signed=signed, minute=minute) for n, (state, signed, minute) in enumerate(rows)]
)


@given(ANSWERED, st.randoms())
def test_the_order_of_arrival_does_not_matter(answers: list[Answer], random: object) -> None:
    """Answers lead to the same state, and the same ones count, in whatever order they came."""
    shuffled = list(answers)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis names no type for its randomness
    assert outcome(OUT, shuffled) == outcome(OUT, answers)


@given(ANSWERED)
def test_a_word_by_phone_never_stands_in_the_way(answers: list[Answer]) -> None:
    """The signed answers that count are those that would count if nobody had telephoned."""
    signed = [answer for answer in answers if answer.signed]
    assert [a for a in outcome(OUT, answers)[1] if a.signed] == outcome(OUT, signed)[1]


@given(ANSWERED)
def test_each_answer_that_counts_was_allowed(answers: list[Answer]) -> None:
    """Taken one after the other, the signed answers that count are each a possible act."""
    state = "released"
    for answer in outcome(OUT, [a for a in answers if a.signed])[1]:
        state = after(OUT, state, answer.state)


def test_no_answer_leaves_it_as_it_was() -> None:
    """Without an answer a request of ours is released, and one that came in is received."""
    assert (outcome(OUT, [])[0], outcome(IN, [])[0]) == ("released", "received")
