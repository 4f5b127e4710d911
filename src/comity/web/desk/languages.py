"""The languages of the desk, their direction, and times as people write them, always with their zone."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from comity.kernel.language import word
from comity.kernel.notation import moment

NAMES = {
    "en": "English",
    "vi": "Tiếng Việt",
    "fr": "Français",
    "es": "Español",
    "ar": "العربية",
    "zh": "中文",
    "ru": "Русский",
}


def spoken(*wanted: str) -> str:
    """Give the first of the *wanted* languages that the desk speaks; each may be a browser's list of several."""
    for one in ",".join(wanted).split(","):
        code = one.partition(";")[0].strip().partition("-")[0].lower()
        if code in NAMES:
            return code
    return "en"


def direction(code: str) -> str:
    """Tell in which direction a language is written."""
    return "rtl" if code == "ar" else "ltr"


def worded(kind: str, code: str) -> str:
    """Give a code as a word of the person's language; where there is none, the code itself, without its underscores."""
    found = word(kind, code)
    return found.replace("_", " ") if found == code else found


def written(at: datetime, zone: str) -> tuple[str, str]:
    """Write a moment as people of this language do, in a time zone; and the zone's offset from UTC at that moment."""
    there = at.astimezone(ZoneInfo(zone) if zone in _zones() else UTC)
    offset = f"UTC{there:%z}"[:6] + f":{there:%z}"[:1] + f"{there:%z}"[3:5] if there.utcoffset() else "UTC"
    return moment(there), offset


def zones() -> list[str]:
    """List the time zones to choose from."""
    named = (name for name in _zones() if "/" in name and not name.startswith(("Etc/", "posix", "right")))
    return ["UTC", *sorted(named)]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
