"""Others agree with our signatures: ETSI's schemas, our own reader, and the XML-Signature of Java."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from builders.hi1 import json_schema, xsd
from builders.hi1signed import OTHER, SIGNED_JSON, SIGNED_XML, SIGNER, TRUSTED, XML, c14n, example
from comity.hi1.codec import read
from comity.hi1.errors import BadMessage
from comity.hi1.model import Endpoint
from comity.hi1.signing import sender, sign, verify

NAMELESS = (
    *(b"<a/>", b"<a><Header/></a>", b"<a><Header><SenderIdentifier><x/></SenderIdentifier></Header></a>", b"{}"),
    *(b'{"Header":[]}', b'{"Header":{"SenderIdentifier":1}}', b'{"Header":{"SenderIdentifier":{"CountryCode":1}}}'),
)
# Made by Java over XML with the key of SIGNER; Java declares the signature's namespace as the default one.
JAVAS = b"""<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo><CanonicalizationMethod \
Algorithm="http://www.w3.org/2006/12/xml-c14n11"/><SignatureMethod \
Algorithm="http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"/><Reference URI=""><Transforms><Transform \
Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/><Transform \
Algorithm="http://www.w3.org/2006/12/xml-c14n11"/></Transforms><DigestMethod \
Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><DigestValue>\
aXzG2dwrhWSQ5rND2seyBrax6DOczl51M8lAiYVje3U=</DigestValue></Reference></SignedInfo><SignatureValue>\
MHh7FAiDdBpAe77gNlYhPkDFkXRzYFqNHvx91akU1YNr5IeRLqLSuSuQIE2JpwR8EH9Z6bPD3Ec+&#13;
5/am1Us5Bw==</SignatureValue><KeyInfo><KeyName>\
34750f98bd59fcfc946da45aaabe933be154a4b5094e1c4abf42866505f3c97e</KeyName></KeyInfo></Signature></HI1Message>"""
JAVA = shutil.which("java")
SOURCE = Path(__file__).with_name("Signature.java")


def java(*arguments: str | Path) -> str:
    """Run the program in Java, which knows XML-Signature by its own library."""
    line = [str(JAVA), str(SOURCE), *map(str, arguments)]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=300).stdout.strip()


@pytest.mark.parametrize("version", ["v1.17.1", "v1.23.1"])
def test_signed_messages_are_valid_by_etsis_schemas(version: str) -> None:
    """A valid message stays valid when it is signed: the signature stands where ETSI's schemas want it."""
    xsd(version).assertValid(etree.fromstring(SIGNED_XML))
    json_schema(version).validate(json.loads(SIGNED_JSON))


@pytest.mark.parametrize("signed", [SIGNED_XML, SIGNED_JSON], ids=["xml", "json"])
def test_the_content_reads_as_the_message_did(signed: bytes) -> None:
    """Our reader finds in the verified content what the message said."""
    plain = XML if signed is SIGNED_XML else example("request8_LPTaskObject.json")
    content = verify(signed, TRUSTED).content
    assert read(content, lenient=True) == read(plain, lenient=True)
    assert sender(content) == read(plain, lenient=True).header.sender == Endpoint("XX", "ACTOR01")


@pytest.mark.parametrize("content", NAMELESS)
def test_a_message_without_a_sender_says_so(content: bytes) -> None:
    """A message that does not name its sender is refused with HI-1 error 3005."""
    with pytest.raises(BadMessage) as caught:
        sender(content)
    assert caught.value.code == 3005


def test_a_signature_of_java_verifies() -> None:
    """A message that Java signed once verifies wherever there is no Java."""
    signed = verify(XML.replace(b"</HI1Message>", JAVAS), TRUSTED)
    assert (signed.content, signed.keyid) == (c14n(etree.fromstring(XML)), SIGNER.public.keyid)


@pytest.mark.skipif(JAVA is None, reason="needs Java 17 or later")
def test_java_verifies_what_comity_signs(tmp_path: Path) -> None:
    """Java's XML-Signature finds our signatures valid by our key, and not by another or when a text is changed."""
    given: list[str | Path] = []
    for n, declared in enumerate(("", 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:other"')):
        good, changed = tmp_path / f"good{n}.xml", tmp_path / f"changed{n}.xml"
        raw = sign(XML.replace(b"<HI1Message ", f"<HI1Message {declared} ".encode()), SIGNER)
        good.write_bytes(raw)
        changed.write_bytes(raw.replace(b"ExternalReferenceValue", b"AnotherReferenceValue"))
        given += [good, SIGNER.public.hex, good, OTHER.public.hex, changed, SIGNER.public.hex]
    assert java("verify", *given).split() == ["true", "false", "false"] * 3


@pytest.mark.skipif(JAVA is None, reason="needs Java 17 or later")
def test_comity_verifies_what_java_signs(tmp_path: Path) -> None:
    """A message signed by Java's XML-Signature, in the form described, verifies here."""
    plain, out = tmp_path / "plain.xml", tmp_path / "signed.xml"
    plain.write_bytes(XML)
    java("sign", plain, "01" * 32, SIGNER.public.keyid, out)
    assert verify(out.read_bytes(), TRUSTED).content == c14n(etree.fromstring(XML))
