"""An identity provider on this machine, over real HTTP, that does what OpenID Connect asks, or what a test tells it to do.

It checks for itself what a provider has to check: the client and its secret, the exact address to come back to, PKCE, and
that a code counts once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

import httpx2
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from builders.desk import PLAIN, Served, Visitor, served_on
from builders.nodes import opened as nodes_in
from comity.accounts import identities
from comity.accounts.idtoken import Vouched
from comity.kernel.clock import Clock
from comity.web.desk.pages import ROUTES

REALM, CLIENT, SECRET = "/realms/agency", "comity-a05", "a+secret/of 40=characters"
BACK = "/sign-in/provider/back"
KEYS: dict[str, Any] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa-1", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec-1", "use": "sig", "alg": "ES256"}),
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed-1", "use": "sig"}),
}
KEYS["PS256"] = KEYS["RS256"]
STRONG = {"amr": ["pwd", "otp"]}
COUNT = iter(range(1000))


@dataclass
class Provider:
    """The provider; *claims* and *said* are laid over what it says in tokens and of itself, where None takes away.

    *person* is who is signed in at it, *sign* makes a token of header and claims, *down* lets it answer 503.
    """

    clock: Clock
    port: int = 0
    person: str = "8c1f-lan"
    algorithm: str = "RS256"
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    published: list[Any] = field(default_factory=lambda: [KEYS["RS256"], KEYS["ES256"], KEYS["Ed25519"]])
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    pages: dict[str, Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=dict)
    down: bool = False
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}{REALM}"

    def metadata(self) -> dict[str, Any]:
        """What it publishes of itself."""
        at = self.issuer
        return _laid(
            {
                "issuer": at, "authorization_endpoint": f"{at}/auth", "token_endpoint": f"{at}/token",
                "jwks_uri": f"{at}/certs", "end_session_endpoint": f"{at}/logout",
                "response_types_supported": ["code", "id_token"], "code_challenge_methods_supported": ["S256", "plain"],
                "authorization_response_iss_parameter_supported": True,
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            },
            self.said,
        )  # fmt: skip

    def consent(self, address: str) -> str:
        """Sign in as a person does who follows *address*; gives where the provider then leads the browser."""
        url = urlsplit(address)
        with httpx2.Client(verify=PLAIN, timeout=60) as client:
            answer = client.get(f"{url.scheme}://{url.netloc}{url.path}/yes?{url.query}")
        return str(answer.headers["location"])

    def token(self, query: dict[str, str], access: str) -> str:
        """The ID token for what a client asked."""
        now, head = (
            int(self.clock.now().timestamp()),
            {"alg": self.algorithm, "typ": "JWT", "kid": KEYS[self.algorithm].kid},
        )
        hash_ = hashlib.sha512 if self.algorithm == "Ed25519" else hashlib.sha256
        digest = hash_(access.encode()).digest()
        claims = {
            "iss": self.issuer, "sub": self.person, "aud": query["client_id"], "nonce": query.get("nonce"), "iat": now,
            "exp": now + 300, "auth_time": now, "at_hash": base64url(digest[: len(digest) // 2]),
        }  # fmt: skip
        claims = _laid(claims, self.claims)
        return self.sign(head, claims) if self.sign else signed(head, claims)

    def redeemed(self, form: dict[str, str], basic: str) -> tuple[int, dict[str, Any]]:
        """Give tokens for a code, to the client that shows its secret and the verifier."""
        query = self.codes.pop(form.get("code", ""), None)
        name, _, secret = base64.b64decode(basic).decode().partition(":") if basic else ("", "", "")
        shown = (unquote_plus(name), unquote_plus(secret)) if basic else (form["client_id"], form.get("client_secret"))
        if shown != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if (
            query is None
            or form["redirect_uri"] != query["redirect_uri"]
            or base64url(verifier) != query["code_challenge"]
        ):
            return 400, {"error": "invalid_grant"}
        access = secrets.token_urlsafe(24)
        return 200, {"access_token": access, "token_type": "Bearer", "id_token": self.token(query, access)}


def signed(head: dict[str, Any], claims: dict[str, Any], key: Any = None) -> str:
    """A token signed by the key of its algorithm, or by another."""
    return jws.serialize_compact(head, json.dumps(claims), key or KEYS[head["alg"]], algorithms=[head["alg"]])


def base64url(raw: bytes) -> str:
    """Base64 as tokens have it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@contextmanager
def provider_at_work(clock: Clock) -> Iterator[Provider]:
    """Give a provider that listens."""
    made = Provider(clock)
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": made}))
    made.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def desk_with_provider(folder: Path, **settings: str) -> Iterator[tuple[Served, Provider]]:
    """Give the desk of VN.a05 whose settings name a provider at work."""
    with nodes_in(folder) as nodes, provider_at_work(nodes.clock) as provider:
        node = nodes.node()
        secret = node.settings.path("oidc.secret")
        secret.write_text(f"{SECRET}\n")
        given: dict[str, Any] = {
            "oidc_issuer": provider.issuer, "oidc_client": CLIENT, "oidc_secret_file": secret.name, "oidc_amr": "otp hwk",
        } | settings  # fmt: skip
        changed = replace(node, settings=replace(node.settings, **given))
        with served_on(nodes, ROUTES, node=changed) as desk:
            yield desk, provider


