"""Policies that any treaty asks: is it in force between the two, does it reach the offence, does it say so for this addressee."""

from __future__ import annotations

from dataclasses import dataclass

from ..condition import Condition, State
from ..matter import Matter
from ..model import EntryStatus, Instrument, Standing
from ..status import Answer, Finding
from ..terms import Act, Addressee, Ask, Rule, Terms, Who


@dataclass(frozen=True)
class InForceBetween:
    """Entry into force: does the instrument bind the two states to each other on the day?

    What the last list said stands until somebody shows more: who is not on a complete list, and an instrument that was
    not in force, is *not met*; what is not known at all is *open*; what would be met by a fact that nobody verified is a
    *lead*.
    """

    treaty: Instrument
    article: str

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        bond, (here, there) = matter.bond(self.treaty.id), matter.pair
        finding, name = bond.finding, self.treaty.short_name
        reasons, state = bond.against or finding.reasons, self._state(finding, matter)
        return Condition(
            policy="InForceBetween",
            article=f"{name}, {self.article}",
            question=f"Is the {name} in force between {here} and {there} on {matter.question.on}?",
            state=state,
            why="; ".join(reason.text for reason in reasons),
            source="; ".join(dict.fromkeys(reason.source for reason in reasons)),
            who="" if state in (State.MET, State.NOT_MET) else matter.who(Who.DEPOSITARY, self.treaty.depositary),
            lead=any(reason.lead for reason in reasons),
        )

    def _state(self, finding: Finding, matter: Matter) -> State:
        if finding.answer is not Answer.UNKNOWN:
            return State.MET if finding.binding else State.NOT_MET
        waits = self.treaty.entry.status is EntryStatus.NOT_IN_FORCE and self.treaty.entry.verified
        if waits or self._outside(matter):
            return State.NOT_MET
        if self.treaty.parent:
            parent = InForceBetween(matter.index.library.instrument(self.treaty.parent), self.article).ask(matter)
            if parent.state is State.NOT_MET:
                return State.NOT_MET
        return State.LEAD if finding.leads and self._all_listed(matter) else State.OPEN

    def _outside(self, matter: Matter) -> bool:
        """Tell whether one of the two was seen not to be bound, on a list that was complete."""
        rows = [self.treaty.of(code) for code in matter.pair]
        unbound = (Standing.SIGNATORY, Standing.INVITED, Standing.DOMESTIC_COMPLETION)
        seen = self.treaty.coverage.complete and self.treaty.coverage.verified
        return seen and any(row is None or row.status in unbound for row in rows)

    def _all_listed(self, matter: Matter) -> bool:
        return all(self.treaty.of(code) for code in matter.pair)


@dataclass(frozen=True)
class AskDepositary:
    """Entry into force: what must be asked of the depositary, where the list is older than the day?"""

    treaty: Instrument
    article: str

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        asked, name = matter.bond(self.treaty.id).finding.open, self.treaty.short_name
        return Condition(
            policy="AskDepositary",
            article=f"{name}, {self.article}",
            question=" ".join(asked) or f"Does the list of the {name} reach the day?",
            state=State.OPEN if asked else State.MET,
            why=f"the list is of {self.treaty.coverage.as_of or 'an unknown day'}",
            source=self.treaty.coverage.source,
            who=matter.who(Who.DEPOSITARY, self.treaty.depositary) if asked else "",
            decisive=False,
        )


@dataclass(frozen=True)
class Addressed:
    """The article of the measure: does the instrument let this kind of addressee be asked?

    That authorities ask each other is what treaties are for; that a provider abroad may be asked must have been read.
    """

    terms: Terms
    act: Act
    name: str

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        asked, given = matter.question.addressee, self.act.addressees
        met = asked in given
        told = "an authority" if given == (Addressee.AUTHORITY,) else "a provider"
        why = f"this article is about requests to {told}"
        if not met and asked is Addressee.PROVIDER:
            why += f"; it gives no right to address a provider in {matter.there.country}"
        return Condition(
            policy="Addressed",
            article=f"{self.name}, {self.act.article}",
            question=f"May a request go to {'a provider' if matter.to_provider else 'an authority'} there?",
            state=State.NOT_MET if not met else State.LEAD if matter.to_provider and self.act.lead else State.MET,
            who=matter.who(Who.DRAFTER) if met and matter.to_provider and self.act.lead else "",
            why=why,
            source=self.act.source,
            lead=self.act.lead,
        )


