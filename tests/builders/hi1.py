"""HI-1 for tests: ETSI's own schemas as judges, and messages made up from our tables."""

from __future__ import annotations

import base64
import json
import string
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from lxml import etree
from referencing import Registry, Resource

from comity.hi1.model import Action, Endpoint, Header, Message, Thing
from comity.hi1.schema import NEWEST, OBJECT, Complex, Member, number, tables, value_type
from comity.hi1.values import BODY, INTEGERS, Value

ETSI = Path(__file__).parents[1] / "etsi"
EXAMPLES = sorted(p for p in (ETSI / "examples").iterdir() if p.suffix in (".xml", ".json"))
INTERCEPTION = "request6_signed.xml"  # has an interception task, which we refuse on purpose
VERSIONS = ("v1.17.1", "v1.23.1")
VERBS = ("GET", "CREATE", "UPDATE", "LIST", "DELIVER", "GETCSPCONFIG")
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LAW, CSP = Endpoint("XA", "a01"), Endpoint("XB", "csp01")


@cache
def xsd(version: str) -> etree.XMLSchema:
    """Compile ETSI's XML schemas of a version."""
    return etree.XMLSchema(etree.parse(str(ETSI / "103120" / version / "xsd" / "all.xsd")))


@cache
def json_schema(version: str) -> Draft202012Validator:
    """Load ETSI's JSON schemas of a version."""
    found = [json.loads(p.read_text("utf-8")) for p in (ETSI / "103120" / version / "json").glob("*.json")]
    registry: Registry[Any] = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in found)
    return Draft202012Validator({"$ref": "ts_103120_Core_2019_10#/$defs/HI1Message"}, registry=registry)


def judge(raw: bytes, version: str = "v1.23.1") -> list[str]:
    """Give what ETSI's schemas of *version* say against a message: nothing when it is valid."""
    if raw.lstrip()[:1] == b"<":
        schema = xsd(version)
        return [] if schema.validate(etree.fromstring(raw)) else [str(e) for e in schema.error_log]  # type: ignore[attr-defined]
    return [e.message for e in json_schema(version).iter_errors(json.loads(raw))]


def header(**changed: Any) -> Header:
    """Make the header of a request from an authority to a provider."""
    given: dict[str, Any] = {
        "sender": LAW,
        "receiver": CSP,
        "transaction": "0a6e1f3c-58a0-4f0e-9d0e-7a7f0c1d2e3f",
        "at": AT,
    }
    return Header(**(given | changed))


def entry(value: str, name: str, owner: str = "ETSI") -> dict[str, str]:
    """Make a dictionary entry."""
    return {"Owner": owner, "Name": name, "Value": value}


def preservation(**changed: Any) -> Thing:
    """Make a preservation task for one invented e-mail address."""
    wanted = {"FormatType": {"FormatOwner": "ETSI", "FormatName": "EmailAddress"}, "Value": "user@example.org"}
    members = {
        "DesiredStatus": entry("AwaitingPreservation", "LPTaskDesiredStatus"),
        "RequestDetails": {
            "Type": entry("StoredContentData", "RequestType"),
            "RequestValues": {"RequestValue": [wanted]},
        },
    }
    return Thing("LPTaskObject", "2b36a78b-b628-416d-bd22-404e68a0cd36", members | changed)


def request(*things: Thing, **changed: Any) -> Message:
    """Make a request that creates these things (one preservation task when none is named)."""
    made = things or (preservation(),)
    return Message(header(**changed), tuple(Action(n, "CREATE", thing) for n, thing in enumerate(made)))


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), max_size=12)
_DATES = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=7)), timezone(timedelta(hours=-3, minutes=-30))])
_HEX = st.text("0123456789abcdef", min_size=4, max_size=4)
_LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
_SPECIAL = {
    "ETSIVersion": st.just(NEWEST),
    "LDID": st.builds("{}-{}-{}".format, st.sampled_from(["XA", "XB"]), _LABEL, _LABEL),
    "EmailAddress": st.builds("{}@{}.example.org".format, _LABEL, _LABEL),
    "InternationalizedEmailAddress": st.builds("ñ{}@{}.example.org".format, _LABEL, _LABEL),
    "IPv6Address": st.lists(_HEX, min_size=8, max_size=8).map(":".join),
    "IPv4Address": st.ip_addresses(v=4).map(str),
    "UUID": st.uuids(version=4).map(str),
    "ObjectIdentifier": st.uuids(version=4).map(str),
}


