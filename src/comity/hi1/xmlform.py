"""A message as XML: elements into a tree and back, in the order and with the names of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lxml import etree

from .errors import BadMessage
from .hardened import parse_xml
from .schema import OBJECT, XML, Complex, Member, Place, object_type, tables, value_type, where
from .values import collapsed, text_of

ROOT = "core:HI1Message"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_TYPE = f"{{{_XSI}}}type"
_HINT = f"{{{_XSI}}}schemaLocation"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def read_xml(raw: bytes, limit: int) -> dict[str, Any]:
    """Read an XML message into a tree; the signature is passed over.

    Raises:
        BadMessage: it is no XML message, or an element is unknown or in the wrong place.
    """
    root = parse_xml(raw, limit)
    one = tables().types[ROOT]
    if root.tag != f"{{{one.namespace}}}{one.name}":
        raise BadMessage(f"got {str(root.tag)[:120]}, expected {one.name} of {one.namespace}")
    own = {f"{{{one.namespace}}}Signature", f"{{{one.namespace}}}Signatures", _SIGNATURE}
    while len(root) > 2 and root[-1].tag in own:
        root.remove(root[-1])
    if _HINT in root.attrib:
        del root.attrib[_HINT]
    return _read_members(root, one, None)


def write_xml(tree: Mapping[str, Any], version: str) -> bytes:
    """Write a tree that conforms; namespaces are declared once, at the root."""
    one = tables().types[ROOT]
    spaces: dict[Any, str] = {prefix or None: uri for prefix, uri in sorted(tables().spaces.items())}
    root = etree.Element(f"{{{one.namespace}}}{one.name}", nsmap=spaces | {"xsi": _XSI})
    kept = {"xsi"}
    _write_members(root, tree, one, version, kept)
    etree.cleanup_namespaces(root, keep_ns_prefixes=sorted(kept))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _read_members(element: etree._Element, one: Complex, place: Place) -> dict[str, Any]:
    """Read the members of one element, group by group."""
    if one.abstract:
        raise BadMessage(
            "got national parameters, expected none: they are not supported", code=3001, field=where(place)
        )
    if one.foreign:
        return _read_foreign(element, one, place)
    _plain(element, place)
    children = list(element)
    at = 0
    found: dict[str, Any] = {}
    for group in one.groups:
        while at < len(children):
            member = one.by_tag.get(str(children[at].tag))
            if member is None or member not in group or (member.name in found and not member.many):
                break
            _put(found, children[at], member, place)
            at += 1
    if at < len(children):
        name = str(children[at].tag).rpartition("}")[2][:60]
        raise BadMessage(f"got {name}, expected it not here: unknown to {one.name} or out of order", field=where(place))
    return found


def _put(found: dict[str, Any], element: etree._Element, member: Member, place: Place) -> None:
    """Read one element as *member* and put it into the tree."""
    here = ((place, member.name), len(found.get(member.name, ()))) if member.many else (place, member.name)
    value = _read_one(element, member.type, here)
    if member.many:
        found.setdefault(member.name, []).append(value)
    else:
        found[member.name] = value


def _read_one(element: etree._Element, type_name: str, place: Place) -> Any:
    """Read one element by its type."""
    if type_name == OBJECT:
        one = _object(element, place)
        return {"@type": one.name} | _read_members(element, one, place)
    simple = value_type(type_name)
    if simple is None:
        return _read_members(element, tables().types[type_name], place)
    if len(element) or element.attrib:
        raise BadMessage("got elements or attributes, expected a value alone", field=where(place))
    return simple.of_text(element.text or "")


def _object(element: etree._Element, place: Place) -> Complex:
    """Resolve an object's xsi:type, and take the attribute away."""
    name = collapsed(str(element.attrib.pop(_TYPE, "")))
    prefix, _, local = name.rpartition(":")
    one = object_type(local, place)
    if element.nsmap.get(prefix or None) != one.namespace:
        raise BadMessage(f"got {name[:60]!r}, expected {one.name} of {one.namespace}", code=3001, field=where(place))
    return one


def _plain(element: etree._Element, place: Place) -> None:
    """Refuse attributes, and text beside elements."""
    if element.attrib:
        name = str(next(iter(element.attrib)))[:80]
        raise BadMessage(f"got the attribute {name}, expected none", field=where(place))
    if collapsed(element.text or "") or any(collapsed(child.tail or "") for child in element):
        raise BadMessage("got text, expected elements only", field=where(place))


def _read_foreign(element: etree._Element, one: Complex, place: Place) -> dict[str, Any]:
    """Keep foreign elements as exclusive canonical XML."""
    _plain(element, place)
    spaces = [etree.QName(child).namespace for child in element]
    if one.foreign == "any":
        fits = bool(spaces) and all(space and space != one.namespace for space in spaces)
    else:
        fits = [str(child.tag) for child in element] == [f"{{{one.namespace}}}{one.foreign}"]
    if not fits:
        raise BadMessage("got no foreign elements, expected what the sender's own schema defines", field=where(place))
    return {XML: [etree.tostring(child, method="c14n", exclusive=True, with_tail=False).decode() for child in element]}


def _write_members(parent: etree._Element, tree: Mapping[str, Any], one: Complex, version: str, kept: set[str]) -> None:
    """Write the members of one type in order."""
    if one.foreign:
        _write_foreign(parent, tree)
        return
    for group in one.groups:
        for member in group:
            if member.name not in tree:
                continue
            value = tree[member.name]
            for item in value if member.many else (value,):
                _write_one(etree.SubElement(parent, member.tag(version)), item, member.type, version, kept)


def _write_one(element: etree._Element, value: Any, type_name: str, version: str, kept: set[str]) -> None:
    """Write one value into its element."""
    if type_name == OBJECT:
        one = object_type(value["@type"])
        kept.add(one.prefix)
        element.set(_TYPE, f"{one.prefix}:{one.name}")
    elif value_type(type_name):
        element.text = text_of(value)
        return
    else:
        one = tables().types[type_name]
    _write_members(element, value, one, version, kept)


def _write_foreign(parent: etree._Element, tree: Mapping[str, Any]) -> None:
    """Put foreign elements back."""
    if XML not in tree:
        raise BadMessage("got foreign JSON, expected XML in an XML message", code=3019)
    for text in tree[XML]:
        parent.append(parse_xml(str(text).encode()))
