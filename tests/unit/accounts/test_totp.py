"""One-time codes agree with the published vectors."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.accounts import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_4226 = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
RFC_6238 = {
    59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037",
    20000000000: "65353130",
}  # fmt: skip


@pytest.mark.parametrize(("step", "code"), list(enumerate(RFC_4226)))
def test_the_codes_of_rfc_4226(step: int, code: str) -> None:
    """The first ten codes are those of RFC 4226, appendix D."""
    assert totp.code(SECRET, step) == code


@pytest.mark.parametrize(("at", "code"), list(RFC_6238.items()))
def test_the_codes_of_rfc_6238(at: int, code: str) -> None:
    """The codes at the published times are those of RFC 6238, appendix B, with eight digits."""
    assert totp.code(SECRET, totp.step_of(datetime.fromtimestamp(at, UTC)), 8) == code


@given(st.integers(-3, 3), st.integers(0, 2**31))
def test_a_code_counts_in_its_step_and_both_neighbours(off: int, at: int) -> None:
    """A telephone whose clock is a step off is understood; one that is two steps off is not."""
    now = datetime.fromtimestamp(at + 300, UTC)
    step = totp.step_of(now) + off
    found = totp.matching(SECRET, totp.code(SECRET, step), now)
    codes = {totp.code(SECRET, totp.step_of(now) + one) for one in (-1, 0, 1)}
    assert bool(found) == (totp.code(SECRET, step) in codes)


def test_a_step_that_was_used_counts_no_more() -> None:
    """Only a later step than the last one counts."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    step = totp.step_of(now)
    assert totp.matching(SECRET, totp.code(SECRET, step), now, after=step - 1) == step
    assert totp.matching(SECRET, totp.code(SECRET, step), now, after=step) == 0
    assert totp.matching(SECRET, totp.code(SECRET, step), now + timedelta(seconds=30), after=step) == 0


@given(st.text(max_size=20))
def test_whatever_is_typed_is_judged(typed: str) -> None:
    """Any text is a code that fits or does not."""
    now = datetime(2026, 11, 25, 12, tzinfo=UTC)
    right = {totp.code(SECRET, totp.step_of(now) + one) for one in (-1, 0, 1)}
    assert bool(totp.matching(SECRET, typed, now)) == (typed.replace(" ", "") in right)


def test_a_secret_is_twenty_bytes_and_its_address_names_the_node() -> None:
    """A new secret is 32 signs of Base32, and the address for the app names issuer and person."""
    secret = totp.new_secret(lambda n: bytes(range(n)))
    assert len(base64.b32decode(secret)) == 20
    assert totp.address(secret, "n.lan", "Comity VN.a05").startswith("otpauth://totp/Comity%20VN.a05:n.lan?secret=")
