"""Marks, numbers, sizes, days and names of states as the person's language writes them, after the Unicode CLDR.

What people read is written so; what machines read (values of fields, addresses, exports, codes) is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit
from markupsafe import Markup

from .language import language

_LOCALES = {"en": "en_GB", "zh": "zh_Hans"}
_MARKS = {
    "listing": {"ar": "، ", "zh": "、"},
    "comma": {"ar": "، ", "zh": "，"},
    "semicolon": {"ar": "؛ ", "zh": "；", "fr": "\u202f; "},
    "colon": {"zh": "：", "fr": "\u00a0: "},
    "stop": {"zh": "。"},
}
_PLAIN = {"listing": ", ", "comma": ", ", "semicolon": "; ", "colon": ": ", "stop": ". "}
_BYTES = {"ar": "بايت", "fr": "o", "ru": "Б"}
_UNITS = ("", "kilobyte", "megabyte", "gigabyte", "terabyte")
_SPANS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_PERIOD = re.compile(r"P(\d{1,5})([DWMY])")
THOUSAND = 1000


@cache
def locale(code: str) -> Locale:
    """Give what is known of a language; of English where nothing is known."""
    try:
        return Locale.parse(_LOCALES.get(code, code))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(_LOCALES["en"])


def mark(name: str) -> str:
    """Give a mark with its blanks: what parts a *listing*, a *comma*, a *semicolon*, a *colon*, a full *stop*."""
    return _MARKS[name].get(language(), _PLAIN[name])


def listed(values: Iterable[object], name: str = "listing") -> Markup:
    """Join values by a mark."""
    return Markup(mark(name)).join(values)  # type: ignore[arg-type] # noqa: S704 - the mark is ours, values are escaped


def number(n: float, places: int | None = None) -> str:
    """Write a number with the marks of thousands and decimals; with just so many *places*, if any are asked for."""
    form = None if places is None else "#,##0." + "0" * places
    return format_decimal(n, form, locale=_spoken())


def share(part: float) -> str:
    """Write a part of one as per cent."""
    return format_percent(part, locale=_spoken())


def size(n: int) -> str:
    """Write a number of bytes: in the greatest unit of thousands that it reaches, with one place."""
    power, rest = 0, float(n)
    while rest >= THOUSAND and power < len(_UNITS) - 1:
        power, rest = power + 1, rest / THOUSAND
    if not power:
        return f"{n}\u00a0{_BYTES.get(language(), 'B')}"
    return format_unit(round(rest, 1), f"digital-{_UNITS[power]}", "short", locale=_spoken())


def day(on: object) -> str:
    """Write a day, or what is said in the form of a day; of what is none (a year, a month) as it is said."""
    if not isinstance(on, date):
        try:
            on = date.fromisoformat(str(on))
        except ValueError:
            return "" if on is None else str(on)
    return str(format_skeleton("yMMMd", datetime.combine(on, time()), locale=_spoken()))


def period(text: object) -> str:
    """Write a period that is said in the form of ISO 8601, in one unit (`P90D`); what is none as it is said."""
    said = str(text)
    known = _PERIOD.fullmatch(said)
    return format_unit(int(known[1]), f"duration-{_SPANS[known[2]]}", "long", locale=_spoken()) if known else said


def moment(at: datetime) -> str:
    """Write a day and the time of day, in whatever zone the moment is."""
    return str(_spoken().datetime_formats["medium"]).format(f"{at:%H:%M}", day(at.date()))


def state(code: str, name: str) -> str:
    """Name a state by its code of ISO 3166; by the *name* that the data have in English, or where there is none other."""
    return name if _spoken().language == "en" else str(_spoken().territories.get(code, name))


def tongue(code: str) -> str:
    """Name a language by its code."""
    return str(_spoken().languages.get(code, code))


def _spoken() -> Locale:
    return locale(language())
