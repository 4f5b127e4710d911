"""Times of a whole column at once: the usual writings by Arrow, every other text by `moment`, with equal results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from itertools import combinations
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from .layouts import DAY, SAFE_DAY, Shape, shapes
from .masks import Masks, each, flag_masks, matching, merged, only, some
from .model import STATED, UNKNOWN, Moment
from .moment import EARLIEST, LATEST, read_moment, zone_of

if TYPE_CHECKING:
    import pyarrow as pa

PARTS = ("earliest", "latest", "zone", "basis")
DAY_LONG = timedelta(days=1, microseconds=-1)


@dataclass(frozen=True)
class Writing:
    """How the times of a column are written: layouts in order, and the zone that applies, on which basis."""

    layouts: tuple[str, ...]
    zone: str = ""
    basis: str = STATED

    @property
    def either(self) -> bool:
        """Tell whether two layouts differ in the order of day and month."""
        return any(swapped(one) == other for one, other in combinations(self.layouts, 2))


def writing(layouts: tuple[str, ...], zone: str, basis: str, day_first: bool | None) -> Writing:
    """Give the writing, where *day_first* drops a layout whose order it denies and whose twin is there."""
    kept = tuple(
        one
        for one in layouts
        if day_first is None or swapped(one) not in layouts or swapped(one) == one or _day_first(one) == day_first
    )
    return Writing(kept, zone, basis)


def swapped(layout: str) -> str:
    """Give a layout with day and month exchanged; it stays as it is when the year comes first or the month is a word."""
    if "%d" not in layout or "%m" not in layout or layout.startswith("%Y"):
        return layout
    return layout.replace("%d", "\0").replace("%m", "%d").replace("\0", "%m")


def _day_first(layout: str) -> bool:
    return layout.index("%d") < layout.index("%m")


def instants(texts: pa.Array, how: Writing) -> tuple[dict[str, pa.Array], Masks]:
    """Read texts as times; gives the four parts beside the text, and flags."""
    import pyarrow.compute as pc

    found: dict[str, pa.Array] = {}
    flags: list[Masks] = []
    rest = pc.is_valid(texts)
    for shape in () if how.either else _shapes(how):
        times = None if found else shape.swiftly(texts)
        mask = None if times is not None else pc.and_(rest, matching(texts, shape.pattern))
        if mask is not None and not some(mask):
            continue
        picked = texts if mask is None else only(texts, mask)
        parts, masks = _read(picked, shape, how, times)
        found = _both(found, parts) if found else parts
        flags.append(masks)
        rest = pc.and_(pc.is_valid(texts), pc.is_null(found["earliest"]))
        if not some(rest):
            return found, merged(flags)
    if some(rest) or not found:
        parts, masks = _one_by_one(only(texts, rest), how)
        found = _both(found, parts) if found else parts
        flags.append(masks)
    return found, merged(flags)


def _both(found: dict[str, pa.Array], more: dict[str, pa.Array]) -> dict[str, pa.Array]:
    """Fill what is not found yet from *more*."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = {"zone": pa.string(), "basis": pa.string()}
    return {n: pc.coalesce(*(one[n].cast(types.get(n, found[n].type)) for one in (found, more))) for n in PARTS}


def _shapes(how: Writing) -> Iterator[Shape]:
    for layout in how.layouts:
        yield from shapes(layout)


