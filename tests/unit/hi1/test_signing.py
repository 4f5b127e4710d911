"""Signatures of HI-1 messages: ETSI's vectors, what is covered, and that other programs agree."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from builders.hi1signed import (
    JSON,
    SIGNED_JSON,
    SIGNED_XML,
    SIGNER,
    STRANGER,
    TRUSTED,
    XML,
    c14n,
    etsi_certificate,
    etsi_key,
    example,
)  # fmt: skip
from comity.crypto.errors import BadSignature
from comity.crypto.keys import FileSigner
from comity.hi1.errors import BadMessage
from comity.hi1.signing import Trusted, sign, verify

C14N = CanonicalizationMethod.CANONICAL_XML_1_1
SIGNED = {"xml": SIGNED_XML, "json": SIGNED_JSON}
PLAIN = {"xml": XML, "json": JSON}
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


def certificate(bits: int = 2048) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Make an RSA key and a certificate that it signs itself."""
    key = rsa.generate_private_key(65537, bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node.example.org")])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(start).not_valid_after(start + timedelta(days=1))
    return key, dated.sign(key, SHA256())


def test_etsi_xml_example_verifies() -> None:
    """ETSI's signed XML example verifies when its certificate is pinned, and gives all but the signature."""
    pinned = etsi_certificate()
    signed = verify(example("request6_signed.xml"), Trusted.of(certificates=[pinned]))
    assert signed.keyid == pinned.fingerprint(SHA256()).hex()
    whole = etree.fromstring(example("request6_signed.xml"))
    assert len(etree.fromstring(signed.content)) == 2
    assert [c14n(part) for part in etree.fromstring(signed.content)] == [c14n(part) for part in list(whole)[:2]]


def test_etsi_json_example_verifies() -> None:
    """ETSI's signed JSON example verifies by its key, and gives all but the signature."""
    signed = verify(example("response1_signed.json"), Trusted.of(etsi_key()))
    message = json.loads(example("response1_signed.json"))
    del message["Signatures"]
    assert (signed.keyid, json.loads(signed.content)) == (etsi_key().keyid, message)


@pytest.mark.parametrize("name", ["request6_signed.xml", "response1_signed.json"])
def test_the_key_in_a_message_is_not_believed(name: str) -> None:
    """ETSI's signed examples are refused by those who trust somebody else, or nobody."""
    for trusted in (TRUSTED, Trusted()):
        with pytest.raises(BadSignature, match=r"not trusted|not pinned"):
            verify(example(name), trusted)


@pytest.mark.parametrize("encoding", SIGNED)
def test_what_was_signed_is_given_back(encoding: str) -> None:
    """The content of a signed message is the canonical form of what was signed, and the key's id is named."""
    signed = verify(SIGNED[encoding], TRUSTED)
    plain = PLAIN[encoding]
    same = c14n(etree.fromstring(plain)) if encoding == "xml" else None
    assert signed.keyid == SIGNER.public.keyid
    assert signed.content == same if same else json.loads(signed.content) == json.loads(plain)


@pytest.mark.parametrize("encoding", SIGNED)
def test_signing_twice_gives_the_same_bytes(encoding: str) -> None:
    """The same message signed again is the same, and so is its content when signed anew."""
    assert sign(PLAIN[encoding], SIGNER) == SIGNED[encoding]
    assert sign(verify(SIGNED[encoding], TRUSTED).content, SIGNER) == SIGNED[encoding]


@given(NAMES)
def test_any_text_in_json_is_signed_and_read(text: str) -> None:
    """Whatever Unicode text a JSON message holds is covered and comes back."""
    message = {**json.loads(JSON), "@note": text}
    signed = verify(sign(json.dumps(message).encode(), SIGNER), TRUSTED)
    assert json.loads(signed.content) == message


@given(NAMES.map(lambda text: "".join(sign for sign in text if sign.isprintable())))
def test_any_text_in_xml_is_signed_and_read(text: str) -> None:
    """Whatever printable text an XML message holds is covered and comes back."""
    root = etree.fromstring(XML)
    root[0][0][0].text = text
    signed = verify(sign(etree.tostring(root), SIGNER), TRUSTED)
    assert (etree.fromstring(signed.content)[0][0][0].text or "") == text


def test_a_declared_prefix_of_the_same_name_does_no_harm() -> None:
    """A message that itself declares `ds`, for this namespace or another, is signed and verified."""
    for name in ("http://www.w3.org/2000/09/xmldsig#", "urn:other"):
        raw = XML.replace(b"<HI1Message ", b'<HI1Message xmlns:ds="%s" ' % name.encode())
        assert verify(sign(raw, SIGNER), TRUSTED).content == c14n(etree.fromstring(raw))


def test_a_certificate_of_a_short_key_is_refused() -> None:
    """A pinned certificate whose RSA key has fewer than 2048 bits does not count."""
    key, short = certificate(1024)
    raw = etree.tostring(XMLSigner(c14n_algorithm=C14N).sign(etree.fromstring(XML), key=key, cert=[short]))
    with pytest.raises(BadSignature, match="2048 bits"):
        verify(raw, Trusted.of(certificates=[short]))


def test_a_pinned_certificate_does_not_stand_for_another_key() -> None:
    """A message under one pinned certificate but signed by another key is refused."""
    (key, _), (_, pinned) = certificate(), certificate()
    root = XMLSigner(c14n_algorithm=C14N).sign(etree.fromstring(XML), key=key, cert=[pinned])
    with pytest.raises(BadSignature, match="did not make"):
        verify(etree.tostring(root), Trusted.of(certificates=[pinned]))


def test_signxml_and_comity_agree_on_rsa() -> None:
    """What the library signxml signs with RSA verifies here, with the same content as signxml gives."""
    key, pinned = certificate()
    raw = etree.tostring(XMLSigner(c14n_algorithm=C14N).sign(etree.fromstring(XML), key=key, cert=[pinned]))
    theirs = XMLVerifier().verify(
        raw, x509_cert=pinned, expect_config=SignatureConfiguration(verification_time=datetime(2026, 1, 1, 12, tzinfo=UTC))
    )  # fmt: skip
    assert not isinstance(theirs, list)
    assert verify(raw, Trusted.of(certificates=[pinned])).content == theirs.signed_data


def test_the_signature_is_valid_by_the_schema_of_w3c() -> None:
    """Our signature element is valid against the XML-Signature schema that signxml carries."""
    XMLVerifier().validate_schema(etree.fromstring(SIGNED_XML)[2])  # type: ignore[no-untyped-call]  # untyped there


def test_the_digest_is_that_of_the_message_before() -> None:
    """The signature's digest is the SHA-256 of the canonical unsigned message."""
    value = etree.fromstring(SIGNED_XML).findtext(".//{*}DigestValue")
    assert base64.b64decode(value or "") == hashlib.sha256(c14n(etree.fromstring(XML))).digest()


@pytest.mark.parametrize("raw", [b"", b"x", b"[]", b"\x00", b"<a/>", b"{", b'<?xml version="1.0"?>'])
def test_what_is_no_message_is_named(raw: bytes) -> None:
    """Bytes that are no message are refused before any signature is looked at."""
    for act in (lambda: sign(raw, SIGNER), lambda: verify(raw, TRUSTED)):
        with pytest.raises(BadMessage):
            act()


@pytest.mark.parametrize("encoding", SIGNED)
def test_too_large_a_message_has_its_code(encoding: str) -> None:
    """A message over the limit is refused with HI-1 error 3022."""
    with pytest.raises(BadMessage) as caught:
        verify(SIGNED[encoding], TRUSTED, max_bytes=100)
    assert caught.value.code == 3022


def test_only_the_port_is_asked_to_sign() -> None:
    """Any object with a public half and `sign` can sign: the private key may be in a token."""

    class Token:
        """A signer elsewhere."""

        public = STRANGER.public

        def sign(self, message: bytes) -> bytes:
            """Sign as the token does."""
            return STRANGER.sign(message)

    for raw in (XML, JSON):
        assert verify(sign(raw, Token()), Trusted.of(STRANGER.public)).keyid == STRANGER.public.keyid


def test_trust_is_by_the_keys_own_id() -> None:
    """A new key is trusted under its own id and no other."""
    key = FileSigner.generate().public
    assert dict(Trusted.of(key).keys) == {key.keyid: key}
