"""Attacks on the `Signatures` of a JSON HI-1 message: downgrades, keys, doubles, numbers, halves of characters."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.hi1signed import JSON, OTHER, SIGNED_JSON, SIGNER, STRANGER, TRUSTED, example, resigned_json
from comity.crypto.errors import BadSignature
from comity.hi1.errors import BadMessage
from comity.hi1.signing import sign, verify

CONTENT = verify(SIGNED_JSON, TRUSTED).content
ACTION = json.loads(JSON)["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"][0]
SPKI = bytes.fromhex("302a300506032b6570032100")


def edited(edit: Callable[[dict[str, Any]], object]) -> bytes:
    """Change the signed message without signing it again."""
    message = json.loads(SIGNED_JSON)
    edit(message)
    return json.dumps(message).encode()


def entry(**changes: Any) -> bytes:
    """Change members of the signature without signing again."""
    return edited(lambda message: message["Signatures"][0].update(changes))


def swap(old: bytes, new: bytes) -> bytes:
    """Put *new* in the place of the first *old*."""
    assert old in SIGNED_JSON, old
    return SIGNED_JSON.replace(old, new, 1)


def spki(raw: bytes) -> str:
    """Write a key as a message does."""
    return base64.b64encode(SPKI + raw).decode()


ATTACKS: dict[str, Callable[[], bytes]] = {
    # the message
    "changed value": lambda: swap(b'"CountryCode":"XX"', b'"CountryCode":"YY"'),
    "changed name": lambda: swap(b'"Payload"', b'"PayLoad"'),
    "member added": lambda: edited(lambda m: m.update({"@xmlns:x": "urn:x"})),
    "member taken out": lambda: edited(lambda m: m["Header"].pop("Timestamp")),
    "action twice": lambda: edited(lambda m: m["Payload"]["RequestPayload"]["ActionRequests"]["ActionRequest"].append(ACTION)),
    "name twice, first": lambda: swap(b'"Header":', b'"Header":{},"Header":'),
    "name twice, in the signature": lambda: swap(b'"algorithm":', b'"algorithm":"none","algorithm":'),
    "name twice, in another spelling": lambda: swap(b'"Header":', b'"H\\u0065ader":{},"Header":'),
    "number as text": lambda: swap(b'"ActionIdentifier":0', b'"ActionIdentifier":"0"'),
    "another number": lambda: swap(b'"ActionIdentifier":0', b'"ActionIdentifier":1e-7'),
    "number too large": lambda: swap(b'"ActionIdentifier":0', b'"ActionIdentifier":9007199254740993'),
    "number without end": lambda: swap(b'"ActionIdentifier":0', b'"ActionIdentifier":1e999'),
    "NaN": lambda: swap(b'"ActionIdentifier":0', b'"ActionIdentifier":NaN'),
    "half of a character": lambda: swap(b'"CountryCode":"XX"', b'"CountryCode":"\\ud800"'),
    "half of a character in a name": lambda: swap(b'"CountryCode"', b'"CountryCode\\udfff"'),
    "character in another normal form": lambda: swap(b'"UniqueIdentifier":"', b'"UniqueIdentifier":"e\\u0301'),
    "too deep": lambda: swap(b'"Header":', b'"a":' + b"[" * 40 + b"]" * 40 + b',"Header":'),
    "much too deep": lambda: swap(b'"Header":', b'"a":' + b"[" * 100_000 + b"]" * 100_000 + b',"Header":'),
    "lists that fill the memory": lambda: swap(b'"Header":', b'"a":[' + b"[]," * 500_001 + b'0],"Header":'),
    "two messages": lambda: SIGNED_JSON + SIGNED_JSON,
    "cut short": lambda: SIGNED_JSON[:-1],
    "byte order mark": lambda: b"\xef\xbb\xbf" + SIGNED_JSON,
    "written as UTF-16": lambda: SIGNED_JSON.decode().encode("utf-16"),
    # the array
    "no signature": lambda: edited(lambda m: m.pop("Signatures")),
    "empty array": lambda: edited(lambda m: m.update(Signatures=[])),
    "no array": lambda: edited(lambda m: m.update(Signatures=m["Signatures"][0])),
    "null": lambda: edited(lambda m: m.update(Signatures=None)),
    "signature twice": lambda: edited(lambda m: m["Signatures"].append(m["Signatures"][0])),
    "stranger's signature before": lambda: edited(lambda m: m["Signatures"].insert(0, {**m["Signatures"][0], "public_key": spki(STRANGER.public.raw)})),
    "stranger's signature after": lambda: edited(lambda m: m["Signatures"].append({**m["Signatures"][0], "public_key": spki(STRANGER.public.raw)})),
    "small signatures beside it": lambda: edited(lambda m: m.update(signatures=m["Signatures"])),
    "small signatures in its place": lambda: edited(lambda m: m.update(signatures=m.pop("Signatures"))),
    "JWS beside it": lambda: edited(lambda m: m.update(Signature={"protected": "e30", "signature": "AA"})),
    "JWS in its place": lambda: edited(lambda m: (m.pop("Signatures"), m.update(Signature={"protected": "eyJhbGciOiJub25lIn0", "signature": ""}))),
    # the entry
    "entry is text": lambda: edited(lambda m: m.update(Signatures=["x"])),
    "value missing": lambda: edited(lambda m: m["Signatures"][0].pop("value")),
    "value empty": lambda: entry(value=""),
    "value of zeros": lambda: entry(value="A" * 86 + "=="),
    "value is no base64": lambda: entry(value="!"),
    "value is no text": lambda: entry(value=0),
    "value in the other base64": lambda: entry(value="-_" * 43),
    "other hash": lambda: resigned_json(lambda e: e.update(hash_algorithm="sha-1")),
    "hash in capitals": lambda: resigned_json(lambda e: e.update(hash_algorithm="SHA-256")),
    "hash identity": lambda: resigned_json(lambda e: e.update(hash_algorithm="none")),
    "no hash": lambda: resigned_json(lambda e: e.pop("hash_algorithm")),
    "other algorithm": lambda: resigned_json(lambda e: e.update(algorithm="HS256")),
    "algorithm none": lambda: resigned_json(lambda e: e.update(algorithm="none")),
    "member added to the entry": lambda: resigned_json(lambda e: e.update(timestamp="2026-01-01T00:00:00Z")),
    "no key": lambda: resigned_json(lambda e: e.pop("public_key")),
    "key of a stranger": lambda: resigned_json(lambda e: e.update(public_key=spki(STRANGER.public.raw)), by=STRANGER),
    "key swapped for a trusted one": lambda: entry(public_key=spki(OTHER.public.raw)),
    "key as raw bytes": lambda: resigned_json(lambda e: e.update(public_key=base64.b64encode(SIGNER.public.raw).decode())),
    "key with something after it": lambda: resigned_json(lambda e: e.update(public_key=spki(SIGNER.public.raw + b"x"))),
    "key in another spelling, not signed again": lambda: entry(public_key=spki(SIGNER.public.raw)),
    "key that is no base64": lambda: resigned_json(lambda e: e.update(public_key="\u00e9")),
    "key of small order": lambda: resigned_json(lambda e: e.update(public_key=spki(b"\x01" + b"\x00" * 31))),
    "signature of another message": lambda: edited(lambda m: m.update(Signatures=json.loads(example("response1_signed.json"))["Signatures"])),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str) -> None:
    """The attack is refused."""
    with pytest.raises((BadSignature, BadMessage)):
        verify(ATTACKS[name](), TRUSTED)


@pytest.mark.parametrize("number", [b"0.0", b"-0", b"0e5", b"0E-3"])
def test_another_spelling_of_a_number_reads_as_the_same(number: bytes) -> None:
    """What canonical JSON takes as the same number gives the same content, in its one spelling."""
    assert verify(swap(b'"ActionIdentifier":0', b'"ActionIdentifier":' + number), TRUSTED).content == CONTENT


def test_order_and_white_space_do_not_matter() -> None:
    """The same message with its members in another order, escaped and indented, gives the same content."""
    message = json.loads(SIGNED_JSON)
    turned = json.dumps(dict(reversed(message.items())), indent=3, ensure_ascii=True).encode()
    assert verify(turned, TRUSTED).content == CONTENT


def test_a_padded_key_is_read() -> None:
    """A peer who pads the key's base64, and signs it so, is understood."""
    padded = resigned_json(lambda entry: entry.update(public_key=spki(SIGNER.public.raw)))
    assert verify(padded, TRUSTED).content == CONTENT


def test_the_older_signature_is_named() -> None:
    """A detached JWS is refused with a text that says what is expected instead."""
    with pytest.raises(BadSignature, match="JWS in Signature, expected the newer Signatures"):
        verify(ATTACKS["JWS in its place"](), TRUSTED)


@pytest.mark.parametrize("name", ["Signatures", "Signature", "signatures"])
def test_a_signed_message_is_not_signed_again(name: str) -> None:
    """Whoever signs what is signed, or what has the reserved member, is told so."""
    with pytest.raises(BadMessage, match="not signed yet"):
        sign(json.dumps({**json.loads(JSON), name: []}).encode(), SIGNER)


@given(st.data())
def test_one_changed_byte_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    """A signed message with one byte changed, added or taken out is refused, or says the same."""
    at = data.draw(st.integers(0, len(SIGNED_JSON) - 1))
    new = data.draw(st.binary(max_size=1) | st.sampled_from([b" ", b"\n", b"0", b".", b'"', b","]))
    kept = data.draw(st.booleans())
    raw = SIGNED_JSON[:at] + new + SIGNED_JSON[at + (not kept) :]
    try:
        assert verify(raw, TRUSTED).content == CONTENT
    except (BadSignature, BadMessage):
        assert raw != SIGNED_JSON
