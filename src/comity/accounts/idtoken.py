"""The ID token: what a provider says of a person, believed only as OpenID Connect Core 1.0, 3.1.3.7, says.

1. the token has three parts, and its header names an algorithm of ours, never `none` and none with a shared secret
2. the signature is that of a key which the provider publishes for that algorithm
3. the issuer is the provider we asked (`iss`), and the token is for us (`aud`, `azp`)
4. it counts now: not ended (`exp`), not of before we asked or of the future (`iat`, `nbf`)
5. it answers what this visitor asked (`nonce`), and belongs to what came with it (`at_hash`, where it is there)
6. it names somebody (`sub`, or the claim of the settings)
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from comity.kernel import canonical
from comity.kernel.errors import BadInput
from comity.kernel.text import odd

from .discovery import KINDS
from .errors import NotVouched

if TYPE_CHECKING:
    from .discovery import Key

LEEWAY = timedelta(seconds=60)
MOST, MOST_SUBJECT = 32 * 1024, 255
_DIGESTS = {"Ed25519": hashlib.sha512}


@dataclass(frozen=True)
class Expected:
    """What a token has to say: by whom, for whom, in answer to what, and from when on."""

    issuer: str
    client: str
    nonce: str
    since: datetime
    now: datetime
    claim: str = "sub"


@dataclass(frozen=True)
class Vouched:
    """Whom a provider vouches for: the *subject*, how he proved who he is, and when, as far as it says."""

    issuer: str
    subject: str
    acr: str = ""
    amr: frozenset[str] = frozenset()
    at: datetime | None = None


def verify(token: str, key_of: Callable[[str, str], Key], expected: Expected, access_token: str = "") -> Vouched:
    """Verify an ID token; *key_of* gives the provider's key for an algorithm and a key id.

    Raises:
        NotVouched: a step fails.
    """
    algorithm, kid = _head(token)
    claims = _signed(token, algorithm, key_of(algorithm, kid))
    _for_us(claims, expected)
    _in_time(claims, expected)
    if not hmac.compare_digest(_text(claims, "nonce").encode(), expected.nonce.encode()):
        raise _wrong("nonce", "another visitor's answer, or an old one")
    if "at_hash" in claims and _text(claims, "at_hash") != _half(algorithm, access_token):
        raise _wrong("at_hash", "the hash of another access token")
    return _vouched(claims, expected)


def _head(token: str) -> tuple[str, str]:
    """Step 1."""
    parts = token.split(".")
    if len(token) > MOST or len(parts) != 3 or not token.isascii():
        raise _wrong("", "no signed token of a usual size")
    head = _object(parts[0])
    algorithm, kid = head.get("alg"), head.get("kid", "")
    if not isinstance(algorithm, str) or algorithm not in KINDS or not isinstance(kid, str):
        raise _wrong("alg", f"the algorithm {str(algorithm)[:40]!r}, expected one of {', '.join(KINDS)}")
    if {"crit", "b64"}.intersection(head) or str(head.get("typ", "JWT")).upper() != "JWT":
        raise _wrong("typ", "a token of another kind")
    return algorithm, kid


def _signed(token: str, algorithm: str, key: Key) -> dict[str, Any]:
    """Step 2."""
    from joserfc import jws
    from joserfc.errors import JoseError

    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    registry.max_header_length = registry.max_payload_length = MOST
    try:
        jws.deserialize_compact(token, key, registry=registry)
    except (JoseError, ValueError, TypeError) as e:
        raise _wrong("signature", "a signature that is not the provider's") from e
    return _object(token.split(".")[1])


def _for_us(claims: dict[str, Any], expected: Expected) -> None:
    """Step 3."""
    if claims.get("iss") != expected.issuer:
        raise _wrong("iss", f"the issuer {str(claims.get('iss'))[:200]!r}")
    audience = claims.get("aud")
    given = [audience] if isinstance(audience, str) else audience
    if not isinstance(given, list) or expected.client not in given:
        raise _wrong("aud", "a token for somebody else")
    if claims.get("azp", expected.client if len(given) == 1 else None) != expected.client:
        raise _wrong("azp", "a token that was made for somebody else")


def _in_time(claims: dict[str, Any], expected: Expected) -> None:
    """Step 4."""
    until, made = _moment(claims, "exp"), _moment(claims, "iat")
    begins = _moment(claims, "nbf") if "nbf" in claims else made
    if until <= expected.now - LEEWAY:
        raise _wrong("exp", "a token that has ended")
    if not expected.since - LEEWAY <= made <= expected.now + LEEWAY or begins > expected.now + LEEWAY:
        raise _wrong("iat", "a token of another time; are the clocks of both machines right?")


def _vouched(claims: dict[str, Any], expected: Expected) -> Vouched:
    """Step 6."""
    subject, _ = _text(claims, expected.claim), _text(claims, "sub")
    if not subject or len(subject) > MOST_SUBJECT or odd(subject):
        raise _wrong(expected.claim, "no name of a person in plain text")
    acr, amr = claims.get("acr", ""), claims.get("amr", [])
    return Vouched(
        expected.issuer, subject, acr if isinstance(acr, str) else "",
        frozenset(one for one in amr if isinstance(one, str)) if isinstance(amr, list) else frozenset(),
        _moment(claims, "auth_time") if "auth_time" in claims else None,
    )  # fmt: skip


def _half(algorithm: str, access_token: str) -> str:
    """Give the left half of a hash as `at_hash` has it (3.1.3.6)."""
    whole = _DIGESTS.get(algorithm, hashlib.sha256)(access_token.encode()).digest()
    return base64.urlsafe_b64encode(whole[: len(whole) // 2]).rstrip(b"=").decode()


def _object(part: str) -> dict[str, Any]:
    try:
        raw = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
        found = canonical.load(raw, limit=MOST)
    except (binascii.Error, ValueError, BadInput) as e:
        raise _wrong("", "a part that is no JSON object") from e
    if not isinstance(found, dict):
        raise _wrong("", "a part that is no JSON object")
    return found


def _text(claims: dict[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str):
        raise _wrong(name, "no text")
    return value


def _moment(claims: dict[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 37:
        raise _wrong(name, "no time")
    return datetime.fromtimestamp(value, UTC)


def _wrong(field: str, got: str) -> NotVouched:
    advice = "Try once more. If it stays so, sign in with a key of your own, and tell whoever runs the provider."
    return NotVouched(f"got {got}, expected the provider's word for you", field=field, advice=advice)
