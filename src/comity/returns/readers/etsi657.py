"""ETSI TS 102 657: retained data in XML, as far as it is known here: telephony, messages and mobile data access.

ETSI's schema for it was not at hand. The elements below are those that providers' exports of the versions 1.26 and 1.28
are known to hold; a record of another form is reported and not read. Units are the header and each response record.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ..model import Finding, Given, Moment, Part, Record, Seen, Verdict
from ..moment import ISO, read_moment
from ..reader import Reader
from ..source import Source
from ..xmlunits import Broken, Node, Unit, units

HEADER, RECORD = "retainedDataHeader", "ResponseRecord"
USAGE = ("recordPayload", "telephonyRecord", "telephonyServiceUsage")
NATIONAL = "nationalTelephonyServiceUsage"
# By role of a party: the column of its number, and the kind of call.
ROLES = {
    "originating-Party": ("a_party", "voice"),
    "terminating-Party": ("b_party", "voice"),
    "forwarded-to-Party": ("c_party", "voice"),
    "smsOriginator": ("a_party", "sms"),
    "smsRecipient": ("b_party", "sms"),
}
_SPOTS = (("geoCoordinatesDec", "latitudeDec", "longitudeDec"), ("geoCoordinates", "latitude", "longitude"))
_SPACE = b"http://uri.etsi.org/02657/"
# GeneralizedTime: by what follows the seconds.
_COMPACT = re.compile(r"\d{14}(\.\d{1,6})?(Z|[+-]\d{4})?", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(?:\.\d{1,15})?", re.ASCII)


def check(source: Source, given: Given) -> Verdict:
    """Know the namespace."""
    if _SPACE in source.head and source.head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Verdict(3, "retained data of TS 102 657")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield what the header says, and the calls and sessions of each record."""
    told: set[str] = set()
    count, records, provider = 0, 0, given.provider
    with source.opened() as stream:
        for unit in units(stream, (HEADER, RECORD)):
            count += not isinstance(unit, Broken) or unit.inside
            if isinstance(unit, Broken):
                yield Finding(unit.code, unit.found, "a whole XML document", count, units=int(unit.inside))
                break
            if unit.node.name == HEADER:
                provider = unit.node.say("cSPID") or provider
                yield from _header(unit, count, provider, given)
            else:
                records += 1
                place = "/".join(("", *unit.path, f"{RECORD}[{records}]"))
                yield from _record(unit, count, place, provider, given, told)
    yield Seen(count, "part")


def _header(unit: Unit, row: int, provider: str, given: Given) -> Iterator[Record]:
    number = [unit.node.say("requestID", n) for n in ("countryCode", "authorisedOrganisationID", "requestNumber")]
    values: dict[str, Any] = {"provider": provider, "about": "request", "value": "/".join(number)}
    values |= {"time": _time(unit.node.say("timeStamp"), given)}
    yield Record("statement", values, row, "/".join(("", *unit.path, HEADER)), unit.span, unit.raw)


def _record(unit: Unit, row: int, place: str, provider: str, given: Given, told: set[str]) -> Iterator[Part]:
    usage = unit.node.get(*USAGE)
    parties = list(usage.every("partyInformation", "TelephonyPartyInformation")) if usage else []
    access = _branch(usage)
    found = list(_session(access, parties, given) if access else _call(parties, given))
    if not found:
        payload = unit.node.get("recordPayload") or unit.node
        names = "/".join(list(dict.fromkeys(node.name for node in payload.walk()))[:8])
        advice = "Ask the provider for another form of its records, or read them with a mapping."
        yield Finding("layout_unknown", names, "/".join(USAGE), row, place, unit.span, 1, advice)
        return
    for role in {_choice(party, "partyRole") for party in parties} - set(ROLES) - told if not access else ():
        told.add(role)
        yield Finding("columns_unknown", f"the role {role[:60]!r}", ", ".join(ROLES), row, place, unit.span)
    for kind, values in found:
        whole = {"provider": provider} | {k: v for k, v in values.items() if v not in ("", None)}
        yield Record(kind, whole, row, place, unit.span, unit.raw)


