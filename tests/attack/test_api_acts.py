"""Attacks on what the API signs and keeps: guessed passphrases, others' keys, other cases, one person twice, replays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from builders.api import Program, forged, program
from builders.incoming import PASSPHRASE, Desks, desks
from comity.accounts import once
from comity.accounts.duties import CASE, acts
from comity.node.ports import ports
from comity.store import jobs
from comity.web.api.catalogue import OPERATIONS

KEY = {"passphrase": PASSPHRASE}
PROVED = [one for one in OPERATIONS if one.proof]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The provider's desk, with two people who have keys and one who has none."""
    with desks(tmp_path_factory.mktemp("desks"), token_calls=1000) as made:
        made.signer("lan", "provider")
        made.signer("minh", "provider")
        made.served.person("nokey", "provider", "officer", "releaser", "lawyer", "confirmer", "drafter")
        yield made


def asked(shared: Desks, *names: str) -> tuple[str, list[Program]]:
    """The place of a request of which some people know, and a program of each."""
    request = shared.taken("lan")
    for name in names:
        shared.know(name, request)
    return f"/incoming/{request.id}", [program(shared.served, name, "provider") for name in names]


def test_a_token_without_the_right_answers_nothing(shared: Desks) -> None:
    """A token that holds every act but the one, in the hand of one who may, is refused before a passphrase is looked at."""
    here, _ = asked(shared, "lan")
    for act, path in (("inbox.receipt", "receipt"), ("inbox.accept", "acceptance"), ("provider.decide", "review")):
        answer = forged(shared.served, "lan", "provider", but=act).post(f"{here}/{path}", KEY | {"text": "x"})
        assert (answer.status_code, answer.json()["type"]) == (403, "urn:x-comity:token-too-narrow")
    narrow = program(shared.served, "lan", "provider", only=["inbox.read"])
    assert narrow.post(f"{here}/receipt", KEY).status_code == 403
    assert narrow.get(f"{here}/sheet").status_code == 200


def test_a_request_of_another_case_is_not_there(shared: Desks) -> None:
    """Every act on a request of a case that one does not know of is answered as on one that does not exist."""
    here, _ = asked(shared, "lan")
    stranger = forged(shared.served, "stranger", "provider", "officer", "releaser", "lawyer", "custodian")
    for one in OPERATIONS:
        if one.path.startswith("/incoming/{request}") and acts()[one.act].scope == CASE:
            theirs = one.path.replace("/incoming/{request}", here).replace("{answer}", "x")
            nobodys = one.path.replace("{request}", "00000000-0000-7000-8000-000000000000").replace("{answer}", "x")
            body: dict[str, Any] = {} if one.method == "GET" else {"json": {}}
            answers = [stranger.call(one.method, path, **body) for path in (theirs, nobodys)]
            assert {answer.status_code for answer in answers} <= {404, 403}, one.id
            assert answers[0].text == answers[1].text, one.id


def test_a_wrong_passphrase_signs_nothing_and_has_to_wait(shared: Desks) -> None:
    """Guesses at a passphrase are counted by token: after some even the right one waits, and the desk is not hindered."""
    here, (lan,) = asked(shared, "lan")
    answers = [lan.post(f"{here}/receipt", {"passphrase": f"guess {n}"}) for n in range(8)]
    assert {one.status_code for one in answers[:5]} == {422}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert lan.post(f"{here}/receipt", KEY).status_code == 429
    desk, page = shared.served.client("lan"), here
    form = KEY | {"state": "received"}
    assert desk.post(f"{page}/receipt", form, page=page).status_code == 303


def test_who_has_no_key_gives_no_word(shared: Desks) -> None:
    """Whatever asks for a person's proof is refused to a token of somebody who has no key, with whatever passphrase."""
    here, (nokey,) = asked(shared, "nokey")
    bodies: dict[str, Any] = {
        "refusal": {"code": "too_broad", "reason": "x"}, "review": {"text": "x"}, "receipt": {}, "acceptance": {},
        "refusal/release": {}, "refusal/decline": {"reason": "x"}, "safeguards": {"necessity": "x"},
        "call-back": {"number": "+1 202 555 0143", "verdict": "unreached"},
        "partial": {"targets": [{"target": 1, "outcome": "disclosed"}]}, "extension": {"until": "2027-01-01T00:00:00Z"},
        "question": {"code": "clarify_period", "reason": "x"},
    }  # fmt: skip
    assert {one.path.removeprefix("/incoming/{request}/") for one in PROVED if "incoming" in one.path} == set(bodies)
    for path, body in bodies.items():
        answer = nokey.post(f"{here}/{path}", body | KEY)
        assert (answer.status_code, answer.json()["field"]) == (422, "passphrase"), path
        assert nokey.post(f"{here}/{path}", body).status_code == 422, path


