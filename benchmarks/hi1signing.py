"""Signing and verifying HI-1 messages, beside what signxml needs for the same message and beside Ed25519 alone.

    PYTHONPATH=tests python benchmarks/hi1signing.py [--quick] [--rounds N]

signxml knows no Ed25519, so the message that both verify is signed with RSA by signxml. It is ETSI's example of a
preservation (5 KiB), and once more with a body of 1 MiB. Rounds alternate; medians are shown.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from builders.hi1signed import JSON, SIGNER, TRUSTED, XML
from comity.hi1.signing import Trusted, sign, verify

Act = Callable[[], object]
AT = datetime(2026, 1, 1, tzinfo=UTC)
BODY = b"A" * 1024 * 1024


def certificate() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Make an RSA key and a certificate that it signs itself."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "node.example.org")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    dated = builder.serial_number(1).not_valid_before(AT).not_valid_after(AT + timedelta(days=1))
    return key, dated.sign(key, SHA256())


def acts(xml: bytes, json: bytes) -> dict[str, Act]:
    """Name what is measured on one message."""
    key, pinned = certificate()
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.CANONICAL_XML_1_1)
    by_rsa = etree.tostring(signer.sign(etree.fromstring(xml), key=key, cert=[pinned]))
    xml_signed, json_signed, trusted = sign(xml, SIGNER), sign(json, SIGNER), Trusted.of(certificates=[pinned])
    config = SignatureConfiguration(verification_time=AT + timedelta(hours=1))
    ed25519 = SIGNER.sign(b"x" * 64)
    return {
        "signxml, verify RSA": lambda: XMLVerifier().verify(by_rsa, x509_cert=pinned, expect_config=config),
        "comity, verify RSA": lambda: verify(by_rsa, trusted),
        "comity, verify XML": lambda: verify(xml_signed, TRUSTED),
        "comity, verify JSON": lambda: verify(json_signed, TRUSTED),
        "Ed25519, verify": lambda: SIGNER.public.verify(ed25519, b"x" * 64),
        "signxml, sign RSA": lambda: etree.tostring(signer.sign(etree.fromstring(xml), key=key, cert=[pinned])),
        "comity, sign XML": lambda: sign(xml, SIGNER),
        "comity, sign JSON": lambda: sign(json, SIGNER),
        "Ed25519, sign": lambda: SIGNER.sign(b"x" * 64),
    }


def seconds(act: Act, times: int) -> float:
    """Give the time of one call, over several."""
    start = time.perf_counter()
    for _ in range(times):
        act()
    return (time.perf_counter() - start) / times


def table(title: str, found: dict[str, Act], rounds: int, times: int) -> None:
    """Measure in turn and print."""
    taken = [{name: seconds(act, times) for name, act in found.items()} for _ in range(rounds + 1)][1:]
    print(f"\n{title}, {rounds} rounds of {times}")
    print(f"{'':<24}{'per second':>12}{'ms':>9}{'/signxml':>10}")
    for name in found:
        peer = "signxml, sign RSA" if "sign " in name.partition(",")[2] else "signxml, verify RSA"
        ratio = median(one[peer] / one[name] for one in taken)
        took = median(one[name] for one in taken)
        print(f"{name:<24}{1 / took:>12,.0f}{took * 1e3:>9.3f}{ratio:>10.2f}")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three rounds")
    parser.add_argument("--rounds", type=int, default=15, help="how often each is measured")
    given = parser.parse_args()
    rounds = 3 if given.quick else given.rounds
    table("a message of 5 KiB", acts(XML, JSON), rounds, 50)
    text = b"ExternalReferenceValue"
    large = acts(XML.replace(text, BODY), JSON.replace(b'"Header": {', b'"@large": "' + BODY + b'", "Header": {'))
    table("a message of 1 MiB", large, rounds, 5)


if __name__ == "__main__":
    main()
