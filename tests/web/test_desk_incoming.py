"""The desk's incoming side, as a program sees it: taking in, answering, two people for a refusal, delivering, figures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.incoming import PASSPHRASE, Desks, desks
from builders.world import ANSWERS
from comity.requests.model import Request
from comity.requests.receipts import take
from comity.requests.tables import answers_of


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The provider's desk, shared by the tests of the module; each has a request and people of its own."""
    with desks(tmp_path_factory.mktemp("desks")) as made:
        made.signer("lan", "provider")
        made.signer("minh", "provider")
        yield made


def signed(**said: str) -> dict[str, str]:
    """A form that is signed."""
    return said | {"passphrase": PASSPHRASE}


def considered(shared: Desks, who: str, request: Request) -> None:
    """The safeguards questions are answered on the page."""
    here = f"/incoming/{request.id}"
    said = {"necessity": "Nobody else has it.", "proportionality": "One account."}
    for row in ANSWERS["safeguards"]:
        said |= {f"{row['id']}.answer": row["answer"], f"{row['id']}.concern": "none"}
    assert shared.served.client(who).post(f"{here}/safeguards", said, page=here).status_code == 303


def test_what_arrives_is_taken_up_by_one_and_then_others_do_not_see_it(tmp_path: Path) -> None:
    """A new request stands there for all who take in, without its content; once taken up it is there for its members alone."""
    with desks(tmp_path) as own:
        first, second = own.served.client("first", "provider"), own.served.client("second", "provider")
        request = own.arrived()
        assert "Take it up" in first.read("/inbox")
        assert first.get(f"/incoming/{request.id}").status_code == 404
        done = first.post("/inbox/up", {"request": request.id}, page="/inbox")
        assert done.headers["location"] == f"/incoming/{request.id}"
        assert "Mule@example.org" in first.read(f"/incoming/{request.id}")
        assert request.reference not in second.read("/inbox")
        assert second.get(f"/incoming/{request.id}").status_code == 404
        assert second.post("/inbox/up", {"request": request.id}, page="/inbox").status_code == 422


def test_each_answer_reaches_the_asker_signed_by_the_person(shared: Desks) -> None:
    """Received, a question and an acceptance are signed with the person's own key and move the asker's request."""
    request = shared.taken("lan")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    for path, said, state in (
        ("receipt", {"state": "received"}, "received"),
        ("receipt", {"state": "info_needed", "code": "clarify_period", "reason": "Which days?"}, "info_needed"),
        ("accept", {}, "accepted"),
    ):
        if state == "accepted":
            assert lan.post(f"{here}/accept", signed(), page=here).status_code == 422
            considered(shared, "lan", request)
        assert lan.post(f"{here}/{path}", signed(**said), page=here).status_code == 303
        shared.street.rounds()
        assert shared.state(request) == shared.state(request, "VN.a05") == state
    page = lan.read(here)
    assert "signed by Lan" in page
    assert "Which days?" in page


def test_a_preservation_is_accepted_until_a_day_and_then_for_longer(shared: Desks) -> None:
    """Accepting a preservation asks until when; later it is preserved for longer, and never for shorter."""
    request = shared.taken("lan", "preserve")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    considered(shared, "lan", request)
    assert lan.post(f"{here}/accept", signed(), page=here).status_code == 422
    assert lan.post(f"{here}/accept", signed(until="2027-02-01"), page=here).status_code == 303
    assert lan.post(f"{here}/accept", signed(until="2027-01-01", longer="yes"), page=here).status_code == 422
    assert lan.post(f"{here}/accept", signed(until="2027-03-01", longer="yes"), page=here).status_code == 303
    assert "1 Mar 2027" in lan.read(here)


