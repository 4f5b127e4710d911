"""A message as JSON: keys with fixed prefixes into a tree and back; repeatable members are lists, objects are closed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import BadMessage
from .hardened import parse_json
from .schema import JSON, OBJECT, Complex, Place, object_type, tables, value_type, where

ROOT = "core:HI1Message"
_TYPE = "@xsi:type"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SIGNATURES = {"Signature", "Signatures"}
XML_ONLY = {"TDTaskObject"}  # ETSI's list of objects in JSON leaves takedown out


def read_json(raw: bytes, limit: int) -> dict[str, Any]:
    """Read a JSON message into a tree; signatures and namespace declarations are passed over.

    Raises:
        BadMessage: it is no JSON message, or a key is unknown.
    """
    document = parse_json(raw, limit)
    for key in [key for key in document if key.startswith("@xmlns") or key in _SIGNATURES]:
        if key.startswith("@") and not isinstance(document[key], str):
            raise BadMessage("got a namespace that is no text, expected text", field=key[:60])
        del document[key]
    return _read_members(document, tables().types[ROOT], None)


def write_json(tree: Mapping[str, Any], version: str) -> bytes:
    """Write a tree that conforms, in the tables' order, without blanks, in UTF-8."""
    used = {""}
    body = _write_members(tree, tables().types[ROOT], version, used)
    spaces = tables().spaces
    names = {f"@xmlns:{prefix}" if prefix else "@xmlns": spaces[prefix] for prefix in sorted(used)}
    document = names | {"@xmlns:xsi": _XSI} | body
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _read_members(value: Any, one: Complex, place: Place) -> dict[str, Any]:
    """Read the members of one object by their keys."""
    if one.abstract:
        raise BadMessage(
            "got national parameters, expected none: they are not supported", code=3001, field=where(place)
        )
    if one.foreign:
        return {JSON: value}
    if not isinstance(value, dict):
        raise BadMessage(f"got {type(value).__name__}, expected an object", field=where(place))
    found = {}
    for key, item in value.items():
        member = one.by_key.get(key)
        if member is None or member.name in found:
            raise BadMessage(f"got {key[:60]!r}, expected a member of {one.name}", field=where(place))
        here = (place, member.name)
        if not member.many:
            found[member.name] = _read_one(item, member.type, here)
        elif isinstance(item, list):
            found[member.name] = [_read_one(each, member.type, (here, n)) for n, each in enumerate(item)]
        else:
            raise BadMessage(f"got {type(item).__name__}, expected a list", field=where(here))
    return found


def _read_one(value: Any, type_name: str, place: Place) -> Any:
    """Read one value by its type; single values are checked later."""
    if type_name == OBJECT:
        return _read_object(value, place)
    if value_type(type_name):
        return value
    return _read_members(value, tables().types[type_name], place)


def _read_object(value: Any, place: Place) -> dict[str, Any]:
    """Read an object, whose type stands in Clark form."""
    if not isinstance(value, dict):
        raise BadMessage(f"got {type(value).__name__}, expected an object", field=where(place))
    if _TYPE not in value:
        raise BadMessage(f"got none, expected {_TYPE}", code=3005, field=where(place))
    namespace, _, local = str(value[_TYPE]).removeprefix("{").partition("}")
    one = _speaks_json(object_type(local, place), place)
    if value[_TYPE] != f"{{{one.namespace}}}{one.name}":
        raise BadMessage(
            f"got the namespace {namespace[:60]!r}, expected {one.namespace}", code=3001, field=where(place)
        )
    rest = {key: item for key, item in value.items() if key != _TYPE}
    return {"@type": one.name} | _read_members(rest, one, place)


def _speaks_json(one: Complex, place: Place = None) -> Complex:
    """Refuse an object that has no JSON form (3019)."""
    if one.name in XML_ONLY:
        raise BadMessage(f"got {one.name} in JSON, expected XML: it has no JSON form", code=3019, field=where(place))
    return one


def _write_members(tree: Mapping[str, Any], one: Complex, version: str, used: set[str]) -> Any:
    """Write the members of one type in order."""
    if one.foreign:
        if JSON not in tree:
            raise BadMessage("got foreign XML, expected JSON in a JSON message", code=3019)
        return tree[JSON]
    found = {}
    for member in (m for group in one.groups for m in group if m.name in tree):
        used.add(member.prefix)
        value = tree[member.name]
        if member.many:
            found[member.key(version)] = [_write_one(item, member.type, version, used) for item in value]
        else:
            found[member.key(version)] = _write_one(value, member.type, version, used)
    return found


def _write_one(value: Any, type_name: str, version: str, used: set[str]) -> Any:
    """Write one value by its type."""
    if type_name == OBJECT:
        one = _speaks_json(object_type(value["@type"]))
        return {_TYPE: f"{{{one.namespace}}}{one.name}"} | _write_members(value, one, version, used)
    if value_type(type_name):
        return value
    return _write_members(value, tables().types[type_name], version, used)
