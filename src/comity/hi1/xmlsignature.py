"""The XML-Signature of an XML message, in the one form that is accepted.

One enveloped `digsig:Signature` after Payload; one Reference to the whole document (URI ""), with the transforms
enveloped-signature and Canonical XML 1.1 (without comments), SHA-256; signed with Ed25519 (RFC 9231, the key named by its
id in KeyName) or, by peers who do as ETSI's example does, RSA with SHA-256 and the certificate in X509Certificate.

XML-Signature is a language in which a sender tells the verifier what to do, and the attacks on it live there. So nothing
in a message is interpreted: the outline of its signature must be the outline of ours, element by element, attribute by
attribute; what then remains are three texts: digest, signature value, name of the key.

lxml has Canonical XML 1.0. It differs from 1.1 only in how attributes named `xml:...` are inherited; HI-1 has none, and a
document that has any is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from itertools import zip_longest

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree

from comity.crypto.errors import BadSignature
from comity.crypto.keys import Signer

from .errors import BadMessage
from .hardened import parse_xml
from .trusted import Signed, Trusted

CORE = "http://uri.etsi.org/03120/common/2019/10/Core"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
C14N = "http://www.w3.org/2006/12/xml-c14n11"
EDDSA = "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
MIN_RSA_BITS = 2048
_HEAD = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_MESSAGE = [f"{{{CORE}}}Header", f"{{{CORE}}}Payload"]
_SIGNATURE = f"{{{DSIG}}}Signature"
_TEMPLATE = (
    f'<ds:Signature xmlns:ds="{DSIG}"><ds:SignedInfo><ds:CanonicalizationMethod Algorithm="{C14N}"/>'
    '<ds:SignatureMethod Algorithm="{method}"/><ds:Reference URI=""><ds:Transforms>'
    f'<ds:Transform Algorithm="{DSIG}enveloped-signature"/><ds:Transform Algorithm="{C14N}"/></ds:Transforms>'
    '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue>{digest}</ds:DigestValue>'
    "</ds:Reference></ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo>{key}</ds:KeyInfo></ds:Signature>"
)
_KEY_NAME = "<ds:KeyName>{keyid}</ds:KeyName>"
_CERTIFICATE = "<ds:X509Data><ds:X509Certificate/></ds:X509Data>"

Line = tuple[int, str, tuple[tuple[str, str], ...]]


def sign_xml(raw: bytes, signer: Signer, max_bytes: int) -> bytes:
    """Sign an unsigned XML message.

    Raises:
        BadMessage: it is no such message.
    """
    root = _read(raw, max_bytes)
    if _parts(root) != _MESSAGE or root.find(f".//{_SIGNATURE}") is not None:
        raise BadMessage("got another form, expected HI1Message with Header and Payload, not signed yet")
    signature = _template(EDDSA, _KEY_NAME.format(keyid=signer.public.keyid), _digest(_canonical(root)))
    root.append(signature)
    value = signature.find(f"{{{DSIG}}}SignatureValue")
    assert value is not None
    value.text = base64.b64encode(signer.sign(_canonical_info(signature))).decode()
    return _HEAD + _canonical(root)


def verify_xml(raw: bytes, trusted: Trusted, max_bytes: int) -> Signed:
    """Verify a signed XML message.

    Raises:
        BadMessage: the bytes are no XML message.
        BadSignature: its signature does not count.
    """
    root = _read(raw, max_bytes)
    # (1) one signature, where it belongs
    if _parts(root) != [*_MESSAGE, _SIGNATURE] or len(root.findall(f".//{_SIGNATURE}")) != 1:
        raise BadSignature("got another form, expected HI1Message with Header, Payload and one XML-Signature")
    signature = root[2]
    # (2) of one of the two outlines, (3) made over its SignedInfo by someone trusted
    keyid = _check(signature, trusted)
    # (4) SignedInfo's digest is that of everything else
    claimed = _bytes(signature, "SignedInfo", "Reference", "DigestValue")
    content = _canonical(_without(root, signature))
    if not hmac.compare_digest(claimed, hashlib.sha256(content).digest()):
        raise BadSignature("got a message that was changed after it was signed")
    return Signed(content, keyid)


def _check(signature: etree._Element, trusted: Trusted) -> str:
    """Check the signature over SignedInfo by the trusted key that it names; give that key's id."""
    by_certificate = signature.find(f".//{{{DSIG}}}X509Data") is not None
    _check_outline(signature, _RSA if by_certificate else _ED25519)
    info, value = _canonical_info(signature), _bytes(signature, "SignatureValue")
    if not by_certificate:
        keyid = _text(signature, "KeyInfo", "KeyName").strip()
        if keyid not in trusted.keys:
            raise BadSignature("got the key of someone who is not trusted here", field="KeyName")
        trusted.keys[keyid].verify(value, info)
        return keyid
    pin = hashlib.sha256(_bytes(signature, "KeyInfo", "X509Data", "X509Certificate")).hexdigest()
    if pin not in trusted.certificates:
        raise BadSignature("got a certificate that is not pinned here", field="X509Certificate")
    _check_rsa(trusted.certificates[pin].public_key(), value, info)
    return pin


