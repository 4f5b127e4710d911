"""The work sheet on dual criminality: two laws on one offence, element by element, for an officer to judge.

The sheet sets side by side what is recorded, marks where the two records differ, and lists what nobody has answered. The
finding is left empty: an officer fills it in with reasons and a name. What counts is the conduct, whatever the category
or name of the offence (Hanoi Convention 35(3), Budapest Convention 25(5)).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from .comparison import EXEMPTING
from .condition import Line
from .country import Country, Found, MaxKind, Offence, Provision
from .errors import NoSuchLaw
from .library import Library
from .matrix import titled
from .question import FIRST, LAST

# In which row the conditions of a provision stand, by their kind.
ROWS: dict[str, frozenset[str]] = {
    "fault": frozenset({"intent", "mental", "knowledge", "purpose"}),
    "object": frozenset(
        {"medium", "target", "contact", "relationship", "context", "importance", "appearance", "synthetic"}
    ),
    "further elements": frozenset(
        {
            "security_measure",
            "further_act",
            "method",
            "result",
            "damage",
            "harm",
            "likely_harm",
            "danger",
            "duty",
            "scope",
        }
        | {"subsidiary", "prior_sanction", "predicate_list", "repeat", "all_crimes", "decoy"}
    ),
    "thresholds": frozenset({"threshold", "threshold_value", "threshold_quantity"}),
    "age": frozenset({"age", "age_gap", "offender_age"}),
    "exemptions": EXEMPTING - {"age_gap"},
    "complaint": frozenset({"complaint", "procedure"}),
    "limitation": frozenset({"limitation"}),
}
PROVISION = "provision"
_SHOWN = frozenset().union(*ROWS.values())


@dataclass(frozen=True)
class Cell:
    """What the law of one state says in one row; empty if nothing is recorded."""

    lines: tuple[Line, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the statements alone."""
        return tuple(one.text for one in self.lines)


@dataclass(frozen=True)
class Row:
    """One element in both laws; *differs* when one record has something that the other has not, or says it otherwise."""

    element: str
    here: Cell
    there: Cell

    @property
    def differs(self) -> bool:
        """Tell whether the two records are not the same; that the provisions have other names is no difference."""
        return self.element != PROVISION and self.here.texts != self.there.texts


@dataclass(frozen=True)
class Open:
    """A question that the records leave open, and who can answer it."""

    text: str
    who: str
    article: str
    source: str


@dataclass(frozen=True)
class Finding:
    """The place for the officer's finding: a person fills it in."""

    question: str
    finding: str = ""
    reason: str = ""
    name: str = ""
    office: str = ""
    day: str = ""


@dataclass(frozen=True)
class WorkSheet:
    """Two laws on one offence, side by side."""

    here: str
    there: str
    article: int
    title: str
    summary: str
    on: date
    rule: Line
    rows: tuple[Row, ...]
    open: tuple[Open, ...]
    finding: Finding


def worksheet(library: Library, here: str, there: str, *, article: int, on: date) -> WorkSheet:
    """Set the laws of two states on one of Articles 7 to 17 side by side, as of a day.

    Raises:
        NoSuchLaw: a state is not known, the two are the same, or the article is no offence.
    """
    one, other = library.country(here), library.country(there)
    if one.country == other.country:
        raise NoSuchLaw(f"got {one.country} twice, expected two states")
    if not FIRST <= article <= LAST:
        raise NoSuchLaw(f"got article {article}, expected one of {FIRST} to {LAST}")
    found, entries = library.article(article), (one.offence(article), other.offence(article))
    rows = tuple(
        Row(element, _cell(read, one, entries[0]), _cell(read, other, entries[1]))
        for element, read in _readers(on).items()
    )
    return WorkSheet(
        here=one.country,
        there=other.country,
        article=article,
        title=found.title,
        summary=found.summary,
        on=on,
        rule=Line(
            "What counts is whether the conduct is an offence there, whatever its category or name.",
            "Hanoi Convention, 35(3); Budapest Convention, 25(5)",
            "Budapest Convention: official English text; Hanoi Convention: to be compared with the certified text",
            lead=True,
        ),
        rows=rows,
        open=tuple(_open(rows, ((one, entries[0]), (other, entries[1])), on)),
        finding=Finding(f"Is the conduct of this case an offence in {other.country}?"),
    )