@dataclass(frozen=True)
class ScopeRule:
    """The article on scope: is this offence, or this kind of evidence, one that the instrument reaches?"""

    rule: Rule
    name: str
    state: State
    who: Who | None = None

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        return Condition(
            policy="ScopeRule",
            article=f"{self.name}, {self.rule.article}",
            question=f"Does the {self.name} reach {matter.question.offence.name} and this measure?",
            state=self.state,
            why=self.rule.text,
            source=self.rule.source,
            who=matter.who(self.who) if self.who else "",
            lead=self.rule.lead,
        )


@dataclass(frozen=True)
class Asked:
    """The own questions of an instrument or route: what does a named person say to one of them?"""

    one: Ask
    name: str
    decisive: bool = False

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        return Condition(
            policy="Asked",
            article=f"{self.name}, {self.one.article}" if self.name else self.one.article,
            question=matter.filled(self.one.text, self.name),
            state=State.OPEN,
            why="only a person can say",
            source=self.one.source,
            who=matter.who(self.one.who),
            lead=self.one.lead,
            decisive=self.decisive,
        )


@dataclass(frozen=True)
class ReservationOnMeasure:
    """Reservations: did one of the two reserve or declare something to the articles of the measure?

    *apart* names paragraphs that have a policy of their own.
    """

    treaty: Instrument
    articles: tuple[str, ...]
    apart: tuple[str, ...] = ()

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        made = matter.statements(self.treaty, self.articles)
        found = [(code, one) for code, one in made if one.narrows and not set(one.articles) <= set(self.apart)]
        return Condition(
            policy="ReservationOnMeasure",
            article=f"{self.treaty.short_name}, {', '.join(self.articles)}",
            question="Is the article free of reservations and declarations by the two states, as far as they are recorded?",
            state=State.OPEN if found else State.MET,
            why="; ".join(f"{code}, {one.kind}: {one.text} Does it reach this request?" for code, one in found)
            or "none is recorded",
            source="; ".join(dict.fromkeys(one.source for _, one in found)) or self.treaty.coverage.source,
            who=matter.who(Who.THERE) if found else "",
            lead=any(one.lead for _, one in found),
        )


@dataclass(frozen=True)
class OtherTreaty:
    """The article on other treaties: does a treaty on mutual legal assistance take the place of this one's procedure?"""

    rule: Rule
    name: str
    treaties: tuple[Instrument, ...]

    def ask(self, matter: Matter) -> Condition:
        """Give how the question stands for a matter."""
        names = " and ".join(one.short_name for one in self.treaties)
        here, there = matter.pair
        binding = [one for one in self.treaties if matter.bond(one.id).binding]
        if binding:
            question = f"Do {here} and {there} agree to use the procedure of the {self.name} instead of the {names}?"
        elif self.treaties:
            question = f"Is the {names} in force between {here} and {there}?"
        else:
            question = (
                f"Is a treaty on mutual legal assistance in force between {here} and {there}? None is recorded here."
            )
        return Condition(
            policy="OtherTreaty",
            article=f"{self.name}, {self.rule.article}",
            question=question,
            state=State.OPEN,
            why=self.rule.text,
            source=self.rule.source,
            who=matter.who(Who.HERE),
            lead=self.rule.lead,
            decisive=False,
        )


def parts(article: str) -> tuple[str, ...]:
    """Give the single articles out of a list such as `27(1), 28(1)`."""
    return tuple(part.strip() for part in article.replace(" and ", ",").split(",") if part.strip())
