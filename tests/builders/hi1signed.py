"""HI-1 messages to sign and signed ones: ETSI's examples, a fixed key, and forgeries signed as well as can be."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from lxml import etree

from comity.crypto.keys import FileSigner, PublicKey
from comity.hi1.signing import Trusted, sign

ETSI = Path(__file__).parents[1] / "etsi" / "examples"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
NS = {"ds": DSIG, "hi1": "http://uri.etsi.org/03120/common/2019/10/Core"}
SIGNER = FileSigner(Ed25519PrivateKey.from_private_bytes(b"\x01" * 32))
OTHER = FileSigner(Ed25519PrivateKey.from_private_bytes(b"\x02" * 32))
STRANGER = FileSigner(Ed25519PrivateKey.from_private_bytes(b"\x03" * 32))
TRUSTED = Trusted.of(SIGNER.public, OTHER.public)


def example(name: str) -> bytes:
    """Read one of ETSI's examples."""
    return (ETSI / name).read_bytes()


XML = example("request4-Preservation-Link.xml")
JSON = example("request8_LPTaskObject.json")
SIGNED_XML = sign(XML, SIGNER)
SIGNED_JSON = sign(JSON, SIGNER)


def etsi_key() -> PublicKey:
    """Give the key of ETSI's signed JSON example, as somebody would who trusts it."""
    text = json.loads(example("response1_signed.json"))["Signatures"][0]["public_key"]
    return PublicKey(base64.b64decode(text + "=")[-32:])


def etsi_certificate() -> x509.Certificate:
    """Give the certificate of ETSI's signed XML example, as somebody would who pins it."""
    found = re.search(rb"<ds:X509Certificate>(.*?)</", example("request6_signed.xml"), re.DOTALL)
    assert found
    return x509.load_der_x509_certificate(base64.b64decode(found[1]))


def c14n(element: etree._Element) -> bytes:
    """Write an element in its canonical form."""
    return etree.tostring(element, method="c14n")


def text_of(root: etree._Element, path: str, text: str | None = None) -> str:
    """Give the text of the element at a path, setting it first if *text* is given."""
    found = root.find(path, NS)
    assert found is not None
    if text is not None:
        found.text = text
    return found.text or ""


def resigned(edit: Callable[[etree._Element], object], by: FileSigner = SIGNER) -> bytes:
    """Change a signed XML message and sign its SignedInfo again: only the form of the signature can be held against it."""
    root = etree.fromstring(SIGNED_XML)
    edit(root)
    text_of(
        root,
        ".//ds:SignatureValue",
        base64.b64encode(by.sign(c14n(etree.fromstring(etree.tostring(root[2][0]))))).decode(),
    )
    return etree.tostring(root)


def resigned_json(edit: Callable[[dict[str, Any]], object], by: FileSigner = SIGNER) -> bytes:
    """Change the entry of a signed JSON message's `Signatures` and sign it again, by ETSI's recipe written out once more."""
    message = json.loads(SIGNED_JSON)
    entry = message.pop("Signatures")[0]
    del entry["value"]
    edit(entry)
    covered = json.dumps({**message, "signatures": [entry]}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    value = by.sign(hashlib.sha256(covered.encode()).hexdigest().encode())
    return json.dumps({**message, "Signatures": [{**entry, "value": base64.b64encode(value).decode()}]}).encode()
