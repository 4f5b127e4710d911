"""Reading a time as delivered: by a stated layout, in a stated zone, or as the span in which it must lie.

1. The layout is named: ISO 8601, a count from an epoch, or a `strptime` pattern. Day and month are never guessed.
2. An offset in the text decides. Else the zone that the sender states or documents, or that a person assumes, applies.
3. In the hour that a zone has twice (a fold), the time is a span of both. An hour that it skips is flagged.
4. Without any zone the time is a span over every zone there is: from UTC+14 to UTC-12.
5. A day without an hour is a span too: from its first moment to its last.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .errors import BadMapping
from .model import ASSUMED, STATED, UNKNOWN, Moment

EARLIEST, LATEST = timedelta(hours=-14), timedelta(hours=12)
ISO = "iso8601"
# Counts from an epoch: the epoch, and the units in a second.
EPOCHS: dict[str, tuple[datetime, int]] = {
    "unix-s": (datetime(1970, 1, 1, tzinfo=UTC), 1),
    "unix-ms": (datetime(1970, 1, 1, tzinfo=UTC), 10**3),
    "unix-us": (datetime(1970, 1, 1, tzinfo=UTC), 10**6),
    "unix-ns": (datetime(1970, 1, 1, tzinfo=UTC), 10**9),
    "webkit-us": (datetime(1601, 1, 1, tzinfo=UTC), 10**6),
    "filetime-100ns": (datetime(1601, 1, 1, tzinfo=UTC), 10**7),
    "apple-s": (datetime(2001, 1, 1, tzinfo=UTC), 1),
    "apple-ns": (datetime(2001, 1, 1, tzinfo=UTC), 10**9),
}
# Days from an epoch, local time: what a spreadsheet keeps. 1900 counts a 29 February 1900 that never was.
SHEETS = {"excel-1900": datetime(1899, 12, 30), "excel-1904": datetime(1904, 1, 1)}  # noqa: DTZ001 - local on purpose
_COUNT = re.compile(r"[+-]?\d{1,25}(?:\.\d{1,25})?", re.ASCII)
_DAY = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d(?:-?\d)?)", re.ASCII)
_HOURS = re.compile(r"%[-#]?[HIMSfpcXTRrs]")
_UTC = re.compile(r"(?<![A-Za-z%])(?:UTC|GMT|Z)(?![A-Za-z+-])")
_OFFSET = re.compile(r"(?:UTC|GMT)?\s*([+-])(\d{1,2}):?(\d{2})?", re.ASCII)


def read_moment(text: str, layout: str = ISO, *, zone: str = "", basis: str = STATED) -> Moment:
    """Read *text* by *layout*; *zone* applies where the text has no offset, on the *basis* named.

    A text that does not fit gives a moment without a span, flagged `time_unreadable`.

    Raises:
        BadMapping: the zone is none.
    """
    clean = text.strip()
    if not clean:
        return Moment(text)
    if says_utc(layout):
        zone, basis = "UTC", STATED
    try:
        found = _counted(clean, layout) if layout in EPOCHS else _written(clean, layout)
    except (ValueError, OverflowError):
        return Moment(text, flags=("time_unreadable",))
    if found.tzinfo is None and is_day(layout, clean):
        return day_moment(text, found.date(), zone=zone, basis=basis)
    return placed(text, found, zone=zone, basis=basis)


def says_utc(layout: str) -> bool:
    """Tell whether a layout has UTC in words, so that every text of it states its zone."""
    return "%" in layout and _UTC.search(layout) is not None


def is_day(layout: str, text: str = "") -> bool:
    """Tell whether a layout, or in ISO 8601 the text, names a day and no hour."""
    return _DAY.fullmatch(text) is not None if layout == ISO else "%" in layout and not _HOURS.search(layout)


def day_moment(text: str, day: date, *, zone: str = "", basis: str = ASSUMED) -> Moment:
    """Place a day without an hour: from its first moment to its last, in the zone named, or in every zone there is."""
    first = datetime.combine(day, time())
    try:
        last = first + timedelta(days=1, microseconds=-1)
    except OverflowError:
        return Moment(text, flags=("time_unreadable",))
    begin = placed(text, first, zone=zone, basis=basis)
    end = placed(text, last, zone=zone, basis=basis)
    if begin.earliest is None or end.latest is None:
        return Moment(text, flags=("time_unreadable",))
    return Moment(text, begin.earliest, end.latest, begin.zone, begin.basis, begin.flags)


def placed(text: str, found: datetime, *, zone: str = "", basis: str = STATED) -> Moment:
    """Place a time on the UTC line: by its own offset, by *zone*, or as a span over every zone."""
    try:
        if found.tzinfo is not None:
            return _stated(text, found)
        if zone:
            return _zoned(text, found, zone, basis)
        return Moment(
            text,
            (found + EARLIEST).replace(tzinfo=UTC),
            (found + LATEST).replace(tzinfo=UTC),
            "",
            UNKNOWN,
            ("zone_unknown",),
        )
    except OverflowError:
        return Moment(text, flags=("time_unreadable",))


def _stated(text: str, found: datetime) -> Moment:
    at = found.astimezone(UTC)
    return Moment(text, at, at, offset_text(found.utcoffset() or timedelta()), STATED)


def _zoned(text: str, found: datetime, zone: str, basis: str) -> Moment:
    where = zone_of(zone)
    first, second = (found.replace(tzinfo=where, fold=fold).astimezone(UTC) for fold in (0, 1))
    early, late = min(first, second), max(first, second)
    if early == late:
        return Moment(text, early, late, zone, basis)
    skipped = early.astimezone(where).replace(tzinfo=None) != found
    return Moment(text, early, late, zone, basis, ("time_skipped" if skipped else "time_folded",))


def _counted(text: str, layout: str) -> datetime:
    """Read a count from an epoch, to the microsecond, in whole numbers."""
    if not _COUNT.fullmatch(text):
        raise ValueError(text)
    epoch, units = EPOCHS[layout]
    whole, _, part = text.partition(".")
    scaled = int(whole + part.ljust(6, "0")[:6])
    return epoch + timedelta(microseconds=scaled // units)


def _written(text: str, layout: str) -> datetime:
    if layout == ISO:
        return datetime.fromisoformat(text)
    if layout in SHEETS:
        if not _COUNT.fullmatch(text):
            raise ValueError(text)
        return SHEETS[layout] + timedelta(seconds=round(float(text) * 86400))
    return datetime.strptime(text, layout)  # noqa: DTZ007 - placed by the caller


@lru_cache(maxsize=256)
def zone_of(name: str) -> tzinfo:
    """Give the zone of an IANA name or an offset such as `+07:00` or `UTC+7`.

    Raises:
        BadMapping: it is neither; abbreviations such as CST mean several zones and are none.
    """
    if name in ("UTC", "Z", "GMT"):
        return UTC
    if match := _OFFSET.fullmatch(name):
        hours, minutes = int(match[2]), int(match[3] or 0)
        if hours <= 14 and minutes < 60:
            span = timedelta(hours=hours, minutes=minutes)
            return timezone(-span if match[1] == "-" else span)
    try:
        if "/" in name:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        pass
    advice = "Write a zone as Asia/Ho_Chi_Minh, an offset as +07:00, or UTC."
    raise BadMapping(f"got the zone {name[:60]!r}, expected an IANA name or an offset", field="zone", advice=advice)


def offset_text(offset: timedelta) -> str:
    """Write an offset as `+07:00`."""
    minutes = round(offset.total_seconds() / 60)
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
