"""E-mail addresses: the dot-atom form of RFC 5321, with letters of any script (RFC 6531).

The domain is compared without regard to case and is kept as A-labels; the part before the @ belongs to the receiving
system alone (RFC 5321, 2.4) and is kept as it is.
"""

from __future__ import annotations

import re
import unicodedata

from .domain import name
from .errors import InvalidIdentifier
from .model import Hints, Identifier
from .script import disguises
from .text import refang, shown

MAX_LOCAL = 64  # RFC 5321, 4.5.3.1.1
MAX_ADDRESS = 254  # RFC 5321, 4.5.3.1.3: a path of 256 with its angle brackets
_ATOM = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~")
_MAILTO = re.compile("mailto:", re.IGNORECASE)


def read(text: str, hints: Hints) -> Identifier:
    """Read `name@example.org`.

    Raises:
        InvalidIdentifier: it is no address, or one with a quoted name, a comment or an address literal.
    """
    plain = _MAILTO.sub("", refang(text), count=1) if _MAILTO.match(text) else refang(text)
    if any(sign in plain for sign in '<>"(),;:\\') or any(c.isspace() for c in plain):
        advice = "Give the bare address: no display name, no angle brackets, no quotes, one address at a time."
        raise InvalidIdentifier(f"got {shown(text)}, expected a bare address", advice=advice)
    if plain.count("@") != 1:
        raise InvalidIdentifier(f"got {shown(text)} with {plain.count('@')} @ signs, expected one")
    local, _, host = plain.partition("@")
    if host.startswith("["):
        advice = "Give the address in brackets as the kind ip, and the mailbox in the relation."
        raise InvalidIdentifier(f"got {shown(text)}, expected a domain after the @", advice=advice)
    _check_local(local)
    found = name(host)
    value = f"{local}@{found.ascii}"
    if len(value.encode()) > MAX_ADDRESS:
        raise InvalidIdentifier(f"got {len(value.encode())} bytes, expected at most {MAX_ADDRESS}")
    return Identifier("email", value, text, doubts=disguises(local) + found.doubts)


def _check_local(local: str) -> None:
    if not 1 <= len(local.encode()) <= MAX_LOCAL:
        raise InvalidIdentifier(f"got {len(local.encode())} bytes before the @, expected 1 to {MAX_LOCAL}")
    if local.startswith(".") or local.endswith(".") or ".." in local:
        raise InvalidIdentifier(f"got {shown(local)} before the @, expected no dot at an end and no two dots together")
    for c in local:
        if c not in _ATOM and c != "." and (c.isascii() or unicodedata.category(c)[0] not in "LMN"):
            raise InvalidIdentifier(
                f"got the character {c!r} before the @, expected letters, digits and .!#$%&'*+-/=?^_`{{|}}~"
            )
