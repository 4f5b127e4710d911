"""Policies of the Hanoi Convention: its offences, serious crime, its scope, and the one reservation to preservation."""

from __future__ import annotations

from dataclasses import dataclass

from ..condition import Condition, State, either
from ..country import OFFENCES, Country, Found, MaxKind, Provision
from ..matrix import titled
from ..matter import Matter
from ..model import Instrument
from ..question import FIRST, LAST
from ..terms import Rule, Terms, Who

NAME = "Hanoi Convention"


@dataclass(frozen=True)
class Article3ConventionOffence:
    """Article 3: is it conduct under Articles 7 to 17?"""

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        offence = matter.question.offence
        met = FIRST <= offence.article <= LAST
        kind = next((name.replace("_", " ") for name, number in OFFENCES.items() if number == offence.article), "")
        return Condition(
            policy="Article3ConventionOffence",
            article=f"{NAME}, {offence.article if met else '7-17'}",
            question=f"Is it conduct under Articles {FIRST} to {LAST}?",
            state=State.MET if met else State.NOT_MET,
            why=f"the officer names {offence.name}" + (f", {kind}" if met else ""),
            source="the question",
        )


@dataclass(frozen=True)
class ReservationOnOffence:
    """The reservation clauses of Articles 7 to 17: did one of the two states reserve something to the offence?"""

    treaty: Instrument

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        number = matter.question.offence.article
        found = [one for one in matter.statements(self.treaty, (str(number),)) if one[1].narrows] if number else []
        return Condition(
            policy="ReservationOnOffence",
            article=f"{NAME}, {number or '7-17'}",
            question="Is the article of the offence free of reservations and declarations by the two states, as far as they are recorded?",
            state=State.OPEN if found else State.MET,
            why="; ".join(f"{code}, {one.kind}: {one.text} Does it reach this conduct?" for code, one in found)
            or "none is recorded",
            source="; ".join(dict.fromkeys(one.source for _, one in found)) or self.treaty.coverage.source,
            who=matter.who(Who.THERE) if found else "",
            lead=any(one.lead for _, one in found),
        )


@dataclass(frozen=True)
class Implemented:
    """Articles 7 to 17 as implemented: does the law of one of the two states, as far as it is known, punish it on the day?

    It decides one thing only: where all that was found has not begun to apply, the article does not count as implemented.
    """

    requested: bool

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        country = matter.there if self.requested else matter.here
        article, on = matter.question.offence.article, matter.question.on
        key = ("implemented", country.country, article, on)
        return matter.index.once(key, lambda: _implemented(country, article, matter))


@dataclass(frozen=True)
class Article2hSeriousCrime:
    """Article 2(h): is the maximum penalty four years of deprivation of liberty, or more?

    The Convention does not say by whose law. Where both laws give the same answer it stands; where they differ, or one
    is not known, the question is open.
    """

    rule: Rule
    name: str = NAME

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        here, there = (self._under(matter, requested) for requested in (False, True))
        states = {here.state, there.state}
        mixed = State.LEAD if states == {State.MET, State.LEAD} else State.OPEN
        state = here.state if len(states) == 1 else mixed
        differ = states == {State.MET, State.NOT_MET}
        open_point = (
            " The two laws differ, and the text does not say by whose law the maximum is measured." if differ else ""
        )
        return Condition(
            policy="Article2hSeriousCrime",
            article=f"{self.name}, {self.rule.article}",
            question="Is the maximum penalty at least four years of deprivation of liberty?",
            state=state,
            why=f"{here.why}. {there.why}.{open_point}",
            source="; ".join(dict.fromkeys((self.rule.source, here.source, there.source))),
            who="" if state in (State.MET, State.NOT_MET) else matter.who(Who.CASE),
            lead=self.rule.lead or here.lead or there.lead,
        )

    def _under(self, matter: Matter, requested: bool) -> Condition:
        offence, country = matter.question.offence, matter.there if requested else matter.here
        if offence.title:
            years = offence.years_there if requested else offence.years_here
            return _stated(country.country, years, self.rule)
        key = ("serious", country.country, offence.article, matter.question.on)
        return matter.index.once(key, lambda: _serious(country, offence.article, matter))


@dataclass(frozen=True)
class Article42Paragraph5:
    """Article 42(5), and Budapest 29(4): is the ground of missing dual criminality live at preservation?

    It is live only if the requested state reserved it, and for other offences than those of the treaty.
    """

    treaty: Instrument
    terms: Terms
    rule: Rule

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        row, offence = self.treaty.of(matter.there.country), matter.question.offence
        made = [one for one in (row.statements if row else ()) if one.touches(self.rule.article)]
        own = offence.article in self.terms.own_offences
        return Condition(
            policy="Article42Paragraph5",
            article=f"{self.treaty.short_name}, {self.rule.article}",
            question=f"Can {matter.there.country} rely on its reservation to refuse preservation?",
            state=State.OPEN if made and not own else State.NOT_MET,
            why="; ".join(one.text for one in made) or f"no such reservation of {matter.there.country} is recorded"
            if not own
            else f"{offence.name} is an offence of the treaty itself, which the reservation does not reach",
            source="; ".join(one.source for one in made) or self.rule.source,
            who=matter.who(Who.THERE) if made and not own else "",
            lead=self.rule.lead,
            decisive=False,
        )


