"""Times as exports write them for people: `Mar 5, 2026, 9:36:36 AM MST`, `5. 3. 2026, 21:08:12`, `21:08 5 thg 3, 2026`.

An offset, UTC, GMT or Z in the text decides. Any other abbreviation of a zone may mean several and is none: the time is
placed by the zone that a person gives, or is a span over every zone, and flagged. Which of two numbers is the day is
taken from dots (day first) or the year in front; with slashes a person says it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from importlib.resources import files
from typing import Any

from .model import ASSUMED, Moment
from .moment import placed

LONGEST = 120
_TIME = re.compile(r"(?<!\d)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,6}))?)?(?!\d)", re.ASCII)
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})\s?[-./年]\s?(\d{1,2})\s?[-./月]\s?(\d{1,2})(?!\d)")
_DOTTED = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)", re.ASCII)
_SLASHED = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/(\d{4})(?!\d)", re.ASCII)
_OFFSET = re.compile(r"\(?\b(?:UTC|GMT)?\s?([+\u2212-])(\d{1,2})(?::?(\d{2}))?\)?(?=\s|$)", re.ASCII)
_UTC = re.compile(r"(?<![A-Za-z])\(?(?:UTC|GMT|Z)\)?(?![A-Za-z+\u2212-])")
_WORD = re.compile(r"[^\W\d_]+")
_ABBREVIATED = re.compile(r"(?<![^\W\d_])[A-Z]{2,5}(?![^\W\d_])", re.ASCII)


def read_spoken(text: str, *, zone: str = "", day_first: bool | None = None) -> Moment:
    """Read a time; *zone* is what a person gives for times that state none.

    A text that is no time is flagged `time_unreadable`; one whose day and month could be either is the span of both,
    flagged `order_ambiguous`.
    """
    clean = text.replace("\u202f", " ").replace("\u00a0", " ").strip()
    if not clean or len(clean) > LONGEST:
        return Moment(text, flags=("time_unreadable",) if clean else ())
    try:
        return _iso(text, clean, zone) or _spoken(text, clean, zone, day_first)
    except (ValueError, OverflowError, KeyError):
        return Moment(text, flags=("time_unreadable",))


def is_spoken(text: str) -> bool:
    """Tell whether a text reads as a time."""
    return bool(_TIME.search(text[:LONGEST])) and "time_unreadable" not in read_spoken(text).flags


def _iso(text: str, clean: str, zone: str) -> Moment | None:
    bare = re.sub(r"\s*(?:UTC|GMT|Z)$", "", clean)
    if not re.match(r"\d{4}-\d\d-\d\d[T ]\d\d:", bare, re.ASCII):
        return None
    try:
        found = datetime.fromisoformat(bare)
    except ValueError:
        return None
    if bare != clean and found.tzinfo is None:
        return placed(text, found, zone="UTC")
    return placed(text, found, zone=zone, basis=ASSUMED)


def _spoken(text: str, clean: str, zone: str, day_first: bool | None) -> Moment:
    hour, minute, second, micro, rest = _clock(clean)
    stated, rest = _zone(rest)
    day = _date(rest, day_first)
    if day is None:
        return _either(text, zone)
    found = datetime(*day, hour, minute, second, micro)  # noqa: DTZ001 - placed below
    if stated is not None:
        return placed(text, found.replace(tzinfo=stated))
    moment = placed(text, found, zone=zone, basis=ASSUMED)
    known = {word for words in _words().values() for word in words}
    if any(word.casefold() not in known for word in _ABBREVIATED.findall(rest)):
        flags = (*moment.flags, "zone_abbreviated")
        return Moment(moment.text, moment.earliest, moment.latest, moment.zone, moment.basis, flags)
    return moment


def _either(text: str, zone: str) -> Moment:
    """Give the span of both orders of day and month."""
    one, other = (read_spoken(text, zone=zone, day_first=first) for first in (True, False))
    if None in (one.earliest, one.latest, other.earliest, other.latest):
        return Moment(text, flags=("time_unreadable",))
    early, late = min(one.earliest, other.earliest), max(one.latest, other.latest)  # type: ignore[type-var]
    return Moment(text, early, late, one.zone, one.basis, (*dict.fromkeys(one.flags + other.flags), "order_ambiguous"))


def _clock(clean: str) -> tuple[int, int, int, int, str]:
    """Give the hour of the day in 24 hours, and the text without it."""
    match = _TIME.search(clean)
    if match is None:
        raise ValueError(clean)
    rest = f"{clean[: match.start()]} {clean[match.end() :]}"
    hour = int(match[1])
    words = {word.casefold() for word in _WORD.findall(re.sub(r"\b([aApP])\.\s?([mM])\.", r"\1\2", rest))}
    late, early = words & _words()["after_noon"], words & _words()["before_noon"]
    if (late or early) and 1 <= hour <= 12:
        hour = hour % 12 + (12 if late else 0)
    return hour, int(match[2]), int(match[3] or 0), int((match[4] or "0").ljust(6, "0")), rest


def _zone(rest: str) -> tuple[tzinfo | None, str]:
    bare = _YEAR_FIRST.sub(lambda match: " " * len(match[0]), rest)
    if match := _OFFSET.search(bare):
        span = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
        if span > timedelta(hours=14):
            raise ValueError(rest)
        return timezone(span if match[1] == "+" else -span), rest[: match.start()] + rest[match.end() :]
    if match := _UTC.search(bare):
        return UTC, rest[: match.start()] + rest[match.end() :]
    return None, rest


def _date(rest: str, day_first: bool | None) -> tuple[int, int, int] | None:
    """Give year, month and day; nothing where day and month could be either."""
    if match := _YEAR_FIRST.search(rest):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _DOTTED.search(rest):
        return int(match[3]), int(match[2]), int(match[1])
    if match := _SLASHED.search(rest):
        one, two, year = int(match[1]), int(match[2]), int(match[3])
        if day_first is None and one <= 12 and two <= 12 and one != two:
            return None
        first = one > 12 if day_first is None else day_first
        return (year, two, one) if first else (year, one, two)
    return _named(rest)


def _named(rest: str) -> tuple[int, int, int]:
    for before in _words()["month_number"]:
        if match := re.search(rf"\b{before}\s(\d{{1,2}})(?!\d)", rest, re.IGNORECASE):
            month, rest = int(match[1]), rest[: match.start()] + " " + rest[match.end() :]
            break
    else:
        found = [_months()[w] for w in map(str.casefold, _WORD.findall(rest)) if w in _months()]
        if len(found) != 1:
            raise ValueError(rest)
        month = found[0]
    years = re.findall(r"(?<!\d)\d{4}(?!\d)", rest, re.ASCII)
    days = re.findall(r"(?<!\d)\d{1,2}(?!\d)", rest, re.ASCII)
    if len(years) != 1 or len(days) != 1:
        raise ValueError(rest)
    return int(years[0]), month, int(days[0])


@cache
def _months() -> dict[str, int]:
    return {word: month for month, words in _calendar()["months"].items() for word in words}


@cache
def _words() -> dict[str, frozenset[str]]:
    return {name: frozenset(_calendar()[name]) for name in ("before_noon", "after_noon", "month_number")}


@cache
def _calendar() -> dict[str, Any]:
    import yaml

    text = files("comity.returns").joinpath("data", "calendar.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
    return found