def _read(texts: pa.Array, shape: Shape, how: Writing, times: pa.Array | None) -> tuple[dict[str, pa.Array], Masks]:
    """Read texts of one shape and place them on the UTC line; what a zone has twice or never stays empty."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        times = shape.read(texts) if times is None else times
    except pa.ArrowInvalid:
        # 31 February: read those days that every month has, and leave the others.
        texts = only(texts, matching(texts, shape.pattern.replace(DAY, SAFE_DAY)))
        times = shape.read(texts)
    if shape.aware:
        zone = _offsets(texts)
        return _parts(times, times, zone, STATED), {}
    last = pc.add(times, _span(DAY_LONG)) if shape.day else times
    zone, basis = ("UTC", STATED) if shape.utc else (how.zone, how.basis)
    if not zone:
        early, late = pc.add(times, _span(EARLIEST)), pc.add(last, _span(LATEST))
        parts = _parts(_utc(early), _utc(late), None, UNKNOWN)
        return parts, {"zone_unknown": pc.is_valid(times)}
    where = zone_of(zone)
    early = _placed(times, where)
    late = _placed(last, where) if shape.day else early
    if shape.day:
        both, nothing = pc.and_(pc.is_valid(early), pc.is_valid(late)), pa.scalar(None, early.type)
        early, late = (pc.if_else(both, part, nothing) for part in (early, late))
    return _parts(early, late, pa.scalar(zone), basis), {}


def _placed(times: pa.Array, where: tzinfo) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not isinstance(where, ZoneInfo):
        return _utc(pc.subtract(times, _span(where.utcoffset(None) or timedelta())))
    try:
        first, second = (
            pc.assume_timezone(times, where.key, ambiguous=which, nonexistent=which) for which in ("earliest", "latest")
        )
    except pa.ArrowInvalid:
        return pa.nulls(len(times), pa.timestamp("us", "UTC"))
    first, second = first.cast(pa.timestamp("us", "UTC")), second.cast(pa.timestamp("us", "UTC"))
    return pc.if_else(pc.equal(first, second), first, pa.scalar(None, first.type))


def _span(delta: timedelta) -> Any:
    import pyarrow as pa

    return pa.scalar(delta, pa.duration("us"))


def _utc(times: pa.Array) -> pa.Array:
    import pyarrow as pa

    return times.cast(pa.timestamp("us", "UTC"))


def _offsets(texts: pa.Array) -> Any:
    """Give the offsets at the end of texts; those of counts and of Z are +00:00."""
    import pyarrow as pa
    import pyarrow.compute as pc

    tail = pc.utf8_slice_codeunits(texts, -6, None)
    written = pc.fill_null(pc.match_substring_regex(tail, "^[+-]"), False)
    if not some(written):
        return pa.scalar("+00:00")
    offsets = pc.if_else(written, tail, pa.scalar("+00:00"))
    return pc.if_else(pc.equal(offsets, "-00:00"), pa.scalar("+00:00"), offsets)


def _parts(early: pa.Array, late: pa.Array, zone: Any, basis: str) -> dict[str, pa.Array]:
    """Put the parts together; zone and basis are there where a time is."""
    import pyarrow as pa
    import pyarrow.compute as pc

    there, nothing = pc.is_valid(early), pa.scalar(None, pa.string())
    words = (nothing if zone is None else zone, pa.scalar(basis))
    zones, bases = (_where(there, word, nothing) for word in words)
    return {"earliest": early, "latest": late, "zone": zones, "basis": bases}


def _where(there: pa.BooleanArray, word: Any, nothing: Any) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if isinstance(word, pa.Scalar):
        codes = pc.if_else(there, pa.scalar(0, pa.int32()), pa.scalar(None, pa.int32()))
        words = pa.array([word.as_py()], pa.string())
        return pa.DictionaryArray.from_arrays(codes, words) if word.is_valid else pa.nulls(len(there), pa.string())
    return pc.if_else(there, word, nothing)


def _one_by_one(texts: pa.Array, how: Writing) -> tuple[dict[str, pa.Array], Masks]:
    import pyarrow as pa

    found, indices = each(texts, lambda text: instant(text, how))
    type_ = pa.timestamp("us", "UTC")
    parts = {
        "earliest": pa.array([one.earliest for one in found], type_).take(indices),
        "latest": pa.array([one.latest for one in found], type_).take(indices),
        "zone": pa.array([one.zone or None for one in found], pa.string()).take(indices),
        "basis": pa.array([one.basis if one.text.strip() else None for one in found], pa.string()).take(indices),
    }
    return parts, flag_masks([one.flags for one in found], indices)


def instant(text: str, how: Writing) -> Moment:
    """Read one text: by the first layout that it fits, or, where day and month could be either, as the span of both."""
    every = [read_moment(text, layout, zone=how.zone, basis=how.basis) for layout in how.layouts]
    fitting = [one for one in every if one.earliest is not None]
    if not fitting:
        return every[0]
    first = fitting[0]
    if not how.either or all(one.earliest == first.earliest for one in fitting):
        return first
    early = min(one.earliest for one in fitting if one.earliest)
    late = max(one.latest for one in fitting if one.latest)
    return Moment(text, early, late, first.zone, first.basis, (*first.flags, "order_ambiguous"))