Said = tuple[str, bool]
Reader = Callable[[Country, Provision], Iterator[Said]]


def _readers(on: date) -> dict[str, Reader]:
    """Give for each row what a provision says in it, and whether just that was read in its source."""

    def provision(_: Country, one: Provision) -> Iterator[Said]:
        yield titled(one), one.read("section")

    def begun(_: Country, one: Provision) -> Iterator[Said]:
        applies = one.applies(on)
        if applies is not True:
            told = "has not begun to apply" if applies is False else "beginning not known to the day"
            yield f"{titled(one)}: {told}", one.read("commencement")

    def conduct(_: Country, one: Provision) -> Iterator[Said]:
        yield one.elements, one.read("elements")

    def penalty(_: Country, one: Provision) -> Iterator[Said]:
        fixed = one.max_kind is MaxKind.FIXED and one.base_max_years is not None
        text = f"{one.base_max_years:g} years" if fixed else one.max_kind.value.replace("_", " ")
        yield f"{titled(one)}: maximum {text}", one.read("base_max_years")
        if one.aggravated_max_years is not None:
            yield f"{titled(one)}: aggravated, maximum {one.aggravated_max_years:g} years", one.aggravated_verified

    readers: dict[str, Reader] = {PROVISION: provision, "not yet in force": begun, "conduct": conduct}
    for element, kinds in ROWS.items():
        readers[element] = _conditions(kinds)
    readers["other conditions"] = _conditions(None)
    return readers | {"penalty": penalty}


def _conditions(kinds: frozenset[str] | None) -> Reader:
    def read(country: Country, one: Provision) -> Iterator[Said]:
        for condition in one.conditions:
            if condition.kind in kinds if kinds is not None else condition.kind not in _SHOWN:
                money = (
                    f" (amounts in {country.currency})" if "threshold" in condition.kind and country.currency else ""
                )
                yield f"{condition.kind.replace('_', ' ')}: {condition.text}{money}", one.read("conditions")

    return read


def _cell(read: Reader, country: Country, entry: Offence | None) -> Cell:
    found = []
    for one in entry.provisions if entry else ():
        article = f"law of {country.country}, {titled(one)}"
        found += [Line.of(one, text, article, read=was_read) for text, was_read in read(country, one)]
    return Cell(tuple(dict.fromkeys(found)))


def _open(rows: Iterable[Row], sides: Iterable[tuple[Country, Offence | None]], on: date) -> Iterator[Open]:
    for country, entry in sides:
        yield from _unknown(country, entry, on)
    for row in rows:
        if row.differs and bool(row.here.lines) != bool(row.there.lines):
            cell = row.here if row.here.lines else row.there
            line = cell.lines[0]
            text = f"Only one of the two records has '{row.element}': does the other law have it too, or not need it?"
            yield Open(text, "a lawyer of each state", line.article, line.source)


def _unknown(country: Country, entry: Offence | None, on: date) -> Iterator[Open]:
    who, article, code = f"a lawyer of {country.country}", f"law of {country.country}", country.country
    source = entry.source if entry and entry.source else f"profile of {code}"
    if entry is None or entry.status is Found.NOT_RESEARCHED:
        yield Open(f"Nobody has looked into the law of {code} yet: which provision is it?", who, article, source)
        return
    if entry.status is Found.NONE_FOUND:
        yield Open(
            f"No provision was found in {code}. Is there none, or another one? {entry.note}".strip(),
            who,
            article,
            source,
        )
    if entry.status is Found.GENERAL_LAW_ONLY:
        yield Open(
            f"Only general law was found in {code}: does it reach this conduct? {entry.note}".strip(),
            who,
            article,
            source,
        )
    for one in entry.provisions:
        name = f"{article}, {titled(one)}"
        if not one.read("elements"):
            yield Open("Nobody has read this provision in its source: is the summary right?", who, name, one.source)
        if one.applies(on) is not True:
            yield Open(
                f"Does it apply on the day of the conduct? On {on} that is not so, or not known.", who, name, one.source
            )
    kinds = {condition.kind for one in entry.provisions for condition in one.conditions}
    for element, known in (("the limitation period", "limitation"), ("a complaint by the victim", "complaint")):
        if known not in kinds:
            yield Open(f"Nothing is recorded in {code} on {element}: does it matter here?", who, article, source)
