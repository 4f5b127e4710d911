"""The law of several countries on one article side by side: elements, penalty, conditions, exemptions, source."""

from __future__ import annotations

from dataclasses import dataclass

from .convention import Article
from .country import OFFENCES, POWERS, Condition, Found, Offence, Power, PowerProvision, Provision
from .errors import NoSuchLaw
from .library import Library
from .matrix import PenaltyLine, penalties

EXEMPTING = frozenset({"exemption", "consent", "age_gap", "fictional", "withdrawal"})


@dataclass(frozen=True)
class Column:
    """One country's law on the article; *penalties* stand in the order of the provisions."""

    country: str
    name: str
    currency: str
    status: Found
    provisions: tuple[Provision | PowerProvision, ...]
    penalties: tuple[PenaltyLine, ...]
    note: str
    source: str
    lead: bool


@dataclass(frozen=True)
class Comparison:
    """An article and the law of each country on it."""

    article: Article
    columns: tuple[Column, ...]


def compare(library: Library, countries: tuple[str, ...], article: int) -> Comparison:
    """Set the law of countries on one of Articles 7 to 17 or 25 to 30 side by side, in the order asked for.

    Raises:
        NoSuchLaw: a country or the article is not known, or nothing is kept on that article.
    """
    found = library.article(article)
    if article not in OFFENCES.values() and article not in POWERS.values():
        raise NoSuchLaw(f"got article {article}, expected one of 7 to 17 or 25 to 30, on which national law is kept")
    codes = dict.fromkeys(library.code(code) for code in countries)
    return Comparison(found, tuple(_column(library, code, article) for code in codes))


def exemptions(provision: Provision) -> tuple[tuple[Condition, ...], tuple[Condition, ...]]:
    """Part the conditions of an offence: those that must also be true, and those that take the act out."""
    out = tuple(one for one in provision.conditions if one.kind in EXEMPTING)
    return tuple(one for one in provision.conditions if one not in out), out


def _column(library: Library, code: str, article: int) -> Column:
    profile = library.country(code)
    entry: Offence | Power | None = profile.offence(article) or profile.power(article)
    if entry is None:
        return Column(code, profile.name, profile.currency, Found.NOT_RESEARCHED, (), (), "", "", lead=False)
    looked = entry.status is not Found.NOT_RESEARCHED
    lead = looked and not any(one.verified for one in (*entry.provisions, entry))
    return Column(
        code,
        profile.name,
        profile.currency,
        entry.status,
        entry.provisions,
        penalties(entry),
        entry.note,
        entry.source,
        lead=lead,
    )
