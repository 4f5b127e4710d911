"""ETSI TS 103 705: a response in JSON, its description and its records of calls, messages, mails and data access.

Units are the parts of the document: the description, the signature, and each record. What the tables below do not name
is reported, so that a provider's own schema or a later version is seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..jsonlist import Broken, Element, walk
from ..jsontables import sound
from ..model import Aside, Finding, Given, Part, Record, Seen, Verdict
from ..moment import read_moment
from ..reader import Reader
from ..source import Source

SETS = ("recordSet",)
DESCRIPTION = (
    *("etsiSchemaId", "etsiSpecificationVersion", "cspName", "cspSchemaId", "cspSchemaVersion"),
    *("resultSetId", "requestReference", "created"),
)
# By type of record: what it must hold, and what it may hold beside that.
TYPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "CallRecord": (
        ("timeBegin", "parties"),
        ("sessionRefId", "timeEnd", "callDuration", "ringingDuration", "endReason"),
    ),
    "MessagingRecord": (("eventTime", "parties"), ("sessionRefId",)),
    "EmailRecord": (("eventTime", "parties"), ("sessionRefId",)),
    "DataAccessRecord": (("timeBegin", "parties"), ("sessionRefId", "timeEnd", "volume")),
}
_TYPE = re.compile(r"urn:etsi:li:103705:type-schema-id:v1\.\d+\.\d+#/\$defs/(\w+)")
_NUMBERS = ("phoneNumber", "unstructuredPhoneNumber", "tELURI", "sIPURI")
_NAMES = (*_NUMBERS, "emailAddress", "iMSI", "sUPIIMSI", "sUPINAI", "iMEI", "pEIIMEI", "mACAddress")
_ADDRESSES = ("iPv4Address", "iPv6Address", "iPv4CIDR", "iPv6CIDR")
_CELLS = ("cGI", "eCGI", "nCGI")
# What the parts of a record may hold.
_PARTS = {
    "party": ("identity", "role", "initialAccessTechnology", "accessTechnology", "aPNDNN", "locations"),
    "identity": (*_NAMES, *_ADDRESSES, "sUCI"),
    "location": (*_CELLS, "modemMAC", "coord", "coordPolygon"),
    "volume": ("bytesUpload", "bytesDownload", "bytesTotal"),
}


def check(source: Source, given: Given) -> Verdict:
    """Know a response by the two members of its top and the URN of its types."""
    head = source.head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith(b"{"):
        return Verdict(0, "")
    if b'"recordSetDescription"' in head and b'"etsiSchemaId"' in head:
        return Verdict(3, "the description of a TS 103 705 response")
    if b'"recordSet"' in head and b"urn:etsi:li:103705:" in head:
        return Verdict(3, "records of TS 103 705")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield what the description says, and each record."""
    provider = _provider(source) or given.provider
    told: set[str] = set()
    found: set[str] = set()
    unit = 0
    with source.opened() as stream:
        for part in map(sound, walk(stream, SETS)):
            unit += not isinstance(part, Broken) or part.inside
            if isinstance(part, Broken):
                yield Finding(part.code, part.found, "a whole JSON document", unit, units=int(part.inside))
                continue
            found.add(part.key)
            yield from _member(part, unit, provider, told)
    if missing := {"recordSetDescription", "recordSet"} - found:
        yield Finding("columns_missing", ", ".join(sorted(missing)), "both members of a response, and records in it")
    yield Seen(unit, "part")


def _provider(source: Source) -> str:
    with source.opened() as stream:
        for part in map(sound, walk(stream, SETS)):
            if isinstance(part, Element) and part.key == "recordSetDescription" and isinstance(part.value, dict):
                return _text(part.value, "cspName")
    return ""


def _member(part: Element, unit: int, provider: str, told: set[str]) -> Iterator[Part]:
    if part.key == "recordSet" and part.index >= 0:
        yield from _record(part, unit, provider, told)
    elif part.key == "recordSetDescription" and isinstance(part.value, dict):
        yield from _odd("recordSetDescription", part, unit, (DESCRIPTION, ()), told)
        yield from _statements(part, unit, provider)
    elif part.key == "Signature":
        yield Aside("signature", row=unit, raw=part.raw)
    else:
        found = f"the member {part.key[:60]}"
        yield Finding("row_malformed", found, "a description, a list of records", unit, part.place, part.span, 1)


