"""ETSI TS 103 707: messages in XML, one handover item or a collection of them.

What a provider adds in its own schema is kept as the text of the message, in XML as delivered, under that schema's name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from ..model import Finding, Given, Part, Record, Seen, Verdict
from ..moment import read_moment
from ..reader import Reader
from ..source import Source
from ..xmlunits import Broken, Node, Unit, units

ITEM = "handoverItem"
CORE = ("payload", "coreParameters")
KNOWN = {
    "handoverItem": {"header", "payload"},
    "coreParameters": {"messageSender", "messageReceivers", "timestamp", "associatedBinaryData"},
    "messageSender": {"identifiers", "isTargetedParty"},
    "recipient": {"identifiers", "isTargetedParty"},
    "identifiers": {"identifier", "qualifiedIdentifier"},
}
SEQUENCES = 10_000
_SPACE = b"http://uri.etsi.org/03707/"
_ROOT = re.compile(rb"<(?:[\w.-]+:)?handoverItem(?:Collection)?[\s>]")
_DIGEST = re.compile(r"[0-9a-fA-F]{64}")
_CONTENT = re.compile(r"<([\w.-]+:)?cspDefinedContent\b.*?<([\w.-]+:)?xmlData[^>]*>(.*?)</\2xmlData\s*>", re.DOTALL)


def check(source: Source, given: Given) -> Verdict:
    """Know the root element and the namespace."""
    head = source.head.replace(b"\x00", b"") if source.head[:2] in (b"\xff\xfe", b"\xfe\xff") else source.head
    if _SPACE in head and _ROOT.search(head):
        return Verdict(3, "handover items of TS 103 707")
    return Verdict(0, "")


def read(source: Source, given: Given) -> Iterator[Part]:
    """Yield a message for each item, and each file that it names."""
    sequences: dict[str, set[int]] = {}
    told: set[str] = set()
    count = 0
    with source.opened() as stream:
        for unit in units(stream, (ITEM,)):
            count += not isinstance(unit, Broken) or unit.inside
            if isinstance(unit, Broken):
                yield Finding(unit.code, unit.found, "a whole XML document", count, units=int(unit.inside))
                break
            yield from _item(unit, count, given, told)
            _sequence(unit.node, sequences)
    yield from _gaps(sequences)
    yield Seen(count, "item")


def _item(unit: Unit, row: int, given: Given, told: set[str]) -> Iterator[Part]:
    core = unit.node.get(*CORE)
    if core is None:
        found = ", ".join(child.name for child in unit.node.children) or "an empty item"
        yield Finding("layout_unknown", found[:200], "a payload with core parameters", row, units=1, span=unit.span)
        return
    yield from _unknown(unit, row, told)
    if not core.say("timestamp"):
        yield Finding("columns_missing", "no timestamp", "when the message was sent", row, span=unit.span)
    place = "/".join(("", *unit.path, f"{ITEM}[{row}]"))
    message = {"provider": given.provider, "kind": "message"} | _message(unit, core)
    yield Record("message", message, row, place, unit.span, unit.raw)
    for thing in core.every("associatedBinaryData", "binaryObject"):
        values = {"provider": given.provider, "belongs_to": message["message"], "present": False} | _file(thing)
        yield Record("file", values, row, place, unit.span, unit.raw)


def _message(unit: Unit, core: Node) -> dict[str, Any]:
    sender, receivers = core.get("messageSender"), list(core.every("messageReceivers", "recipient"))
    out = sender is not None and _targeted(sender)
    target = sender if out else next((party for party in receivers if _targeted(party)), None)
    correlation = unit.node.get("header", "applicationCorrelation")
    number = [correlation.say(n) for n in ("applicationLevelID", "applicationSequenceNumber")] if correlation else []
    files = [_file(thing) for thing in core.every("associatedBinaryData", "binaryObject")]
    content = _CONTENT.search(unit.raw)
    return {
        "account": _names(target)[0] if target else "",
        "sender": _names(sender)[0] if sender else "",
        "receivers": json.dumps([name for party in receivers for name in _names(party)], ensure_ascii=False),
        "direction": "" if target is None else "out" if out else "in",
        "time": read_moment(core.say("timestamp")),
        "message": ".".join(number),
        "body": content[3].strip() if content else "",
        "body_format": _schema(unit.node) if content else "",
        "attachments": json.dumps(files, ensure_ascii=False) if files else "",
    }


def _schema(item: Node) -> str:
    path = ("payload", "cspDefinedParameters", "cspDefinedContent", "schemaDetails", "schemaIdentifier")
    return item.say(*path)


def _targeted(party: Node) -> bool:
    return party.say("isTargetedParty") in ("true", "1")


def _names(party: Node) -> list[str]:
    """Give the identifiers of a party in order; what is said to be E.164 gets its plus."""
    names = []
    for node in party.every("identifiers"):
        for child in node.children:
            name = child.say("value") if child.name == "qualifiedIdentifier" else child.text.strip()
            number = child.say("formatType", "FormatName") == "InternationalE164" and name.isdigit()
            names.append(f"+{name}" if number else name)
    return names or [""]


def _file(thing: Node) -> dict[str, Any]:
    size, checksum = thing.say("contentLength"), thing.say("checksum")
    found = {
        "name": thing.say("originalFilename"),
        "path": thing.say("url"),
        "media_type": thing.say("contentType"),
        "size": int(size) if re.fullmatch(r"\d{1,18}", size, re.ASCII) else None,
        "sha256": checksum.lower() if _DIGEST.fullmatch(checksum) else "",
    }
    return {name: value for name, value in found.items() if value not in ("", None)}


def _unknown(unit: Unit, row: int, told: set[str]) -> Iterator[Finding]:
    """Tell once each element where another was expected: a renamed one would be lost without a word."""
    for node in unit.node.walk():
        for child in node.children if node.name in KNOWN else ():
            if (
                child.name not in KNOWN[node.name]
                and (odd := f"{node.name}/{child.name}") not in told
                and len(told) < 1000
            ):
                told.add(odd)
                yield Finding("columns_unknown", odd, ", ".join(sorted(KNOWN[node.name])), row, span=unit.span)


def _sequence(item: Node, sequences: dict[str, set[int]]) -> None:
    node = item.get("header", "applicationCorrelation")
    number = node.say("applicationSequenceNumber") if node else ""
    if node and re.fullmatch(r"\d{1,18}", number, re.ASCII):
        name = node.say("applicationLevelID")
        if name in sequences or len(sequences) < SEQUENCES:
            held = sequences.setdefault(name, set())
            held.update({int(number)} if len(held) < SEQUENCES else ())


def _gaps(sequences: dict[str, set[int]]) -> Iterator[Finding]:
    """Tell where the items of one correlation have a number too few between their first and last."""
    for name, held in sequences.items():
        if len(held) < SEQUENCES and (lack := max(held) - min(held) + 1 - len(held)):
            found = f"{name}: {len(held)} items numbered {min(held)} to {max(held)}"
            yield Finding("part_missing", found, f"{lack} more between them", advice="Ask for the items left out.")


READER = Reader("etsi707", 1, "ETSI TS 103 707 messages (XML)", ("message", "file"), check, read)