Values = tuple[str, dict[str, Any]]


def _branch(usage: Node | None) -> Node | None:
    """Give the data access of a record; it stands behind the two heads of a national part."""
    national = usage.get(NATIONAL) if usage else None
    return next((c for c in national.children if c.name not in ("countryCode", "headerID")), None) if national else None


def _call(parties: list[Node], given: Given) -> Iterator[Values]:
    """Give a call of its parties; device, card and cell are those of the first party that has them."""
    if not parties:
        return
    roles = {_choice(party, "partyRole"): party for party in reversed(parties)}
    numbers = {column: roles[role].say("partyNumber") for role, (column, _) in ROLES.items() if role in roles}
    cells = [cell for party in parties if (cell := party.say("detailedLocation", "cellInformation", _ULI))]
    first = parties[0]
    kinds = [kind for role, (_, kind) in ROLES.items() if role in roles]
    yield (
        "call",
        numbers
        | _span(first.get("communicationTime"), given)
        | {
            "kind": kinds[0] if kinds else "",
            "duration_s": _seconds(first.get("communicationTime")),
            "imei": next((imei for party in parties if (imei := party.say("iMEI"))), ""),
            "imsi": next((imsi for party in parties if (imsi := party.say("iMSI"))), ""),
            "cell_first": cells[0] if cells else "",
        },
    )
    for party in parties:
        when = _span(party.get("communicationTime"), given)
        yield from _beside(party, party.say("partyNumber"), when, party.get("detailedLocation", "cellInformation"))


def _session(access: Node, parties: list[Node], given: Given) -> Iterator[Values]:
    """Give a data session; what its own part leaves out stands with its party."""
    party = parties[0] if parties else Node("")
    interval = access.get("interval") or party.get("communicationTime")
    account = (
        access.say("gprsInformation", "mSISDN") or party.say("partyNumber") or access.say("gprsInformation", "iMSI")
    )
    device = access.say("naDeviceId") or party.say("iMEI")
    when = _span(interval, given)
    values = {"account": account, "event": "data access", "device": device, "protocol": access.say(*_APN)}
    yield "session", values | when
    cell = access.get("location") or party.get("detailedLocation", "cellInformation")
    yield from _beside(party, account, when, cell)


_ULI = "userLocationInformation"
_APN = ("gprsInformation", "aPN")


def _beside(party: Node, account: str, when: dict[str, Moment], cell: Node | None) -> Iterator[Values]:
    """Give the device of a party, and where it was."""
    if imei := party.say("iMEI"):
        yield "device", {"account": account, "imei": imei} | when
    if cell is not None:
        spot = cell.get("extendedLocation", "spot", "gsmLocation")
        points = [(spot.say(form, north), spot.say(form, east)) for form, north, east in _SPOTS] if spot else []
        north, east = next((point for point in points if all(map(_DEGREES.fullmatch, point))), ("", ""))
        place = {"latitude": Decimal(north) if north else None, "longitude": Decimal(east) if east else None}
        yield "location", {"account": account, "method": "cell", "name": cell.say(_ULI)} | place | when


def _span(node: Node | None, given: Given) -> dict[str, Moment]:
    if node is None:
        return {}
    return {"time": _time(node.say("startTime"), given), "end": _time(node.say("endTime"), given)}


def _time(text: str, given: Given) -> Moment:
    match = _COMPACT.fullmatch(text)
    layout = "%Y%m%d%H%M%S" + (".%f" if match[1] else "") + ("%z" if match[2] else "") if match else ISO
    return read_moment(text, layout, zone=given.zone, basis="assumed")


def _seconds(node: Node | None) -> Decimal | None:
    text = node.say("durationTime") if node else ""
    return Decimal(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _choice(node: Node, name: str) -> str:
    """Give the name of the one element under *name*, which is how a choice is written; else its text."""
    found = node.get(name)
    return (found.children[0].name if found.children else found.text.strip()) if found else ""


READER = Reader(
    "etsi657",
    1,
    "ETSI TS 102 657 retained data (XML)",
    ("call", "session", "device", "location", "statement"),
    check,
    read,
)
