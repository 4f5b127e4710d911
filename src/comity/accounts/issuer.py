"""The identity provider of the organisation, as this node is its client (OpenID Connect, code flow with PKCE).

Asked for what it publishes once an hour; keys also when a token names one that is not known, once. While it does not
answer it is asked every ten seconds at most, and by one visitor at a time: an outage takes nobody else's turn.
"""

from __future__ import annotations

import base64
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlencode, urlsplit

from comity.kernel import canonical
from comity.kernel.clock import Clock
from comity.kernel.errors import BadInput

from .asking import ADVICE, Limits, ask
from .discovery import KINDS, Metadata, read_keys, read_metadata
from .errors import BadAccount, IssuerUnreachable, NotVouched, WrongIssuer
from .idtoken import Expected, Vouched, verify

if TYPE_CHECKING:
    from .discovery import Key

WELL_KNOWN = "/.well-known/openid-configuration"
LASTS, PAUSE, PATIENCE = timedelta(hours=1), timedelta(seconds=10), 3.0


@dataclass(frozen=True)
class Client:
    """How the node is known to the provider, and what it takes for a proof of a second factor: *acr*, *amr*, or both.

    *claim* is the claim that names the person; *trust* a file with the certificate authority, if it is not a public one.
    """

    issuer: str
    name: str
    secret: str = field(repr=False)
    acr: tuple[str, ...] = ()
    amr: frozenset[str] = frozenset()
    claim: str = "sub"
    trust: Path | None = None

    @property
    def strong(self) -> bool:
        """Tell whether the provider's word can stand for a second factor at all."""
        return bool(self.acr or self.amr)

    def proven(self, vouched: Vouched) -> bool:
        """Tell whether the person gave a second factor at the provider: all that the settings ask for has to be said."""
        acr = not self.acr or vouched.acr in self.acr
        return self.strong and acr and (not self.amr or not self.amr.isdisjoint(vouched.amr))


@dataclass(frozen=True)
class Asked:
    """What a visitor was sent with, and when: where he is to come back to, and what the answer has to bring."""

    redirect: str
    state: str
    nonce: str
    verifier: str
    at: datetime


