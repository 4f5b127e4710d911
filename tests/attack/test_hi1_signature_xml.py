"""Attacks on the XML-Signature of an HI-1 message: wrapping, downgrades, transforms, keys, comments, entities."""

from __future__ import annotations

import base64
import copy
import hashlib
import hmac
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from builders.hi1signed import (
    DSIG,
    NS,
    OTHER,
    SIGNED_XML,
    SIGNER,
    STRANGER,
    TRUSTED,
    XML,
    c14n,
    example,
    resigned,
    text_of,
)  # fmt: skip
from comity.crypto.errors import BadSignature
from comity.hi1.errors import BadMessage
from comity.hi1.signing import sign, verify

CONTENT = verify(SIGNED_XML, TRUSTED).content
SIGNATURE = SIGNED_XML[SIGNED_XML.index(b"<ds:Signature ") : SIGNED_XML.index(b"</HI1Message>")]
REFERENCE = SIGNATURE[SIGNATURE.index(b"<ds:Reference ") : SIGNATURE.index(b"</ds:SignedInfo>")]
PAYLOAD = SIGNED_XML[SIGNED_XML.index(b"<Payload>") : SIGNED_XML.index(b"</Payload>") + len(b"</Payload>")]
HEADER = SIGNED_XML[SIGNED_XML.index(b"<Header>") : SIGNED_XML.index(b"</Header>") + len(b"</Header>")]
EVIL = PAYLOAD.replace(b"ExternalReferenceValue", b"AnotherReferenceValue")
C14N = b"http://www.w3.org/2006/12/xml-c14n11"
ENVELOPED = f'<ds:Transform Algorithm="{DSIG}enveloped-signature"></ds:Transform>'.encode()
CANONICAL = b'<ds:Transform Algorithm="%s"></ds:Transform>' % C14N
EDDSA = b"http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"
SHA256 = b"http://www.w3.org/2001/04/xmlenc#sha256"
NAME = b"<ds:KeyName>%s</ds:KeyName>" % SIGNER.public.keyid.encode()


def swap(old: bytes, new: bytes, raw: bytes = SIGNED_XML) -> bytes:
    """Put *new* in the place of *old*, which is there once."""
    assert raw.count(old) == 1, old
    return raw.replace(old, new)


def swap_first(old: bytes, new: bytes) -> bytes:
    """Put *new* in the place of the first *old*."""
    assert old in SIGNED_XML
    return SIGNED_XML.replace(old, new, 1)


def reform(old: bytes, new: bytes) -> bytes:
    """Change the signature's form, and let the trusted key sign it again."""

    def edit(root: etree._Element) -> None:
        root.replace(root[2], etree.fromstring(swap(old, new, SIGNATURE)))

    return resigned(edit)


def wrapped() -> bytes:
    """Move the signed message into a false one that carries its signature."""
    root = etree.fromstring(SIGNED_XML)
    signed = copy.deepcopy(root)
    signed.remove(signed[2])
    text_of(root, "hi1:Header//hi1:TransactionIdentifier", "00000000-0000-4000-8000-000000000000")
    root[1].append(signed)
    return etree.tostring(root)


def hmac_with_the_public_key() -> bytes:
    """Sign with HMAC under the public key, which everybody knows."""
    root = etree.fromstring(SIGNED_XML.replace(EDDSA, b"http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"))
    value = hmac.new(SIGNER.public.raw, c14n(etree.fromstring(etree.tostring(root[2][0]))), hashlib.sha256).digest()
    text_of(root, ".//ds:SignatureValue", base64.b64encode(value).decode())
    return etree.tostring(root)


def by_a_stranger() -> bytes:
    """Sign with a key that is nobody's, and name it."""
    return resigned(lambda root: text_of(root, ".//ds:KeyName", STRANGER.public.keyid), by=STRANGER)


def with_the_digest_of_another_message() -> bytes:
    """Take SignedInfo of one signed message into another."""
    other = sign(swap(b"</Payload>", b" </Payload>", XML), SIGNER)
    return swap(SIGNATURE, other[other.index(b"<ds:Signature ") : other.index(b"</HI1Message>")])


def with_key(inside: bytes) -> bytes:
    """Put something else where the key's name is."""
    return swap(NAME, inside)


