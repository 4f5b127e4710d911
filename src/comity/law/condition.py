"""What one question about a matter comes to: met, not met, open or a lead; with article, source and who can answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from .model import Fact


class State(StrEnum):
    """How a condition stands; a *lead* would be met if what nobody verified were confirmed."""

    MET = "met"
    LEAD = "lead"
    OPEN = "open"
    NOT_MET = "not_met"


@dataclass(frozen=True)
class Line:
    """One statement with its article and source; *yields_to* names a treaty that takes its place unless both agree."""

    text: str
    article: str
    source: str
    lead: bool = False
    yields_to: str = ""

    @classmethod
    def of(cls, fact: Fact, text: str, article: str, *, read: bool | None = None) -> Line:
        """Give a statement that rests on *fact*; *read* tells whether just this was read."""
        return cls(text, article, fact.source, fact.lead if read is None else not read)


@dataclass(frozen=True)
class Condition:
    """One question, how it stands and why; *who* can answer it while it is open.

    A condition that is not *decisive* is put to a person and changes nothing of what may be cited.
    """

    policy: str
    article: str
    question: str
    state: State
    why: str
    source: str
    who: str = ""
    lead: bool = False
    decisive: bool = True
    parts: tuple[Condition, ...] = ()

    def leaves(self) -> Iterator[Condition]:
        """Give the single questions that it is made of."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    @property
    def settled(self) -> bool:
        """Tell whether it is met or not met."""
        return self.state in (State.MET, State.NOT_MET)

    def aside(self) -> Condition:
        """Give the condition as one that is put to a person and decides nothing."""
        return replace(self, decisive=False, parts=tuple(part.aside() for part in self.parts))


def every(states: Iterable[State]) -> State:
    """Join states that must all be met: one that is not met settles it, then an open one, then a lead."""
    found = set(states)
    return next((one for one in (State.NOT_MET, State.OPEN, State.LEAD) if one in found), State.MET)


def either(states: Iterable[State]) -> State:
    """Join states of which one is enough: one that is met settles it, then a lead, then an open one."""
    found = set(states)
    return next((one for one in (State.MET, State.LEAD, State.OPEN) if one in found), State.NOT_MET)
