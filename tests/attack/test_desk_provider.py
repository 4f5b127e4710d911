"""Attacks on signing in by the organisation's identity provider, over real HTTP."""

from __future__ import annotations

import base64
import logging
import time
from collections.abc import Callable
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from joserfc.jwk import RSAKey

from builders.issuer import (
    BACK,
    CLIENT,
    SECRET,
    Both,
    brought,
    entered,
    known,
    nobody,
    says,
    sent,
    signed,
    started,
    told,
)
from builders.staff import PASSWORD
from comity.accounts import people
from comity.accounts.asking import Limits
from comity.accounts.errands import LASTS, SECOND_LASTS
from comity.accounts.issuer import PAUSE, Issuer


def test_the_honest_way_is_open(both: Both) -> None:
    """What all these attacks differ from lets the linked person in, by each algorithm."""
    known(both)
    for algorithm in ("RS256", "PS256", "ES256", "Ed25519"):
        both[1].algorithm = algorithm
        visitor = started(both[0])
        assert entered(visitor, both[1]).status_code == 303
        assert not nobody(visitor)


@pytest.mark.parametrize("issuer", ["https://thief.example", ""], ids=["another", "nobody"])
def test_mix_up(both: Both, issuer: str) -> None:
    """An answer that names another provider, or none though ours names itself, is refused before the code goes out."""
    desk, provider = both
    known(both)
    visitor = started(desk)
    location = provider.consent(sent(visitor))
    provider.asked.clear()
    says(brought(visitor, location, iss=issuer), "expected one of http://127.0.0.1")
    assert provider.asked == []
    assert nobody(visitor)


def test_a_provider_that_never_names_itself_is_believed_without(both: Both) -> None:
    """Where the provider does not promise its name in each answer, the name is not asked for, and is still compared."""
    desk, provider = both
    known(both)
    told(both, authorization_response_iss_parameter_supported=None)
    visitor = started(desk)
    assert brought(visitor, provider.consent(sent(visitor)), iss="").status_code == 303
    says(brought(started(desk), "http://localhost/sign-in/provider/back?state=x&iss=x"), "nobody waits for")


def test_forced_sign_in(both: Both) -> None:
    """An answer that a thief got for himself does not sign his victim in as the thief: it was another browser's errand."""
    desk, provider = both
    known(both)
    thief, victim = started(desk), started(desk)
    location = provider.consent(sent(thief))
    says(brought(victim, location), "nobody waits for")
    sent(victim)
    says(brought(victim, location), "nobody waits for")
    assert nobody(victim)


def test_a_form_from_elsewhere_brings_nothing_back(both: Both) -> None:
    """A page of another site cannot send an answer on in a person's browser."""
    visitor = started(both[0])
    headers = {"origin": "https://thief.example", "sec-fetch-site": "cross-site"}
    assert visitor.post(BACK, {"state": "x", "code": "x"}, headers=headers).status_code == 403


def test_code_injection(both: Both) -> None:
    """A stolen code in the thief's own errand is refused: by PKCE, and by the nonce where the provider looks at neither."""
    desk, provider = both
    known(both)
    victim, thief = started(desk), started(desk)
    stolen = parse_qs(urlsplit(provider.consent(sent(victim))).query)["code"][0]
    says(brought(thief, provider.consent(sent(thief)), code=stolen), "invalid_grant")
    stolen = parse_qs(urlsplit(provider.consent(sent(victim))).query)["code"][0]
    location = provider.consent(sent(thief))
    own = next(reversed(provider.codes))
    provider.codes[stolen]["code_challenge"] = provider.codes[own]["code_challenge"]
    says(brought(thief, location, code=stolen), "another visitor")
    assert nobody(thief)


def test_an_answer_counts_once(both: Both) -> None:
    """The same answer a second time is refused without asking the provider; so is one whose sign-in failed."""
    desk, provider = both
    known(both)
    visitor = started(desk)
    location = provider.consent(sent(visitor))
    assert brought(visitor, location).status_code == 303
    provider.asked.clear()
    assert brought(visitor, location).status_code == 401
    assert provider.asked == []


def test_looking_at_what_came_back_changes_nothing(both: Both) -> None:
    """A page that is loaded ahead, or twice, uses up no answer: only its form does."""
    desk, provider = both
    known(both)
    visitor = started(desk)
    location = provider.consent(sent(visitor))
    path = location.removeprefix(desk.origin)
    assert [visitor.get(path).status_code for _ in range(3)] == [200] * 3
    assert brought(visitor, location).status_code == 303