def test_a_receipt_is_had_as_a_file(shared: Desks) -> None:
    """What was signed can be carried by hand: the asker's node takes the file in."""
    request = shared.taken("lan")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    lan.post(f"{here}/receipt", signed(state="received"), page=here)
    with shared.served.desk.staff.store.read() as unit:
        (answer,) = answers_of(unit, request.id)
    got = lan.get(f"{here}/receipt/{answer.id}")
    assert got.headers["content-disposition"].startswith(f'attachment; filename="{request.reference}-received-')
    assert take(shared.street.nodes.office(), got.content).answer.id == answer.id
    assert lan.get(f"{here}/receipt/{request.id}").status_code == 404


def test_a_refusal_is_proposed_by_one_and_released_by_another(shared: Desks) -> None:
    """Who proposed a refusal cannot release it; another person does, both names stand in the receipt, the asker sees it."""
    request = shared.taken("lan")
    shared.know("minh", request)
    lan, minh, here = shared.served.client("lan"), shared.served.client("minh"), f"/incoming/{request.id}"
    assert lan.post(f"{here}/refuse", {"code": "none", "reason": "x"}, page=here).status_code == 422
    said = {"code": "too_broad", "reason": "A year of mails."}
    assert [lan.post(f"{here}/refuse", said, page=here).status_code for _ in (1, 2)] == [303, 303]
    assert "Another person has to release it." in lan.read(here)
    assert lan.post(f"{here}/refusal", signed(), page=here).status_code == 422
    assert minh.post(f"{here}/refusal", {"do": "decline", "reason": "Ask first."}, page=here).status_code == 303
    assert "A refusal is proposed" not in minh.read(here)
    lan.post(f"{here}/refuse", said, page=here)
    assert minh.post(f"{here}/refusal", signed(), page=here).status_code == 303
    shared.street.rounds()
    assert shared.state(request) == shared.state(request, "VN.a05") == "refused"
    assert "Legal review: Lan. Released by: Minh." in minh.read(here)


def test_a_concern_needs_a_second_person_at_the_desk(shared: Desks) -> None:
    """Who raises a concern cannot look at it as the second person too; another one can."""
    request = shared.taken("lan")
    shared.know("minh", request)
    lan, minh, here = shared.served.client("lan"), shared.served.client("minh"), f"/incoming/{request.id}"
    considered(shared, "lan", request)
    gate = "gate-purpose"
    lan.post(f"{here}/safeguards", {f"{gate}.answer": "A journalist.", f"{gate}.concern": "raised"}, page=here)
    assert "Safeguards questions (1 open)" in lan.read(here)
    assert lan.post(f"{here}/safeguards", {"second": gate}, page=here).status_code == 422
    assert minh.post(f"{here}/safeguards", {"second": gate}, page=here).status_code == 303
    assert "also looked at by Minh" in lan.read(here)


def test_files_are_delivered_and_the_same_files_again_are_one_delivery(shared: Desks) -> None:
    """Files of an accepted request reach the asker whole, with their digests shown; sent twice they are delivered once."""
    request = shared.taken("lan")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    considered(shared, "lan", request)
    lan.post(f"{here}/accept", signed(), page=here)
    for _ in (1, 2):
        files = [("files", ("subscriber.csv", b"name,Mule Example\n")), ("files", ("log.bin", b"\0" * 2_000_000))]
        assert lan.post(f"{here}/deliver", {"target": "1"}, page=here, files=files).status_code == 303
    shared.street.rounds()
    assert {kept.state for kept in shared.street.parts(request)} == {"Received"}
    assert {kept.part.name for kept in shared.street.parts(request)} == {"subscriber.csv", "log.bin"}
    page = lan.get(here).text
    assert hashlib.sha256(b"\0" * 2_000_000).hexdigest() in page
    assert shared.staged() == set()


