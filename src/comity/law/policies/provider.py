"""Policies on requests to a provider in another state: what lets it be asked without the authorities of its state."""

from __future__ import annotations

from dataclasses import dataclass

from ..condition import Condition, State
from ..matter import Matter
from ..terms import Pair, Rule, Who


@dataclass(frozen=True)
class KnownAgreement:
    """An agreement that is known by name only: is there one between the two on direct orders?"""

    pair: Pair

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        come = self.pair.in_force.by(matter.question.on)
        read = self.pair.verified
        state = (State.MET if read else State.LEAD) if come else State.NOT_MET if come is False and read else State.OPEN
        return Condition(
            policy="KnownAgreement",
            article=self.pair.name,
            question=f"Is it in force between {' and '.join(self.pair.parties)} on {matter.question.on}?",
            state=state,
            why=f"said to be in force from {self.pair.in_force}",
            source=self.pair.source,
            who="" if state is State.NOT_MET else matter.who(Who.HERE),
            lead=self.pair.lead,
        )


@dataclass(frozen=True)
class Article2oEmergency:
    """Article 2(o): is there a significant and imminent risk to the life or safety of a natural person?"""

    rule: Rule

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        return Condition(
            policy="Article2oEmergency",
            article=self.rule.article,
            question="Is there a significant and imminent risk to the life or safety of a person, and which senior officer "
            "has confirmed it in a second channel?",
            state=State.OPEN,
            why=self.rule.text,
            source=self.rule.source,
            who=matter.who(Who.CASE),
            lead=self.rule.lead,
            decisive=False,
        )