def sent(visitor: Visitor, to: str = "/", path: str = "/sign-in/provider", page: str = "/sign-in") -> str:
    """The provider's address to which the desk sends a visitor."""
    answer = visitor.post(path, {"next": to}, page=page)
    assert answer.status_code == 200, answer.text
    return answer.headers["refresh"].removeprefix("0; url=")


def brought(visitor: Visitor, location: str, **changes: str) -> httpx2.Response:
    """Bring back to the desk what the provider says in *location*: look at the page, and send its form."""
    url = urlsplit(location)
    query = dict(parse_qsl(url.query)) | changes
    path = f"{url.path}?{urlencode(query)}"
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', visitor.get(path).text))
    return visitor.post(BACK, {name: fields.get(name, "") for name in ("state", "code", "iss", "error")}, page=path)


def entered(visitor: Visitor, provider: Provider, to: str = "/", **more: str) -> httpx2.Response:
    """Sign in by the provider, all the way."""
    return brought(visitor, provider.consent(sent(visitor, to, **more)))


def linked(desk: Served, provider: Provider, name: str, *roles: str, subject: str = "") -> Visitor:
    """A person who is signed in and linked himself with who he is at the provider."""
    visitor, provider.person = desk.client(name, *roles), subject or f"8c1f-{name}"
    answer = entered(visitor, provider, path="/account/identity", page="/account")
    assert (answer.status_code, answer.headers.get("location")) == (303, "/account"), answer.text
    return visitor


def _laid(over: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (over | changes).items() if value is not None}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *args: Any) -> None:
        """Say nothing when a client goes away."""


class _Handler(BaseHTTPRequestHandler):
    provider: Provider
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer what is published, and the pages of people."""
        url, provider = urlsplit(self.path), self.provider
        name = url.path.removeprefix(REALM)
        provider.asked.append(name)
        if name in provider.pages:
            provider.pages[name](self)
        elif provider.down:
            self._json(503, {})
        elif name == "/.well-known/openid-configuration":
            self._json(200, provider.metadata())
        elif name == "/certs":
            keys = [one if isinstance(one, dict) else one.as_dict(private=False) for one in provider.published]
            self._json(200, {"keys": keys})
        elif name == "/auth":
            page = f'<!doctype html><title>Provider</title><a href="{REALM}/auth/yes?{url.query}">I am Lan</a>'
            self._answer(200, page.replace("&", "&amp;").encode(), "text/html")
        elif name == "/auth/yes":
            query = {key: values[0] for key, values in parse_qs(url.query).items()}
            code = secrets.token_urlsafe(16)
            provider.codes[code] = query
            back = {"code": code, "state": query["state"], "iss": provider.issuer, "session_state": "x"}
            self._answer(302, b"", "text/plain", f"{query['redirect_uri']}?{urlencode(back)}")
        else:
            self._answer(200, b"<!doctype html><title>Out</title><h1>Signed out</h1>", "text/html")

    def do_POST(self) -> None:
        """Give tokens."""
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        name = urlsplit(self.path).path.removeprefix(REALM)
        self.provider.asked.append(name)
        if name in self.provider.pages:
            self.provider.pages[name](self)
            return
        if self.provider.down:
            self._json(503, {})
            return
        form, basic = dict(parse_qsl(body)), self.headers.get("authorization", "").removeprefix("Basic ")
        self._json(*self.provider.redeemed(form, basic))

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def _json(self, status: int, document: Any) -> None:
        self._answer(status, json.dumps(document).encode(), "application/json")

    def _answer(self, status: int, body: bytes, kind: str, location: str = "") -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(body)


Both = tuple[Served, Provider]


def told(both: Both, **said: Any) -> None:
    """Let the provider say something else of itself, and the desk ask it anew."""
    both[1].said = said
    both[0].desk.__dict__.pop("issuer", None)


def nobody(visitor: Visitor) -> bool:
    """Tell whether nobody is signed in."""
    return visitor.get("/account").status_code == 303


def known(both: Both, *roles: str) -> str:
    """The name of a person who is linked; he is the one who is signed in at the provider."""
    desk, provider = both
    name = f"person{next(COUNT)}"
    provider.person = f"8c1f-{name}"
    identities.link(desk.crew.staff, desk.person(name, *roles).id, Vouched(provider.issuer, provider.person))
    return name


def started(desk: Served) -> Visitor:
    """A visitor who looked at the door."""
    visitor = desk.visitor()
    visitor.get("/sign-in")
    return visitor


def says(answer: Any, text: str, status: int = 401) -> None:
    """Find that the page of a refusal says why, and offers the own keys all the same."""
    assert (answer.status_code, text in answer.text) == (status, True), answer.text
    assert 'name="password"' in answer.text
