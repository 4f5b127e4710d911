"""In which of the three tiers of the Convention an offence stands, for two states on a day; open where nobody can say yet.

1. tier 1: conduct under Articles 7 to 17 that neither state reserved, and that is not left out because the law that
   implements it has not begun to apply;
2. tier 2: serious crime, a maximum of at least four years (Article 2(h)), where the first is not met, or open;
3. tier 3: neither of the two.
"""

from __future__ import annotations

from dataclasses import dataclass

from .condition import Condition, State
from .matter import Matter
from .policies.convention import (
    Article2hSeriousCrime,
    Article3ConventionOffence,
    Implemented,
    ReservationOnOffence,
)
from .policy import AllOf, Policy
from .terms import CONVENTION, Rule

OPEN = "open"


@dataclass(frozen=True)
class Tier:
    """The tier, or *open*, with the conditions that it rests on."""

    name: str
    convention: Condition
    serious: Condition


def line_of_four_years(matter: Matter) -> Rule:
    """Give the rule that draws the line of serious crime."""
    rule = matter.index.library.cooperation.serious_crime
    named = matter.index.library.contents.sources
    source = "; ".join(named[key].what for key in rule.source.split("; "))
    return Rule(article=rule.article, text=rule.open_point, source=source, verified=rule.verified)


def convention_offence(matter: Matter) -> AllOf:
    """Give the policy of tier 1."""
    policies: list[Policy] = [Article3ConventionOffence()]
    if matter.question.offence.article:
        treaty = matter.index.library.instrument(CONVENTION)
        policies += [ReservationOnOffence(treaty), Implemented(requested=False), Implemented(requested=True)]
    return AllOf(*policies)


def tier(matter: Matter) -> Tier:
    """Place the offence of a matter."""
    first = convention_offence(matter).ask(matter)
    second = Article2hSeriousCrime(line_of_four_years(matter)).ask(matter)
    if first.state is State.MET:
        name = "tier-1"
    elif second.state is State.MET:
        name = "tier-2"
    else:
        name = "tier-3" if first.state is second.state is State.NOT_MET else OPEN
    return Tier(name, first, second)
