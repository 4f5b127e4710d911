"""Attacks with the token in which an identity provider says who somebody is."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from builders.issuer import CLIENT, KEYS, base64url, signed
from builders.logs import NOON
from comity.accounts.discovery import read_keys
from comity.accounts.errors import NotVouched
from comity.accounts.idtoken import LEEWAY, Expected, verify

if TYPE_CHECKING:
    from comity.accounts.discovery import Key

ISSUER, NONCE = "https://login.example.org/realms/agency", "n-0S6"
NOW = int(NOON.timestamp())
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "sub": "8c1f-lan", "aud": CLIENT, "nonce": NONCE, "iat": NOW, "exp": NOW + 300, "nbf": NOW,
}  # fmt: skip
EXPECTED = Expected(ISSUER, CLIENT, NONCE, NOON, NOON)
Part = dict[str, Any]


def key_of(algorithm: str, kid: str) -> Key:
    """The provider's public key for an algorithm, read as it is published."""
    rows = {"keys": [KEYS[algorithm].as_dict(private=False)]}
    (found,) = (key for keys in read_keys(rows).values() for key in keys)
    return found


def token(changes: Part | None = None, algorithm: str = "RS256", **head: Any) -> str:
    """A token of the provider with other claims; None takes one away."""
    claims = {name: value for name, value in (CLAIMS | (changes or {})).items() if value is not None}
    return signed({"alg": algorithm, "kid": KEYS[algorithm].kid, **head}, claims)


def by_hand(head: Part, claims: Part, sign: Callable[[bytes], bytes] = lambda _: b"") -> str:
    """A token put together without any library's care."""
    both = ".".join(base64url(json.dumps(part).encode()) for part in (head, claims))
    return f"{both}.{base64url(sign(both.encode()))}"


def refused(forged: str, field: str = "", **changes: Any) -> None:
    """Find a token refused at a step."""
    with pytest.raises(NotVouched) as caught:
        verify(forged, key_of, replace(EXPECTED, **changes))
    assert caught.value.field == field


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "Ed25519"])
def test_an_honest_token_is_believed(algorithm: str) -> None:
    """What the provider signs by one of the four algorithms says who somebody is, and how he proved it."""
    given = verify(token({"acr": "2", "amr": ["pwd", "otp"], "auth_time": NOW - 5}, algorithm), key_of, EXPECTED)
    assert (given.subject, given.acr, sorted(given.amr)) == ("8c1f-lan", "2", ["otp", "pwd"])
    assert given.at == NOON - timedelta(seconds=5)


@pytest.mark.parametrize("name", ["none", "None", "NONE", "", None, 5, "RS512", "HS512", "ES384", "EdDSA"])
def test_no_algorithm_but_ours(name: Any) -> None:
    """A token that says it is not signed, or by an algorithm we do not take, is refused before a key is looked for."""
    refused(by_hand({"alg": name}, CLAIMS), "alg")


def test_the_public_key_is_no_shared_secret() -> None:
    """A token signed by HMAC with the provider's public key, which everybody has, is refused."""
    pem = KEYS["RS256"].as_pem(private=False)
    for secret in (pem, pem.strip()):
        refused(by_hand({"alg": "HS256", "kid": "rsa-1"}, CLAIMS, partial(hmac.digest, secret, digest="sha256")), "alg")


def test_a_shared_secret_among_the_keys_is_left_out() -> None:
    """A provider that publishes a symmetric, private, weak or foreign key has published none for us."""
    weak = {"kty": "RSA", "n": base64url(b"\xc1" * 128), "e": "AQAB"}
    rows = [
        {"kty": "oct", "k": base64url(b"x" * 32)}, KEYS["RS256"].as_dict(private=True),
        KEYS["RS256"].as_dict(private=False) | {"use": "enc"}, {"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, {"kty": "RSA", "n": "AQAB", "e": "AQAB"}, {"kty": "RSA"},
        {"kty": ["RSA"]}, {"kty": "OKP", "crv": "Ed25519", "x": 5}, weak, "RSA", None,
    ]  # fmt: skip
    assert not any(read_keys({"keys": rows}).values())


def test_a_token_of_another_key_is_refused() -> None:
    """A token signed by a key that is not the provider's is refused, whatever key id it names."""
    forged = signed({"alg": "RS256", "kid": "rsa-1"}, CLAIMS, RSAKey.generate_key(2048))
    refused(forged, "signature")


def test_a_key_in_the_header_is_not_asked() -> None:
    """A token that brings the key it was signed with is held against the provider's key all the same."""
    thief = RSAKey.generate_key(2048, {"kid": "rsa-1"})
    head = {"alg": "RS256", "kid": "rsa-1", "jwk": thief.as_dict(private=False), "jku": "https://thief.example/certs"}
    refused(signed(head, CLAIMS, thief), "signature")


def test_an_altered_token_is_refused() -> None:
    """Claims changed after signing, a signature cut off, or one of another token, are refused."""
    head, claims, signature = token().split(".")
    other = base64url(json.dumps(CLAIMS | {"sub": "8c1f-minh"}).encode())
    for forged in (
        f"{head}.{other}.{signature}",
        f"{head}.{claims}.",
        f"{head}.{claims}.{token({'x': 1}).split('.')[2]}",
    ):
        refused(forged, "signature")


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("iss", {"iss": "https://thief.example"}), ("iss", {"iss": ISSUER + "/"}), ("iss", {"iss": None}),
        ("aud", {"aud": "another"}), ("aud", {"aud": []}), ("aud", {"aud": None}), ("aud", {"aud": {CLIENT: 1}}),
        ("azp", {"aud": [CLIENT, "another"]}), ("azp", {"aud": [CLIENT, "another"], "azp": "another"}),
        ("azp", {"azp": "another"}),
        ("nonce", {"nonce": "other"}), ("nonce", {"nonce": None}), ("nonce", {"nonce": [NONCE]}),
        ("exp", {"exp": NOW - LEEWAY.seconds}), ("exp", {"exp": None}), ("exp", {"exp": "soon"}), ("exp", {"exp": 1e300}),
        ("exp", {"exp": True}),
        ("iat", {"iat": NOW + LEEWAY.seconds + 1}), ("iat", {"iat": NOW - LEEWAY.seconds - 1}), ("iat", {"iat": None}),
        ("iat", {"nbf": NOW + LEEWAY.seconds + 1}),
        ("at_hash", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}), ("at_hash", {"at_hash": 5}),
        ("sub", {"sub": None}), ("sub", {"sub": ""}), ("sub", {"sub": "x" * 256}), ("sub", {"sub": "8c1f\u202elan"}),
        ("sub", {"sub": ["8c1f-lan"]}),
    ],
)  # fmt: skip
def test_a_claim_that_does_not_fit_is_refused(field: str, changes: Part) -> None:
    """A signed token of another issuer, for another client, of another time, visitor or access token, is refused."""
    refused(token(changes), field)