NAMESPACES = b"".join(b'xmlns:a%d="urn:%d" ' % (n, n) for n in range(3000))
DER = base64.b64encode(bytes.fromhex("302a300506032b6570032100") + STRANGER.public.raw)
KEY_VALUE = b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
ATTACKS: dict[str, Callable[[], bytes]] = {
    # wrapping
    "signed message moved into another": wrapped,
    "payload replaced": lambda: swap(PAYLOAD, EVIL),
    "second payload before": lambda: swap(PAYLOAD, EVIL + PAYLOAD),
    "second payload after": lambda: swap(PAYLOAD, PAYLOAD + EVIL),
    "second payload after the signature": lambda: swap(SIGNATURE, SIGNATURE + EVIL),
    "second header": lambda: swap(HEADER, HEADER + HEADER),
    "payload hidden in the signature": lambda: swap(b"</ds:KeyInfo>", b"</ds:KeyInfo><ds:Object>" + EVIL + b"</ds:Object>"),
    "second signature": lambda: swap(SIGNATURE, SIGNATURE * 2),
    "second signature in the payload": lambda: swap(b"</Payload>", SIGNATURE + b"</Payload>"),
    "signature in the payload": lambda: swap(b"</Payload>", SIGNATURE + b"</Payload>", swap(SIGNATURE, b"")),
    "signature in the header": lambda: swap(b"</Header>", SIGNATURE + b"</Header>", swap(SIGNATURE, b"")),
    "signature before the payload": lambda: swap(b"<Payload>", SIGNATURE + b"<Payload>", swap(SIGNATURE, b"")),
    "signature around the message": lambda: swap(b"</ds:KeyInfo>", b"</ds:KeyInfo><ds:Object>" + CONTENT + b"</ds:Object>", SIGNATURE),
    "no signature": lambda: swap(SIGNATURE, b""),
    "empty signature": lambda: swap(SIGNATURE, f'<ds:Signature xmlns:ds="{DSIG}"/>'.encode()),
    "ETSI's older untyped Signature": lambda: swap(SIGNATURE, b"<Signature>e30..AA</Signature>"),
    "the JSON member Signatures": lambda: swap(SIGNATURE, b"<Signatures/>" + SIGNATURE),
    "signature in another namespace": lambda: swap(b'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', b'xmlns:ds="urn:x"'),
    # references and identifiers
    "reference to an Id": lambda: swap(b"<Payload>", b'<Payload Id="p">', reform(b'URI=""', b'URI="#p"')),
    "duplicate Id": lambda: swap(b"<Header>", b'<Header Id="p">', swap(b"<Payload>", b'<Payload Id="p">', reform(b'URI=""', b'URI="#p"'))),
    "reference by XPointer": lambda: reform(b'URI=""', b'URI="#xpointer(/)"'),
    "reference to a file": lambda: reform(b'URI=""', b'URI="file:///etc/hostname"'),
    "reference to a server": lambda: reform(b'URI=""', b'URI="http://192.0.2.1/"'),
    "reference without URI": lambda: reform(b' URI=""', b""),
    "reference with a type": lambda: reform(b'URI=""', f'URI="" Type="{DSIG}Manifest"'.encode()),
    "two references": lambda: reform(REFERENCE, REFERENCE * 2),
    "no reference": lambda: reform(REFERENCE, b""),
    "identifier on the signature": lambda: swap(b"<ds:Signature ", b'<ds:Signature Id="s" '),
    "identifier on SignedInfo": lambda: reform(b"<ds:SignedInfo>", b'<ds:SignedInfo Id="s">'),
    # transforms and canonicalisation
    "XPath transform": lambda: reform(CANONICAL, b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>false()</ds:XPath></ds:Transform>' + CANONICAL),
    "XPath filter 2": lambda: reform(ENVELOPED, ENVELOPED + b'<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"/>'),
    "XSLT transform": lambda: reform(CANONICAL, b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>' + CANONICAL),
    "base64 transform": lambda: reform(CANONICAL, f'<ds:Transform Algorithm="{DSIG}base64"/>'.encode()),
    "transform with a parameter": lambda: reform(CANONICAL, CANONICAL.replace(b"></", b"><x/></")),
    "no enveloped transform": lambda: reform(ENVELOPED, b""),
    "no canonical transform": lambda: reform(CANONICAL, b""),
    "transforms in another order": lambda: reform(ENVELOPED + CANONICAL, CANONICAL + ENVELOPED),
    "enveloped transform twice": lambda: reform(ENVELOPED, ENVELOPED * 2),
    "no transforms": lambda: reform(b"<ds:Transforms>" + ENVELOPED + CANONICAL + b"</ds:Transforms>", b""),
    "reference canonicalised with comments": lambda: reform(CANONICAL, CANONICAL.replace(C14N, C14N + b"#WithComments")),
    "reference canonicalised as 1.0": lambda: reform(CANONICAL, CANONICAL.replace(C14N, b"http://www.w3.org/TR/2001/REC-xml-c14n-20010315")),
    "reference canonicalised exclusively": lambda: reform(CANONICAL, CANONICAL.replace(C14N, b"http://www.w3.org/2001/10/xml-exc-c14n#")),
    "SignedInfo canonicalised exclusively": lambda: reform(b'Method Algorithm="' + C14N, b'Method Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#'),
    "SignedInfo canonicalised with comments": lambda: reform(b'Method Algorithm="' + C14N, b'Method Algorithm="' + C14N + b"#WithComments"),
    # algorithms
    "HMAC with the public key": hmac_with_the_public_key,
    "HMAC of zero bits": lambda: reform(EDDSA + b'">', f'{DSIG}hmac-sha1"><ds:HMACOutputLength>0</ds:HMACOutputLength>'.encode()),
    "RSA with SHA-1": lambda: reform(EDDSA, f"{DSIG}rsa-sha1".encode()),
    "RSA method with a key's name": lambda: reform(EDDSA, b"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    "no method": lambda: reform(EDDSA, b""),
    "method none": lambda: reform(EDDSA, b"none"),
    "Ed448": lambda: reform(EDDSA, EDDSA.replace(b"25519", b"448")),
    "digest SHA-1": lambda: reform(SHA256, f"{DSIG}sha1".encode()),
    "digest MD5": lambda: reform(SHA256, b"http://www.w3.org/2001/04/xmldsig-more#md5"),
    "digest missing": lambda: resigned(lambda root: text_of(root, ".//ds:DigestValue", "")),
    "digest cut short": lambda: resigned(lambda root: text_of(root, ".//ds:DigestValue", text_of(root, ".//ds:DigestValue")[:8])),
    "digest in other letters": lambda: resigned(lambda root: text_of(root, ".//ds:DigestValue", "!" * 44)),
    "digest of another message": with_the_digest_of_another_message,
    "signature value missing": lambda: swap(SIGNATURE[SIGNATURE.index(b"<ds:SignatureValue>"):SIGNATURE.index(b"<ds:KeyInfo>")], b"<ds:SignatureValue/>"),
    "signature value of zeros": lambda: swap(SIGNATURE[SIGNATURE.index(b"<ds:SignatureValue>"):SIGNATURE.index(b"<ds:KeyInfo>")], b"<ds:SignatureValue>" + b"A" * 86 + b"==</ds:SignatureValue>"),
    "text between the parts": lambda: swap(b"</ds:SignatureValue>", b"</ds:SignatureValue>x"),
    # keys
    "key of a stranger": by_a_stranger,
    "key in the message": lambda: with_key(b'<d:DEREncodedKeyValue xmlns:d="http://www.w3.org/2009/xmldsig11#">' + DER + b"</d:DEREncodedKeyValue>"),
    "RSA key in the message": lambda: with_key(KEY_VALUE),
    "key's name swapped for a trusted one": lambda: swap(SIGNER.public.keyid.encode(), OTHER.public.keyid.encode()),
    "key's name in capitals": lambda: swap(SIGNER.public.keyid.encode(), SIGNER.public.keyid.upper().encode()),
    "key's name cut short": lambda: swap(SIGNER.public.keyid.encode(), SIGNER.public.keyid[:12].encode()),
    "two names": lambda: with_key(NAME + NAME),
    "a name and a key": lambda: with_key(NAME + KEY_VALUE),
    "no key": lambda: with_key(b""),
    "no KeyInfo": lambda: swap(b"<ds:KeyInfo>" + NAME + b"</ds:KeyInfo>", b""),
    "key to be fetched": lambda: with_key(b'<ds:RetrievalMethod URI="http://192.0.2.1/key"/>'),
    "certificate that is not pinned": lambda: example("request6_signed.xml"),
    # text, namespaces, entities
    "space in the payload": lambda: swap(b"<RequestPayload>", b"<RequestPayload> "),
    "space after the signature": lambda: swap(SIGNATURE, SIGNATURE + b" "),
    "namespace added": lambda: swap_first(b"<HI1Message ", b'<HI1Message xmlns:x="urn:x" '),
    "namespace changed": lambda: swap_first(b'xmlns:common="', b'xmlns:common="x'),
    "default namespace taken away": lambda: swap(b"<RequestPayload>", b'<RequestPayload xmlns="">'),
    "relative namespace": lambda: swap(b"<RequestPayload>", b'<RequestPayload xmlns:x="x">'),
    "processing instruction": lambda: swap(b"<RequestPayload>", b"<?x y?><RequestPayload>"),
    "processing instruction before the message": lambda: swap(b"?>\n<", b"?>\n<?x y?><"),
    "attribute xml:base": lambda: swap(b"<Payload>", b'<Payload xml:base="http://192.0.2.1/">'),
    "attribute xml:id": lambda: swap(b"<Payload>", b'<Payload xml:id="p">'),
    "attribute xml:space": lambda: swap(b"<Payload>", b'<Payload xml:space="preserve">'),
    "entity in the signature": lambda: swap(b"<HI1Message", b'<!DOCTYPE x [<!ENTITY k "' + SIGNER.public.keyid.encode() + b'">]><HI1Message', swap(SIGNER.public.keyid.encode(), b"&k;")),
    "external entity": lambda: swap(b"<HI1Message", b'<!DOCTYPE x [<!ENTITY k SYSTEM "file:///etc/hostname">]><HI1Message'),
    "default attribute by a document type": lambda: swap(b"<HI1Message", b'<!DOCTYPE HI1Message [<!ATTLIST Payload a CDATA "b">]><HI1Message'),
    "declared as UTF-7": lambda: swap(b'encoding="UTF-8"', b'encoding="UTF-7"'),
    "written as UTF-16": lambda: SIGNED_XML.decode().encode("utf-16"),
    "namespaces that make canonical XML slow": lambda: swap_first(b"<HI1Message ", b"<HI1Message " + NAMESPACES),
    "elements that fill the memory": lambda: swap(b"<RequestPayload>", b"<RequestPayload>" + b"<a/>" * 500_001),
    "attributes that fill the memory": lambda: swap(b"<RequestPayload>", b"<RequestPayload>" + b'<a b="" c="" d=""/>' * 170_000),
    "signature of a million parts": lambda: swap(b"</ds:KeyInfo>", b"<ds:a/>" * 400_000 + b"</ds:KeyInfo>"),
    "another root": lambda: SIGNED_XML.replace(b"HI1Message", b"HI2Message"),
    "something after it": lambda: SIGNED_XML + b"<x/>",
    "two messages": lambda: SIGNED_XML + SIGNED_XML[SIGNED_XML.index(b"<HI1") :],
    "cut short": lambda: SIGNED_XML[:-1],
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(name: str) -> None:
    """The attack is refused."""
    with pytest.raises((BadSignature, BadMessage)):
        verify(ATTACKS[name](), TRUSTED)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"ExternalReferenceValue", b"External<!-- x -->ReferenceValue"),
        (b"ExternalReferenceValue", b"<![CDATA[External]]>ReferenceValue"),
        (b"ExternalReferenceValue", b"&#69;xternalReferenceValue"),
        (b"<Payload>", b"<Payload   >"),
        (b"</ds:SignedInfo>", b"</ds:SignedInfo>\n"),
        (SIGNER.public.keyid.encode(), b"\n" + SIGNER.public.keyid[:9].encode() + b"<!---->" + SIGNER.public.keyid[9:].encode()),
    ],
)  # fmt: skip
def test_another_spelling_reads_as_the_same(old: bytes, new: bytes) -> None:
    """What canonical XML takes as the same, a comment within a text too, gives the same content and hides nothing of it."""
    assert verify(swap(old, new), TRUSTED).content == CONTENT


def test_resigning_by_the_builder_is_right() -> None:
    """The builder that signs changed signatures again makes good ones, so its refusals are refusals of the form."""
    assert verify(resigned(lambda root: None), TRUSTED).content == CONTENT


def test_a_signed_message_is_not_signed_again() -> None:
    """Whoever signs what is signed, or what hides a signature, is told so."""
    for raw in (SIGNED_XML, ATTACKS["signature in the payload"](), ATTACKS["ETSI's older untyped Signature"]()):
        with pytest.raises(BadMessage):
            sign(raw, SIGNER)


@given(st.data())
def test_one_changed_byte_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    """A signed message with one byte changed, added or taken out is refused, or says the same."""
    at = data.draw(st.integers(0, len(SIGNED_XML) - 1))
    new = data.draw(st.binary(max_size=1) | st.sampled_from([b" ", b"\n", b"<", b"&", b'"', b"/"]))
    kept = data.draw(st.booleans())
    raw = SIGNED_XML[:at] + new + SIGNED_XML[at + (not kept) :]
    try:
        assert verify(raw, TRUSTED).content == CONTENT
    except (BadSignature, BadMessage):
        assert raw != SIGNED_XML


def test_the_namespaces_of_the_builder_are_those_of_the_message() -> None:
    """The attacks look for elements that are there."""
    assert len(etree.fromstring(SIGNED_XML).findall("./ds:Signature", NS)) == 1
