"""What every decision of the legal basis engine keeps to, over pairs of countries, measures and offences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders.decisions import engine, question
from builders.trials import tries
from comity.law.basis import Engine
from comity.law.candidate import Candidate, Decision, Standing
from comity.law.condition import Line
from comity.law.errors import BadQuestion, NoSuchLaw
from comity.law.plain import plain
from comity.law.question import Offence
from comity.law.status import in_force_between
from comity.law.terms import Kind

OVERLAYS = ["", "both", "one", "reserved", "displaced", "doubtful", "protocol", "waiting"]
PLACES = sorted({"LA", "KH", "QA", "AZ", "AE", "IE", "RS", "MM", "NA", "BH", "EG", *engine().index.library.profiled})
TOUCHED = ["AZ", "DE", "EE", "JP", "KH", "LA", "MY", "PH", "QA", "RS", "SG", "US", "VN"]
MEASURES = list(engine().index.measures.measures)
OFFENCES = [*range(7, 18), {"title": "Extortion", "here": 4, "there": 4}, {"title": "Insult", "here": 1}]
DAYS = st.dates(date(1999, 1, 1), date(2029, 12, 31))
VERDICT = re.compile(
    r"\b(is (met|fulfilled|satisfied|lawful|unlawful|guilty|granted|refused|admissible)|must be (granted|refused)"
    r"|(we|you) (may|must) (refuse|execute))\b"
)


@st.composite
def decisions(draw: st.DrawFn) -> tuple[Engine, Decision]:
    """Draw a question, and decide it."""
    here, there = draw(st.permutations(PLACES))[:2]
    flags = draw(st.sets(st.sampled_from(["provider", "emergency"])))
    asked = question(
        here, there, draw(st.sampled_from(OFFENCES)), draw(st.sampled_from(MEASURES)), draw(DAYS), *sorted(flags)
    )
    found = engine(draw(st.sampled_from(OVERLAYS)))
    return found, found.decide(asked)


def lines(one: Candidate) -> Iterator[Line]:
    """Give every line of a candidate."""
    yield from (*one.channel, *one.use_limits, *one.safeguards, *one.dual_criminality.rules)
    yield from (item.line for item in one.requires)
    yield from (ground.line for ground in one.refusal)
    yield from (clock.line for clock in one.clocks)


def texts(found: Decision) -> Iterator[str]:
    """Give every text that a person reads as the engine's own word."""
    for one in found.candidates:
        yield from (one.title, one.why, one.dual_criminality.question)
        yield from (leaf.question for leaf in one.leaves())
    yield from (line.text for line in found.remarks)


def check(maker: Engine, found: Decision) -> None:
    """Hold a decision against everything that must be so for each."""
    asked, library = found.question, maker.index.library
    for one in found.candidates:
        if one.standing is Standing.CITABLE and one.id in library.instruments:
            bond = in_force_between(library, asked.here, asked.there, instrument=one.id, on=asked.on)
            assert bond.binding, one.id
        if one.standing is Standing.CITABLE:
            assert not any(leaf.decisive and leaf.state in ("open", "lead", "not_met") for leaf in one.leaves())
        assert one.source and one.article and one.conditions
        assert all(leaf.source and leaf.article and leaf.question for leaf in one.leaves())
        assert all(line.source and line.article and line.text for line in lines(one))
        assert all(leaf.who for leaf in one.open)
        never = asked.measure in ("preserve", "extend_preservation", "disclose_path")
        assert not (never and one.dual_criminality.asked)
        assert one.dual_criminality.asked == bool(one.dual_criminality.question)
        assert all("local" in clock.line.article for clock in one.clocks if clock.local)
    assert not [text for text in texts(found) if VERDICT.search(text) or "{" in text]
    assert "hanoi" in [one.id for one in found.candidates]
    order = [one.standing for one in found.candidates]
    assert order == sorted(order, key=list(Standing).index)


@given(decisions())
@settings(max_examples=tries(150), deadline=None)
def test_every_decision_keeps_to_the_rules(drawn: tuple[Engine, Decision]) -> None:
    """Nothing is cited that is not in force for both; no verdict; every line has a source; every open question somebody."""
    check(*drawn)


@given(decisions())
@settings(max_examples=tries(40), deadline=None)
def test_a_decision_is_a_function_of_law_and_question(drawn: tuple[Engine, Decision]) -> None:
    """A fresh engine on the same law gives the same decision, whatever was asked before."""
    maker, found = drawn
    assert plain(Engine(maker.index.library).decide(found.question)) == plain(found)


@pytest.mark.soak
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_decision_between_all_profiled_countries(overlay: str) -> None:
    """All pairs of profiled countries, or of those that an overlay touches, with all measures and offences keep to the rules."""
    maker, day = engine(overlay), date(2027, 6, 1)
    places = TOUCHED if overlay else PLACES
    for here, there, measure, what in product(places, places, MEASURES, OFFENCES):
        if here != there:
            check(maker, maker.decide(question(here, there, what, measure, day)))


@given(decisions())
@settings(max_examples=tries(100), deadline=None)
def test_a_provider_abroad_is_reached_only_by_an_article_that_says_so(drawn: tuple[Engine, Decision]) -> None:
    """For a provider no treaty may be cited but one whose article names providers."""
    found = drawn[1]
    if found.question.addressee == "provider":
        citable = [one for one in found.candidates if one.standing is Standing.CITABLE]
        assert {one.id for one in citable if one.kind is Kind.TREATY} <= {"budapest-sap2"}
        assert all("provider" in one.addressees for one in citable)


@pytest.mark.parametrize(
    ("here", "there", "measure", "message"),
    [
        ("VN", "VN", "preserve", "expected two parties"),
        ("VN", "XX", "preserve", "expected a known code"),
        ("Q9", "PH", "preserve", "expected a known code"),
        ("VN", "PH", "arrest", "expected one of: preserve"),
    ],
)
def test_an_unknown_name_is_refused(here: str, there: str, measure: str, message: str) -> None:
    """The same country twice, an unknown country and an unknown measure are named, with what was expected."""
    with pytest.raises(NoSuchLaw, match=message):
        engine().decide(question(here, there, 13, measure, date(2026, 11, 25)))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"article": 6}, "expected one of Articles 7 to 17"),
        ({"article": 18}, "expected one of Articles 7 to 17"),
        ({"article": 13, "title": "Fraud"}, "expected one of the two"),
        ({}, "expected one of the two"),
        ({"title": "Fraud", "years_here": -1.0}, "expected 0 or more"),
        ({"title": "Fraud", "years_there": float("nan")}, "expected 0 or more"),
        ({"article": 13, "years_here": 4.0}, "expected them for another offence only"),
    ],
)
def test_a_question_that_contradicts_itself_is_refused(wrong: dict[str, object], message: str) -> None:
    """An offence is one article from 7 to 17, or a title with years that are not negative."""
    with pytest.raises(BadQuestion, match=message):
        Offence(**wrong)  # type: ignore[arg-type]
