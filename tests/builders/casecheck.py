"""The structure of our CASE/UCO graphs, checked quickly: every class, property, value and reference is one we know.

It asks what `case_validate` asks of the terms we use, in a thousandth of the time; `case_validate` remains the judge of
the table.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

_FILE = {"uco-core:hasFacet": "facet+", "uco-core:name": "text", "uco-core:description": "text"}
_NAMED = {"uco-core:name": "text!"}
_FACET = {"uco-core:hasFacet": "facet+"}
CLASSES: dict[str, dict[str, str]] = {
    "case-investigation:Authorization": {"case-investigation:authorizationIdentifier": "text+"},
    "case-investigation:Investigation": {
        "uco-core:name": "text!", "uco-core:object": "ref+", "case-investigation:relevantAuthorization": "ref+",
    },
    "case-investigation:InvestigativeAction": {
        "uco-core:name": "text!", "uco-core:description": "text+", "uco-core:objectCreatedTime": "time",
        "uco-action:startTime": "time!", "uco-action:endTime": "time", "uco-action:instrument": "ref+",
        "uco-action:result": "ref+", "uco-action:object": "ref+", "uco-action:performer": "ref",
        "uco-action:participant": "ref+", "uco-action:location": "ref+", "case-investigation:wasInformedBy": "ref+",
    },
    "case-investigation:ProvenanceRecord": {
        "uco-core:description": "text", "case-investigation:exhibitNumber": "text", "uco-core:object": "ref+",
    },
    "uco-identity:Identity": _NAMED, "uco-identity:Organization": _NAMED, "uco-identity:Person": _NAMED,
    "uco-location:Location": _NAMED, "uco-tool:Tool": _NAMED | {"uco-tool:version": "text"},
    "uco-observable:File": _FILE, "uco-observable:Directory": _FILE, "uco-observable:SymbolicLink": _FILE,
    "uco-observable:FileSystemObject": _FILE, "uco-observable:URL": _FACET, "uco-observable:IPv4Address": _FACET,
    "uco-observable:IPv6Address": _FACET, "uco-observable:URLFacet": {"uco-observable:fullValue": "text"},
    "uco-observable:IPv4AddressFacet": {"uco-observable:addressValue": "text"},
    "uco-observable:IPv6AddressFacet": {"uco-observable:addressValue": "text"},
    "uco-observable:FileFacet": {
        "uco-observable:fileName": "text", "uco-observable:filePath": "text", "uco-observable:isDirectory": "boolean",
        "uco-observable:sizeInBytes": "integer", "uco-observable:modifiedTime": "time",
        "uco-observable:accessedTime": "time", "uco-observable:metadataChangeTime": "time",
    },
    "uco-observable:ContentDataFacet": {"uco-observable:sizeInBytes": "integer", "uco-observable:hash": "facet+"},
    "uco-types:Hash": {"uco-types:hashMethod": "text!", "uco-types:hashValue": "hex!"},
}  # fmt: skip
_ID = re.compile(r"kb:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}").fullmatch
_TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", re.ASCII).fullmatch
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+").fullmatch
_PLAIN = {"text": str, "integer": int, "boolean": bool}


def amiss(data: bytes) -> list[str]:
    """Say what is wrong with a graph: nothing, if it is sound."""
    named: Counter[str] = Counter()
    meant: set[str] = set()
    found = [fault for node in json.loads(data)["@graph"] for fault in _node(node, named, meant)]
    found += [f"{name} twice" for name, count in named.items() if count > 1]
    return found + [f"{name} is nowhere" for name in meant - named.keys()]


def _node(node: dict[str, Any], named: Counter[str], meant: set[str]) -> Iterator[str]:
    terms = CLASSES.get(node.get("@type", ""))
    if terms is None or not _ID(node["@id"]):
        yield f"got {node.get('@type')} {node.get('@id')}"
        return
    named[node["@id"]] += 1
    for term, value in node.items():
        if term[0] == "@":
            continue
        kind = terms.get(term, "")
        values = value if isinstance(value, list) and kind[-1:] == "+" else [value]
        for one in values:
            if kind == "facet+":
                yield from _node(one, named, meant)
            elif not _fits(one, kind.rstrip("+!"), meant):
                yield f"got {term} {str(one)[:60]} in {node['@id']}"
    yield from (f"no {term} in {node['@id']}" for term, kind in terms.items() if kind[-1] == "!" and term not in node)


def _fits(value: Any, kind: str, meant: set[str]) -> bool:
    if kind in _PLAIN:
        return type(value) is _PLAIN[kind]
    if not isinstance(value, dict):
        return False
    if kind == "ref":
        meant.add(value.get("@id", ""))
        return set(value) == {"@id"}
    said = str(value.get("@value"))
    name, fits = {"time": ("xsd:dateTime", _TIME), "hex": ("xsd:hexBinary", _HEX)}.get(kind, ("", _HEX))
    return value.get("@type") == name and bool(fits(said))