def _statements(part: Element, unit: int, provider: str) -> Iterator[Record]:
    said: dict[str, Any] = part.value
    created = read_moment(_text(said, "created"))
    schema = f"{_text(said, 'cspSchemaId')} {_text(said, 'cspSchemaVersion')}"
    named = {"result_set": _text(said, "resultSetId"), "request": _text(said, "requestReference"), "schema": schema}
    for about, value in named.items():
        values = {"provider": provider, "about": about, "value": value, "time": created}
        yield Record("statement", values, unit, part.place, part.span, part.raw)


def _record(part: Element, unit: int, provider: str, told: set[str]) -> Iterator[Part]:
    match = _TYPE.fullmatch(_text(part.value, "type")) if isinstance(part.value, dict) else None
    if match is None or match[1] not in TYPES:
        found = f"a record of type {_text(part.value, 'type')[:120]!r}" if isinstance(part.value, dict) else "no object"
        advice = "Ask the provider for its record schema; a mapping of JSON can read it."
        yield Finding("layout_unknown", found, ", ".join(TYPES), unit, part.place, part.span, 1, advice)
        return
    kind = match[1]
    yield from _odd(kind, part, unit, TYPES[kind], told)
    parties = [p for p in _list(part.value.get("parties")) if isinstance(p, dict)]
    for name, values in _RECORDS[kind](part.value, parties):
        whole = {"provider": provider} | {key: value for key, value in values.items() if value not in ("", None)}
        yield Record(name, whole, unit, part.place, part.span, part.raw)


def _odd(
    kind: str, part: Element, unit: int, names: tuple[tuple[str, ...], tuple[str, ...]], told: set[str]
) -> Iterator[Finding]:
    """Tell once what a record of a kind lacks or has too much."""
    known = {*names[0], *names[1], "id", "type"}
    missing = [name for name in names[0] if name not in part.value]
    unknown = [name for name in part.value if name not in known] + _unknown_in(part.value)
    for code, odd, expected in (("columns_missing", missing, names[0]), ("columns_unknown", unknown, sorted(known))):
        new = [name for name in dict.fromkeys(odd) if f"{code}.{kind}.{name}" not in told]
        if new and len(told) < 1000:
            told.update(f"{code}.{kind}.{name}" for name in new)
            yield Finding(code, f"{kind}: {', '.join(new)}"[:300], ", ".join(expected), unit, part.place, part.span)


def _unknown_in(record: dict[str, Any]) -> list[str]:
    """Name what the parties of a record, and the volume, hold too much."""
    parties = [p for p in _list(record.get("parties")) if isinstance(p, dict)]
    parts = [("party", p) for p in parties] + [("identity", p.get("identity")) for p in parties]
    parts += [("location", place) for p in parties for place in _list(p.get("locations"))]
    parts += [("volume", record.get("volume"))]
    return [
        f"{what}.{name}" for what, part in parts if isinstance(part, dict) for name in part if name not in _PARTS[what]
    ]


Values = tuple[str, dict[str, Any]]


def _call(record: dict[str, Any], parties: list[dict[str, Any]]) -> Iterator[Values]:
    """Give a call; device, card and cell are those of the first party that has them, and each stands with its party too."""
    roles = {role: _number(p) for p in reversed(parties) for role in [_text(p, "role") or "unknown"]}
    cells = next((found for p in parties if (found := _cells(p))), [])
    start = read_moment(_text(record, "timeBegin"))
    yield (
        "call",
        {
            "a_party": roles.get("originating", ""),
            "b_party": roles.get("terminating", ""),
            "c_party": roles.get("forwarding", ""),
            "kind": "voice",
            "time": start,
            "end": read_moment(_text(record, "timeEnd")),
            "duration_s": _whole(record, "callDuration"),
            "imei": _first(parties, "iMEI"),
            "imsi": _first(parties, "iMSI"),
            "cell_first": cells[0] if cells else "",
            "cell_last": cells[-1] if cells else "",
            "cause": _text(record, "endReason"),
        },
    )
    for party in parties:
        yield from _beside(party, start)


def _message(record: dict[str, Any], parties: list[dict[str, Any]], kind: str = "message") -> Iterator[Values]:
    time = read_moment(_text(record, "eventTime"))
    receivers = [_name(p) for p in parties if _text(p, "role") == "receiver"]
    yield (
        "message",
        {
            "sender": next((_name(p) for p in parties if _text(p, "role") == "sender"), ""),
            "receivers": json.dumps(receivers, ensure_ascii=False),
            "kind": kind,
            "time": time,
            "message": _text(record, "sessionRefId"),
        },
    )
    for party in parties:
        yield from _beside(party, time)


