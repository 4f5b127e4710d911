"""A candidate basis: whether it may be cited, why, and what it brings; and the decision that orders the candidates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .condition import Condition, Line, State, every
from .question import Question
from .terms import Kind
from .tier import Tier


class Standing(StrEnum):
    """Whether a basis may be named in the request: today, after an open question is answered, or not."""

    CITABLE = "citable"
    OPEN = "open"
    NOT_CITABLE = "not_citable"


@dataclass(frozen=True)
class Item:
    """Something that the request states, with the need for it."""

    id: str
    need: str
    line: Line


@dataclass(frozen=True)
class Ground:
    """A ground on which the requested side may refuse, put off or owes nothing."""

    id: str
    nature: str
    line: Line


@dataclass(frozen=True)
class Clock:
    """A time limit that the basis itself sets, or a *local* target that binds nobody."""

    id: str
    kind: str
    period: str
    starts: str
    local: bool
    line: Line


@dataclass(frozen=True)
class DualQuestion:
    """Dual criminality under this basis for this measure: whether it is asked about, the question, and the rules."""

    asked: bool
    question: str
    who: str
    rules: tuple[Line, ...]


@dataclass(frozen=True)
class Candidate:
    """One basis with everything that a drafter and a lawyer need to judge it."""

    id: str
    kind: Kind
    title: str
    standing: Standing
    why: str
    article: str
    source: str
    lead: bool
    conditions: tuple[Condition, ...]
    channel: tuple[Line, ...]
    addressees: tuple[str, ...]
    requires: tuple[Item, ...]
    clocks: tuple[Clock, ...]
    refusal: tuple[Ground, ...]
    dual_criminality: DualQuestion
    use_limits: tuple[Line, ...]
    safeguards: tuple[Line, ...]

    def leaves(self) -> Iterator[Condition]:
        """Give the single questions behind it."""
        for one in self.conditions:
            yield from one.leaves()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Give the single texts that *why* joins; none if it may be cited."""
        return reasons(self.standing, self.conditions)

    @property
    def open(self) -> tuple[Condition, ...]:
        """Give the questions that a named person must still answer."""
        return tuple(one for one in self.leaves() if one.state in (State.OPEN, State.LEAD))


@dataclass(frozen=True)
class Decision:
    """The candidates in order, for one question; a person chooses among them."""

    question: Question
    tier: Tier
    candidates: tuple[Candidate, ...]
    remarks: tuple[Line, ...]


def reasons(stands: Standing, conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    """Say what is in the way of citing: what failed, or else what must be answered first."""
    weighed = [leaf for one in conditions if one.decisive for leaf in one.leaves() if leaf.decisive]
    if stands is Standing.NOT_CITABLE:
        return tuple(dict.fromkeys(one.why for one in weighed if one.state is State.NOT_MET))
    asked = (one.question for one in weighed if one.state in (State.OPEN, State.LEAD))
    return tuple(dict.fromkeys(asked)) if stands is Standing.OPEN else ()


def standing(conditions: tuple[Condition, ...]) -> Standing:
    """Tell what the decisive conditions come to."""
    state = every(one.state for one in conditions if one.decisive)
    return {State.MET: Standing.CITABLE, State.NOT_MET: Standing.NOT_CITABLE}.get(state, Standing.OPEN)
