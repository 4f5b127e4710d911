"""Layouts of times that Arrow reads at once: fixed places of digits, ISO 8601, and counts from an epoch.

Each gives exactly what `moment` gives for the texts that its pattern takes; `moment` reads all others.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from .moment import EPOCHS, ISO, is_day, says_utc

if TYPE_CHECKING:
    import pyarrow as pa

DAY = r"(?:0[1-9]|[12][0-9]|3[01])"
# The days that every month has: taken when one of a block's days is not in its month.
SAFE_DAY = r"(?:0[1-9]|1[0-9]|2[0-8])"
_DIGITS = {
    "Y": (4, r"[12][0-9]{3}"),
    "m": (2, r"(?:0[1-9]|1[0-2])"),
    "d": (2, DAY),
    "H": (2, r"(?:[01][0-9]|2[0-3])"),
    "M": (2, r"[0-5][0-9]"),
    "S": (2, r"[0-5][0-9]"),
}
_ISO_LOCAL = "%Y-%m-%d{}%H:%M:%S"
_FRACTION = r"(?:\.[0-9]{1,6})?"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shape:
    """A pattern of texts, and how they are read: *aware* ones are in UTC then, others local.

    *utc* tells that local ones say UTC in words, *day* that they name a day and no hour.
    """

    pattern: str
    read: Callable[[pa.Array], pa.Array]
    aware: bool = False
    swift: str = ""
    utc: bool = False
    day: bool = False

    def swiftly(self, texts: pa.Array) -> pa.Array | None:
        """Read texts that all have the places of `2026-03-01 09:30:00` without looking at each sign; None if they have not.

        Arrow takes nothing else of that length for a time without an offset.
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        lengths = pc.min_max(pc.binary_length(texts)).as_py()
        if not self.swift or lengths != {"min": 19, "max": 19}:
            return None
        marks = pc.is_in(
            pc.binary_slice(texts.cast(pa.binary()), 10, 11), value_set=pa.array([m.encode() for m in self.swift])
        )
        if not pc.all(pc.or_(marks, pc.is_null(texts))).as_py():
            return None
        try:
            times = self.read(texts)
        except pa.ArrowInvalid:
            return None
        years = pc.min_max(pc.year(times)).as_py()
        return times if years["min"] is not None and years["min"] >= 1000 else None


@lru_cache(maxsize=256)
def shapes(layout: str) -> tuple[Shape, ...]:
    """Give the shapes of a layout; none where only `moment` reads it."""
    if layout in EPOCHS:
        return (_count(layout),)
    if layout == ISO:
        body = "^" + _pattern(_ISO_LOCAL.format("[T ]")) + _FRACTION
        return (Shape(body + "$", _cast, swift=" T"), Shape(body + _OFFSET + "$", _cast_aware, aware=True))
    if layout in (_ISO_LOCAL.format(" "), _ISO_LOCAL.format("T")):
        return (Shape("^" + _pattern(layout) + "$", _cast, swift=layout[8]),)
    places = _places(layout)
    if places is None:
        return ()
    read = lambda texts: _cast(_sliced(texts, places))  # noqa: E731 - one line of the shape
    return (Shape("^" + _pattern(layout) + "$", read, utc=says_utc(layout), day=is_day(layout)),)


def _pattern(layout: str) -> str:
    parts = re.split(r"%([YmdHMS])|(\[T \])", layout)
    found = ""
    for i, part in enumerate(parts):
        if part is not None:
            found += _DIGITS[part][1] if i % 3 == 1 else part if i % 3 == 2 else re.escape(part)
    return found


def _places(layout: str) -> dict[str, tuple[int, int]] | None:
    """Give where each part of a time stands, if all stand at fixed places."""
    if not layout.isascii():
        return None
    places: dict[str, tuple[int, int]] = {}
    at = i = 0
    while i < len(layout):
        if layout[i] != "%":
            # Between digits; a blank of a pattern stands for any number of them, and is left to `moment` but for one.
            at, i = at + 1, i + 1
            continue
        name = layout[i + 1 : i + 2]
        if name not in _DIGITS or name in places:
            return None
        places[name] = (at, at + _DIGITS[name][0])
        at, i = at + _DIGITS[name][0], i + 2
    return places if {"Y", "m", "d"} <= places.keys() else None


def _sliced(texts: pa.Array, places: dict[str, tuple[int, int]]) -> pa.Array:
    """Put the parts of a time in the order of ISO 8601."""
    import pyarrow as pa
    import pyarrow.compute as pc

    data = texts.cast(pa.binary())

    def part(name: str) -> pa.Array | bytes:
        return pc.binary_slice(data, *places[name]) if name in places else b"00"

    pieces: list[pa.Array | bytes] = []
    for name, mark in zip("YmdHMS", (b"-", b"-", b" ", b":", b":", b""), strict=True):
        pieces += [part(name), mark]
    return pc.binary_join_element_wise(*pieces[:-1], b"").cast(pa.string())


def _cast(texts: pa.Array) -> pa.Array:
    import pyarrow as pa

    return texts.cast(pa.timestamp("us"))


def _cast_aware(texts: pa.Array) -> pa.Array:
    import pyarrow as pa

    return texts.cast(pa.timestamp("us", "UTC"))


def _count(layout: str) -> Shape:
    """Read whole counts from an epoch that a year of four digits can hold."""
    import pyarrow as pa
    import pyarrow.compute as pc

    epoch, units = EPOCHS[layout]
    start = round((epoch - _EPOCH).total_seconds()) * 10**6
    digits = min(10 + len(str(units)), 18)

    def read(texts: pa.Array) -> pa.Array:
        counts = texts.cast(pa.int64())
        micros = pc.divide(counts, units // 10**6) if units > 10**6 else pc.multiply(counts, 10**6 // units)
        return pc.add(micros, start).cast(pa.timestamp("us", "UTC"))

    return Shape(f"^[0-9]{{1,{digits}}}$", read, aware=True)
