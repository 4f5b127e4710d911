"""Times of OFX: YYYYMMDD, perhaps HHMMSS and thousandths, perhaps the offset in brackets with a name beside it.

The standard takes a time without an offset for GMT; banks write their own local time so as often as not. So it is taken
for unknown, unless a person says the zone. The name of a zone is never read.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone

from ..model import ASSUMED, STATED, Given, Moment
from ..moment import day_moment, offset_text
from .entries import hour_moment

_TIME = re.compile(
    r"([0-9]{4})([0-9]{2})([0-9]{2})(?:([0-9]{2})([0-9]{2})([0-9]{2})?(?:\.([0-9]{1,6}))?)?"
    r"\s*(?:\[\s*([+-]?)([0-9]{1,2})(?:\.([0-9]{1,2}))?(?::[^\]]*)?\])?",
    re.ASCII,
)
_QUARTERS = (0, 15, 30, 45)


def ofx_moment(text: str, given: Given) -> Moment:
    """Place a time of OFX; a day without an hour is the whole day."""
    match = _TIME.fullmatch(text)
    if match is None:
        return Moment(text, flags=("time_unreadable",))
    try:
        offset = _offset(match[8], match[9], match[10] or "0") if match[9] else None
        year, month, day = int(match[1]), int(match[2]), int(match[3])
        if match[4] is None:
            zone = offset_text(offset) if offset is not None else given.zone
            return day_moment(text, date(year, month, day), zone=zone, basis=ASSUMED if offset is None else STATED)
        parts = (int(match[4]), int(match[5]), int(match[6] or 0), int((match[7] or "").ljust(6, "0")))
        zone_of = None if offset is None else timezone(offset)
        return hour_moment(text, datetime(year, month, day, *parts, tzinfo=zone_of), given)
    except (ValueError, OverflowError):
        return Moment(text, flags=("time_unreadable",))


def _offset(sign: str, hours: str, part: str) -> timedelta:
    """Read hours with minutes (-3.30) or a part of an hour (5.5, 5.75) after the point, whichever a zone can have."""
    minutes = int(part) if len(part) == 2 and int(part) in _QUARTERS else int(part) * 60 // 10 ** len(part)
    span = timedelta(hours=int(hours), minutes=minutes)
    if minutes not in _QUARTERS or int(hours) > 14:
        raise ValueError(part)
    return -span if sign == "-" else span
