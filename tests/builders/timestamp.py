"""A small real time authority: certificates by cryptography, answers by `openssl ts` and `openssl cms`."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

START, END = datetime(2020, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC)
TIME_ONLY = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
SIGNS = x509.KeyUsage(
    digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
)  # fmt: skip
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/root.pem
default_policy = 1.3.6.1.4.1.32473.1
digests = sha256, sha384, sha512
signer_digest = sha256
ess_cert_id_chain = no
"""


class TimeAuthority:
    """A time authority with its own root, at work in *folder*."""

    def __init__(self, folder: Path, *, usage: x509.ExtendedKeyUsage | None = TIME_ONLY, critical: bool = True) -> None:
        """Make the root, and a certificate for time stamping (or, for tests, for something else)."""
        self.folder = folder
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        root = _draft("Example Time Root", "Example Time Root", root_key)
        root = root.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        tsa = _draft("Example Time Authority", "Example Time Root", key).add_extension(SIGNS, critical=True)
        if usage:
            tsa = tsa.add_extension(usage, critical=critical)
        self.root = root.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / "root.pem").write_bytes(self.root)
        (folder / "tsa.pem").write_bytes(tsa.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
        (folder / "tsa.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        (folder / "serial").write_text("01\n")
        (folder / "ts.conf").write_text(CONFIG.format(folder=folder))

    def answer(self, question: bytes) -> bytes:
        """Answer a question at the machine's present time."""
        (self.folder / "question").write_bytes(question)
        reply = ["-reply", "-config", str(self.folder / "ts.conf"), "-queryfile", str(self.folder / "question")]
        return run("ts", *reply, "-out", "/dev/stdout")

    def stamp(self, data: bytes, at: datetime | None = None) -> bytes:
        """Attest *data*, now or (by signing once more what was answered) at another moment."""
        response = self.answer(
            run("ts", "-query", "-sha256", "-cert", "-data", "/dev/stdin", "-out", "/dev/stdout", given=data)
        )
        return response if at is None else self.sign(_dated(statement(response), at))

    def sign(self, said: bytes) -> bytes:
        """Sign a statement (TSTInfo) as it is: how a careless or wrongly certified authority would answer."""
        (self.folder / "said").write_bytes(said)
        signer = ["-signer", str(self.folder / "tsa.pem"), "-inkey", str(self.folder / "tsa.key"), "-md", "sha256"]
        form = [
            "-binary",
            "-nodetach",
            "-cades",
            "-nosmimecap",
            "-econtent_type",
            "1.2.840.113549.1.9.16.1.4",
            "-outform",
            "DER",
        ]
        token = run("cms", "-sign", "-in", str(self.folder / "said"), *form, *signer)
        return _sequence(_sequence(b"\x02\x01\x00") + token)


def run(*arguments: str, given: bytes = b"") -> bytes:
    """Run openssl."""
    return subprocess.run(["openssl", *arguments], input=given, check=True, capture_output=True).stdout


def statement(response: bytes) -> bytes:
    """Take the statement (TSTInfo) out of a response."""
    token = run("ts", "-reply", "-in", "/dev/stdin", "-token_out", "-out", "/dev/stdout", given=response)
    return run("cms", "-verify", "-noverify", "-inform", "DER", "-in", "/dev/stdin", given=token)


def _dated(said: bytes, at: datetime) -> bytes:
    """Write another moment into a statement: GeneralizedTime of the same length."""
    changed, times = re.subn(
        rb"\x18\x0f\d{14}Z", b"\x18\x0f" + at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ").encode(), said
    )
    assert times == 1
    return changed


def _sequence(content: bytes) -> bytes:
    """Wrap in a DER SEQUENCE."""
    size = len(content)
    length = bytes([size]) if size < 0x80 else b"\x82" + size.to_bytes(2, "big")
    return b"\x30" + length + content


def _draft(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in (subject, issuer)]
    made = x509.CertificateBuilder().subject_name(names[0]).issuer_name(names[1]).public_key(key.public_key())
    return made.serial_number(x509.random_serial_number()).not_valid_before(START).not_valid_after(END)
