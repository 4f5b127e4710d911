"""A question with all that the law knows about it, looked up once; what does not change between questions is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from . import terms
from .condition import Line
from .country import Country
from .library import Library
from .model import Fact, Instrument, Statement
from .question import Question
from .status import Finding, Reason, in_force, in_force_between, party, together
from .terms import Addressee, Measure, Measures, Terms, Who

T = TypeVar("T")
UNION = "EU"
# How many values an index keeps before it starts anew, so that a program that runs for years does not grow.
KEPT = 100_000
MLA_TREATY, DIRECT_AGREEMENT = "mla_treaty", "direct_access_agreement"
_GENERIC = {MLA_TREATY: "treaty", DIRECT_AGREEMENT: "agreement"}


@dataclass(frozen=True)
class Bond:
    """Whether an instrument binds two states to each other, and *against*: the reasons of those parts that say no or unknown."""

    finding: Finding
    against: tuple[Reason, ...]

    @property
    def binding(self) -> bool:
        """Tell whether it is a plain yes."""
        return self.finding.binding


class Index:
    """What many questions need again: terms, measures, and who is bound to whom on which day."""

    def __init__(self, library: Library) -> None:
        """Keep the law that is asked."""
        self.library = library
        self._terms: dict[str, Terms] = {}
        self._kept: dict[tuple[object, ...], Any] = {}

    @cached_property
    def measures(self) -> Measures:
        """Give what can be asked for."""
        return terms.measures()

    @cached_property
    def treaties(self) -> Mapping[str, Instrument]:
        """Give the instruments that are a basis: those with terms, and what an overlay adds."""
        has, known = set(terms.known()), self.library.instruments
        return {name: one for name, one in known.items() if name in has or name in self.library.local.added}

    def terms(self, name: str) -> Terms:
        """Give the terms of an instrument or route; those of an unknown treaty are a check list."""
        if name not in self._terms:
            treaty = self.library.local.added.get(name)
            self._terms[name] = terms.terms(self.library, _GENERIC.get(treaty.kind, "treaty") if treaty else name)
        return self._terms[name]

    def bond(self, one: str, other: str, *, instrument: str, on: date) -> Bond:
        """Tell whether an instrument binds two states to each other on a day."""
        return self.once(
            ("bond", one, other, instrument, on), lambda: self._bond(one, other, instrument=instrument, on=on)
        )

    def _bond(self, one: str, other: str, *, instrument: str, on: date) -> Bond:
        finding = in_force_between(self.library, one, other, instrument=instrument, on=on)
        return Bond(finding, () if finding.binding else self._against(one, other, instrument=instrument, on=on))

    def _against(self, one: str, other: str, *, instrument: str, on: date) -> tuple[Reason, ...]:
        parent = self.library.instrument(instrument).parent
        parts = [in_force(self.library, instrument, on)]
        parts += [party(self.library, code, instrument, on).bound for code in (one, other)]
        reasons = together([part for part in parts if not part.binding]).reasons
        return (self.bond(one, other, instrument=parent, on=on).against if parent else ()) + reasons

    def members(self, group: str) -> tuple[frozenset[str], Fact]:
        """Give the members of an organisation of states, and the fact that says so."""
        found = self.library.places.groups[group]
        return frozenset(found.members), found

    def once(self, key: tuple[object, ...], make: Callable[[], T]) -> T:
        """Make a value that depends on nothing but its key and the law, and keep it for the next time."""
        if key in self._kept:
            found: T = self._kept[key]
            return found
        made = make()
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[key] = made
        return made


@dataclass(frozen=True)
class Matter:
    """A question and the law on it."""

    index: Index
    question: Question
    measure: Measure
    here: Country
    there: Country

    @classmethod
    def of(cls, index: Index, question: Question) -> Matter:
        """Look up what a question names.

        Raises:
            NoSuchLaw: a country or the measure is not known, or the two countries are the same.
        """
        library = index.library
        here, there = library.country(question.here), library.country(question.there)
        index.bond(here.country, there.country, instrument=next(iter(index.treaties)), on=question.on)
        return cls(index, question, index.measures.named(question.measure), here, there)

    @property
    def pair(self) -> tuple[str, str]:
        """Give the codes of the two states."""
        return self.here.country, self.there.country

    def bond(self, instrument: str) -> Bond:
        """Tell whether an instrument binds the two to each other on the day."""
        return self.index.bond(*self.pair, instrument=instrument, on=self.question.on)

    def statements(self, treaty: Instrument, articles: tuple[str, ...]) -> tuple[tuple[str, Statement], ...]:
        """Give the reservations and declarations of the two to some articles, each with the state that made it."""
        rows = [row for row in (treaty.of(code) for code in self.pair) if row]
        return tuple(
            (row.party, one)
            for row in rows
            for one in row.statements
            if any(one.touches(article) for article in articles)
        )

    def who(self, role: Who, depositary: str = "") -> str:
        """Name the person who can answer."""
        here, there = self.pair
        return {
            Who.DRAFTER: f"the officer who drafts the request in {here}",
            Who.CASE: f"the prosecutor or judge who conducts the case in {here}",
            Who.HERE: _authority(self.here),
            Who.THERE: _authority(self.there),
            Who.DEPOSITARY: depositary or "the depositary",
            Who.PROVIDER: f"the provider in {there}, and a lawyer who knows the law of {there}",
        }[role]

    def filled(self, text: str, instrument: str = "") -> str:
        """Put the two states, and the instrument, into a text."""
        here, there = self.pair
        return text.replace("{from}", here).replace("{to}", there).replace("{instrument}", instrument)

    @property
    def to_provider(self) -> bool:
        """Tell whether the request goes to a provider."""
        return self.question.addressee is Addressee.PROVIDER

    def authority_lines(self, *, contact: bool) -> tuple[Line, ...]:
        """Say who receives requests in the requested state, and in which languages."""
        given, lines = self.there.mutual_legal_assistance, []
        article = f"law and practice of {self.there.country}"
        if given.central_authority:
            text = f"Central authority of {self.there.country}: {given.central_authority.name}"
            lines.append(Line.of(given.central_authority, text, article))
        if contact and given.contact:
            text = f"24/7 point of contact of {self.there.country}: {given.contact.body}"
            lines.append(Line.of(given.contact, text, article))
        if given.languages:
            text = f"Languages accepted in {self.there.country}: {', '.join(given.languages.accepted)}"
            lines.append(Line.of(given.languages, text, article))
        return tuple(lines)


def _authority(country: Country) -> str:
    found = country.mutual_legal_assistance.central_authority
    name = f" ({found.name})" if found and found.verified else ""
    return f"the central authority of {country.country}{name}"
