"""The implementation matrix: each question of each article against the law of one country, and who says so.

1. A drafter's answer goes first, unless the question's text has changed since: then it is *to be confirmed*.
2. The first question of an article on offences or powers is the core of its duty, and the profile speaks to it:
   a provision that was read and applies suggests *met*; if it is bound to further conditions, comes from general law or
   has not begun, *partly*; if somebody looked and found none, *gap*. A lead suggests nothing: it gives *unknown*.
3. All else is *unknown*: nobody has said anything.

What a profile says is a suggestion for a person to confirm, and is shown as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from .answers import Answer, answers
from .convention import Article, Question
from .country import Found, Offence, Power, PowerProvision, Provision
from .library import Library
from .model import Statement

# Conditions that make an offence narrower than the core of the duty. Intent and the breach of a security measure are not
# here: the articles allow a party to ask for them.
NARROWING = frozenset(
    {
        "further_act", "prior_sanction", "threshold_value", "threshold_quantity", "scope", "subsidiary", "medium",
        "importance", "result", "predicate_list",
    }
)  # fmt: skip
# Article 30(1) speaks of a range of serious offences that domestic law sets.
LIMITED = 30


class State(StrEnum):
    """How the law of a country stands to a question."""

    GAP = "gap"
    PARTLY = "partly"
    TO_CONFIRM = "to_confirm"
    UNKNOWN = "unknown"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"


class Says(StrEnum):
    """Who says so."""

    DRAFTER = "drafter"
    PROFILE = "profile"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Cell:
    """One question with its state, who says so, why, and from which source; *lead*: it leans on what nobody verified."""

    question: Question
    state: State
    says: Says
    why: str = ""
    source: str = ""
    by: str = ""
    on: date | None = None
    lead: bool = False


@dataclass(frozen=True)
class PenaltyLine:
    """The maximum of one provision against the four-year line of Article 2(h), base and aggravated form apart."""

    provision: str
    kind: str
    base: float | None
    base_serious: bool | None
    base_lead: bool
    aggravated: float | None
    aggravated_serious: bool | None
    aggravated_lead: bool
    source: str


@dataclass(frozen=True)
class Row:
    """One article with its questions, and for an offence its penalties; *statements* are the country's own reservations."""

    article: Article
    cells: tuple[Cell, ...]
    penalties: tuple[PenaltyLine, ...] = ()
    statements: tuple[Statement, ...] = ()


@dataclass(frozen=True)
class Matrix:
    """All articles against the law of one country on a date."""

    country: str
    name: str
    on: date
    rows: tuple[Row, ...]

    def counts(self) -> dict[State, int]:
        """Count the questions by state."""
        cells = [cell.state for row in self.rows for cell in row.cells]
        return {state: cells.count(state) for state in State}


def matrix(library: Library, country: str, on: date) -> Matrix:
    """Set every question against the law of a country."""
    profile, given = library.country(country), answers(library, country)
    treaty = library.instrument("hanoi").of(profile.country)
    rows = []
    for article in library.articles.values():
        entry = profile.offence(article.number) or profile.power(article.number)
        own = tuple(one for one in (treaty.statements if treaty else ()) if one.touches(str(article.number)))
        rows.append(
            Row(article, _cells(article, entry, given, on), penalties(entry), own),
        )
    return Matrix(profile.country, profile.name, on, tuple(rows))


def penalties(entry: Offence | Power | None) -> tuple[PenaltyLine, ...]:
    """Set the maxima of an offence's provisions against four years."""
    if not isinstance(entry, Offence):
        return ()
    return tuple(_line(one) for one in entry.provisions)


def titled(provision: Provision | PowerProvision) -> str:
    """Name a provision by section and act."""
    return f"{provision.section}, {provision.act}" if provision.section else provision.act


def _cells(article: Article, entry: Offence | Power | None, given: Mapping[str, Answer], on: date) -> tuple[Cell, ...]:
    cells = []
    for place, question in enumerate(article.checklist):
        if question.id in given:
            cells.append(_answered(question, given[question.id]))
        elif place == 0 and entry is not None and entry.status is not Found.NOT_RESEARCHED:
            cells.append(_suggested(question, entry, on))
        else:
            cells.append(Cell(question, State.UNKNOWN, Says.NOBODY))
    return tuple(cells)


def _answered(question: Question, answer: Answer) -> Cell:
    stands = answer.stands(question)
    state = State(answer.state.value) if stands else State.TO_CONFIRM
    told = "; ".join(part for part in (answer.provision, answer.note) if part)
    why = told if stands else f"the question read otherwise when it was answered {answer.state}: {answer.asked}"
    return Cell(
        question, state, Says.DRAFTER, why, answer.source, by=answer.verified_by, on=answer.date, lead=answer.lead
    )


def _suggested(question: Question, entry: Offence | Power, on: date) -> Cell:
    if entry.status is Found.NONE_FOUND:
        state = State.UNKNOWN if entry.lead else State.GAP
        return Cell(question, state, Says.PROFILE, f"none found. {entry.note}".strip(), entry.source, lead=entry.lead)
    provisions: tuple[Provision | PowerProvision, ...] = entry.provisions
    read = [one for one in provisions if one.verified]
    if not read:
        why = "a lead, not read: " + "; ".join(map(titled, provisions))
        return Cell(question, State.UNKNOWN, Says.PROFILE, why, _sources(provisions), lead=True)
    state, why = _best(entry, read, on)
    return Cell(question, state, Says.PROFILE, why, _sources(read))


def _best(entry: Offence | Power, read: list[Provision | PowerProvision], on: date) -> tuple[State, str]:
    applying = [one for one in read if one.applies(on)]
    if not applying:
        return State.PARTLY, "not known to have begun: " + "; ".join(map(titled, read))
    if entry.status is not Found.FOUND:
        listed, substitute = "; ".join(map(titled, applying)), entry.status is Found.SUBSTITUTE_POWER
        return State.PARTLY, f"another power does the work: {listed}" if substitute else f"general law only: {listed}"
    plain = [one for one in applying if not _narrowed(one, entry.article)]
    if plain:
        return State.MET, "; ".join(map(titled, plain))
    return State.PARTLY, "; ".join(
        f"{titled(one)} (on conditions: {', '.join(_narrowed(one, entry.article))})" for one in applying
    )


def _narrowed(provision: Provision | PowerProvision, article: int) -> list[str]:
    if isinstance(provision, Provision):
        return [one.text for one in provision.conditions if one.kind in NARROWING]
    scope = provision.offence_scope
    return [] if scope.kind == "any" or article == LIMITED else [f"offences in scope: {scope.kind.replace('_', ' ')}"]


def _line(one: Provision) -> PenaltyLine:
    penalty = one.penalty
    return PenaltyLine(
        provision=titled(one),
        kind=penalty.kind,
        base=penalty.base,
        base_serious=penalty.base_serious,
        base_lead=not one.read("base_max_years"),
        aggravated=penalty.aggravated,
        aggravated_serious=penalty.aggravated_serious,
        aggravated_lead=not (one.aggravated_verified or "aggravated_max_years" in one.verified_fields),
        source=one.source,
    )


def _sources(provisions: tuple[Provision | PowerProvision, ...] | list[Provision | PowerProvision]) -> str:
    return "; ".join(dict.fromkeys(one.source for one in provisions))
