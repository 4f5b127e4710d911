"""Whether facts that are each well formed also fit together: codes, articles and names that exist, dates in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from itertools import pairwise
from typing import TYPE_CHECKING

from .errors import BadLaw
from .model import Fact, Instrument, Participation, Places, Standing

if TYPE_CHECKING:
    from .convention import Article, Contents
    from .cooperation import Cooperation
    from .country import Country, Offence, Power


def check_instrument(instrument: Instrument, known: Mapping[str, Instrument], places: Places) -> None:
    """Check an instrument.

    Raises:
        BadLaw: a party is unknown or stands twice, dates are out of order, or the parent is not known.
    """
    if instrument.parent and instrument.parent not in known:
        raise wrong(instrument.entry, f"got the parent {instrument.parent!r}, expected a known instrument")
    if instrument.open_group and instrument.open_group not in places.groups:
        raise wrong(instrument.entry, f"got the group {instrument.open_group!r}, expected a known one")
    seen: set[str] = set()
    for row in instrument.participations:
        if row.party not in places.names:
            raise wrong(row, f"got the party {row.party!r}, expected a code of ISO 3166 or EU")
        if row.party in seen:
            raise wrong(row, f"got {row.party} twice, expected it once")
        seen.add(row.party)
        _check_dates(row)


def check_articles(articles: Mapping[int, Article], contents: Contents) -> None:
    """Check the articles: numbered from 1, each in its chapter, each question's id once, each source known.

    Raises:
        BadLaw: they are not.
    """
    questions: set[str] = set()
    for number, (own, article) in enumerate(articles.items(), 1):
        chapter = next((one for one in contents.chapters if one.id == article.chapter), None)
        if own != number or chapter is None or not chapter.first <= own <= chapter.last:
            raise wrong(article, f"got article {own} in chapter {article.chapter}, expected {number} in its chapter")
        for question in article.checklist:
            if question.id in questions:
                raise wrong(article, f"got the question {question.id} twice, expected it once")
            questions.add(question.id)
        _check_sources(article, contents)


def check_cooperation(cooperation: Cooperation, contents: Contents) -> None:
    """Check that kinds of request name grounds, time limits and other kinds that exist.

    Raises:
        BadLaw: one does not.
    """
    kinds, limits = cooperation.request_types, {one.id for one in cooperation.time_limits}
    for kind in kinds.values():
        _check_sources(kind, contents)
        _check_names(kind, kind.refusal, cooperation.refusal_grounds)
        _check_names(kind, kind.time_limits, limits)
        _check_names(kind, [kind.contents_as] if kind.contents_as else [], kinds)
    for ground in cooperation.refusal_grounds.values():
        _check_names(ground, ground.applies_to, kinds.keys() | {"all"})


def check_country(country: Country) -> None:
    """Check a profile: keys and articles agree, and what was found has provisions with a source.

    Raises:
        BadLaw: it does not.
    """
    from .country import OFFENCES, POWERS

    for known, section in ((OFFENCES, country.offences), (POWERS, country.powers)):
        for name, entry in section.items():
            if known.get(name) != entry.article:
                raise wrong(entry, f"got {name!r} for article {entry.article}, expected one of: {', '.join(known)}")
            _check_entry(entry)


def wrong(fact: Fact, message: str) -> BadLaw:
    """Give the error for a fact, with its file and line."""
    return BadLaw(message, file=str(fact.origin))


def _check_entry(entry: Offence | Power) -> None:
    from .country import Found

    provisions: tuple[Fact, ...] = entry.provisions
    if (entry.status in (Found.NONE_FOUND, Found.NOT_RESEARCHED)) == bool(provisions):
        raise wrong(entry, f"got {entry.status} with {len(provisions)} provisions, expected the two to agree")
    if entry.status is Found.NONE_FOUND and not entry.source:
        raise wrong(entry, "got no 'source', expected what says that there is none")
    for one in provisions:
        names = {field.name for field in fields(one)}
        for name in one.verified_fields:
            if name not in names:
                raise wrong(one, f"got the verified field {name!r}, expected the name of a field")


def _check_dates(row: Participation) -> None:
    stages = [one for one in (row.signed, row.consent, row.deposited, row.in_force, row.ended) if one is not None]
    for earlier, later in pairwise(stages):
        if later.last < earlier.first:
            raise wrong(row, f"got {later} after {earlier}, expected signature, consent, entry into force in order")
    if row.ended and row.status is not Standing.WITHDRAWN:
        raise wrong(row, f"got an end and the status {row.status}, expected {Standing.WITHDRAWN}")
    if row.in_force and row.status not in (Standing.PARTY, Standing.WITHDRAWN):
        raise wrong(row, f"got an entry into force and the status {row.status}, expected {Standing.PARTY}")


def _check_sources(fact: Fact, contents: Contents) -> None:
    _check_names(fact, fact.source.split("; "), contents.sources)


def _check_names(fact: Fact, names: Iterable[str], known: Iterable[str]) -> None:
    for name in names:
        if name not in set(known):
            raise wrong(fact, f"got the name {name!r}, expected one of: {', '.join(sorted(known))}")
