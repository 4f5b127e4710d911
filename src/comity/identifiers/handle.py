"""Account names on a platform; each platform has its own rules, so only what no platform allows is refused."""

from __future__ import annotations

import re
import unicodedata

from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .script import disguises
from .text import shown

MAX_HANDLE = 128
_PLATFORM = re.compile(r"[a-z0-9][a-z0-9.+_-]{0,62}")
_SIGNS = frozenset("._-+~#:@|=$!*'")


def read(text: str, hints: Hints) -> Identifier:
    """Read an account name, with or without the leading @, of the platform hinted at.

    Raises:
        InvalidIdentifier: no platform is named, or the name holds what no account name has.
    """
    if not hints.platform:
        advice = "Say on which platform it is, for example platform telegram."
        raise InvalidIdentifier(
            "got an account name without a platform, expected both", field="platform", advice=advice
        )
    name = text.lstrip("@")
    if "/" in name:
        advice = "Give an address of a page as the kind url, or only the account name in it."
        raise InvalidIdentifier(f"got {shown(text)}, expected an account name", advice=advice)
    if not 1 <= len(name) <= MAX_HANDLE:
        raise InvalidIdentifier(f"got {len(name)} characters, expected 1 to {MAX_HANDLE}")
    for c in name:
        if c not in _SIGNS and unicodedata.category(c)[0] not in "LMN":
            raise InvalidIdentifier(f"got the character {c!r}, expected letters, digits and {''.join(sorted(_SIGNS))}")
    return Identifier("handle", name, text, doubts=disguises(name))


def platform(text: str) -> str:
    """Read a platform's name, in lower case.

    Raises:
        InvalidIdentifier: it is no single word.
    """
    name = text.strip().lower()
    if not _PLATFORM.fullmatch(name):
        advice = "Write one word of small letters and digits, for example telegram, whatsapp or x.com."
        raise InvalidIdentifier(f"got the platform {shown(text)}, expected one word", field="platform", advice=advice)
    return name