def test_a_late_answer(both: Both) -> None:
    """An errand is open for ten minutes."""
    desk, provider = both
    known(both)
    visitor = started(desk)
    location = provider.consent(sent(visitor))
    desk.crew.clock.advance(LASTS)
    says(brought(visitor, location), "nobody waits for")


def test_nonce_replay(both: Both) -> None:
    """A token that was given to an earlier errand is refused in a later one."""
    desk, provider = both
    known(both)
    kept: list[str] = []

    def once(head: dict[str, Any], claims: dict[str, Any]) -> str:
        kept.append(signed(head, claims))
        return kept[0]

    provider.sign = once
    assert entered(started(desk), provider).status_code == 303
    says(entered(started(desk), provider), "another visitor")


FORGED: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
    "alg none": lambda head, claims: f"eyJhbGciOiJub25lIn0.{signed(head, claims).split('.')[1]}.",
    "another key": lambda head, claims: signed(head, claims, RSAKey.generate_key(2048)),
    "wrong audience": lambda head, claims: signed(head, claims | {"aud": "another"}),
    "expired": lambda head, claims: signed(head, claims | {"exp": claims["iat"] - 61}),
    "unknown key id": lambda head, claims: signed(head | {"kid": "rsa-9"}, claims),
    "no token": lambda head, claims: "",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token(both: Both, how: str) -> None:
    """A token that does not hold lets nobody in, and the page says so with the own keys beside it."""
    desk, provider = both
    known(both)
    provider.sign = FORGED[how]
    visitor = started(desk)
    answer = entered(visitor, provider)
    assert answer.status_code == 401
    assert nobody(visitor)
    assert desk.crew.events()[-1] == "account.failed"


def test_an_unknown_key_is_asked_for_once(both: Both) -> None:
    """A key id that is not known makes us ask for the keys once more: a new key is found, an invented one is not."""
    desk, provider = both
    known(both)
    fresh = RSAKey.generate_key(2048, {"kid": "rsa-2", "use": "sig"})
    provider.sign = lambda head, claims: signed(head | {"kid": "rsa-2"}, claims, fresh)
    provider.asked.clear()
    assert entered(started(desk), provider).status_code == 401
    assert provider.asked.count("/certs") == 2
    provider.published = [fresh]
    assert entered(started(desk), provider).status_code == 303


def test_an_unknown_subject(both: Both) -> None:
    """Whom nobody linked is not let in and gets no account; he is told what an administrator needs, and the log has it."""
    desk, provider = both
    known(both)
    with desk.crew.staff.store.read() as unit:
        before = people.all_people(unit)
    provider.person = "8c1f-stranger"
    visitor = started(desk)
    says(entered(visitor, provider), "8c1f-stranger")
    assert nobody(visitor)
    with desk.crew.staff.store.read() as unit:
        assert people.all_people(unit) == before
    assert desk.crew.events()[-1] == "account.failed"


def test_claims_give_no_roles(both: Both) -> None:
    """Roles, groups and an administrator's flag in the token change nothing of what a person may do."""
    desk, provider = both
    known(both, "drafter")
    provider.claims |= {"roles": ["administrator"], "groups": ["auditor"], "realm_access": {"roles": ["admin"]}}
    visitor = started(desk)
    entered(visitor, provider)
    assert (visitor.get("/people").status_code, visitor.get("/cases").status_code) == (403, 200)


def test_a_deactivated_person_is_nobody(both: Both) -> None:
    """Whoever was deactivated here does not come in by the provider."""
    desk, provider = both
    name = known(both, "drafter")
    people.deactivate(desk.crew.staff, desk.person("admin"), desk.person(name).id, "left")
    visitor = started(desk)
    says(entered(visitor, provider), "expected somebody who is linked")
    assert nobody(visitor)


