"""Identifiers as HI-1 carries them: each kind in its one format, ETSI's where there is one, else ours.

An identifier is one RequestValue; a platform that is not part of its format follows as a second one. The span of time
stands in the request's details, not here. What comes in is read by the same rules as what a person types, and must be in
the one form that we would write: two texts never mean one identifier.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from typing import Any

from comity.identifiers.errors import InvalidIdentifier
from comity.identifiers.kinds import normalise
from comity.identifiers.model import Identifier

from .errors import BadMessage
from .schema import tables
from .vocabulary import ETSI, load

PLATFORM = "Platform"
MAX_TEXT = 8192


@dataclass(frozen=True)
class Format:
    """A format of request values: name, owner, the kind of identifier it holds, its form and what it is."""

    name: str
    owner: str
    description: str
    kind: str = ""
    regex: str = ""

    def fits(self, text: str) -> bool:
        """Whether a text has the format's form."""
        return (
            len(text) <= MAX_TEXT and re.fullmatch(self.regex, text, re.ASCII if self.owner == ETSI else 0) is not None
        )


@cache
def formats() -> tuple[Format, ...]:
    """Give every format, ETSI's with the expressions of TS 103 280."""
    rows = load("profile")["formats"]
    return tuple(Format(**row | ({"regex": _etsi(row["name"])} if row["owner"] == ETSI else {})) for row in rows)


def to_wire(target: Identifier | Mapping[str, Any]) -> list[dict[str, Any]]:
    """Write an identifier, or a target of a request, as its RequestValues.

    Raises:
        BadMessage: no format holds it (3001).
    """
    known = _parts(target) if isinstance(target, Identifier) else target
    kind, platform = str(known["kind"]), str(known.get("platform", ""))
    text = _text(kind, known)
    found = next((f for f in formats() if f.kind == kind and f.fits(text)), None)
    if found is None:
        raise BadMessage(f"got the {kind} {text[:60]!r}, expected one that a format holds", code=3001)
    beside = [_value(PLATFORM, load("profile")["owner"], platform)] if platform and kind != "handle" else []
    return [_value(found.name, found.owner, text), *beside]


def from_wire(values: Sequence[Mapping[str, Any]]) -> Identifier:
    """Read the RequestValues of one target.

    Raises:
        BadMessage: a format is not supported (3001), or a value is not in its one form (3007).
    """
    if not 1 <= len(values) <= 2:
        raise BadMessage(f"got {len(values)} request values, expected one, or one and its platform", code=3001)
    first = values[0]
    platform = ""
    if len(values) == 2:
        if _name(values[1]) != (load("profile")["owner"], PLATFORM):
            raise BadMessage("got a second request value, expected the platform of the first", code=3001)
        platform = values[1]["Value"]
    owner, name = _name(first)
    found = next((f for f in formats() if (f.owner, f.name) == (owner, name) and f.kind), None)
    if found is None:
        raise BadMessage(f"got the format {owner} {name}, expected one of the configuration's"[:200], code=3001)
    return _read(found, first, platform, values)


def _read(found: Format, first: Mapping[str, Any], platform: str, values: Sequence[Mapping[str, Any]]) -> Identifier:
    """Read a value of a known format, and write it again to see that it is in its one form."""
    text = first["Value"]
    try:
        if not found.fits(text):
            raise InvalidIdentifier("it has not the format's form")
        identifier = normalise(found.kind, **_hints(found, text, platform))
        again = to_wire(identifier)
    except (InvalidIdentifier, BadMessage) as e:
        raise BadMessage(f"got {text[:60]!r} ({e.message}), expected {found.description}", code=3007) from e
    if again != [dict(value) for value in values]:
        raise BadMessage(f"got {text[:60]!r}, expected the normal form {again[0]['Value'][:200]!r}", code=3007)
    return identifier


def _hints(found: Format, text: str, platform: str) -> dict[str, Any]:
    """Take a wire text apart into what `normalise` takes."""
    match found.kind:
        case "phone":
            text = f"+{text}"
        case "wallet":
            chain, _, text = text.rpartition(":")
            return {"text": text, "chain": chain, "platform": platform}
        case "handle":
            platform, _, text = text.partition("/")
    return {"text": text, "platform": platform}


def _text(kind: str, known: Mapping[str, Any]) -> str:
    """Write an identifier's text as it stands on the wire."""
    value = str(known["value"])
    match kind:
        case "phone":
            return value.removeprefix("+")
        case "wallet":
            return f"{known['chain']}:{value}"
        case "handle":
            return f"{known['platform']}/{value}"
        case "ip":
            full = ip_address(value).exploded
            if not known.get("port"):
                return full
            return f"[{full}]:{known['port']}" if ":" in full else f"{full}:{known['port']}"
    return value


def _parts(identifier: Identifier) -> dict[str, Any]:
    """See an identifier as a target."""
    return identifier.as_target("")


def _value(name: str, owner: str, text: str) -> dict[str, Any]:
    """Write one RequestValue."""
    return {"FormatType": {"FormatOwner": owner, "FormatName": name}, "Value": text}


def _name(value: Mapping[str, Any]) -> tuple[str, str]:
    """Give the owner and name of a value's format."""
    return value["FormatType"]["FormatOwner"], value["FormatType"]["FormatName"]


def _etsi(name: str) -> str:
    """Give the expression of a type of TS 103 280."""
    return tables().values[f"etsi280:{name}"].patterns[-1].pattern
