"""Our tables say what ETSI's schemas say: every type, member, order, cardinality, pattern and bound, in both versions."""

from __future__ import annotations

import re
from functools import cache

import pytest
from lxml import etree

from builders.hi1 import ETSI, VERSIONS
from comity.hi1.schema import Complex, number, tables, value_type

XS = "{http://www.w3.org/2001/XMLSchema}"
LEFT_OUT = re.compile(
    r"task:(LITask|TaskTimespan|TargetIdentifier|TaskDelivery|DeliveryDestination$|TaskFlags|NationalLITask|ListOfTraffic"
    r"|TrafficPolicy|ListOfIRI|IRIPolicy)|dest:LIDestination"
)
OURS = {"core:HI1Message": {"Signature", "Signatures"}}  # signatures are read by signing
UNTYPED = {"delivery:SchemaContent", "delivery:EmbeddedXMLData", "delivery:EmbeddedJSONData"}
SINCE_NAMED = {
    "common:Checksum": "etsi280:ShortString",
    "common:ChecksumType": "etsi280:ShortString",
}  # the same values
Row = tuple[str, str, str, str, bool]


@cache
def official(version: str) -> dict[str, etree._Element]:
    """Give ETSI's type definitions by prefixed name."""
    prefixes = {uri: prefix or "core" for prefix, uri in tables().spaces.items()}
    found: dict[str, etree._Element] = {}
    for path in (ETSI / "103120" / version / "xsd").glob("[tT]*.xsd"):
        root = etree.parse(str(path)).getroot()
        prefix = prefixes.get(root.get("targetNamespace", ""))
        if prefix:
            kinds = root.findall(f"{XS}complexType") + root.findall(f"{XS}simpleType")
            found |= {f"{prefix}:{one.get('name')}": one for one in kinds}
    return found


def full(element: etree._Element, name: str) -> str:
    """Turn a schema's type name into ours."""
    prefix, _, local = name.rpartition(":")
    uri = element.nsmap[prefix or None]
    if uri == XS[1:-1]:
        return f"xs:{local}"
    return f"{({u: p or 'core' for p, u in tables().spaces.items()})[uri]}:{local}"


def rows_of(version: str, name: str) -> list[Row]:
    """List a type's members as ETSI has them: name, type, least, most, whether in a choice; the base's first."""
    one = official(version)[name]
    base = one.find(f".//{XS}extension")
    rows = rows_of(version, full(base, base.get("base", ""))) if base is not None else []
    for element in one.iter(f"{XS}element"):
        if element.get("name") and element.get("name") not in OURS.get(name, ()):
            parent = element.getparent()
            choice = parent is not None and parent.tag == f"{XS}choice" and len(parent) > 1
            occurs = element.get("minOccurs", "1"), element.get("maxOccurs", "1")
            rows.append((element.get("name", ""), full(element, element.get("type", "")), *occurs, choice))
    return rows


def our_rows(one: Complex, version: str) -> list[Row]:
    """List the members of ours that a version has."""
    rows = []
    for group in one.groups:
        for m in group:
            if m.former or not m.since or number(m.since) <= number(version):
                occurs = "1" if m.required else "0", "unbounded" if m.many else "1"
                named = SINCE_NAMED.get(m.type, m.type) if version == "V1.17.1" else m.type
                rows.append((m.local(version), named, *occurs, len(group) > 1))
    return rows


def complex_names(version: str) -> list[str]:
    """Name the complex types that we speak."""
    return [n for n, e in official(version).items() if e.tag == f"{XS}complexType" and not LEFT_OUT.match(n)]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_member_has_etsis_name_type_order_and_cardinality(version: str) -> None:
    """Each type of the schemas is in the tables with the same members in the same order."""
    for name in complex_names(version):
        if name not in UNTYPED and not (version == "v1.17.1" and name.startswith("etsi280:")):
            assert our_rows(tables().types[name], version.upper()) == rows_of(version, name), name


def test_the_tables_hold_no_type_of_their_own() -> None:
    """Each type and value of the tables is in the newest schemas, abstract and extending alike."""
    assert set(tables().types) == set(complex_names("v1.23.1"))
    for name, one in tables().types.items():
        element = official("v1.23.1")[name]
        base = element.find(f".//{XS}extension")
        assert one.abstract == (element.get("abstract") == "true"), name
        assert one.extends == (full(base, base.get("base", "")) if base is not None else ""), name


def test_an_older_message_can_use_no_newer_type() -> None:
    """What the oldest schemas do not define cannot be reached from a message of that version."""
    known = official("v1.17.1")
    for one in tables().types.values():
        if f"{one.prefix or 'core'}:{one.name}" not in known:
            continue
        for member in (m for group in one.groups for m in group):
            if not member.since or number(member.since) <= number("V1.17.1"):
                named = SINCE_NAMED.get(member.type, member.type)
                assert named in known or named.startswith("xs:"), f"{one.name}/{member.name}"
    newer = {n for n, t in tables().objects.items() if f"{t.prefix}:{n}" not in known}
    assert newer == {n for n, t in tables().objects.items() if t.since}


def test_every_value_has_etsis_base_pattern_and_bounds() -> None:
    """Each simple type has the same kind, pattern, length and range; a dot stands for all but line ends, as in XSD."""
    simple = {n: e for n, e in official("v1.23.1").items() if e.tag == f"{XS}simpleType"}
    assert set(simple) == set(tables().values)
    for name, element in simple.items():
        one = tables().values[name]
        patterns: list[str] = []
        facets: dict[str, int] = {}
        base = name
        while not base.startswith("xs:"):
            restriction = official("v1.23.1")[base].find(f"{XS}restriction")
            assert restriction is not None
            for facet in restriction:
                tag, value = str(facet.tag).removeprefix(XS), facet.get("value", "")
                if tag == "pattern":
                    patterns.append(value)
                else:
                    facets.setdefault(tag, int(value))
            base = full(restriction, restriction.get("base", ""))
        least = facets["minExclusive"] + 1 if "minExclusive" in facets else facets.get("minInclusive")
        assert one.kind == base[3:], name
        assert [p.pattern.replace(r"[^\n\r]", ".") for p in one.patterns] == patterns, name
        assert (one.longest, one.least, one.most) == (facets.get("maxLength"), least, facets.get("maxInclusive")), name
        assert value_type(name) is one
        assert element is not None


def test_no_member_hides_one_of_its_base() -> None:
    """Within a type, base included, no two members share a name, so that prefixes can be left out."""
    for one in tables().types.values():
        assert len(one.names) == sum(len(group) for group in one.groups), one.name
