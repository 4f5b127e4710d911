"""Policies among members of the European Union: pointed out, for their instruments are not worked out here."""

from __future__ import annotations

from dataclasses import dataclass

from ..condition import Condition, State
from ..matter import UNION, Matter
from ..terms import Who


@dataclass(frozen=True)
class BothMembers:
    """Membership: are the two states members of the European Union?"""

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        members, fact = matter.index.members(UNION)
        both = members >= set(matter.pair)
        return Condition(
            policy="BothMembers",
            article="membership of the European Union",
            question=f"Are {' and '.join(matter.pair)} members of the European Union on {matter.question.on}?",
            state=State.NOT_MET if not both else State.LEAD if fact.lead else State.MET,
            why=f"the list of members {'names' if both else 'does not name'} both",
            source=fact.source,
            who=matter.who(Who.HERE),
            lead=fact.lead,
        )