def _check_outline(signature: etree._Element, ours: tuple[Line, ...]) -> None:
    """Refuse a signature of another outline, naming the first line that differs."""
    for got, expected in zip_longest(_lines(signature), ours):
        if got != expected:
            raise BadSignature(f"got {_said(got)}, expected {_said(expected)}", field="Signature")


def _said(line: Line | None) -> str:
    """Write a line of an outline as one would write the element."""
    if line is None:
        return "nothing more"
    attributes = "".join(f' {name}="{value[:80]}"' for name, value in line[2])
    return f"<{line[1].removeprefix(f'{{{DSIG}}}')[:80]}{attributes[:300]}> at level {line[0]}"


def _check_rsa(key: object, value: bytes, info: bytes) -> None:
    """Check an RSA signature (PKCS #1 v1.5 with SHA-256)."""
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        raise BadSignature(f"got a pinned certificate of another key, expected RSA with {MIN_RSA_BITS} bits or more")
    try:
        key.verify(value, info, PKCS1v15(), SHA256())
    except InvalidSignature as e:
        raise BadSignature("got a signature that the pinned certificate's key did not make") from e


def _read(raw: bytes, max_bytes: int) -> etree._Element:
    """Read a message of which both versions of Canonical XML are the same."""
    root = parse_xml(raw, max_bytes)
    if root.tag != f"{{{CORE}}}HI1Message":
        raise BadMessage("got another root element, expected HI1Message of TS 103 120")
    if root.xpath("boolean(//@xml:*)"):
        raise BadMessage("got an attribute xml:..., expected none: HI-1 has none, and they canonicalise differently")
    return root


def _parts(root: etree._Element) -> list[str]:
    """Name the elements right under the root."""
    return [str(child.tag) for child in root]


def _canonical(root: etree._Element) -> bytes:
    """Write a document as Canonical XML 1.1."""
    try:
        return etree.tostring(root, method="c14n", exclusive=False, with_comments=False)
    except etree.C14NError as e:
        raise BadMessage("got XML with no canonical form (a relative namespace name), expected absolute names") from e


def _canonical_info(signature: etree._Element) -> bytes:
    """Write SignedInfo canonically, in the namespaces of where it stands.

    As a document of its own: what lxml makes of an element within a document loses default namespaces declared above it.
    """
    return _canonical(parse_xml(etree.tostring(signature[0], with_tail=False)))


def _without(root: etree._Element, signature: etree._Element) -> etree._Element:
    """Take the signature out and leave the text after it, as the enveloped-signature transform does."""
    before = signature.getprevious()
    assert before is not None
    before.tail = (before.tail or "") + (signature.tail or "")
    signature.tail = None
    root.remove(signature)
    return root


def _template(method: str, key: str, digest: str = "") -> etree._Element:
    return etree.fromstring(_TEMPLATE.format(method=method, key=key, digest=digest))


def _lines(element: etree._Element, depth: int = 0) -> Iterator[Line]:
    """List the elements with depth and attributes; text may stand only where an element holds nothing else."""
    yield depth, str(element.tag), tuple(sorted((str(k), str(v)) for k, v in element.attrib.items()))
    for child in element:
        yield from _lines(child, depth + 1)
        if ((element.text or "") + (child.tail or "")).strip(" \t\r\n"):
            raise BadSignature("got text between the elements of the signature, expected none", field="Signature")


def _text(signature: etree._Element, *path: str) -> str:
    return signature.findtext("/".join(f"{{{DSIG}}}{name}" for name in path)) or ""


def _bytes(signature: etree._Element, *path: str) -> bytes:
    """Read a base64 text, in which XML lets white space stand."""
    try:
        return base64.b64decode("".join(_text(signature, *path).split()), validate=True)
    except (binascii.Error, ValueError) as e:
        raise BadSignature("got text that is no base64, expected base64", field=path[-1]) from e


def _digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


_ED25519 = tuple(_lines(_template(EDDSA, _KEY_NAME)))
_RSA = tuple(_lines(_template(RSA, _CERTIFICATE)))
