"""Single values on the wire: text, whole numbers, flags, times, bytes and addresses, each within its type's bounds.

In the tree a whole number is an ``int``, a flag a ``bool``, everything else text as it stands on the wire.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import BadMessage

MAX_FORMED = 1024  # text that has a pattern and no length of its own: a pattern tries many ways on a long text
MAX_INTEGER = 2**53 - 1  # what every JSON reader keeps exactly
BODY = {"base64Binary", "hexBinary"}
INTEGERS = {"integer": -MAX_INTEGER, "nonNegativeInteger": 0, "positiveInteger": 1}
_VERBATIM = {"string", "normalizedString"}
_FLAGS = {"true": True, "1": True, "false": False, "0": False}
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9._~:/?#@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_BLANKS = re.compile("[ \t\n\r]+")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_MAX_OFFSET = timedelta(hours=14)


@dataclass(frozen=True)
class Value:
    """A simple type: its kind in XML Schema's words, every pattern it must match, its greatest length and its bounds."""

    name: str
    kind: str
    patterns: tuple[re.Pattern[str], ...] = ()
    longest: int | None = None
    least: int | None = None
    most: int | None = None

    def of_text(self, text: str) -> str | int | bool:
        """Read what an XML element holds; bounds are checked by `check`."""
        if self.kind in _VERBATIM:
            return text
        text = collapsed(text)
        if self.kind == "boolean":
            return _FLAGS.get(text, text)
        if self.kind in INTEGERS and re.fullmatch(r"[+-]?[0-9]{1,20}", text):
            return int(text)
        return text.replace(" ", "") if self.kind in BODY else text

    def check(self, value: object) -> str | int | bool:
        """Give *value* back when it is one of this type.

        Raises:
            BadMessage: it is not (3007).
        """
        if self.kind == "boolean":
            if isinstance(value, bool):
                return value
        elif self.kind in INTEGERS:
            if isinstance(value, int) and not isinstance(value, bool) and self._within(value):
                return value
        elif isinstance(value, str) and self._is_text(value):
            return value
        shown = repr(value)[:60]
        raise BadMessage(f"got {shown}, expected {self.name}", code=3007)

    def _within(self, value: int) -> bool:
        """Whether a whole number lies in the bounds."""
        least = INTEGERS[self.kind] if self.least is None else self.least
        return least <= value <= (MAX_INTEGER if self.most is None else self.most)

    def _is_text(self, value: str) -> bool:
        """Whether text has the length, the signs and the form."""
        longest = MAX_FORMED if self.patterns and self.longest is None else self.longest
        if longest is not None and len(value) > longest:
            return False
        for pattern in self.patterns:
            if not pattern.fullmatch(value):
                return False
        if _NO_XML.search(value):
            return False
        form = _FORMS.get(self.kind)
        return form is None or form(value)


def collapsed(text: str) -> str:
    """Make every run of XML's four blanks one space, and none at the ends; other blanks are signs like any."""
    return _BLANKS.sub(" ", text).strip(" ")


def text_of(value: object) -> str:
    """Write a value as an XML element holds it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _is_base64(value: str) -> bool:
    """Whether text is base64 in whole groups of four."""
    return len(value) % 4 == 0 and _BASE64.fullmatch(value) is not None


def _is_time(value: str) -> bool:
    """Whether text that fits the pattern is a moment that exists."""
    try:
        offset = datetime.fromisoformat(value).utcoffset()
    except ValueError:
        return False
    return offset is not None and abs(offset) <= _MAX_OFFSET


def _is_uri(value: str) -> bool:
    """Whether text is an absolute address."""
    return len(value) <= 8192 and _URI.fullmatch(value) is not None


def _is_token(value: str) -> bool:
    """Whether text has no blank that a reader would drop."""
    return value == collapsed(value)


_FORMS: dict[str, Callable[[str], bool]] = {
    "anyURI": _is_uri,
    "base64Binary": _is_base64,
    "dateTime": _is_time,
    "hexBinary": lambda value: _HEX.fullmatch(value) is not None,
    "token": _is_token,
}
