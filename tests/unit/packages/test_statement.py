"""The statement says of which package and request it speaks, in one form only."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.requests import example_request
from comity.crypto.envelope import Envelope
from comity.crypto.keys import FileSigner
from comity.kernel import canonical
from comity.packages.errors import BadStatement
from comity.packages.statement import PAYLOAD_TYPE, Statement, load

REQUEST = example_request()
SIGNER = FileSigner.generate()
STATED = Statement(
    package="0" * 64,
    request=REQUEST["id"],
    request_sha256="1" * 64,
    measure="preserve",
    sender="VN.a05",
    addressee="SG.orchid",
    sealed_at=datetime(2026, 11, 25, 3, tzinfo=UTC),
    language="en",
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PAYLOAD = json.loads(STATED.envelope().payload)


def signed(payload: Any, kind: str = PAYLOAD_TYPE) -> bytes:
    """An envelope that carries any payload."""
    data = payload if isinstance(payload, bytes) else canonical.dump(payload)
    return Envelope(kind, data).sign(SIGNER).dump()


@given(TEXT, TEXT, st.binary(min_size=32, max_size=32).map(bytes.hex))
def test_round_trip(sender: str, measure: str, package: str) -> None:
    """A statement that was signed is read as the same statement, with the envelope that carries it."""
    stated = replace(STATED, sender=sender, measure=measure, package=package)
    envelope, read = load(stated.envelope().sign(SIGNER).dump())
    assert read == stated
    envelope.verify(envelope.signatures[0], SIGNER.public)


def test_it_is_an_in_toto_statement() -> None:
    """The payload has the type, subject and predicate of an in-toto statement, version 1."""
    assert PAYLOAD["_type"] == "https://in-toto.io/Statement/v1"
    assert PAYLOAD["subject"] == [{"name": "tagmanifest-sha256.txt", "digest": {"sha256": "0" * 64}}]
    assert PAYLOAD["predicate"]["sealed_at"] == "2026-11-25T03:00:00Z"


def changed(part: str = "", **changes: Any) -> dict[str, Any]:
    """The payload, or a part of it, with fields changed."""
    return {**PAYLOAD, **({part: PAYLOAD[part] | changes} if part else changes)}


SUBJECT = PAYLOAD["subject"][0]
MALFORMED: dict[str, Any] = {
    "a list": [], "null": None, "no predicate": {k: v for k, v in PAYLOAD.items() if k != "predicate"}, "unknown field": changed(more=1),
    "another type": changed(_type="https://in-toto.io/Statement/v0.1"), "type is a list": changed(_type=[]),
    "another predicate type": changed(predicateType="urn:x-comity:release:2"), "predicate is text": changed(predicate="x"),
    "unknown in the predicate": changed("predicate", more="x"), "a number in the predicate": changed("predicate", language=5),
    "another time": changed("predicate", sealed_at="2026-11-25"), "no subject": changed(subject=[]), "two subjects": changed(subject=[SUBJECT] * 2),
    "subject of another file": changed(subject=[SUBJECT | {"name": "manifest-sha256.txt"}]), "subject is text": changed(subject="x"),
    "subject with another hash beside": changed(subject=[SUBJECT | {"digest": {"sha256": "0" * 64, "sha1": "0"}}]),
    "digest too short": changed(subject=[SUBJECT | {"digest": {"sha256": "0" * 63}}]), "digest is a list": changed(subject=[SUBJECT | {"digest": {"sha256": []}}]),
    "digest in capitals": changed(subject=[SUBJECT | {"digest": {"sha256": "A" * 64}}]), "other form": json.dumps(PAYLOAD, indent=1).encode(),
}  # fmt: skip


@pytest.mark.parametrize("payload", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_is_refused(payload: Any) -> None:
    """Each malformed statement is refused with the name of the file, though it is properly signed."""
    with pytest.raises(BadStatement, match=r"got .*, expected") as caught:
        load(signed(payload), file="s.json")
    assert caught.value.file == "s.json"


def test_another_payload_type_is_refused() -> None:
    """A receipt's envelope is no statement, whatever its payload says."""
    with pytest.raises(BadStatement, match="payload type"):
        load(signed(PAYLOAD, "application/vnd.comity.receipt+json"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, ""), ({"id": "x"}, "id"), ({"measure": "disclose_content"}, "measure"), ({"language": "vi"}, "language"),
        ({"from": {"party": "PH.cicc"}}, "from.party"), ({"to": {"party": "PH.cicc"}}, "to.party"),
    ],
)  # fmt: skip
def test_it_names_the_field_that_disagrees(changes: dict[str, Any], field: str) -> None:
    """A request that says something else than the statement is told by the first such field."""
    assert STATED.agrees(REQUEST | changes) == field
