"""ETSI TS 103 120 as tables: every type and member that we speak, read from ``data/schema``.

One engine (`conform`) holds a tree against them. A tree is a mapping from member names to values, in the nesting of
ETSI's JSON; an object carries its type under ``@type``, foreign content stands under ``@xml`` or ``@json``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .errors import BadMessage
from .model import Tree
from .values import Value

OLDEST, NEWEST = "V1.17.1", "V1.23.1"
OBJECT = "core:HI1Object"
XML, JSON = "@xml", "@json"
_MEMBER = re.compile(r"(?P<type>\w+:\w+)(?P<card>[?*+]?)(?: (?P<since>V[\d.]+))?(?: (?P<former>\w+))?")
Place = tuple[Any, ...] | None


@dataclass(frozen=True, eq=False)
class Member:
    """One member of a type: its name, what it holds, how often, since which version, and its names on the wire."""

    name: str
    type: str
    required: bool
    many: bool
    since: str
    former: str
    namespace: str
    prefix: str

    def tag(self, version: str = NEWEST) -> str:
        """Give the element name in Clark form."""
        return f"{{{self.namespace}}}{self.local(version)}"

    def key(self, version: str = NEWEST) -> str:
        """Give the JSON key, with the namespace's fixed prefix."""
        local = self.local(version)
        return f"{self.prefix}:{local}" if self.prefix else local

    def local(self, version: str) -> str:
        """Give the name that the member had in *version*."""
        return self.former if self.former and number(version) < number(self.since) else self.name


@dataclass(frozen=True, eq=False)
class Complex:
    """A type with members: groups in order, each one member or a choice of exactly one among several."""

    name: str
    namespace: str
    prefix: str
    groups: tuple[tuple[Member, ...], ...]
    abstract: bool = False
    extends: str = ""
    since: str = ""
    foreign: str = ""
    by_tag: Mapping[str, Member] = field(default_factory=dict, repr=False)
    by_key: Mapping[str, Member] = field(default_factory=dict, repr=False)
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Tables:
    """All types by ``prefix:Name`` (``core:`` for the core), the objects by local name, the namespaces by prefix."""

    values: Mapping[str, Value]
    types: Mapping[str, Complex]
    objects: Mapping[str, Complex]
    spaces: Mapping[str, str]


def number(version: str) -> tuple[int, ...]:
    """Turn ``V1.23.1`` into something that compares."""
    return tuple(int(part) for part in version.removeprefix("V").split("."))


def where(place: Place) -> str:
    """Write a place as a path: ``Header/Version/ETSIVersion``."""
    parts = []
    while place:
        parts.append(str(place[1]))
        place = place[0]
    return "/".join(reversed(parts))


@cache
def tables() -> Tables:
    """Read the tables, once."""
    folder = files("comity.hi1").joinpath("data/schema")
    sheets = [yaml.safe_load(f.read_text("utf-8")) for f in sorted(folder.iterdir(), key=lambda f: f.name)]
    values: dict[str, Value] = {}
    raw: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}
    facets: dict[str, dict[str, Any]] = {}
    for sheet in sheets:
        alias = sheet["prefix"] or "core"
        facets |= {f"{alias}:{name}": row for name, row in sheet.get("values", {}).items()}
        raw |= {f"{alias}:{name}": (sheet, row) for name, row in sheet.get("types", {}).items()}
    for name in facets:
        values[name] = _value(name, facets)
    types = {name: _complex(name, raw) for name in raw}
    objects = {t.name: t for t in types.values() if t.extends == OBJECT}
    return Tables(values, types, objects, {s["prefix"]: s["namespace"] for s in sheets})


@cache
def value_type(name: str) -> Value | None:
    """Give the simple type called *name*, or nothing when it has members."""
    if name.startswith("xs:"):
        return Value(name, name[3:])
    return tables().values.get(name)


def object_type(name: object, place: Place = None) -> Complex:
    """Give the object type with this local name.

    Raises:
        BadMessage: we do not speak it (3001).
    """
    found = tables().objects.get(name) if isinstance(name, str) else None
    if found is None:
        known = ", ".join(sorted(tables().objects))
        raise BadMessage(f"got an object of type {str(name)[:60]!r}, expected {known}", code=3001, field=where(place))
    return found


def conform(tree: object, type_name: str, *, version: str = "", place: Place = None) -> dict[str, Any]:
    """Hold *tree* against a type and give it back in the tables' order; with *version*, refuse what is newer.

    Raises:
        BadMessage: a member is missing (3005), has a value that it cannot have (3007), is unknown or too new (3020).
    """
    if not isinstance(tree, Mapping):
        raise BadMessage(f"got {type(tree).__name__}, expected members", field=where(place))
    found: dict[str, Any] = {}
    if type_name == OBJECT:
        one = object_type(tree.get("@type"), place)
        found["@type"] = one.name
        _not_newer(one.since, version, one.name, place)
    else:
        one = tables().types[type_name]
    if one.abstract:
        raise BadMessage(
            "got national parameters, expected none: they are not supported", code=3001, field=where(place)
        )
    if one.foreign:
        return _foreign(tree, place)
    for name in tree:
        if name not in one.names and name != "@type":
            raise BadMessage(f"got {str(name)[:60]!r}, expected a member of {one.name}", field=where(place))
    for group in one.groups:
        for member in _present(tree, group, one, place):
            value = _member(tree[member.name], member, version, (place, member.name))
            if value != []:  # XML cannot tell an empty list from none
                found[member.name] = value
    return found


