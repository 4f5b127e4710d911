"""Which file names a package may hold: none that means two things, or a place outside (package-format §1)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from comity.kernel.text import odd

from .errors import BadContainer

MAX_ENTRIES = 20_000
MAX_TOTAL = 64 * 1024**3
MAX_NAME = 240
MAX_PARTS = 8
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
TOP = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)


def portable(name: str) -> str:
    """Give a name that every file system holds, for something that people named."""
    return _UNSAFE.sub("_", name).strip("._") or "item"


def check_name(name: str) -> None:
    """Accept one name within a package.

    Raises:
        BadContainer: the name could lead outside, means two things, or cannot be shown.
    """
    parts = name.split("/")
    if any(part != part.strip() or part.endswith(".") or not part for part in parts) or any(c in name for c in "\\:%"):
        raise BadContainer(f"got the name {name!r}, expected a plain relative path")
    if odd(name) or unicodedata.normalize("NFC", name) != name:
        raise BadContainer(f"got the name {name!a}, expected visible characters in Unicode NFC")
    if len(name.encode()) > MAX_NAME or len(parts) > MAX_PARTS:
        raise BadContainer(f"got the name {name[:60]!r}..., expected at most {MAX_NAME} bytes and {MAX_PARTS} parts")


def check_names(names: Iterable[str]) -> None:
    """Accept a set of names: each one plain, none twice, not even in another case, none both a file and a folder.

    Raises:
        BadContainer: a name is not, or there are too many.
    """
    seen: set[str] = set()
    folders: set[str] = set()
    for name in names:
        check_name(name)
        folded = unicodedata.normalize("NFC", name.casefold())
        if folded in seen:
            raise BadContainer(f"got the name {name!r} twice, expected each once")
        seen.add(folded)
        folders.update(folded[:i] for i, c in enumerate(folded) if c == "/")
        if len(seen) > MAX_ENTRIES:
            raise BadContainer(f"got more than {MAX_ENTRIES} files, expected at most that")
    if both := sorted(seen & folders):
        raise BadContainer(f"got {both[0]!r} as a file and as a folder, expected one of them")