class Issuer:
    """The provider, with what it published last."""

    def __init__(self, client: Client, clock: Clock, limits: Limits = Limits()) -> None:  # noqa: B008 - frozen
        """Know the provider by what the settings say.

        Raises:
            BadAccount: the file with the certificate authority cannot be read.
        """
        self.client = client
        self._clock, self._limits = clock, limits
        try:
            self._trust = ssl.create_default_context(cafile=client.trust)
        except (OSError, ssl.SSLError) as e:
            raise BadAccount("got no certificate in PEM, expected one", file=str(client.trust), field="oidc_ca") from e
        self._lock = threading.Lock()
        self._known: tuple[datetime, Metadata, Mapping[str, tuple[Key, ...]]] | None = None
        self._failed: tuple[datetime, IssuerUnreachable | WrongIssuer] | None = None

    @property
    def host(self) -> str:
        """Give the provider's host, as people know it."""
        return urlsplit(self.client.issuer).netloc

    def metadata(self) -> Metadata:
        """Give what the provider says of itself.

        Raises:
            IssuerUnreachable: it does not answer.
            WrongIssuer: it answers otherwise than it should.
        """
        return self._published()[0]

    def keys(self) -> int:
        """Count the keys that the provider signs with; raises as `metadata` does."""
        return sum(map(len, self._published()[1].values()))

    def address(self, asked: Asked, challenge: str, *, anew: bool) -> str:
        """Give where a visitor is sent; *anew* asks that he signs in there even if he is in already."""
        found, client = self.metadata(), self.client
        query = {
            "response_type": "code", "client_id": client.name, "redirect_uri": asked.redirect, "scope": "openid",
            "state": asked.state, "nonce": asked.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        } | ({"prompt": "login", "max_age": "0"} if anew else {})  # fmt: skip
        query |= {"acr_values": " ".join(client.acr)} if client.acr else {}
        return f"{found.authorize}{'&' if '?' in found.authorize else '?'}{urlencode(query)}"

    def leave(self, back: str) -> str:
        """Give where a person ends his session at the provider (RP-initiated logout); empty if there is no such place."""
        found = self.metadata().leave
        query = urlencode({"client_id": self.client.name, "post_logout_redirect_uri": back})
        return f"{found}{'&' if '?' in found else '?'}{query}" if found else ""

    def named(self, issuer: str) -> None:
        """Find that an answer is this provider's (RFC 9207), before anything of it is used.

        Raises:
            NotVouched: it names another one, or none where this one names itself.
        """
        if issuer != self.client.issuer and (issuer or self.metadata().named):
            raise NotVouched(
                f"got an answer of {issuer[:200] or 'nobody'}, expected one of {self.client.issuer}", field="iss"
            )

    def redeem(self, code: str, asked: Asked) -> Vouched:
        """Give a code back to the provider, and find whom it vouches for.

        Raises:
            NotVouched: it vouches for nobody.
            IssuerUnreachable, WrongIssuer: as `metadata`.
        """
        found, client = self.metadata(), self.client
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": asked.redirect,
            "code_verifier": asked.verifier, "client_id": client.name,
        }  # fmt: skip
        headers = {}
        if found.form:
            form["client_secret"] = client.secret
        else:
            pair = f"{quote_plus(client.name)}:{quote_plus(client.secret)}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(pair).decode()}"
        status, body = ask(found.token, self._trust, form=form, headers=headers, limits=self._limits)
        if status >= 500:
            raise IssuerUnreachable(f"got the status {status}, expected tokens", file=found.token, advice=ADVICE)
        document = _json(body, found.token)
        token, access = document.get("id_token"), document.get("access_token", "")
        if status != 200 or not isinstance(token, str) or not isinstance(access, str):
            said = str(document.get("error", ""))[:80]
            raise NotVouched(
                f"got the status {status} {said!r} of the provider, expected an ID token",
                advice="Begin anew. If it stays so, an administrator looks at client, secret and address in the settings.",
            )
        expected = Expected(client.issuer, client.name, asked.nonce, asked.at, self._clock.now(), client.claim)
        return verify(token, self._key, expected, access)

    def _key(self, algorithm: str, kid: str) -> Key:
        """Find the provider's key for a token; asks for its keys anew, once, where the key is not known."""
        for anew in (False, True):
            keys = self._published(anew=anew)[1].get(KINDS[algorithm], ())
            fit = [one for one in keys if one.get("alg", algorithm) == algorithm and (not kid or one.kid == kid)]
            if len(fit) == 1:
                return fit[0]
        raise NotVouched(f"got a token of the key {kid[:80]!r}, expected one that the provider publishes", field="kid")

    def _published(self, *, anew: bool = False) -> tuple[Metadata, Mapping[str, tuple[Key, ...]]]:
        before, now = self._known, self._clock.now()
        if not self._lock.acquire(timeout=PATIENCE):
            raise IssuerUnreachable("got a provider that lets others wait, expected an answer", advice=ADVICE)
        try:
            known, failed = self._known, self._failed
            if known and (known is not before or (not anew and now - known[0] < LASTS)):
                return known[1:]
            if failed and now - failed[0] < PAUSE:
                raise failed[1].with_traceback(None)
            return self._asked()
        finally:
            self._lock.release()

    def _asked(self) -> tuple[Metadata, Mapping[str, tuple[Key, ...]]]:
        issuer = self.client.issuer
        try:
            found = read_metadata(self._document(issuer.rstrip("/") + WELL_KNOWN), issuer)
            keys = read_keys(self._document(found.keys))
        except (IssuerUnreachable, WrongIssuer) as e:
            self._failed = (self._clock.now(), e)
            raise
        self._known, self._failed = (self._clock.now(), found, keys), None
        return found, keys

    def _document(self, url: str) -> Any:
        status, body = ask(url, self._trust, limits=self._limits)
        if status != 200:
            raise IssuerUnreachable(f"got the status {status}, expected 200", file=url, advice=ADVICE)
        return _json(body, url)


def _json(body: bytes, url: str) -> Any:
    try:
        found = canonical.load(body)
    except BadInput as e:
        raise WrongIssuer("got no JSON, expected a document", file=url) from e
    if not isinstance(found, dict):
        raise WrongIssuer("got no JSON object, expected one", file=url)
    return found
