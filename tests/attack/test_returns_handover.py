"""Handover files made to harm: bombs, depth, size, doubled names, entities."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from builders.returns import parts
from comity.returns.model import Finding, Part, Record

DESCRIPTION = b'{"recordSetDescription":{"etsiSchemaId":"x","cspName":"p"},"recordSet":['
ITEM = b'<c xmlns="http://uri.etsi.org/03707/2020/02"><handoverItem>'
ROOT = b'<handoverItemCollection xmlns="http://uri.etsi.org/03707/2020/02">'


def codes(found: list[Part]) -> set[str]:
    """Give the codes of what was found."""
    return {part.code for part in found if isinstance(part, Finding)}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (DESCRIPTION + b"[" * 200_000, "too_deep"),
        (DESCRIPTION + b"{" + b'"a":{' * 200_000, "too_deep"),
        (DESCRIPTION + b'"' + b"a" * 18_000_000 + b'"]}', "too_large"),
        (DESCRIPTION + b"[" + b"0," * 900_000 + b"0]]}", "too_large"),
        (DESCRIPTION + b'{"id":"1","id":"2"}]}', "damaged"),
        (DESCRIPTION + b'{"id":NaN}]}', "damaged"),
        (DESCRIPTION + b'{"id":"\xff"}]}', "text_undecodable"),
        (DESCRIPTION[:-14] + b',"recordSet":[],"recordSet":[]}', "damaged"),
        (ROOT + b"<a>" * 100_000, "too_deep"),
        (ROOT + b"<handoverItem>" + b"<a/>" * 200_000, "too_large"),
        (ROOT + b"<handoverItem><payload>" + b"a" * 18_000_000, "too_large"),
        (ROOT + b'<handoverItem x="' + b"a" * 18_000_000, "too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_document_made_to_exhaust_is_broken_off(data: bytes, code: str) -> None:
    """Depth, size, number of parts and what two readers could take differently end the reading, quickly, with the reason."""
    parts("f", data[:100])  # loads what reads it, which would be slow while memory is watched
    began = time.process_time()
    tracemalloc.start()
    found = parts("f", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert code in codes(found)
    assert peak < 400_000_000
    assert time.process_time() - began < 20


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://192.0.2.1/x"> %p;]>',
    ],
)
def test_a_document_type_ends_the_reading(doctype: str) -> None:
    """No entity is expanded, no file or address is opened: the document type itself is refused."""
    body = '<handoverItemCollection xmlns="http://uri.etsi.org/03707/2020/02"><handoverItem>&x;</handoverItem>'
    found = parts("f", (doctype + body + "</handoverItemCollection>").encode())
    assert codes(found) == {"active_content"}
    assert not any(isinstance(part, Record) for part in found)


def test_a_number_too_long_for_a_machine_stays_text() -> None:
    """A duration of a million digits neither breaks the reader nor becomes a number."""
    kind = b"urn:etsi:li:103705:type-schema-id:v1.1.1#/$defs/CallRecord"
    record = b'{"type":"' + kind + b'","timeBegin":"x","parties":[],"callDuration":' + b"9" * 1_000_000 + b"}]}"
    call = next(part for part in parts("f", DESCRIPTION + record) if isinstance(part, Record) and part.kind == "call")
    assert "duration_s" not in call.values