def values(one: Value) -> st.SearchStrategy[Any]:
    """Make up values of a simple type."""
    name = one.name.partition(":")[2]
    if name in _SPECIAL:
        return _SPECIAL[name]
    if one.kind == "boolean":
        return st.booleans()
    if one.kind in INTEGERS:
        least = INTEGERS[one.kind] if one.least is None else one.least
        return st.integers(max(least, 0), one.most if one.most is not None else 2**31)
    if one.kind == "dateTime":
        spec = "microseconds" if "Microsecond" in name else "seconds"
        return st.builds(lambda at, zone: at.astimezone(zone).isoformat(timespec=spec), _DATES, _ZONES)
    if one.kind in BODY:
        return st.binary(max_size=30).map(lambda body: base64.b64encode(body).decode())
    if one.kind == "anyURI":
        return st.builds("https://{}.example.org/{}?x=%20{}#y".format, _LABEL, _LABEL, _LABEL)
    if one.patterns:
        return st.from_regex(
            one.patterns[0], fullmatch=True, alphabet=st.characters(codec="ascii", exclude_categories=["Cc"])
        )
    return TEXT


@st.composite
def trees(draw: st.DrawFn, type_name: str, version: str = NEWEST, encoding: str = "xml") -> dict[str, Any]:
    """Make up a tree of a type, with members that *version* knows and *encoding* can carry."""
    found: dict[str, Any] = {}
    one = tables().types[type_name]
    if type_name == OBJECT:
        known = [n for n, t in sorted(tables().objects.items()) if _knows(t.since, version)]
        one = tables().objects[draw(st.sampled_from([n for n in known if encoding == "xml" or n != "TDTaskObject"]))]
        found["@type"] = one.name
    for group in one.groups:
        usable = [m for m in group if _knows("" if m.former else m.since, version) and not _opaque(m.type)]
        if len(group) > 1:
            usable = [draw(st.sampled_from(usable))]
        for member in usable:
            if len(group) > 1 or member.required or draw(st.integers(0, 3)) == 0:
                found[member.name] = draw(_member(member, version, encoding))
    return found


def messages(version: str = NEWEST, encoding: str = "xml") -> st.SearchStrategy[dict[str, Any]]:
    """Make up whole messages as trees, which declare *version*."""

    def declared(tree: dict[str, Any]) -> dict[str, Any]:
        tree["Header"]["Version"]["ETSIVersion"] = version
        return tree

    return trees("core:HI1Message", version, encoding).map(declared)


def _member(member: Member, version: str, encoding: str) -> st.SearchStrategy[Any]:
    """Make up what one member holds."""
    simple = value_type(member.type)
    one = values(simple) if simple else trees(member.type, version, encoding)
    return st.lists(one, min_size=1 if member.required else 0, max_size=2) if member.many else one


def _knows(since: str, version: str) -> bool:
    """Whether *version* has what *since* brought."""
    return not since or number(since) <= number(version)


def _opaque(type_name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a type holds what we cannot make up: foreign content, national parameters, or nothing but such a thing."""
    one: Complex | None = tables().types.get(type_name)
    if one is None or type_name == OBJECT or type_name in seen:
        return False
    if one.abstract or one.foreign:
        return True
    return any(all(_opaque(m.type, seen | {type_name}) for m in group) for group in one.groups if _needed(group))


def _needed(group: tuple[Member, ...]) -> bool:
    """Whether one member of a group must be there."""
    return len(group) > 1 or group[0].required
