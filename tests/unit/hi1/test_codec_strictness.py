"""We are never more lenient than ETSI: what we accept of a damaged message, ETSI's schemas accept too."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from lxml import etree

from builders.hi1 import judge, messages, trees
from builders.trials import soaking
from comity.hi1 import codec
from comity.hi1.errors import BadMessage
from comity.hi1.schema import conform, known

SLOW = settings(max_examples=250 if soaking() else 25, deadline=None, suppress_health_check=list(HealthCheck))
ODD: list[Any] = [
    "",
    " ",
    "x",
    "é",
    "0",
    "-1",
    "true",
    "2026-03-02T09:30:00Z",
    "2026-03-02T24:00:00.000000Z",
    "192.0.2.300",
    "QQ==",
    "QQ=",
]
ODD += [
    "a" * 256,
    "XA",
    "00000000-0000-4000-8000-000000000000",
    "https://example.org/ x",
    "1e3",
    "+1",
    "http://[",
    "\u00a0XA",
    "XA\n",
]
ODD_JSON = [*ODD, 0, -1, 1.5, 2**53, True, None, [], {}, [{}], {"x": 1}]


def places(value: Any) -> list[tuple[Any, Any]]:
    """List every place in a JSON value: its container and key."""
    found: list[tuple[Any, Any]] = []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found.append((value, key))
        found += places(item)
    return found


def damaged_json(document: Any, data: st.DataObject) -> None:
    """Change one place of a JSON document."""
    where, key = data.draw(st.sampled_from(places(document)))
    act = data.draw(st.sampled_from(["odd", "drop", "rename", "other"]))
    if act == "odd":
        where[key] = data.draw(st.sampled_from(ODD_JSON))
    elif act == "drop":
        del where[key]
    elif act == "rename" and isinstance(where, dict):
        where[data.draw(st.sampled_from(["x", "task:Value", "CountryCode", "ObjectIdentifier"]))] = where.pop(key)
    else:
        source, name = data.draw(st.sampled_from(places(document)))
        where[key] = json.loads(json.dumps(source[name]))


def damaged_xml(root: etree._Element, data: st.DataObject) -> None:
    """Change one element of an XML document."""
    elements = list(root.iter())[1:]
    one = data.draw(st.sampled_from(elements))
    parent = one.getparent()
    assert parent is not None
    act = data.draw(st.sampled_from(["odd", "drop", "double", "move", "attribute", "text"]))
    if act == "odd":
        one.text = data.draw(st.sampled_from(ODD))
    elif act == "drop":
        parent.remove(one)
    elif act == "double":
        parent.insert(parent.index(one), etree.fromstring(etree.tostring(one, with_tail=False)))
    elif act == "move":
        parent.append(one)
    elif act == "attribute":
        one.set(
            "{http://www.w3.org/2001/XMLSchema-instance}type",
            data.draw(st.sampled_from(["task:LPTaskObject", "x", "Header"])),
        )
    else:
        one.tail = data.draw(st.sampled_from([" ", "x", "\n"]))


def accepted(raw: bytes) -> bool:
    """Read damaged bytes and say whether they were accepted."""
    try:
        codec.read_tree(raw)
    except BadMessage:
        event("refused")
        return False
    event("accepted")
    return True


@SLOW
@given(messages(encoding="json"), st.data())
def test_json_that_we_accept_etsi_accepts(tree: dict[str, Any], data: st.DataObject) -> None:
    """Whatever one change was made, a JSON message that is still read is still valid."""
    document = json.loads(codec.write_tree(tree, "json"))
    damaged_json(document, data)
    raw = json.dumps(document).encode()
    if accepted(raw):
        assert judge(raw) == []


@SLOW
@given(messages(encoding="xml"), st.data())
def test_xml_that_we_accept_etsi_accepts(tree: dict[str, Any], data: st.DataObject) -> None:
    """Whatever one change was made, an XML message that is still read is still valid."""
    root = etree.fromstring(codec.write_tree(tree, "xml"))
    damaged_xml(root, data)
    raw = etree.tostring(root)
    if accepted(raw):
        assert judge(raw) == []


@SLOW
@given(trees("core:GETCSPCONFIGResponse"))
def test_what_is_left_for_an_older_version_is_valid_there(tree: dict[str, Any]) -> None:
    """A configuration without what its asker does not know can be written in his version."""
    left = known(conform(tree, "core:GETCSPCONFIGResponse"), "core:GETCSPCONFIGResponse", "V1.17.1")
    assert conform(left, "core:GETCSPCONFIGResponse", version="V1.17.1") == left
