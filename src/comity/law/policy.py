"""Policies: small classes with one question each, named after the article that asks it, which combine.

    policy = AllOf(InForceBetween(budapest), AnyOf(Article3ConventionOffence(), Article2hSeriousCrime()))
    condition = policy.ask(matter)

A policy reads a matter and gives a condition; it holds nothing but its own setting, so that it can be asked about any
number of matters in any order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from .condition import Condition, State, either, every

if TYPE_CHECKING:
    from .matter import Matter


class Policy(Protocol):
    """One question about a matter."""

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""


class _Joined:
    """Several policies that are asked together; the answer keeps each of theirs."""

    question: str
    join: Callable[[Iterable[State]], State]

    def __init__(self, *policies: Policy) -> None:
        self.policies = policies

    def ask(self, matter: Matter) -> Condition:
        """Ask each policy and join the answers; what decides nothing is left aside."""
        parts = tuple(one.ask(matter) for one in self.policies)
        weighed = [one for one in parts if one.decisive]
        return Condition(
            policy=type(self).__name__,
            article="; ".join(dict.fromkeys(one.article for one in parts)),
            question=self.question,
            state=type(self).join(one.state for one in weighed),
            why="",
            source="; ".join(dict.fromkeys(one.source for one in parts)),
            parts=parts,
        )


class Given:
    """A condition that was found before, as a policy."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def ask(self, matter: Matter) -> Condition:
        """Give the condition."""
        return self.condition


class AllOf(_Joined):
    """Met when each policy is."""

    question = "Are all of these met?"
    join = staticmethod(every)


class AnyOf(_Joined):
    """Met when one policy is; then the others are left out of the answer."""

    question = "Is one of these met?"
    join = staticmethod(either)

    def ask(self, matter: Matter) -> Condition:
        """Ask each policy; one that is met is enough."""
        found = super().ask(matter)
        if found.state is not State.MET:
            return found
        return replace(found, parts=tuple(one for one in found.parts if one.state is State.MET))
