"""TLS keys and the certificates they sign for themselves: no authority vouches for them, the directory does.

A certificate is known by its pin, the SHA-256 of its SubjectPublicKeyInfo, and held in full so that TLS can trust it
without an authority. It says nothing about a party; which party it belongs to, and since when, stands in the directory.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .errors import BadCertificate

YEARS = 10
MAX_DER = 4096
_EARLY = timedelta(days=1)
_USES = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


def make_identity(host: str, name: str, now: datetime) -> tuple[bytes, bytes]:
    """Make a new key (ECDSA P-256) and its certificate for *host*, both as PEM; it holds for ten years."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    usage = {"digital_signature": True} | dict.fromkeys(
        ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _EARLY)
        .not_valid_after(now + timedelta(days=365 * YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage), critical=True)
        .add_extension(x509.ExtendedKeyUsage(_USES), critical=False)
        .add_extension(x509.SubjectAlternativeName([_san(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private, certificate.public_bytes(serialization.Encoding.PEM)


def pin(der: bytes) -> str:
    """Give a certificate's pin: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal.

    Raises:
        BadCertificate: that is no certificate.
    """
    spki = (
        _read(der)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hashlib.sha256(spki).hexdigest()


def check_certificate(der: bytes) -> str:
    """Give the pin of a certificate that a node may use: signed by itself, and no authority for others.

    Raises:
        BadCertificate: it is none.
    """
    certificate = _read(der)
    try:
        certificate.verify_directly_issued_by(certificate)
    except (ValueError, TypeError, InvalidSignature) as e:
        raise BadCertificate("got a certificate that another key signed, expected one signed by itself") from e
    try:
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
    except (x509.ExtensionNotFound, ValueError, x509.DuplicateExtension) as e:
        raise BadCertificate("got a certificate without basic constraints, expected CA:FALSE") from e
    if constraints.ca:
        raise BadCertificate("got a certificate that may sign others, expected CA:FALSE")
    return pin(der)


def der_of(pem: bytes) -> bytes:
    """Give a PEM certificate as DER.

    Raises:
        BadCertificate: that is no certificate.
    """
    try:
        return x509.load_pem_x509_certificate(pem).public_bytes(serialization.Encoding.DER)
    except ValueError as e:
        raise BadCertificate("got no certificate, expected one as PEM") from e


def valid_until(der: bytes) -> datetime:
    """Say until when a certificate holds."""
    return _read(der).not_valid_after_utc


def _read(der: bytes) -> x509.Certificate:
    if len(der) > MAX_DER:
        raise BadCertificate(f"got a certificate of {len(der)} bytes, expected at most {MAX_DER}")
    try:
        certificate = x509.load_der_x509_certificate(der)
        certificate.public_key()
    except (ValueError, TypeError) as e:
        raise BadCertificate("got no certificate, expected one as DER") from e
    except UnsupportedAlgorithm as e:
        raise BadCertificate("got a key of an unknown kind, expected ECDSA P-256") from e
    return certificate


def _san(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)
