"""Attacks with tokens: guessed, ended, expired, of nobody at work, of another kind, too many, in place of a cookie."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from builders.api import NONE, forged, program, signs_as
from builders.desk import Served, served
from builders.world import CASE
from comity.accounts import people, tokens
from comity.requests.release import seal_request

CASES = "/api/v1/cases"
REFERENCE = CASE["reference"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A desk at work, shared by these attacks; each uses people of its own."""
    with served(tmp_path_factory.mktemp("desk"), token_rate=50.0) as made:
        yield made


@pytest.mark.parametrize(
    "given",
    [
        "Bearer", "Bearer comity_", "Bearer comity_" + "A" * 43, "Bearer comity_" + "A" * 42,
        "Bearer comity_" + "A" * 9000, "Basic bGFuOng=", "comity_" + "A" * 43, "Bearer comity_" + "é" * 43,
        "Bearer comity_" + "A" * 43 + ", Bearer x", "Bearer  comity_" + "A" * 43, "Bearer ' OR 1=1 --",
    ],
)  # fmt: skip
def test_a_word_that_is_no_token_opens_nothing(desk: Served, given: str) -> None:
    """What is malformed and what is unknown is answered alike: 401, and nothing that tells them apart."""
    client = desk.visitor().client
    answer = client.get(CASES, headers={b"authorization": given.encode()})
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["type"] == "urn:x-comity:no-token"


