"""Names of columns: compared without regard to case, blanks and byte order marks, never by position."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .errors import BadMapping
from .moment import zone_of

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00]")
_PLACE = re.compile(r"\{(?:zone|unit)\}")


def shown(name: str) -> str:
    """Give a name in one form of Unicode, with single blanks and nothing invisible."""
    return " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFKC", name)).split())


def folded(name: str) -> str:
    """Give a name as it is compared: as `shown`, in one case."""
    return shown(name).casefold()


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a source: the names it goes by, and whether a file may lack it.

    `{zone}` in a name stands for a zone, as in `Date(UTC+1)` or `Date (Asia/Manila)`; `{unit}` for any text, as in
    `Amount (EUR)`. *nth* tells columns apart that bear the same name.
    """

    key: str
    names: tuple[str, ...]
    optional: bool = False
    nth: int = 1

    def matched(self, name: str) -> str | None:
        """Say whether this is its name: the text in place of `{zone}` or `{unit}`, empty without one; else None."""
        found = (_matched(pattern, name) for pattern in self.names)
        return next((inner for inner in found if inner is not None), None)


@dataclass(frozen=True, slots=True)
class Fit:
    """How columns lie in one header: the index of each, what stood in its name, what is missing, not known, or twice."""

    places: dict[str, int] = field(default_factory=dict)
    inner: dict[str, str] = field(default_factory=dict)
    missing: tuple[Column, ...] = ()
    unknown: tuple[str, ...] = ()
    twice: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Tell whether every column that must be there is, and none is there more often than it may."""
        return not self.missing and not self.twice


def fit(columns: Sequence[Column], header: Sequence[str], ignored: Sequence[str] = ()) -> Fit:
    """Find columns in a header by their names."""
    index = _index(tuple(header))
    found = {c.key: _where(c, header, index) for c in columns}
    expected = Counter(c.names for c in columns)
    places = {c.key: found[c.key][c.nth - 1] for c in columns if len(found[c.key]) >= c.nth}
    known = _known(tuple(ignored))
    taken = set(places.values())
    return Fit(
        places,
        {c.key: c.matched(header[places[c.key]]) or "" for c in columns if c.key in places},
        tuple(c for c in columns if c.key not in places and not c.optional),
        tuple(header[i] for i in _rest(index, taken, known)),
        tuple(header[found[c.key][0]] for c in columns if c.nth == 1 and len(found[c.key]) > expected[c.names]),
    )


@lru_cache(maxsize=128)
def _index(header: tuple[str, ...]) -> dict[str, list[int]]:
    """Give where each folded name stands: a table may have very many columns, and many mappings ask."""
    found: dict[str, list[int]] = {}
    for place, name in enumerate(header):
        found.setdefault(folded(name), []).append(place)
    return found


def _where(column: Column, header: Sequence[str], index: dict[str, list[int]]) -> list[int]:
    """Give where a column's names stand, in order."""
    found: set[int] = set()
    for pattern in column.names:
        before, plain = _begin(pattern)
        if plain:
            found.update(index.get(before, ()))
            continue
        alike = (i for name, places in index.items() if name.startswith(before) for i in places)
        found.update(i for i in alike if _matched(pattern, header[i]) is not None)
    return sorted(found)


@lru_cache(maxsize=8192)
def _begin(pattern: str) -> tuple[str, bool]:
    """Give the folded beginning of a name of a mapping, up to what stands for a zone or unit, and whether it is all."""
    begin = _PLACE.split(pattern)
    return folded(begin[0]), len(begin) == 1


@lru_cache(maxsize=1024)
def _known(ignored: tuple[str, ...]) -> frozenset[str]:
    """Give the folded names that a mapping knowingly leaves out, and the empty one."""
    return frozenset({folded(name) for name in ignored} | {""})


def _rest(index: dict[str, list[int]], taken: set[int], known: frozenset[str]) -> list[int]:
    return sorted(i for name, places in index.items() if name not in known for i in places if i not in taken)


@lru_cache(maxsize=65_536)
def _matched(pattern: str, name: str) -> str | None:
    if not _PLACE.search(pattern):
        return "" if folded(pattern) == folded(name) else None
    before, after = (re.escape(part) for part in _PLACE.split(shown(pattern)))
    match = re.fullmatch(f"{before}(.{{1,60}}){after}", shown(name), re.IGNORECASE)
    if match is None or ("{zone}" in pattern and not is_zone(match[1].strip())):
        return None
    return match[1].strip()


def is_zone(text: str) -> bool:
    """Tell whether a text names a zone or an offset."""
    try:
        zone_of(text)
    except BadMapping:
        return False
    return True
