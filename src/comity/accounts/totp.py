"""One-time codes that a person's telephone shows (RFC 6238, with HMAC-SHA-1 as every authenticator app has it)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime
from urllib.parse import quote

from comity.kernel.ids import Random

STEP, DIGITS, SECRET_BYTES = 30, 6, 20


def new_secret(random: Random) -> str:
    """Make a secret: 32 letters and digits of Base32."""
    return base64.b32encode(random(SECRET_BYTES)).decode()


def code(secret: str, step: int, digits: int = DIGITS) -> str:
    """Give the code of a *step* of time (RFC 4226 section 5.3).

    Raises:
        ValueError: the secret is no Base32.
    """
    digest = hmac.digest(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1)
    at = digest[-1] & 0xF
    number = int.from_bytes(digest[at : at + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(now: datetime) -> int:
    """Give the step of time that *now* is in."""
    return int(now.timestamp()) // STEP


def matching(secret: str, given: str, now: datetime, *, after: int = 0) -> int:
    """Give the step whose code was *given*: this one or a neighbour, later than *after*; 0 if there is none."""
    given = given.replace(" ", "")
    found = 0
    for step in (step_of(now) - 1, step_of(now), step_of(now) + 1):
        same = hmac.compare_digest(code(secret, step).encode(), given.encode())
        found = step if same and step > after else found
    return found


def address(secret: str, name: str, issuer: str) -> str:
    """Give the address that an authenticator app reads from a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?secret={secret}&issuer={quote(issuer)}"