def _implemented(country: Country, article: int, matter: Matter) -> Condition:
    entry, on, code = country.offence(article), matter.question.on, country.country
    provisions = entry.provisions if entry else ()
    running = [one for one in provisions if one.applies(on)]
    waiting = [one for one in provisions if one.applies(on) is False]
    read = [one for one in running if one.read("elements")]
    if entry is None or entry.status is Found.NOT_RESEARCHED:
        state, why = State.OPEN, "nobody has looked yet"
    elif entry.status is Found.NONE_FOUND:
        state, why = State.OPEN, f"none was found. {entry.note}".strip()
    elif read:
        state, why = State.MET, "; ".join(map(titled, read))
    elif running:
        state, why = State.LEAD, "not read in its source: " + "; ".join(map(titled, running))
    elif len(waiting) == len(provisions) and all(one.read("commencement") for one in waiting):
        state, why = State.NOT_MET, "not counted, for it has not begun to apply: " + "; ".join(map(titled, waiting))
    else:
        state, why = State.OPEN, "it is not known whether it has begun to apply: " + "; ".join(map(titled, provisions))
    settled = state in (State.MET, State.NOT_MET)
    return Condition(
        policy="Implemented",
        article=f"law of {code}",
        question=f"Does the law of {code} punish the conduct of Article {article} on {on}?",
        state=state,
        why=why,
        source=_sources(provisions) or (entry.source if entry else "") or f"profile of {code}",
        who="" if settled else f"a lawyer of {code}",
        lead=state is State.LEAD,
        decisive=state is State.NOT_MET,
    )


def _serious(country: Country, article: int, matter: Matter) -> Condition:
    entry, on, code = country.offence(article), matter.question.on, country.country
    provisions = entry.provisions if entry else ()
    lines = [_measured(one, matter) for one in provisions]
    counted = [state for state, _ in lines if state is not None]
    unknown = State.NOT_MET if provisions else State.OPEN
    state = either(counted) if counted else unknown
    why = "; ".join(text for _, text in lines) or "no maximum is known"
    return Condition(
        policy="Article2hSeriousCrime",
        article=f"law of {code}",
        question=f"Is the maximum at least four years under the law of {code} on {on}?",
        state=state,
        why=f"{code}: {why}",
        source=_sources(provisions) or (entry.source if entry else "") or f"profile of {code}",
        who="" if state in (State.MET, State.NOT_MET) else f"a lawyer of {code}",
        lead=state is State.LEAD,
    )


def _measured(one: Provision, matter: Matter) -> tuple[State | None, str]:
    """Hold one provision against the line of four years; None: it does not count."""
    applies, name = one.applies(matter.question.on), titled(one)
    if applies is False and one.read("commencement"):
        return None, f"{name} has not begun to apply and is not counted"
    if not applies:
        return State.OPEN, f"{name}: on which day does it begin to apply?"
    shown = f"{name}, {_years(one)}"
    base, higher = one.penalty.base_serious, one.penalty.aggravated_serious
    base_read = one.read("base_max_years")
    if base is None:
        return State.OPEN, f"{shown}: what is the maximum for these facts?"
    if base:
        return (State.MET if base_read else State.LEAD), shown
    if higher:
        return State.OPEN, f"{shown}: do the facts reach the aggravated form?"
    if base_read:
        return State.NOT_MET, shown
    return State.OPEN, f"{shown}: not read in its source; is it right?"


def _stated(code: str, years: float | None, rule: Rule) -> Condition:
    state = State.OPEN if years is None else State.MET if years >= 4 else State.NOT_MET
    why = f"{code}: the maximum is not stated" if years is None else f"{code}: {years:g} years, as the officer states"
    return Condition("Article2hSeriousCrime", f"law of {code}", "", state, why, "the question")


def _years(one: Provision) -> str:
    base = f"{one.base_max_years:g} years" if one.max_kind is MaxKind.FIXED and one.base_max_years is not None else ""
    base = base or one.max_kind.value.replace("_", " ")
    lead = "" if one.read("base_max_years") else " (lead)"
    if one.aggravated_max_years is None:
        return f"maximum {base}{lead}"
    higher = "" if one.aggravated_verified else " (lead)"
    return f"maximum {base}{lead}, aggravated {one.aggravated_max_years:g} years{higher}"


def _sources(provisions: tuple[Provision, ...]) -> str:
    return "; ".join(dict.fromkeys(one.source for one in provisions))