@pytest.mark.parametrize(
    "to", ["https://thief.example/", "//thief.example", "/\\thief.example", "javascript:alert(1)", ""]
)
def test_open_redirect(both: Both, to: str) -> None:
    """Wherever the wanted page leads away from the desk, the person lands on the desk's first page."""
    known(both)
    assert entered(started(both[0]), both[1], to).headers["location"] == "/"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"code_challenge_methods_supported": ["plain"]}, "got PKCE without S256"),
        ({"code_challenge_methods_supported": "S256"}, "got no list of words"),
        ({"issuer": "https://thief.example"}, "got the issuer"),
        ({"issuer": None}, "got the issuer"),
        ({"token_endpoint": "http://login.example.org/token"}, "expected an address by https"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "expected an address by https"),
        ({"authorization_endpoint": "https://user:word@login.example.org/"}, "expected an address by https"),
        ({"authorization_endpoint": "https://login.example.org/\r\nx: y"}, "expected an address by https"),
        ({"jwks_uri": None}, "expected an address by https"),
        ({"response_types_supported": ["id_token"]}, "without the code flow"),
        ({"token_endpoint_auth_methods_supported": ["none"]}, "no way to show a client secret"),
    ],
)  # fmt: skip
def test_a_provider_that_is_not_to_be_relied_upon(both: Both, said: dict[str, Any], words: str) -> None:
    """A provider without PKCE, of another name, or with addresses in the open, is not gone to; people use their own keys."""
    told(both, **said)
    says(started(both[0]).post("/sign-in/provider", {"next": "/"}), words, 502)


def test_a_provider_that_says_nothing_of_pkce_gets_it_all_the_same(both: Both) -> None:
    """Where the provider says nothing of PKCE, the challenge goes out, and the nonce is looked at as always."""
    desk, provider = both
    known(both)
    told(both, code_challenge_methods_supported=None)
    query = parse_qs(urlsplit(sent(started(desk))).query)
    assert (query["code_challenge_method"], len(query["code_challenge"][0])) == (["S256"], 43)
    assert entered(started(desk), provider).status_code == 303


def test_the_other_way_to_show_the_secret(both: Both) -> None:
    """A provider that takes the secret in the form alone gets it there."""
    known(both)
    told(both, token_endpoint_auth_methods_supported=["client_secret_post"])
    assert entered(started(both[0]), both[1]).status_code == 303


def redirects(page: BaseHTTPRequestHandler) -> None:
    """Answer by leading elsewhere."""
    page.send_response(302)
    page.send_header("location", "http://127.0.0.1:9/")
    page.send_header("content-length", "0")
    page.end_headers()


def body(raw: bytes, *, pause: float = 0.0, more: str = "") -> Callable[[BaseHTTPRequestHandler], None]:
    """Answer with some bytes, piece by piece with a pause between."""

    def answer(page: BaseHTTPRequestHandler) -> None:
        page.send_response(200)
        if more:
            page.send_header("content-encoding", more)
        page.send_header("content-length", str(len(raw)))
        page.end_headers()
        for at in range(0, len(raw), 1024 if not pause else 1):
            try:
                page.wfile.write(raw[at : at + (1024 if not pause else 1)])
                page.wfile.flush()
            except OSError:
                return
            time.sleep(pause)

    return answer


ANSWERS = {
    "redirect": redirects, "too large": body(b" " * 300_000), "no JSON": body(b"<html>"), "a list": body(b"[]"),
    "deep": body(b"[" * 5000), "compressed": body(b"{}", more="gzip"), "twice": body(b'{"issuer": "a", "issuer": "b"}'),
}  # fmt: skip


@pytest.mark.parametrize("page", ["/.well-known/openid-configuration", "/certs"])
@pytest.mark.parametrize("how", ANSWERS)
def test_what_is_published_is_read_within_limits(both: Both, page: str, how: str) -> None:
    """A redirect, an endless, compressed, malformed or ambiguous document is refused in words, and nothing breaks."""
    both[1].pages[page] = ANSWERS[how]
    answer = started(both[0]).post("/sign-in/provider", {"next": "/"})
    says(answer, "This did not work.", 502)


@pytest.mark.parametrize("how", ANSWERS)
def test_tokens_are_read_within_limits(both: Both, how: str) -> None:
    """So is what the provider gives for a code."""
    known(both)
    both[1].pages["/token"] = ANSWERS[how]
    says(entered(started(both[0]), both[1]), "This did not work.", 502)


def test_a_slow_provider_is_waited_for_only_so_long(both: Both) -> None:
    """A provider that gives a byte now and then is left when the time of the whole is over."""
    desk, provider = both
    provider.pages["/.well-known/openid-configuration"] = body(b"{" + b" " * 2000, pause=0.05)
    issuer = desk.desk.issuer
    assert issuer
    desk.desk.__dict__["issuer"] = Issuer(issuer.client, desk.crew.clock, Limits(step=5.0, whole=0.3))
    before = time.monotonic()
    says(started(desk).post("/sign-in/provider", {"next": "/"}), "got no answer in time", 503)
    assert time.monotonic() - before < 60


