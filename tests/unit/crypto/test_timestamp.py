"""Time tokens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.timestamp import TIME_ONLY, TimeAuthority, run, statement
from builders.trials import tries
from comity.crypto import timestamp
from comity.crypto.errors import BadTimestamp
from comity.kernel.errors import BadInput

DATA = b"statement.dsse.json"
THEN = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TimeAuthority:
    """The authority that is trusted here."""
    return TimeAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def token(authority: TimeAuthority) -> bytes:
    """A good token of now."""
    return authority.stamp(DATA)


def refused(token: bytes, authority: TimeAuthority, *, data: bytes = DATA, match: str = "time token") -> None:
    """Expect the token to be refused for a reason."""
    with pytest.raises(BadTimestamp, match=match):
        timestamp.check(token, data, [authority.root])


def test_good_token(authority: TimeAuthority) -> None:
    """A token gives the authority's time in UTC, to the second."""
    before = datetime.now(UTC).replace(microsecond=0)
    at = timestamp.check(authority.stamp(DATA), DATA, [authority.root])
    assert before <= at <= datetime.now(UTC)
    assert (at.tzinfo, at.microsecond) == (UTC, 0)


def test_question_is_answered(authority: TimeAuthority) -> None:
    """Our question is understood by another program, and the answer carries our nonce."""
    question, nonce = timestamp.request(DATA)
    assert b"Hash Algorithm: sha256" in run("ts", "-query", "-in", "/dev/stdin", "-text", given=question)
    timestamp.check(authority.answer(question), DATA, [authority.root], nonce=nonce)


def test_answer_to_another_question(authority: TimeAuthority, token: bytes) -> None:
    """A token with another nonce than the one asked with is refused."""
    with pytest.raises(BadTimestamp, match="Nonce"):
        timestamp.check(token, DATA, [authority.root], nonce=timestamp.request(DATA)[1])


def test_time_of_the_token(authority: TimeAuthority) -> None:
    """The time is the token's, not the machine's."""
    assert timestamp.check(authority.stamp(DATA, THEN), DATA, [authority.root]) == THEN


def test_one_of_several_authorities(
    authority: TimeAuthority, token: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any of the trusted authorities will do, also from one file."""
    other = TimeAuthority(tmp_path_factory.mktemp("other"))
    at = timestamp.check(token, DATA, [authority.root])
    assert timestamp.check(token, DATA, [other.root, authority.root]) == at
    assert timestamp.check(token, DATA, [other.root + authority.root]) == at


def test_other_data(authority: TimeAuthority, token: bytes) -> None:
    """A token over other data is refused."""
    refused(token, authority, data=DATA + b"!", match="Mismatch")


def test_other_authority(token: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A token of an authority that is not trusted is refused, though it bears the same names."""
    refused(token, TimeAuthority(tmp_path_factory.mktemp("other")), match="certificate")


def test_no_authority(token: bytes) -> None:
    """Without a trusted authority no token holds."""
    with pytest.raises(BadTimestamp, match="no trusted time authority"):
        timestamp.check(token, DATA, [])


def test_time_outside_the_certificate(authority: TimeAuthority) -> None:
    """A time at which the authority's certificate was not valid is refused."""
    refused(authority.stamp(DATA, datetime(2019, 12, 31, tzinfo=UTC)), authority, match="certificate")


def test_altered_statement(authority: TimeAuthority, token: bytes) -> None:
    """A token whose time was changed after signing is refused."""
    said = statement(token)
    at = said.index(b"\x18\x0f") + 2
    moment = said[at : at + 14]
    refused(token.replace(moment, b"20250101000000"), authority, match="digest|signature|verif")


@pytest.mark.parametrize(
    ("usage", "critical"),
    [
        (None, True),
        (TIME_ONLY, False),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), True),
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.SERVER_AUTH]), True),
    ],
    ids=["none", "not critical", "code signing", "two uses"],
)
def test_signer_not_for_time_alone(
    usage: x509.ExtendedKeyUsage | None, critical: bool, token: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A signer whose certificate is not for time stamping alone is refused."""
    wrong = TimeAuthority(tmp_path_factory.mktemp("wrong"), usage=usage, critical=critical)
    refused(wrong.sign(statement(token)), wrong)


@pytest.mark.parametrize("odd", [b"", b"\x30\x00", b"garbage", bytes(100), b"\x30\x84\xff\xff\xff\xff", b"0" * 70_000])
def test_garbage(odd: bytes, authority: TimeAuthority) -> None:
    """What is no token is refused."""
    refused(odd, authority)


def test_refusal_of_the_authority(authority: TimeAuthority) -> None:
    """An authority's answer that it refuses is no token."""
    refused(authority.answer(b"no question"), authority)


def test_bytes_after_the_token(authority: TimeAuthority, token: bytes) -> None:
    """A token with something behind it is refused."""
    refused(token + b"\x00", authority)


@pytest.mark.filterwarnings("ignore:Parsed a serial number")
@settings(max_examples=tries(80), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_token(authority: TimeAuthority, token: bytes, data: st.DataObject) -> None:
    """A truncated or altered token is refused, or still attests the same; no foreign error leaves."""
    at = data.draw(st.integers(0, len(token) - 1))
    change = data.draw(st.binary(max_size=3))
    damaged = token[:at] + change + token[at + len(change) :] if change else token[:at]
    try:
        found = timestamp.check(damaged, DATA, [authority.root])
    except BadTimestamp:
        return
    assert found == timestamp.check(token, DATA, [authority.root])


def test_unreadable_authority(token: bytes) -> None:
    """A trusted certificate that cannot be read is the caller's fault."""
    with pytest.raises(BadInput, match="no certificate"):
        timestamp.check(token, DATA, [b"-----BEGIN CERTIFICATE-----\n"])
