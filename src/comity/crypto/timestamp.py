"""Time tokens (RFC 3161): a time authority's signed word that some bytes existed at a moment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from comity.kernel.errors import BadInput

from .errors import BadTimestamp

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

MAX_BYTES = 64 * 1024
# The library hands on OpenSSL's whole list of errors; what people can use is its last reason.
_REASON = re.compile(r'(?:Verify error: |reason: ")([^"]+)"(?!.*(?:Verify error: |reason: "))', re.DOTALL)


def request(data: bytes) -> tuple[bytes, int]:
    """Make the question for an authority (RFC 3161 section 2.4.1, SHA-256), and its nonce."""
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    made = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
    assert made.nonce is not None
    return made.as_bytes(), made.nonce


def check(token: bytes, data: bytes, authorities: Sequence[bytes], *, nonce: int | None = None) -> datetime:
    """Give the moment that an authority attests for *data*, in UTC, to the second.

    *token* is the authority's whole response; *authorities* are trusted root certificates in PEM. The certificates
    must have been valid at the attested moment, the signer's for time stamping alone (RFC 3161 section 2.3).

    Raises:
        BadTimestamp: the response is malformed, of another authority, over other data, or answers another question.
        BadInput: a trusted certificate cannot be read.
    """
    roots = [certificate for pem in authorities for certificate in _read_authority(pem)]
    response = _read(token)
    failure = BadTimestamp("got a time token and no trusted time authority, expected one")
    for root in roots:
        try:
            return _attested(response, data, root, nonce)
        except BadTimestamp as e:
            failure = e
    raise failure


def imprint(token: bytes) -> bytes:
    """Give the hash that a token is over; whose token it is, and whether it holds, is not looked at.

    Raises:
        BadTimestamp: it is no token.
    """
    try:
        return _read(token).tst_info.message_imprint.message
    except ValueError as e:
        raise BadTimestamp("got bytes that are no time token, expected a response as in RFC 3161") from e


def _attested(response: TimeStampResponse, data: bytes, root: x509.Certificate, nonce: int | None) -> datetime:
    """Verify under one root; roots may share a name, and OpenSSL tries only one of a name."""
    from rfc3161_client import VerificationError, VerifierBuilder

    try:
        VerifierBuilder(roots=[root], nonce=nonce).build().verify_message(response, data)
        return response.tst_info.gen_time.astimezone(UTC).replace(microsecond=0)
    except VerificationError as e:
        found = _REASON.search(str(e))
        why = found[1] if found else e
        raise BadTimestamp(f"got a time token that does not hold ({why}), expected one of a trusted authority") from e
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension, UnsupportedAlgorithm) as e:
        raise BadTimestamp(f"got a malformed time token ({e}), expected one as in RFC 3161") from e


def _read(token: bytes) -> TimeStampResponse:
    from rfc3161_client import decode_timestamp_response

    if len(token) > MAX_BYTES:
        raise BadTimestamp(f"got a time token of {len(token)} bytes, expected at most {MAX_BYTES}")
    try:
        return decode_timestamp_response(_in_order(token))
    except (ValueError, IndexError) as e:
        raise BadTimestamp("got bytes that are no time token, expected a response as in RFC 3161") from e


def _in_order(token: bytes) -> bytes:
    """Sort the certificates in a response: DER wants a set sorted, many authorities do not, and no signature covers it.

    TimeStampResp → TimeStampToken → [0] → SignedData → [0] certificates (RFC 5652 sections 3 and 5.1).
    """
    signed = _parts(_parts(_parts(_parts(token)[0][1])[1][1])[1][1])[0][1]
    certificates = next((whole for whole, _ in _parts(signed)[3:] if whole[0] == 0xA0), b"")
    if not certificates:
        return token
    content = _parts(certificates)[0][1]
    ordered = certificates[: len(certificates) - len(content)] + b"".join(sorted(whole for whole, _ in _parts(content)))
    return token.replace(certificates, ordered, 1)


def _parts(der: bytes) -> list[tuple[bytes, bytes]]:
    """Split DER into its elements; give each whole and its content."""
    parts = []
    while der:
        head = 2 + (der[1] & 0x7F if der[1] & 0x80 else 0)
        size = int.from_bytes(der[2:head], "big") if der[1] & 0x80 else der[1]
        parts.append((der[: head + size], der[head : head + size]))
        der = der[head + size :]
    return parts


def _read_authority(pem: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError as e:
        raise BadInput("got no certificate, expected the root of a time authority in PEM") from e