def test_an_outage_is_said_and_own_keys_open_the_door(both: Both) -> None:
    """While the provider is down the page says so, it is asked again only after a pause, and a password still works."""
    desk, provider = both
    name = known(both)
    provider.down = True
    provider.asked.clear()
    visitor = started(desk)
    for _ in range(3):
        says(visitor.post("/sign-in/provider", {"next": "/"}), "Sign in with a key of your own", 503)
    assert provider.asked == ["/.well-known/openid-configuration"]
    form = {"name": name, "password": PASSWORD, "code": desk.crew.code(), "next": "/"}
    assert visitor.post("/sign-in", form).status_code == 303
    provider.down = False
    desk.crew.clock.advance(PAUSE)
    assert entered(started(desk), provider).status_code == 303


def test_a_wrong_secret_and_a_refusal_are_told_without_the_secret(both: Both) -> None:
    """What the provider refuses is told in its own word; the secret stands on no page and in no text of ours."""
    desk, provider = both
    known(both)
    visitor = started(desk)
    says(brought(visitor, provider.consent(sent(visitor)), error="access_denied"), "access_denied")
    issuer = desk.desk.issuer
    assert issuer
    assert SECRET not in repr(issuer.client)
    issuer.client = replace(issuer.client, secret="another")
    answer = entered(started(desk), provider)
    says(answer, "invalid_client")
    assert SECRET not in answer.text


@pytest.mark.parametrize("how", ["client_secret_basic", "client_secret_post"])
def test_what_is_secret_stands_in_no_log(both: Both, caplog: pytest.LogCaptureFixture, how: str) -> None:
    """Neither the client's secret nor code, verifier or token stand in what the program logs, however much it logs."""
    known(both)
    told(both, token_endpoint_auth_methods_supported=[how])
    tokens: list[str] = []

    def noted(head: dict[str, Any], claims: dict[str, Any]) -> str:
        tokens.append(signed(head, claims))
        return tokens[-1]

    both[1].sign = noted
    with caplog.at_level(logging.DEBUG):
        visitor = started(both[0])
        location = both[1].consent(sent(visitor))
        caplog.clear()
        answer = brought(visitor, location)
    assert answer.status_code == 303
    text = "\n".join(record.getMessage() for record in caplog.records if "localhost" not in record.getMessage())
    basic = base64.b64encode(f"{CLIENT}:{quote_plus(SECRET)}".encode()).decode()
    for secret in (SECRET, quote_plus(SECRET), basic, tokens[-1], "code_verifier"):
        assert secret not in text


def test_too_many_answers_make_the_next_one_wait(both: Both) -> None:
    """Invented answers are counted by address, and after some the next ones are not looked at; the password's door stays open."""
    desk = both[0]
    visitor = started(desk)
    codes = [visitor.post(BACK, {"state": "x", "code": "x"}).status_code for _ in range(25)]
    assert (codes[0], codes[-1]) == (401, 429)
    assert visitor.post("/sign-in", {"name": "nobody", "password": "x", "code": "1"}).status_code == 401


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"amr": "otp"}, {"acr": "otp"}, {"amr": [["otp"]]}])
def test_half_a_sign_in_is_none(both: Both, claims: dict[str, Any]) -> None:
    """Without the second factor that the settings ask for nobody is in, and what was begun is another browser's to no avail."""
    desk, provider = both
    known(both)
    provider.claims = claims
    visitor, other = started(desk), started(desk)
    assert entered(visitor, provider).headers["location"] == "/sign-in/second"
    assert nobody(visitor)
    assert other.get("/sign-in/second").status_code == 303
    assert other.post("/sign-in/second", {"code": desk.crew.code()}).status_code == 401
    desk.crew.clock.advance(SECOND_LASTS)
    assert visitor.post("/sign-in/second", {"code": desk.crew.code()}).status_code == 401


def test_digits_after_the_provider_cannot_be_guessed(both: Both) -> None:
    """Wrong six digits make the next attempt wait, as at the door."""
    desk, provider = both
    known(both)
    provider.claims = {}
    visitor = started(desk)
    entered(visitor, provider)
    page = "/sign-in/second"
    codes = [visitor.post(page, {"code": "000000"}, page=page).status_code for _ in range(8)]
    assert codes[-1] == 429
