"""What programs of a provider do through the API with a request that came in, up to the files that the asker has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.api import Program, program
from builders.incoming import PASSPHRASE, Desks, desks
from builders.world import ANSWERS
from comity.requests.model import Request
from comity.requests.receipts import take

KEY = {"passphrase": PASSPHRASE}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The provider's desk, shared by the tests of the module; each has a request of its own."""
    with desks(tmp_path_factory.mktemp("desks"), token_calls=1000) as made:
        made.signer("lan", "provider")
        made.signer("minh", "provider")
        yield made


def programs(shared: Desks, measure: str = "disclose_subscriber") -> tuple[Request, Program, Program]:
    """A request of which two people of the provider know, and a program of each."""
    request = shared.taken("lan", measure)
    shared.know("minh", request)
    return request, program(shared.served, "lan", "provider"), program(shared.served, "minh", "provider")


def considered(calls: Program, here: str) -> None:
    """The safeguards questions are answered by a program."""
    rows = [{"id": row["id"], "answer": row["answer"], "concern": "none"} for row in ANSWERS["safeguards"]]
    texts = {"necessity": "Nobody else has it.", "proportionality": "One account."}
    answer = calls.post(f"{here}/safeguards", KEY | texts | {"answers": rows})
    assert (answer.status_code, answer.json()["missing"]) == (200, []), answer.text


def sent(calls: Program, here: str, files: dict[str, bytes], **fields: str) -> int:
    """The status of files sent as a form."""
    form = [("files", (name, data)) for name, data in files.items()]
    return calls.call("POST", f"{here}/deliveries", files=form, data=fields).status_code


def test_a_request_is_answered_from_receipt_to_files(shared: Desks) -> None:
    """Receipt, question, acceptance and files reach the asker, signed by the person and whole."""
    request, lan, _minh = programs(shared)
    here = f"/incoming/{request.id}"
    assert lan.get(f"{here}/sheet").json()["verification"]["verdict"] == "valid"
    got = lan.post(f"{here}/receipt", KEY)
    assert (got.status_code, got.json()["receipt"]["state"]) == (200, "received"), got.text
    file = lan.get(f"{here}/receipts/{got.json()['receipt']['id']}")
    assert take(shared.street.nodes.office(), file.content).answer.holder == "Lan"
    assert lan.post(f"{here}/question", KEY | {"code": "clarify_period", "reason": "Which days?"}).status_code == 200
    assert lan.post(f"{here}/acceptance", KEY).status_code == 409
    considered(lan, here)
    assert lan.get(f"{here}/safeguards").json()["missing"] == []
    assert lan.post(f"{here}/acceptance", KEY).json()["request"]["state"] == "accepted"
    for _again in (1, 2):
        assert sent(lan, here, {"subscriber.csv": b"a,b\n", "note.txt": b"x"}, target="1", days="7") == 201
    assert {one["state"] for one in lan.get(f"{here}/deliveries").json()["items"]} == {"Available"}
    assert len(lan.get(f"{here}/deliveries").json()["items"]) == 2
    shared.street.rounds()
    assert shared.state(request, "VN.a05") == "accepted"
    assert shared.street.states(request) == ["Received", "Received"]
    assert shared.staged() == set()


def test_a_refusal_is_two_peoples_word(shared: Desks) -> None:
    """Who proposes cannot release or decline; another person declines, then releases the next proposal."""
    request, lan, minh = programs(shared)
    here = f"/incoming/{request.id}"
    said = KEY | {"code": "too_broad", "reason": "A year of mails."}
    assert lan.post(f"{here}/refusal", said).status_code == 201
    assert lan.post(f"{here}/refusal/release", KEY).status_code == 409
    assert lan.post(f"{here}/refusal/decline", KEY | {"reason": "no"}).status_code == 409
    assert minh.post(f"{here}/refusal/decline", KEY | {"reason": "Two hours would do."}).status_code == 201
    assert minh.post(f"{here}/refusal/release", KEY).status_code == 409
    lan.post(f"{here}/refusal", said | {"reason": "A year of mails of all."})
    assert minh.post(f"{here}/refusal/release", KEY).json()["request"]["state"] == "refused"


def test_a_preservation_is_extended(shared: Desks) -> None:
    """A preservation is accepted until a time, and then for longer."""
    request, lan, _minh = programs(shared, "preserve")
    here = f"/incoming/{request.id}"
    considered(lan, here)
    assert lan.post(f"{here}/acceptance", KEY | {"until": "2027-02-01T23:59:59Z"}).status_code == 200
    assert lan.post(f"{here}/extension", KEY | {"until": "2027-01-01T23:59:59Z"}).status_code == 422
    assert lan.post(f"{here}/extension", KEY | {"until": "2027-03-01T23:59:59Z"}).status_code == 200


def test_existence_is_said_in_part_and_refused_in_part(shared: Desks) -> None:
    """Whether data exist is said alone; an answer in part that refuses stands on another person's review."""
    request, lan, minh = programs(shared)
    here = f"/incoming/{request.id}"
    considered(lan, here)
    lan.post(f"{here}/acceptance", KEY)
    assert lan.post(f"{here}/existence", {"exists": True}).status_code == 201
    parts = KEY | {"targets": [{"target": 1, "outcome": "refused", "code": "too_broad", "reason": "All of it."}]}
    assert minh.post(f"{here}/partial", parts).status_code == 409
    assert lan.post(f"{here}/review", KEY | {"text": "It names no account."}).status_code == 201
    assert lan.post(f"{here}/partial", parts).status_code == 409
    assert minh.post(f"{here}/partial", parts).status_code == 200


def test_an_emergency_is_called_back_on(shared: Desks) -> None:
    """Nothing is delivered in an emergency before a call back, or an override with the person's passphrase."""
    request, lan, _minh = programs(shared, "disclose_emergency")
    here = f"/incoming/{request.id}"
    considered(lan, here)
    assert lan.post(f"{here}/acceptance", KEY).status_code == 200
    assert sent(lan, here, {"a.csv": b"a"}) == 409
    assert sent(lan, here, {"a.csv": b"a"}, override="A child is in danger.") == 422
    number = lan.get(f"{here}/sheet").json()["identity"]["call_back"][0]["number"]
    call = KEY | {"number": number, "verdict": "confirmed", "answered_by": "Duty officer"}
    assert lan.post(f"{here}/call-back", call | {"number": "+1 202 555 0100"}).status_code == 422
    assert lan.post(f"{here}/call-back", call).status_code == 201
    assert sent(lan, here, {"a.csv": b"a"}) == 201


def test_what_arrived_by_itself_is_taken_up_once(tmp_path: Path) -> None:
    """Who takes up what nobody knows of reads it; for another one it is not there."""
    with desks(tmp_path) as own:
        request = own.arrived()
        first, second = program(own.served, "first", "provider"), program(own.served, "second", "provider")
        assert first.post("/incoming/taking-up", {"request": request.id}).json()["id"] == request.id
        assert first.get(f"/incoming/{request.id}").status_code == 200
        assert second.post("/incoming/taking-up", {"request": request.id}).status_code == 422
        assert second.get(f"/incoming/{request.id}").status_code == 404