def test_an_emergency_is_called_back_before_anything_leaves(shared: Desks) -> None:
    """Nothing leaves on an emergency before a call under a number of the directory confirmed it, or a named person overrode that."""
    request = shared.taken("lan", "disclose_emergency")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    considered(shared, "lan", request)
    lan.post(f"{here}/accept", signed(), page=here)
    assert lan.post(f"{here}/exist", {"exists": "yes", "target": "1"}, page=here).status_code == 422
    call = {"number": "+1 555 9999", "verdict": "confirmed", "answered_by": "Officer 3"}
    assert lan.post(f"{here}/callback", call, page=here).status_code == 422
    assert lan.post(f"{here}/callback", call | {"number": "+1 555 0101"}, page=here).status_code == 303
    assert lan.post(f"{here}/exist", {"exists": "yes", "target": "1"}, page=here).status_code == 303
    assert "data exist" in lan.read(here)


def test_targets_are_answered_one_by_one(shared: Desks) -> None:
    """Each target has its word; one that is refused needs a review by another person."""
    request = shared.taken("lan")
    shared.know("minh", request)
    lan, minh, here = shared.served.client("lan"), shared.served.client("minh"), f"/incoming/{request.id}"
    considered(shared, "lan", request)
    said = signed(**{"target-1": "refused", "code-1": "no_data", "reason-1": "Nothing here."})
    assert lan.post(f"{here}/partial", said, page=here).status_code == 422
    assert lan.post(f"{here}/review", {"text": "There is no such account."}, page=here).status_code == 303
    assert lan.post(f"{here}/partial", said, page=here).status_code == 422
    assert minh.post(f"{here}/partial", said, page=here).status_code == 303
    assert "In part: target 1: refused no_data" in minh.read(here)


def test_figures_count_and_name_nobody(shared: Desks) -> None:
    """The figures count by country, measure and outcome, as a page and as CSV, and hold nothing of what was asked."""
    lan = shared.served.client("lan")
    shared.taken("lan", "preserve")
    rows = lan.get("/figures.csv").text.splitlines()
    assert rows[0] == "country,measure,outcome,code,requests,median_hours_to_answer"
    assert any(row.startswith("VN,preserve,waiting,,") for row in rows)
    for text in (lan.get("/figures").text, "\n".join(rows)):
        assert "Mule" not in text
        assert "VN.a05-2026" not in text
    assert lan.get("/figures?since=2026-12-01&until=2026-11-01").status_code == 422
    report, paper = lan.get("/figures/report.csv").text, lan.get("/figures/report.pdf")
    assert report.splitlines()[0] == "by,name,requests"
    assert "total" in report
    assert "VN.a05" not in report
    assert paper.content.startswith(b"%PDF")
    assert "attachment" in paper.headers["content-disposition"]


def test_a_drill_is_recorded_with_who_answered(shared: Desks) -> None:
    """Who tried a number writes down who answered; a number that the directory does not have is not taken."""
    lan = shared.served.client("lan")
    assert "never" in lan.read("/directory?text=vn.a05")
    said = {"number": "+1 555 0101", "answered_by": "Officer 3", "note": "In English."}
    assert lan.post("/directory/VN.a05/drill", said, page="/directory/VN.a05").status_code == 303
    assert "answered by Officer 3" in lan.read("/directory/VN.a05")
    assert "never" not in lan.read("/directory?text=vn.a05")
    wrong = lan.post("/directory/VN.a05/drill", said | {"number": "+1 555 9999"}, page="/directory/VN.a05")
    assert wrong.status_code == 422
    assert lan.get("/directory/VN.nobody").status_code == 404


def test_an_administrator_holds_a_peer_back(shared: Desks) -> None:
    """The administrator pauses a peer and lets it out again, and reads no reference of a request there."""
    boss = shared.served.client("boss", "administrator")
    assert boss.post("/peers/VN.a05", {"do": "pause"}, page="/peers").status_code == 303
    assert "paused" in boss.read("/peers")
    boss.post("/peers/VN.a05", {"do": "resume"}, page="/peers")
    assert "paused" not in boss.read("/peers")
    assert boss.post("/peers/XX.none", {"do": "pause"}, page="/peers").status_code == 404
    assert shared.served.client("lan").post("/peers/VN.a05", {"do": "pause"}, page="/peers").status_code == 403