def _email(record: dict[str, Any], parties: list[dict[str, Any]]) -> Iterator[Values]:
    yield from _message(record, parties, "email")
    for party in parties:
        if address := _identity(party, *_ADDRESSES):
            event = f"email {_text(party, 'role')}".strip()
            time = read_moment(_text(record, "eventTime"))
            yield "session", {"account": _name(party), "event": event, "address": address, "time": time}


def _access(record: dict[str, Any], parties: list[dict[str, Any]]) -> Iterator[Values]:
    volume = record.get("volume") if isinstance(record.get("volume"), dict) else {}
    start = read_moment(_text(record, "timeBegin"))
    for party in parties or [{}]:
        yield (
            "session",
            {
                "account": _name(party),
                "event": "data access",
                "address": _identity(party, *_ADDRESSES),
                "protocol": _text(party, "aPNDNN"),
                "device": _identity(party, "iMEI", "pEIIMEI", "mACAddress"),
                "time": start,
                "end": read_moment(_text(record, "timeEnd")),
                "bytes_up": _whole(volume, "bytesUpload"),
                "bytes_down": _whole(volume, "bytesDownload"),
            },
        )
        yield from _beside(party, start)


_RECORDS = {"CallRecord": _call, "MessagingRecord": _message, "EmailRecord": _email, "DataAccessRecord": _access}


def _beside(party: dict[str, Any], time: Any) -> Iterator[Values]:
    """Give the device of a party, and where it was."""
    if imei := _identity(party, "iMEI", "pEIIMEI"):
        yield "device", {"account": _name(party), "imei": imei, "time": time, "end": time}
    for place in _list(party.get("locations")):
        if isinstance(place, dict):
            point = next(iter(_list(place.get("coordPolygon"))), place.get("coord"))
            values = {
                "account": _name(party),
                "latitude": _degrees(point, "latitude"),
                "longitude": _degrees(point, "longitude"),
                "name": next((cell for name in _CELLS if (cell := _text(place, name))), _text(place, "modemMAC")),
                "method": "cell" if any(name in place for name in _CELLS) else "",
                "time": time,
            }
            yield "location", values


def _number(party: dict[str, Any]) -> str:
    """Give a party's number; one in E.164 is written there without its plus."""
    found = _identity(party, "phoneNumber")
    return f"+{found}" if found.isdigit() else found or _identity(party, *_NUMBERS[1:]) or _name(party)


def _name(party: dict[str, Any]) -> str:
    found = _identity(party, "phoneNumber")
    return f"+{found}" if found.isdigit() else _identity(party, *_NAMES, *_ADDRESSES)


def _first(parties: list[dict[str, Any]], name: str) -> str:
    return next((found for party in parties if (found := _identity(party, name))), "")


def _cells(party: dict[str, Any]) -> list[str]:
    places = [place for place in _list(party.get("locations")) if isinstance(place, dict)]
    return [cell for place in places for name in _CELLS if (cell := _text(place, name))]


def _identity(party: dict[str, Any], *names: str) -> str:
    identity = party.get("identity")
    return next((found for name in names if (found := _text(identity, name))), "")


def _text(value: Any, name: str) -> str:
    found = value.get(name, "") if isinstance(value, dict) else ""
    return found if isinstance(found, str) else "" if found is None else json.dumps(found, ensure_ascii=False)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _whole(value: Any, name: str) -> int | None:
    text = _text(value, name)
    return int(text) if re.fullmatch(r"-?\d{1,18}", text, re.ASCII) else None


def _degrees(point: Any, name: str) -> Decimal | None:
    """Read N50.123456 or W003.123456."""
    text = _text(point, f"etsi280:{name}") or _text(point, name)
    match = re.fullmatch(r"([NESW])(\d{2,3}\.\d{6})", text, re.ASCII)
    return Decimal(match[2]) * (-1 if match[1] in "SW" else 1) if match else None


READER = Reader(
    "etsi705",
    1,
    "ETSI TS 103 705 response (JSON)",
    ("call", "message", "session", "device", "location", "statement"),
    check,
    read,
)