def test_the_passphrase_of_another_opens_nothing(shared: Desks) -> None:
    """A token opens its own person's key alone: what it says in the body names no other."""
    here, (_lan, minh) = asked(shared, "lan", "minh")
    assert minh.post(f"{here}/receipt", KEY | {"keyid": "0" * 64}).status_code == 422
    assert minh.post(f"{here}/receipt", KEY | {"by": "Lan"}).status_code == 422
    got = minh.post(f"{here}/receipt", KEY).json()["receipt"]
    assert json.loads(minh.get(f"{here}/receipts/{got['id']}").content)
    row = {"id": "gate-specific", "answer": "x", "by": "Lan"}
    assert minh.post(f"{here}/safeguards", KEY | {"answers": [row]}).status_code == 422


def test_a_concern_is_not_looked_at_twice_by_one(shared: Desks) -> None:
    """Who raised a concern is not the second person who looked at it."""
    here, (lan, minh) = asked(shared, "lan", "minh")
    row = {"id": "gate-specific", "answer": "No account is named.", "concern": "raised"}
    assert lan.post(f"{here}/safeguards", KEY | {"answers": [row]}).status_code == 200
    assert lan.post(f"{here}/safeguards", KEY | {"second": "gate-specific"}).status_code == 422
    assert minh.post(f"{here}/safeguards", KEY | {"second": "gate-specific"}).status_code == 200


def test_a_replay_under_one_key_has_one_effect_and_keeps_no_secret(shared: Desks) -> None:
    """The same word under its key is told again, another word is refused, and nothing of the passphrase is kept."""
    here, (lan,) = asked(shared, "lan")
    said = KEY | {"text": "It names no account."}
    first, again = (lan.post(f"{here}/review", said, key="review-of-this-1") for _ in (1, 2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replay"] == "true"
    other = lan.post(f"{here}/review", said | {"text": "Another word."}, key="review-of-this-1")
    assert (other.status_code, other.json()["type"]) == (409, "urn:x-comity:key-used")
    assert sum(one["kind"] == "review" for one in lan.get(f"{here}/sheet").json()["notes"]) == 1
    with shared.served.crew.staff.store.read() as unit:
        job = jobs.find(unit, once.KIND, f"{lan.token.id}:review-of-this-1")
    assert job is not None
    asked_with = hashlib.sha256(json.dumps(said).encode()).hexdigest()
    assert asked_with != job.payload["asked"]
    assert PASSPHRASE not in json.dumps(dict(job.payload))
    assert "names no account" not in json.dumps(dict(job.payload))


def test_keys_do_not_fill_the_table_of_jobs(shared: Desks) -> None:
    """The worker's round lets go of what was remembered of calls that ended, so that no token fills the disk for ever."""
    here, (lan,) = asked(shared, "lan")
    for n in range(3):
        lan.post(f"{here}/review", KEY | {"text": f"Word {n}."}, key=f"many-words-{n}")
    clock, node = shared.street.nodes.clock, shared.served.desk.node
    clock.advance(once.KEPT + timedelta(seconds=1))
    for chore in ports(node).chores[-1:]:
        chore(shared.street.link.courier())
    with node.store.read() as unit:
        assert [job for job in jobs.select(unit, kind=once.KIND, state=jobs.DONE) if lan.token.id in job.subject] == []


def test_a_replay_of_files_has_one_effect(shared: Desks) -> None:
    """Other files under the same key are refused; a form without files, with strange fields or names is no delivery."""
    here, (lan,) = asked(shared, "lan")

    def sent(name: str, data: bytes, **fields: str) -> int:
        headers = {"idempotency-key": "files-of-this-1"} if fields.pop("key", "") else {}
        form = {"files": [("files", (name, data))], "data": fields}
        return lan.call("POST", f"{here}/deliveries", headers=headers, **form).status_code

    assert sent("a.csv", b"a", key="1") == 409  # not accepted yet; the key is given back
    for name in ("../a.csv", "a/b", "..", "x" * 300):
        assert sent(name, b"a") in (409, 422), name
    assert sent("a.csv", b"a", admin="yes") == 422
    assert sent("a.csv", b"a", target="0") == 422
    assert sent("a.csv", b"a", target="1e3") == 422
    assert lan.call("POST", f"{here}/deliveries", json={"target": 1}).status_code == 415
    assert lan.call("POST", f"{here}/deliveries", data={"target": "1"}).status_code == 415
    many = [("files", (f"{n}.csv", b"a")) for n in range(21)]
    assert lan.call("POST", f"{here}/deliveries", files=many).status_code == 415
    assert shared.staged() == set()


def test_no_operation_concerns_accounts_or_the_glass() -> None:
    """Breaking the glass, reviewing it, people and accounts need a person's presence at the desk: no operation is one of them."""
    from comity.accounts.tokens import NEVER

    assert not [one.id for one in OPERATIONS if one.act.startswith(NEVER) and one.act != "door.read"]
