"""Policies of national law: an act on assistance, reciprocity, a power that carries the measure out, dual criminality."""

from __future__ import annotations

from dataclasses import dataclass

from ..condition import Condition, State, either
from ..country import Country, Found, Power, PowerProvision
from ..matrix import titled
from ..matter import Matter
from ..terms import Who


@dataclass(frozen=True)
class AssistanceAct:
    """The act on mutual legal assistance: has the requested state one that is in force on the day?"""

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        code, act = matter.there.country, matter.there.mutual_legal_assistance.statute
        known = act is not None and bool(act.act)
        if act is None or not known:
            state, why = State.OPEN, "no act is recorded"
        else:
            why = f"{act.act}, {act.section}" if act.section else act.act
            come = act.in_force_from.by(matter.question.on) if act.in_force_from else True
            read = State.MET if act.verified else State.LEAD
            state = read if come else State.NOT_MET if come is False and act.verified else State.OPEN
            why += f"; in force from {act.in_force_from}" if act.in_force_from else ""
        return Condition(
            policy="AssistanceAct",
            article=f"law of {code}",
            question=f"Has {code} an act on mutual legal assistance in force on {matter.question.on}?",
            state=state,
            why=why,
            source=act.source if act else f"profile of {code}",
            who="" if state in (State.MET, State.NOT_MET) else matter.who(Who.THERE),
            lead=state is State.LEAD,
        )


@dataclass(frozen=True)
class Reciprocity:
    """Reciprocity: does the law of the requested state know help on the assurance of like help?"""

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        code, act = matter.there.country, matter.there.mutual_legal_assistance.statute
        known = act is not None and bool(act.reciprocity)
        state = State.OPEN if act is None or not known else State.LEAD if act.lead else State.MET
        return Condition(
            policy="Reciprocity",
            article=f"law of {code}",
            question=f"Does the law of {code} know help on reciprocity?",
            state=state,
            why=f"{act.act}: {act.reciprocity}" if act and known else "nothing is recorded",
            source=act.source if act else f"profile of {code}",
            who="" if state is State.MET else matter.who(Who.THERE),
            lead=state is State.LEAD,
        )


@dataclass(frozen=True)
class PowerToExecute:
    """Articles 25 to 30 at home: has a state one of the powers that carry the measure out, for this offence, on the day?"""

    requested: bool
    decisive: bool = False

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        country = matter.there if self.requested else matter.here
        key = ("power", country.country, matter.question.measure, matter.question.on, self.requested, self.decisive)
        return matter.index.once(key, lambda: self._condition(matter, country))

    def _condition(self, matter: Matter, country: Country) -> Condition:
        code, entries = country.country, [(number, country.power(number)) for number in matter.measure.powers]
        states, why = zip(*(_carried(number, one, matter) for number, one in entries), strict=True)
        state, provisions = either(states), [each for _, one in entries if one for each in one.provisions]
        settled = state in (State.MET, State.NOT_MET)
        return Condition(
            policy="PowerToExecute",
            article=f"law of {code}; compare Hanoi Convention, {', '.join(map(str, matter.measure.powers))}",
            question=f"Has {code} a power that carries this out on {matter.question.on}?",
            state=state,
            why="; ".join(why),
            source="; ".join(dict.fromkeys(each.source for each in provisions)) or f"profile of {code}",
            who="" if settled else matter.who(Who.THERE if self.requested else Who.HERE),
            lead=state is State.LEAD,
            decisive=self.decisive,
        )


def _carried(number: int, entry: Power | None, matter: Matter) -> tuple[State, str]:
    if entry is None or entry.status is Found.NOT_RESEARCHED:
        return State.OPEN, f"Article {number}: nobody has looked yet"
    if entry.status is Found.NONE_FOUND:
        return State.OPEN, f"Article {number}: none was found. {entry.note}".strip()
    on, names = matter.question.on, "; ".join(map(titled, entry.provisions))
    running = [one for one in entry.provisions if one.applies(on)]
    if not running and all(one.applies(on) is False and one.read("commencement") for one in entry.provisions):
        return State.NOT_MET, f"Article {number}: not counted, for it has not begun to apply: {names}"
    if not running:
        return State.OPEN, f"Article {number}: it is not known whether it has begun to apply: {names}"
    read = [one for one in running if one.read("section")]
    narrow = [one for one in read or running if one.offence_scope.kind != "any"]
    told = f"Article {number}: " + "; ".join(map(_described, read or running))
    if not read:
        return State.LEAD, f"{told} (not read in its source)"
    if len(narrow) == len(read):
        return State.OPEN, f"{told}. Is the offence one of those for which it may be used?"
    return State.MET, told


def _described(one: PowerProvision) -> str:
    by = f", by {one.authorised_by}" if one.authorised_by else ""
    scope = "" if one.offence_scope.kind == "any" else f", for {one.offence_scope.kind.replace('_', ' ')}"
    return f"{titled(one)}{by}{scope}"