def test_a_token_for_two_is_ours_only_if_made_for_us() -> None:
    """Several audiences are believed only where the token says that it was made for us."""
    assert verify(token({"aud": [CLIENT, "another"], "azp": CLIENT}), key_of, EXPECTED).subject == "8c1f-lan"


@pytest.mark.parametrize("head", [{"typ": "at+jwt"}, {"typ": "logout+jwt"}])
def test_a_token_of_another_kind_is_refused(head: Part) -> None:
    """An access token or a logout token is no word for a person, though the provider signed it for us."""
    refused(token(None, **head), "typ")


@pytest.mark.parametrize("head", [{"crit": ["b64"], "b64": False}, {"crit": ["x"]}, {"crit": []}])
def test_what_the_header_calls_critical_is_refused(head: Part) -> None:
    """A token whose header asks for something that we do not do is refused."""
    refused(by_hand({"alg": "RS256", "kid": "rsa-1", **head}, CLAIMS), "typ")


def test_a_claim_that_stands_twice_is_refused() -> None:
    """Two audiences under one name, of which readers take either, are refused though they are signed."""
    from joserfc import jws

    twice = json.dumps(CLAIMS)[:-1] + ', "sub": "8c1f-minh"}'
    forged = jws.serialize_compact({"alg": "RS256", "kid": "rsa-1"}, twice, KEYS["RS256"])
    refused(forged)


def test_the_access_token_belongs_to_the_token() -> None:
    """The hash of the access token is looked at where it is there, by the hash of the algorithm."""
    for algorithm, whole in (("RS256", hashlib.sha256(b"at")), ("Ed25519", hashlib.sha512(b"at"))):
        digest = whole.digest()
        good = token({"at_hash": base64url(digest[: len(digest) // 2])}, algorithm)
        assert verify(good, key_of, EXPECTED, "at").subject == "8c1f-lan"
        with pytest.raises(NotVouched):
            verify(good, key_of, EXPECTED, "another")


@pytest.mark.parametrize("claim", ["oid", "employee"])
def test_another_claim_names_the_person_where_the_settings_say_so(claim: str) -> None:
    """The claim of the settings names the person; a token without it names nobody."""
    asked = replace(EXPECTED, claim=claim)
    assert verify(token({claim: "77"}), key_of, asked).subject == "77"
    refused(token(), claim, claim=claim)


@given(
    st.one_of(st.text(max_size=200), st.lists(st.text("ab.-_=é", max_size=30), min_size=3, max_size=3).map(".".join))
)
def test_what_is_no_token_is_refused(text: str) -> None:
    """Any text is refused as itself, and nothing breaks."""
    with pytest.raises(NotVouched):
        verify(text, key_of, EXPECTED)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    ),
    st.sampled_from(sorted([*CLAIMS, "azp", "at_hash", "acr", "amr", "auth_time"])),
)
def test_a_claim_of_any_type_breaks_nothing(value: Any, name: str) -> None:
    """Whatever a signed claim holds, the token is believed for the same person or refused."""
    try:
        found = verify(token({name: value}, "Ed25519"), key_of, EXPECTED, "")
    except NotVouched:
        return
    assert found.subject == (value if name == "sub" else "8c1f-lan")


def test_padding_and_other_alphabets_are_no_base64url() -> None:
    """A header in another alphabet is refused, so that one token has one form."""
    head, claims, signature = token().split(".")
    refused(f"{head}\n.{claims}.{signature}")
    assert base64.urlsafe_b64decode(head + "==")