def known(tree: Tree, type_name: str, version: str) -> dict[str, Any]:
    """Leave out what *version* does not know yet, so that an answer can be written in the asker's version."""
    found: dict[str, Any] = {}
    for member in (m for group in tables().types[type_name].groups for m in group if m.name in tree):
        if member.since and not member.former and number(member.since) > number(version):
            continue
        value = tree[member.name]
        if member.type in tables().types and member.type != OBJECT:
            value = (
                [known(v, member.type, version) for v in value] if member.many else known(value, member.type, version)
            )
        found[member.name] = value
    return found


def _present(tree: Tree, group: tuple[Member, ...], one: Complex, place: Place) -> tuple[Member, ...]:
    """Pick the members of a group that are there, and refuse a lack or a second choice."""
    if len(group) == 1 and group[0].name in tree:
        return group
    there = tuple(m for m in group if m.name in tree)
    if len(group) > 1 and len(there) != 1:
        names = ", ".join(m.name for m in group)
        code = 3020 if there else 3005
        raise BadMessage(f"got {len(there)} of {names}, expected exactly one", code=code, field=where(place))
    if not there and group[0].required:
        raise BadMessage(
            f"got none, expected {group[0].name} in {one.name}", code=3005, field=where((place, group[0].name))
        )
    return there


def _member(value: Any, member: Member, version: str, place: Place) -> Any:
    """Check one member's value, or each in its list."""
    if not member.former:
        _not_newer(member.since, version, member.name, place)
    if not member.many:
        return _one(value, member.type, version, place)
    if not isinstance(value, list | tuple):
        raise BadMessage(f"got {type(value).__name__}, expected a list", field=where(place))
    if member.required and not value:
        raise BadMessage("got an empty list, expected at least one", code=3005, field=where(place))
    return [_one(item, member.type, version, (place, n)) for n, item in enumerate(value)]


def _one(value: Any, type_name: str, version: str, place: Place) -> Any:
    """Check one value by its type."""
    simple = value_type(type_name)
    if simple is None:
        return conform(value, type_name, version=version, place=place)
    try:
        return simple.check(value)
    except BadMessage as e:
        raise BadMessage(e.message, code=e.code, field=where(place)) from None


def _not_newer(since: str, version: str, name: str, place: Place) -> None:
    """Refuse what the declared version does not know yet."""
    if version and since and number(since) > number(version):
        raise BadMessage(f"got {name}, which {since} brought, expected what {version} knows", field=where(place))


def _foreign(tree: Tree, place: Place) -> dict[str, Any]:
    """Keep foreign content as it came."""
    if len(tree) != 1 or not (XML in tree or JSON in tree):
        raise BadMessage(f"got other members, expected {XML} or {JSON} alone", field=where(place))
    return dict(tree)


def _value(name: str, facets: Mapping[str, dict[str, Any]]) -> Value:
    """Build a simple type from its row and the rows it rests on."""
    rows = []
    base = name
    while not base.startswith("xs:"):
        rows.append(facets[base])
        base = facets[base]["base"]
    merged = {k: v for row in reversed(rows) for k, v in row.items()}
    least = merged["above"] + 1 if "above" in merged else merged.get("least")
    patterns = tuple(re.compile(row["pattern"], re.ASCII) for row in rows if "pattern" in row)
    return Value(name, base[3:], patterns, merged.get("max"), least, merged.get("most"))


def _complex(name: str, raw: Mapping[str, tuple[dict[str, Any], dict[str, Any]]]) -> Complex:
    """Build a type from its row and the row it extends."""
    sheet, row = raw[name]
    groups = _complex(row["extends"], raw).groups if "extends" in row else ()
    groups += tuple((_row(n, text, sheet),) for n, text in row.get("members", {}).items())
    if "choice" in row:
        groups += (tuple(_row(n, text, sheet) for n, text in row["choice"].items()),)
    members = [m for group in groups for m in group]
    formers = {m.tag(OLDEST): m for m in members if m.former}, {m.key(OLDEST): m for m in members if m.former}
    return Complex(
        name=name.partition(":")[2],
        namespace=sheet["namespace"],
        prefix=sheet["prefix"],
        groups=groups,
        abstract=row.get("abstract", False),
        extends=row.get("extends", ""),
        since=row.get("since", ""),
        foreign=row.get("foreign", ""),
        by_tag={m.tag(): m for m in members} | formers[0],
        by_key={m.key(): m for m in members} | formers[1],
        names=frozenset(m.name for m in members),
    )


def _row(name: str, text: str, sheet: dict[str, Any]) -> Member:
    """Read one member from its row, such as ``common:DictionaryEntry? V1.20.1``."""
    found = _MEMBER.fullmatch(text)
    assert found, f"{name}: {text}"
    card = found["card"]
    return Member(
        name=name,
        type=found["type"],
        required=card in ("", "+"),
        many=card in ("*", "+"),
        since=found["since"] or "",
        former=found["former"] or "",
        namespace=sheet["namespace"],
        prefix=sheet["prefix"],
    )
