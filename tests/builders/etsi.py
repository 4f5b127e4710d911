"""ETSI's own schemas of handover files, as judges of samples and of the corpus."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types
from lxml import etree
from referencing import Registry, Resource

ETSI = Path(__file__).parents[1] / "etsi"
TYPES = "urn:etsi:li:103705:type-schema-id:v1.1.1"
KINDS = ("CallRecord", "MessagingRecord", "EmailRecord", "DataAccessRecord")


@cache
def _response() -> Draft202012Validator:
    """Load the schemas of TS 103 705, with a record schema of a provider that uses every type of ETSI."""
    common = ETSI / "103120" / "v1.17.1" / "json" / "TS_103_280.schema.json"
    found = [json.loads(p.read_text("utf-8")) for p in (*(ETSI / "103705").glob("*.json"), common)]
    records = next(s for s in found if "record-schema-id" in s["$id"])
    records["$defs"]["record"]["oneOf"] = [
        {
            "allOf": [
                {"$ref": f"{TYPES}#/$defs/{kind}"},
                {"properties": {"type": {"const": f"{TYPES}#/$defs/{kind}"}}},
            ]
        }
        for kind in KINDS
    ]
    registry: Registry[Any] = Registry().with_resources((s["$id"], Resource.from_contents(s)) for s in found)
    return Draft202012Validator({"$ref": "urn:etsi:li:103705:response-schema-id:v1.1.1"}, registry=registry)


@cache
def _messages() -> etree.XMLSchema:
    """Compile the schema of TS 103 707 with those that it imports."""
    return etree.XMLSchema(etree.parse(str(ETSI / "103707" / "all.xsd")))


def judge_705(raw: bytes) -> list[str]:
    """Give what the schemas of TS 103 705 say against a response: nothing when it is valid."""
    return [e.message for e in _response().iter_errors(json.loads(raw))]


def judge_707(raw: bytes) -> list[str]:
    """Give what the schema of TS 103 707 says against a document: nothing when it is valid."""
    schema = _messages()
    return [] if schema.validate(etree.fromstring(raw)) else [str(e) for e in schema.error_log]  # type: ignore[attr-defined]
