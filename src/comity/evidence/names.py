r"""Under which name a thing stands in a bag: any bytes a file system may hold become a name that every system can hold.

What a bag or some system cannot name is written byte by byte as `=XX`, the way of quoted-printable (RFC 2045), and `=`
itself as `=3D`: so a name never holds `%`, CR or LF, which bag tools spell in different ways, and can be read back. Encoded
are: bytes that are not UTF-8; controls, blanks outside ASCII and signs that nobody sees; `= % \ : * ? " < > |`; a blank or dot at an end; every
letter outside ASCII in a name that is not in Unicode NFC; the first letter of a name that Windows keeps for a device; and
so much of a name that differs from another of the folder in case alone that it no longer does. A name too long for that
is cut and ended with its digest. The original bytes always stand in the item's list of files.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable

from comity.kernel.text import odd

MAX_COMPONENT = 200
MAX_PATH = 1000
KEPT = 40
_SAFE = re.compile(r"[A-Za-z0-9_(),+@#!&~'`^{}$;\[\]-]+(?:[. ]+[A-Za-z0-9_(),+@#!&~'`^{}$;\[\]-]+)*", re.ASCII)
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|\Z)", re.ASCII | re.IGNORECASE)
_BAD = frozenset('=%\\:*?"<>|/')


def spell(raw: bytes, *, first: int = 0) -> str:
    """Give the name under which one path component stands in a bag; its *first* characters are encoded anyhow."""
    text = raw.decode("utf-8", "surrogateescape")
    if not first and len(text) <= MAX_COMPONENT and _SAFE.fullmatch(text) and not _DEVICE.match(text):
        return text
    ascii_only = unicodedata.normalize("NFC", text) != text
    first = max(first, 1 if _DEVICE.match(text) else 0)
    last = len(text) - 1
    spelt = "".join(
        _hex(c)
        if at < first or _unfit(c) or (ascii_only and c > "\x7f") or (c in " ." and at in (0, last) and _edge(c, at))
        else c
        for at, c in enumerate(text)
    )
    if len(spelt.encode()) > MAX_COMPONENT:
        return f"{spelt[:KEPT].rstrip(' .')}=={hashlib.sha256(raw).hexdigest()[:32]}"
    return spelt


def spell_all(components: Iterable[bytes]) -> dict[bytes, str]:
    """Give the names under which the members of one folder stand in a bag: none twice, whatever a system makes of case."""
    spelt: dict[bytes, str] = {}
    taken: set[str] = set()
    for raw in sorted(components):
        name = spell(raw)
        for first in (1, len(raw)):
            if fold(name) not in taken:
                break
            name = spell(raw, first=first)
        taken.add(fold(name))
        spelt[raw] = name
    return spelt


def place(folder: str, spelt: str, name: bytes) -> str:
    """Give the payload path of a member of *folder*; one that would be too long stands under the digest of its *name*."""
    path = f"{folder}/{spelt}"
    if len(path) * 4 > MAX_PATH and len(path.encode()) > MAX_PATH:
        return f"data/=long/{hashlib.sha256(name).hexdigest()}"
    return path


def fold(name: str) -> str:
    """Give what a system that knows no case, and only one spelling of a letter, makes of a name."""
    return (
        name.lower() if name.isascii() else unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
    )


def _unfit(c: str) -> bool:
    return c in _BAD or "\udc80" <= c <= "\udcff" or (c != " " and c.isspace()) or bool(odd(c))


def _edge(c: str, at: int) -> bool:
    """Tell whether a blank or dot at an end must be encoded: a leading dot is fine."""
    return c == " " or at > 0


def _hex(c: str) -> str:
    return "".join(f"={byte:02X}" for byte in c.encode("utf-8", "surrogateescape"))
