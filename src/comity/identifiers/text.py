"""Text as people paste it: cleaned once, made clickable again, shown safely in messages."""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidIdentifier

MAX_LENGTH = 2000
_SHOWN = 60
_DOT = re.compile(r"\[\.\]|\(\.\)|\[dot\]|\(dot\)", re.IGNORECASE)
_AT = re.compile(r"\[@\]|\(@\)|\[at\]|\(at\)", re.IGNORECASE)
# Beside the Unicode categories: object replacement and replacement character, which stand for what was lost.
_LOST = "\ufffc\ufffd"
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(text: str) -> str:
    """Give *text* in NFC and without white space around it.

    Raises:
        InvalidIdentifier: it is empty, too long, or holds a character that nobody can see.
    """
    if len(text) > MAX_LENGTH:
        raise InvalidIdentifier(f"got {len(text)} characters, expected at most {MAX_LENGTH}")
    plain = unicodedata.normalize("NFC", text.strip())
    if not plain:
        raise InvalidIdentifier("got nothing, expected text")
    for c in plain:
        if unicodedata.category(c) in _INVISIBLE or c in _LOST:
            name = unicodedata.name(c, "a control or unassigned character")
            advice = "Type the identifier anew: text copied from a page or chat can carry invisible characters."
            raise InvalidIdentifier(f"got U+{ord(c):04X} ({name}), expected visible characters", advice=advice)
    if len(plain) > MAX_LENGTH:
        raise InvalidIdentifier(f"got {len(plain)} characters, expected at most {MAX_LENGTH}")
    return plain


def refang(text: str) -> str:
    """Undo the brackets by which analysts keep a name from being clicked: `example[.]org`, `name[at]example[.]org`."""
    return _AT.sub("@", _DOT.sub(".", text))


def shown(text: str) -> str:
    """Give *text* quoted for a message, shortened when it is long."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
