"""Google Takeout in JSON: places and movements of Location History, and lists that a mapping fits.

Built after public samples of three generations: `locations`, `timelineObjects`, `semanticSegments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..flattening import Flattening
from ..jsonlist import Broken
from ..jsontables import Reading, providers, units
from ..model import Aside, Finding, Given, Moment, Part, Record, Seen, Verdict
from ..moment import ISO, read_moment
from ..reader import Reader
from ..schema import kinds
from ..source import Source
from .jsondata import begins

_SPECIAL = (b'"timelineObjects"', b'"semanticSegments"', b'"rawSignals"')
_POINT = re.compile(r"(?:geo:)?\s*(-?\d{1,3}\.\d{1,16})°?\s*,\s*(-?\d{1,3}\.\d{1,16})°?", re.ASCII)


def check(source: Source, given: Given) -> Verdict:
    """Know the export by its lists, or by the names in them."""
    if not begins(source.head):
        return Verdict(0, "")
    for mark in _SPECIAL:
        if mark in source.head[:4096]:
            return Verdict(3, f"the list {mark.decode()}")
    fitting = [key for key, provider in providers(source, given).items() if provider == "Google"]
    return Verdict(3, f"the names in /{fitting[0]}") if fitting else Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield the records of the lists."""
    if any(mark in source.head[:4096] for mark in _SPECIAL):
        yield from _history(source)
    else:
        yield from Reading(given).read(units(source))


def _history(source: Source) -> Iterator[Part]:
    row = 0
    flat = Flattening()
    for unit in units(source):
        row += not isinstance(unit, Broken) or unit.inside
        if isinstance(unit, Broken):
            yield Finding(
                unit.code, unit.found, "JSON to its end", row, span=(unit.at, unit.at), units=int(unit.inside)
            )
            continue
        found = list(_places(unit.value)) if isinstance(unit.value, dict) else []
        for kind, values in found:
            yield Record(kind, {"provider": "Google"} | values, row, unit.place, unit.span, unit.raw)
        if not found and isinstance(unit.value, dict) and _quiet(unit.value):
            yield Aside(_quiet(unit.value), 1, row, unit.raw[:2000])
        elif not found:
            names = ", ".join(flat.row(unit.value))[:300]
            yield Finding("layout_unknown", names, "a place with a time", row, unit.place, unit.span, 1)
    yield Seen(row, "element")


def _quiet(value: dict[str, Any]) -> str:
    """Name what holds no place: signals of movement or of networks, the profile."""
    names = {"activityRecord": "signal of movement", "wifiScan": "scan of networks", "userLocationProfile": "profile"}
    return next((word for name, word in names.items() if name in value), "")


def _places(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the places of one element of any generation."""
    if isinstance(visit := value.get("placeVisit"), dict):
        yield from _old(visit.get("location"), visit.get("duration"), "start", "end")
    if isinstance(move := value.get("activitySegment"), dict):
        method = {"method": f"movement: {move.get('activityType')}"} if move.get("activityType") else {}
        for end, name in (("start", "startLocation"), ("end", "endLocation")):
            for kind, values in _old(move.get(name), move.get("duration"), end, ""):
                yield kind, values | method
    if "startTime" in value or "endTime" in value:
        yield from _segment(value)
    if isinstance(signal := value.get("position"), dict):
        yield from _signal(signal)


def _old(place: Any, span: Any, begin: str, end: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if not isinstance(place, dict) or not isinstance(span, dict):
        return
    latitude, longitude = _e7(place.get("latitudeE7")), _e7(place.get("longitudeE7"))
    if latitude is None or longitude is None:
        return
    values: dict[str, Any] = {"latitude": latitude, "longitude": longitude, "time": _stamp(span, begin)}
    if end:
        values |= {"end": _stamp(span, end)}
    name = ", ".join(str(place[key]) for key in ("name", "address") if place.get(key))
    yield "location", values | ({"name": name} if name else {})


def _segment(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    begin, end = _time(value.get("startTime")), _time(value.get("endTime"))
    if isinstance(visit := value.get("visit"), dict):
        best = visit.get("topCandidate")
        place = best.get("placeLocation") if isinstance(best, dict) else None
        for kind, values in _point(place.get("latLng") if isinstance(place, dict) else place):
            yield kind, values | {"time": begin, "end": end, "method": "visit"}
    if isinstance(move := value.get("activity"), dict):
        for name, time in (("start", begin), ("end", end)):
            place = move.get(name)
            for kind, values in _point(place.get("latLng") if isinstance(place, dict) else place):
                yield kind, values | {"time": time, "method": "movement"}
    path = value.get("timelinePath")
    for step in path if isinstance(path, list) else []:
        if isinstance(step, dict):
            for kind, values in _point(step.get("point")):
                yield kind, values | {"time": _time(step.get("time")), "method": "path"}


def _signal(signal: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, values in _point(signal.get("LatLng") or signal.get("latLng")):
        more: dict[str, Any] = {
            "uncertainty_m": _number(signal.get("accuracyMeters")),
            "altitude_m": _number(signal.get("altitudeMeters")),
        }
        more |= {"method": str(signal.get("source") or "").lower(), "time": _time(signal.get("timestamp"))}
        yield kind, values | {name: found for name, found in more.items() if found is not None}


def _point(text: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(text, str) and (match := _POINT.fullmatch(text.strip())):
        yield "location", {"latitude": Decimal(match[1]), "longitude": Decimal(match[2])}


def _e7(text: Any) -> Decimal | None:
    number = _number(text)
    return None if number is None else number.scaleb(-7)


def _number(text: Any) -> Decimal | None:
    return Decimal(text) if isinstance(text, str) and re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", text, re.ASCII) else None


def _stamp(span: dict[str, Any], end: str) -> Moment:
    if text := span.get(f"{end}Timestamp"):
        return _time(text)
    return read_moment(str(span.get(f"{end}TimestampMs") or ""), "unix-ms")


def _time(text: Any) -> Moment:
    return read_moment(str(text or ""), ISO)


READER = Reader("google", 1, "Google Takeout (JSON)", tuple(kinds()), check, read)
