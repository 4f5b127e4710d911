"""Envelopes against the example of DSSE and beside `securesystemslib`."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as PeerEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import CryptoSigner, SSlibKey  # type: ignore[attr-defined]  # re-exported without saying so

from builders.trials import tries
from comity.crypto.envelope import Envelope, Signature, decode, load
from comity.crypto.errors import BadEnvelope, BadSignature
from comity.crypto.keys import FileSigner, PublicKey
from comity.kernel import canonical

TYPE = "application/vnd.example+json"
SIGNER, OTHER = FileSigner.generate(), FileSigner.generate()
GOOD = Envelope(TYPE, b'{"a":1}').sign(SIGNER).sign(OTHER)


def peer_key(key: PublicKey) -> SSlibKey:
    """A public key as the peer library holds it."""
    return SSlibKey(key.keyid, "ed25519", "ed25519", {"public": key.hex})


def test_encoding_of_the_norm() -> None:
    """The example of the DSSE protocol, version 1, has the encoding given there."""
    message = Envelope("http://example.com/HelloWorld", b"hello world").message
    assert message == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"


@settings(max_examples=tries(50))
@given(st.binary(max_size=300), st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_the_peer_verifies_ours(payload: bytes, kind: str) -> None:
    """What two of our keys signed, the peer library verifies with a threshold of two."""
    envelope = Envelope(kind, payload).sign(SIGNER).sign(OTHER)
    peer = PeerEnvelope.from_dict(json.loads(envelope.dump()))
    assert (peer.payload, peer.payload_type, peer.pae()) == (payload, kind, envelope.message)
    assert len(peer.verify([peer_key(SIGNER.public), peer_key(OTHER.public)], 2)) == 2


@settings(max_examples=tries(50))
@given(st.binary(max_size=300))
def test_we_verify_the_peers(payload: bytes) -> None:
    """What the peer library signed is read and verified here."""
    private = Ed25519PrivateKey.generate()
    public = FileSigner(private).public
    peer = PeerEnvelope(payload, TYPE, {})
    peer.sign(CryptoSigner(private, peer_key(public)))
    envelope = load(canonical.dump(peer.to_dict()), TYPE)
    assert envelope.payload == payload
    envelope.verify(envelope.signatures[0], public)


def test_the_peer_refuses_what_we_refuse() -> None:
    """A signature moved under another type is refused by both."""
    moved = Envelope("application/other", GOOD.payload, GOOD.signatures)
    with pytest.raises(BadSignature):
        moved.verify(moved.signatures[0], SIGNER.public)
    with pytest.raises(VerificationError):
        PeerEnvelope.from_dict(json.loads(moved.dump())).verify([peer_key(SIGNER.public)], 1)


@given(st.binary(max_size=100))
def test_round_trip(payload: bytes) -> None:
    """An envelope written is read as the same one."""
    envelope = Envelope(TYPE, payload).sign(SIGNER)
    assert load(envelope.dump(), TYPE) == envelope


def test_a_signature_belongs_to_its_key() -> None:
    """A signature is verified by the key it names, and by no other, also when the other one signed too."""
    first, second = GOOD.signatures
    GOOD.verify(first, SIGNER.public)
    GOOD.verify(second, OTHER.public)
    for signature, key in ((first, OTHER), (Signature(OTHER.public.keyid, first.value), OTHER)):
        with pytest.raises(BadSignature):
            GOOD.verify(signature, key.public)


def with_changes(**changes: Any) -> bytes:
    """The good envelope with fields changed, in canonical form."""
    return canonical.dump(json.loads(GOOD.dump()) | changes)


ROW = json.loads(GOOD.dump())["signatures"][0]
MALFORMED = {
    "no signature": with_changes(signatures=[]), "nine signatures": with_changes(signatures=[ROW | {"keyid": str(n)} for n in range(9)]),
    "key twice": with_changes(signatures=[ROW, ROW]), "unknown field": with_changes(more=1), "unknown in a row": with_changes(signatures=[ROW | {"cert": ""}]),
    "row without key": with_changes(signatures=[{"sig": ROW["sig"]}]), "row is text": with_changes(signatures=["keyid"]),
    "signatures is text": with_changes(signatures="abc"), "signatures is nothing": with_changes(signatures=None),
    "keyid is a list": with_changes(signatures=[ROW | {"keyid": []}]), "sig is a number": with_changes(signatures=[ROW | {"sig": 5}]),
    "payload is a number": with_changes(payload=5), "payload is no base64": with_changes(payload="@@@@"), "payload cut": with_changes(payload="abc"),
    "payload of the web": with_changes(payload="-_-_"), "payload padded oddly": with_changes(payload="YR=="),
    "payload in lines": with_changes(payload="YWFh\nYWFh"), "payload beyond ASCII": with_changes(payload="é"), "a list": b"[]", "null": b"null",
    "another type": with_changes(payloadType="application/other"), "type is a number": with_changes(payloadType=5),
    "other form": json.dumps(json.loads(GOOD.dump()), indent=1).encode(), "no JSON": b"{", "too large": with_changes(payload="YWFh" * 400_000),
}  # fmt: skip


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_is_refused(data: bytes) -> None:
    """Each malformed envelope is refused with the name of the file, and no foreign error comes out."""
    with pytest.raises(BadEnvelope, match=r"got .*, expected") as caught:
        load(data, TYPE, file="e.json")
    assert caught.value.file == "e.json"


@given(st.text(max_size=30))
def test_base64_has_one_spelling(text: str) -> None:
    """A text is decoded only if encoding what it says gives the same text again."""
    try:
        assert base64.b64encode(decode(text)).decode() == text
    except (BadEnvelope, ValueError) as e:
        assert str(e)
