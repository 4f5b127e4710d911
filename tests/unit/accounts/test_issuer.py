"""The identity provider as the node's client knows it: what it publishes, by HTTPS, and what counts as a second factor."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from builders.issuer import KEYS
from builders.webpages import Site, answer, authority, site
from comity.accounts.discovery import read_metadata, secure
from comity.accounts.errands import _text
from comity.accounts.errors import BadAccount, IssuerUnreachable, WrongIssuer
from comity.accounts.idtoken import Vouched
from comity.accounts.issuer import Asked, Client, Issuer
from comity.kernel.clock import SystemClock

ISSUER = "https://login.example.org/realms/agency"
SAID = {
    "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/auth?kc=1", "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/certs",
}  # fmt: skip


@pytest.mark.parametrize(
    ("acr", "amr", "said", "proven"),
    [
        ("", "", Vouched(ISSUER, "x", "gold", frozenset({"otp"})), False),
        ("gold silver", "", Vouched(ISSUER, "x", "silver"), True),
        ("gold", "", Vouched(ISSUER, "x", "silver"), False),
        ("gold", "", Vouched(ISSUER, "x"), False),
        ("", "otp hwk", Vouched(ISSUER, "x", amr=frozenset({"pwd", "otp"})), True),
        ("", "otp", Vouched(ISSUER, "x", amr=frozenset({"pwd"})), False),
        ("gold", "otp", Vouched(ISSUER, "x", "gold"), False),
        ("gold", "otp", Vouched(ISSUER, "x", "gold", frozenset({"otp"})), True),
    ],
)
def test_a_second_factor_is_what_the_settings_call_one(acr: str, amr: str, said: Vouched, proven: bool) -> None:
    """Nothing counts where the settings ask for nothing; all that they ask for has to be said."""
    client = Client(ISSUER, "comity", "secret", tuple(acr.split()), frozenset(amr.split()))
    assert client.proven(said) is proven


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://login.example.org/x", True), ("http://localhost:8080/x", True), ("http://127.0.0.1/x", True),
        ("http://[::1]:99/", True), ("http://login.example.org/", False), ("http://localhost.example.org/", False),
        ("https://", False), ("https:///x", False), ("ftp://localhost/", False), ("https://a@b/", False), ("", False),
        ("https://login.example.org:x/", False), ("https://login.example.org/#f", False), ("https://[::1/", False),
        ("https://login.example.org/ x", False), ("https://login.example.org\\x", False), ("//login.example.org/", False),
    ],
)  # fmt: skip
def test_only_https_or_this_machine_is_asked(url: str, good: bool) -> None:
    """An address by HTTP elsewhere, with a name in it or with stray signs is not asked."""
    assert secure(url) is good


def test_what_a_provider_leaves_out_is_taken_as_the_standard_says() -> None:
    """A provider that says only what it must shows the secret in the header, names itself nowhere and ends no session."""
    found = read_metadata(SAID, ISSUER)
    assert (found.leave, found.named, found.form, found.pkce) == ("", False, False, False)


@pytest.mark.parametrize("document", [None, [], {}, "x", {"issuer": ISSUER}, SAID | {"token_endpoint": 5}])
def test_what_is_no_metadata_is_refused(document: object) -> None:
    """Anything but a provider's document about itself is refused."""
    with pytest.raises(WrongIssuer):
        read_metadata(document, ISSUER)


def at(here: Site) -> tuple[str, dict[str, object]]:
    """The issuer at a site, and a document that is its metadata and its keys in one."""
    issuer = here.address("", host="127.0.0.1").rstrip("/")
    ends = ("authorization_endpoint", "token_endpoint", "jwks_uri", "end_session_endpoint")
    return issuer, {
        "issuer": issuer,
        **dict.fromkeys(ends, f"{issuer}/x?a=b"),
        "keys": [KEYS["ES256"].as_dict(private=False)],
    }


def test_a_provider_with_an_authority_of_the_house_is_asked_by_https(tmp_path: Path) -> None:
    """The file of the settings makes its certificate trusted; without it, or under another name, there is no answer."""
    (tmp_path / "ca.pem").write_bytes(authority()[2])
    with site(tls=True) as here:
        issuer, document = at(here)
        here.given = answer(json.dumps(document).encode())
        known = Issuer(Client(issuer, "comity", "x", trust=tmp_path / "ca.pem"), SystemClock())
        assert (known.metadata().token, known.keys(), known.host) == (f"{issuer}/x?a=b", 1, issuer[8:])
        assert known.leave("https://desk.example.org/sign-in").startswith(f"{issuer}/x?a=b&client_id=comity&post")
        for client in (
            Client(issuer, "comity", "x"),
            Client(issuer.replace("127.0.0.1", "localhost"), "c", "x", trust=tmp_path / "ca.pem"),
        ):
            with pytest.raises(IssuerUnreachable):
                Issuer(client, SystemClock()).metadata()
        asked = Asked("https://desk.example.org/back", "s", "n", "v", datetime.now(UTC))
        query = parse_qs(urlsplit(known.address(asked, "c", anew=True)).query)
        assert (query["a"], query["scope"], query["max_age"], query["redirect_uri"]) == (
            ["b"],
            ["openid"],
            ["0"],
            [asked.redirect],
        )


def test_a_file_that_is_no_certificate_is_told(tmp_path: Path) -> None:
    """A wrong file of the authority is told by name when the node begins."""
    (tmp_path / "ca.pem").write_text("no certificate")
    for name in ("ca.pem", "none.pem"):
        with pytest.raises(BadAccount, match=name):
            Issuer(Client(ISSUER, "comity", "x", trust=tmp_path / name), SystemClock())


def test_the_challenge_is_that_of_the_standard() -> None:
    """The verifier of RFC 7636, appendix B, gives its challenge."""
    import hashlib

    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert _text(hashlib.sha256(verifier.encode()).digest()) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
