"""How conditions join, and that policies say what they are."""

from __future__ import annotations

import inspect
from datetime import date
from itertools import permutations, product

import pytest

from builders.decisions import engine, question
from comity.law.condition import Condition, State, either, every
from comity.law.matter import Matter
from comity.law.policies import convention, domestic, provider, treaty, union
from comity.law.policy import AllOf, AnyOf, Given

STATES = list(State)
MATTER = Matter.of(engine().index, question("VN", "PH", 13, "preserve", date(2026, 11, 25)))
POLICIES = [
    kind
    for module in (convention, domestic, provider, treaty, union)
    for _, kind in inspect.getmembers(module, inspect.isclass)
    if kind.__module__ == module.__name__
]


def given(state: State, *, decisive: bool = True) -> Given:
    """Make a policy that always gives one state."""
    return Given(Condition("Given", "1", "Is it?", state, "", "a source", "somebody", decisive=decisive))


@pytest.mark.parametrize(("one", "other"), list(product(STATES, STATES)))
def test_all_of_and_any_of_are_each_others_mirror(one: State, other: State) -> None:
    """Both must be met for all; one is enough for any; a lead or an open point never makes either of them met alone."""
    whole, part = AllOf(given(one), given(other)).ask(MATTER), AnyOf(given(one), given(other)).ask(MATTER)
    assert (whole.state is State.MET) == (one is other is State.MET)
    assert (part.state is State.MET) == (State.MET in (one, other))
    assert (whole.state is State.NOT_MET) == (State.NOT_MET in (one, other))
    assert (part.state is State.NOT_MET) == (one is other is State.NOT_MET)


def test_joining_does_not_depend_on_the_order() -> None:
    """Any order of the same states gives the same state."""
    for states in product(STATES, repeat=3):
        assert {every(order) for order in permutations(states)} == {every(states)}
        assert {either(order) for order in permutations(states)} == {either(states)}


def test_nothing_at_all_is_met_for_all_and_not_for_any() -> None:
    """Without policies all are met, and not one is."""
    assert (AllOf().ask(MATTER).state, AnyOf().ask(MATTER).state) == (State.MET, State.NOT_MET)


def test_a_condition_that_decides_nothing_is_kept_and_not_weighed() -> None:
    """It stands among the parts and does not change the state."""
    found = AllOf(given(State.MET), given(State.OPEN, decisive=False)).ask(MATTER)
    assert found.state is State.MET
    assert [one.state for one in found.leaves()] == [State.MET, State.OPEN]


def test_any_of_shows_only_what_is_met_once_something_is() -> None:
    """What did not serve is left out when something else does."""
    found = AnyOf(given(State.OPEN), given(State.MET)).ask(MATTER)
    assert [one.state for one in found.leaves()] == [State.MET]


@pytest.mark.parametrize("kind", POLICIES, ids=lambda kind: kind.__name__)
def test_a_policy_puts_one_question_and_names_its_rule(kind: type) -> None:
    """Each policy's docstring begins with its article or rule and puts one question."""
    first = (inspect.getdoc(kind) or "").splitlines()[0]
    assert ":" in first
    assert first.endswith("?")
    assert first.count("?") == 1
