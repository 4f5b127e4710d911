"""What an identity provider publishes of itself, read strictly: its metadata and its keys (OpenID Connect Discovery 1.0).

Only what lies behind HTTPS counts; a provider on this very machine may do without. A provider that says which ways of
PKCE it knows, and leaves out S256, is refused. One that says nothing is asked with S256 all the same: the nonce binds the
code to the visitor too (RFC 9700, 2.1.1).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from .errors import WrongIssuer

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    Key = RSAKey | ECKey | OKPKey

KINDS = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "Ed25519": "OKP"}
CURVES = {"EC": "P-256", "OKP": "Ed25519"}
MOST_KEYS, LEAST_BITS = 50, 2048
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_STRAY = re.compile(r"[^\x21-\x7e]|[\"<>\\^`{|}]")


@dataclass(frozen=True)
class Metadata:
    """Where a provider is asked what; *named* tells that it names itself in each answer (RFC 9207).

    *form* tells that the secret goes into the form, *pkce* that it says it knows S256.
    """

    authorize: str
    token: str
    keys: str
    leave: str = ""
    named: bool = False
    form: bool = False
    pkce: bool = False


def secure(url: str) -> bool:
    """Tell whether an address may be asked: HTTPS, or HTTP on this machine, without a name, password or fragment in it."""
    if _STRAY.search(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = parts.scheme == "http" and host in _LOOPBACK
    return (
        (parts.scheme == "https" or plain) and bool(host) and port != 0 and "@" not in parts.netloc and "#" not in url
    )


def read_metadata(document: Any, issuer: str) -> Metadata:
    """Read what a provider says of itself.

    Raises:
        WrongIssuer: it is another provider's, an address is not to be relied upon, or it cannot do what we need.
    """
    found = document if isinstance(document, dict) else {}
    if found.get("issuer") != issuer:
        said = repr(found.get("issuer"))[:200]
        advice = "Write oidc_issuer as the provider writes it, to the last sign."
        raise WrongIssuer(f"got the issuer {said}, expected {issuer!r}", field="issuer", advice=advice)
    if "code" not in _listed(found, "response_types_supported", ["code"]):
        raise WrongIssuer(
            "got a provider without the code flow, expected one with it", field="response_types_supported"
        )
    pkce = _listed(found, "code_challenge_methods_supported", [])
    if pkce and "S256" not in pkce:
        raise WrongIssuer("got PKCE without S256, expected it", field="code_challenge_methods_supported")
    ways = _listed(found, "token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if not {"client_secret_basic", "client_secret_post"}.intersection(ways):
        raise WrongIssuer(
            "got no way to show a client secret, expected one", field="token_endpoint_auth_methods_supported"
        )
    return Metadata(
        _address(found, "authorization_endpoint"), _address(found, "token_endpoint"), _address(found, "jwks_uri"),
        _address(found, "end_session_endpoint") if found.get("end_session_endpoint") else "",
        found.get("authorization_response_iss_parameter_supported") is True,
        "client_secret_basic" not in ways, bool(pkce),
    )  # fmt: skip


def read_keys(document: Any) -> Mapping[str, tuple[Key, ...]]:
    """Read the keys with which a provider signs, by kind; what is for another use, of another kind or weak is left out.

    Raises:
        WrongIssuer: it is no set of keys.
    """
    rows = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) > MOST_KEYS:
        raise WrongIssuer(f"got no set of at most {MOST_KEYS} keys, expected one", field="jwks_uri")
    found = [key for row in rows if isinstance(row, dict) and (key := _key(row))]
    return {kind: tuple(one for one in found if one.key_type == kind) for kind in set(KINDS.values())}


def _key(row: dict[str, Any]) -> Key | None:
    """Read one public key; nothing if it is not for us."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds: dict[Any, type[Key]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    kind = kinds.get(str(row.get("kty")))
    if kind is None or row.get("use", "sig") != "sig" or "d" in row or row.get("crv") != CURVES.get(kind.key_type):
        return None
    if kind is RSAKey and len(str(row.get("n", "")).lstrip("A")) * 6 < LEAST_BITS:
        return None
    try:
        return kind.import_key(row)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return None


def _listed(found: dict[str, Any], name: str, usual: list[str]) -> list[str]:
    """Give a list of words, or what holds where the provider says nothing."""
    value = found.get(name, usual)
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise WrongIssuer("got no list of words, expected one", field=name)
    return value


def _address(found: dict[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or len(value) > 2000 or not secure(value):
        raise WrongIssuer(f"got {str(value)[:200]!r}, expected an address by https", field=name)
    return value