def test_guesses_from_one_address_have_to_wait(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Many wrong tokens from one address are told to wait and counted in one event; a good one from there is not hindered."""
    with served(tmp_path_factory.mktemp("guessed")) as desk:
        client = desk.visitor().client
        headers = {"authorization": "Bearer comity_" + "A" * 43}
        assert client.get(CASES, headers=headers).status_code == 401
        threshold = desk.server._api._threshold
        assert threshold
        threshold.guesses.rate = 0.001  # else a slow machine is given one more meanwhile
        answers = [client.get(CASES, headers=headers) for _ in range(24)]
        assert [one.status_code for one in answers] == [401] * 19 + [429] * 5
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert program(desk, "lan", "drafter").get("/cases").status_code == 200
        assert desk.crew.events().count("account.notoken") == 1


def test_a_token_in_the_address_is_none(desk: Served) -> None:
    """A token in the query, or in a form, where it would stand in logs, is not looked at."""
    lan = program(desk, "query", "drafter")
    for query in ({"access_token": lan.word}, {"token": lan.word}):
        assert lan.client.get(CASES, params=query).status_code == 401


def test_a_session_is_no_token(desk: Served) -> None:
    """The cookie of a person who is signed in opens no operation, nor does its word as a token."""
    lan = desk.client("cookie", "drafter")
    assert lan.get("/cases").status_code == 200
    assert lan.get(CASES).status_code == 401
    word = str(lan.client.cookies[desk.desk.site.cookie("visit")])
    for given in (word, f"comity_{word}"):
        assert desk.visitor().client.get(CASES, headers={"authorization": f"Bearer {given}"}).status_code == 401


def test_a_token_is_no_session(desk: Served) -> None:
    """A token opens no page of the desk, as a header or as a cookie."""
    lan = program(desk, "pages", "drafter")
    assert lan.client.get("/account", headers={"authorization": f"Bearer {lan.word}"}).status_code == 303
    cookie = f"{desk.desk.site.cookie('visit')}={lan.word}"
    assert desk.visitor().client.get("/account", headers={"cookie": cookie}).status_code == 303


def test_an_ended_token_counts_no_more(desk: Served) -> None:
    """A token that its person ended is refused from that moment on."""
    lan = program(desk, "ends", "drafter")
    assert lan.get("/cases").status_code == 200
    tokens.end(desk.crew.staff, desk.crew.standing("ends"), lan.token.id)
    assert lan.get("/cases").status_code == 401


def test_an_expired_token_counts_no_more(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A token is refused when its days are over, also if it was used a moment before."""
    with served(tmp_path_factory.mktemp("expired")) as desk:
        lan = program(desk, "lan", "drafter", days=1)
        desk.nodes.clock.advance(timedelta(days=1) - timedelta(seconds=1))
        assert lan.get("/cases").status_code == 200
        desk.nodes.clock.advance(timedelta(seconds=1))
        assert lan.get("/cases").status_code == 401


def test_the_token_of_a_deactivated_person_counts_no_more(desk: Served) -> None:
    """Who is deactivated has no token that counts, although none was ended."""
    lan = program(desk, "leaves", "drafter")
    people.deactivate(desk.crew.staff, desk.person("admin"), desk.person("leaves").id, "left")
    assert lan.get("/cases").status_code == 401


def test_a_token_cannot_make_another_one(desk: Served) -> None:
    """No operation concerns accounts, and no token may hold an act that does."""
    lan = program(desk, "breeds", "drafter", "releaser")
    assert not any(one.startswith(tokens.NEVER) for one in lan.token.acts)
    for path in ("/account/token", "/account", "/people", "/tokens"):
        assert lan.call("POST", path, json={}).status_code == 404


def test_a_token_of_more_than_its_person_may_is_worth_what_he_may(desk: Served) -> None:
    """A row in the database that gives a token every act opens nothing beyond its person's roles."""
    thief = forged(desk, "thief", "drafter")
    assert thief.get("/log/checkpoint").status_code == 403
    assert thief.get("/incoming").status_code == 403
    assert thief.get("/cases").status_code == 200


def test_what_one_does_not_know_of_is_as_if_it_were_not_there(desk: Served) -> None:
    """A case, request or return of somebody else is answered as one that does not exist, to the letter."""
    request = desk.nodes.draft()
    desk.person("knows", "drafter")
    desk.member("knows", REFERENCE)
    other = program(desk, "other", "drafter", "custodian")
    pairs = [
        (f"/cases/{REFERENCE}", "/cases/X-NONE"),
        (f"/requests/{request.id}", f"/requests/{NONE}"),
        (f"/requests/{request.reference}/document", "/requests/VN.a05-1999-0001/document"),
        (f"/analysis/links?case={REFERENCE}", "/analysis/links?case=X-NONE"),
        (f"/matching/related?case={REFERENCE}", "/matching/related?case=X-NONE"),
    ]
    for theirs, nobodys in pairs:
        answers = [other.call("GET", path) for path in (theirs, nobodys)]
        assert [one.status_code for one in answers] == [404, 404], theirs
        assert answers[0].text == answers[1].text, theirs
    for method, path, body in (
        ("PATCH", f"/requests/{request.id}", {"seen": "0" * 64, "fields": {}}),
        ("PUT", f"/cases/{REFERENCE}", {"seen": "0" * 64, "document": CASE}),
        ("POST", f"/requests?case={REFERENCE}", {"measure": "preserve", "to": "SG.orchid"}),
    ):
        assert other.call(method, path, json=body).status_code == 404
    assert other.get("/requests").json()["total"] == 0
    assert other.get("/requests", case=REFERENCE).json()["total"] == 0


def test_a_token_alone_releases_nothing(desk: Served) -> None:
    """Without a signature of the person's own key a request stays sealed: none, another's, of other bytes, the drafter's."""
    nodes = desk.nodes
    request = seal_request(nodes.office(), nodes.draft().id, nodes.key("draft"))
    calls = program(desk, "releases", "releaser")
    desk.crew.people.setdefault("knows", desk.person("knows", "drafter"))
    desk.member("releases", REFERENCE)
    own = signs_as(desk, "releases", "release")
    path, good = f"/requests/{request.id}/release", {"package": request.package}
    message = base64.b64decode(calls.get(path).json()["message"])
    drafter, stranger = nodes.key("draft"), nodes.key("receipt")
    tries = [
        {"keyid": own.public.keyid, "signature": "0" * 128},
        {"keyid": own.public.keyid, "signature": own.sign(message + b" ").hex()},
        {"keyid": own.public.keyid, "signature": drafter.sign(message).hex()},
        {"keyid": drafter.public.keyid, "signature": drafter.sign(message).hex()},
        {"keyid": stranger.public.keyid, "signature": stranger.sign(message).hex()},
        {"keyid": "0" * 64, "signature": own.sign(message).hex()},
    ]
    for one in tries:
        answer = calls.post(path, good | one)
        assert answer.status_code in (403, 409, 422), answer.text
    assert calls.post(path, {"package": "0" * 64, "keyid": own.public.keyid, "signature": own.sign(message).hex()}).status_code == 409  # fmt: skip
    with nodes.node().store.read() as unit:
        assert nodes.office().find(unit, request.id).state == "sealed"


def test_too_many_calls_of_one_token_wait(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A token that calls too often is told to wait, and another one is not hindered."""
    with served(tmp_path_factory.mktemp("busy"), token_calls=5, token_rate=0.01) as desk:
        lan, minh = program(desk, "lan", "drafter"), program(desk, "minh", "drafter")
        answers = [lan.get("/cases") for _ in range(7)]
        assert [one.status_code for one in answers] == [200] * 5 + [429] * 2
        assert int(answers[-1].headers["retry-after"]) > 1
        assert minh.get("/cases").status_code == 200


def test_calls_beyond_those_at_once_are_turned_away() -> None:
    """One token has few calls under way at once; the next one is refused at once and not queued."""
    from comity.web.hi1.limits import Gate, Limits

    gate = Gate(Limits(at_once=16, at_once_by_peer=4))
    with ExitStack() as stack:
        inside = [stack.enter_context(gate.inside(one)) for one in "tttttu"]
    assert inside == [True, True, True, True, False, True]
