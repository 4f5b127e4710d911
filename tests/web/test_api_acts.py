"""What programs do with the API: whole ways of a case, as the desk would go them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.api import Program, program, returned, signs_as
from builders.desk import Served, served, served_on
from builders.world import CASE, SHEET
from comity.accounts import knowledge
from comity.crypto.keys import FileSigner
from comity.crypto.recipient import new_identity, seal_file
from comity.ledger import proof
from comity.ledger.note import NoteKey
from comity.packages.verification import Given, verify
from comity.requests.release import seal_request

REFERENCE = CASE["reference"]
FIELDS = {name: one for name, one in SHEET.items() if name != "contents"} | {
    "contents": [
        {"id": name, "text": text}
        for name, text in {"authority": "Department for Cyber Security", **SHEET["contents"]}.items()
    ]
}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Served]:
    """A desk of its own, for the ways of the one case."""
    with served(tmp_path) as made:
        yield made


def drafted(desk: Served, measure: str = "preserve") -> tuple[Program, dict[str, Any]]:
    """A complete draft made by a program of the drafter."""
    lan = program(desk, "lan", "drafter")
    assert lan.post("/cases", CASE).status_code == 201
    made = lan.post(f"/requests?case={REFERENCE}", {"measure": measure, "to": "SG.orchid"}).json()
    change = {"seen": made["seen"], "fields": FIELDS}
    changed = lan.call("PATCH", f"/requests/{made['id']}", json=change)
    assert changed.status_code == 200, changed.text
    return lan, changed.json()


def signed(prepared: dict[str, Any], key: FileSigner) -> dict[str, str]:
    """What a person hands in who signed the prepared bytes at home."""
    signature = key.sign(base64.b64decode(prepared["message"])).hex()
    return {"keyid": key.public.keyid, "package": prepared["package"], "signature": signature}


def releaser(desk: Served, name: str = "minh", *roles: str) -> tuple[Program, FileSigner]:
    """A program of a releaser who knows of the case, and his key."""
    calls = program(desk, name, *(roles or ("releaser",)))
    desk.member(name, REFERENCE)
    return calls, signs_as(desk, name, "release")


def test_a_request_goes_from_case_to_package(own: Served, tmp_path: Path) -> None:
    """A program opens a case and drafts; what is sealed at the desk is released by a signature made elsewhere."""
    lan, draft = drafted(own)
    checked = lan.get(f"/requests/{draft['id']}/check").json()
    assert checked["complete"], checked["findings"]
    seal_request(own.nodes.office(), draft["id"], own.nodes.key("draft"))
    minh, key = releaser(own)
    prepared = minh.get(f"/requests/{draft['id']}/release").json()
    assert prepared["signers"] == ["Officer 1"]
    answer = minh.post(f"/requests/{draft['id']}/release", signed(prepared, key))
    assert (answer.status_code, answer.json()["state"]) == (200, "released"), answer.text
    file = tmp_path / "package.zip"
    file.write_bytes(lan.get(f"/requests/{draft['id']}/package").content)
    office = own.nodes.office()
    assert verify(file, Given(office.mirror.root, office.clock.now())).valid
    found = lan.post("/verify", file.read_bytes()).json()
    assert (found["verdict"], found["steps"][0]["number"]) == ("valid", 1)
    assert str(tmp_path) not in json.dumps(found)


def test_the_preparation_says_what_keeps_it_from_being_released(own: Served) -> None:
    """Bytes to be signed are given for what is sealed alone."""
    _, draft = drafted(own)
    minh, _ = releaser(own)
    assert minh.get(f"/requests/{draft['id']}/release").status_code == 409


def test_an_emergency_is_confirmed_by_a_signature(own: Served) -> None:
    """A third person confirms an emergency with a signature made elsewhere, and then it can be released."""
    request = seal_request(own.nodes.office(), own.nodes.draft("disclose_emergency").id, own.nodes.key("draft"))
    hoa = program(own, "hoa", "confirmer")
    own.member("hoa", REFERENCE)
    key = signs_as(own, "hoa", "emergency")
    prepared = hoa.get(f"/requests/{request.id}/confirmation").json()
    assert hoa.post(f"/requests/{request.id}/confirmation", signed(prepared, key)).status_code == 200
    minh, other = releaser(own)
    prepared = minh.get(f"/requests/{request.id}/release").json()
    assert prepared["signers"] == ["Officer 1", "Officer 3"]
    assert minh.post(f"/requests/{request.id}/release", signed(prepared, other)).json()["state"] == "released"


def test_a_draft_that_somebody_else_changed_is_not_overwritten(own: Served) -> None:
    """A change names what it saw, and is refused when that is no longer so; the same for a case."""
    lan, draft = drafted(own)
    stale = {"seen": "0" * 64, "fields": {"necessity": "Another word."}}
    assert lan.call("PATCH", f"/requests/{draft['id']}", json=stale).status_code == 409
    case = {"seen": "0" * 64, "document": CASE | {"title": "Another title"}}
    assert lan.call("PUT", f"/cases/{REFERENCE}", json=case).status_code == 409
    seen = lan.get(f"/cases/{REFERENCE}").json()["seen"]
    assert lan.call("PUT", f"/cases/{REFERENCE}", json=case | {"seen": seen}).status_code == 200
    assert lan.get(f"/cases/{REFERENCE}").json()["title"] == "Another title"


def test_a_change_sets_only_what_a_sheet_may_say(own: Served) -> None:
    """Fields that a draft sheet does not have, such as sender, id or case, cannot be set."""
    lan, draft = drafted(own)
    for name, value in (("id", draft["id"]), ("from", {"party": "PH.cicc"}), ("case", {}), ("reference", "X")):
        answer = lan.call("PATCH", f"/requests/{draft['id']}", json={"seen": draft["seen"], "fields": {name: value}})
        assert (answer.status_code, answer.json()["field"]) == (422, f"fields.{name}")


def test_a_basis_is_proposed_and_chosen(own: Served) -> None:
    """A program asks for the bases of a draft and binds one in its person's name, and in nobody else's."""
    lan, draft = drafted(own)
    proposed = lan.get(f"/requests/{draft['id']}/bases").json()["candidates"]
    choice = {"candidate": proposed[0]["id"]}
    other = lan.call("PUT", f"/requests/{draft['id']}/basis", json=choice | {"by": "Officer 1"})
    assert (other.status_code, other.json()["field"]) == (422, "by")
    assert lan.call("PUT", f"/requests/{draft['id']}/basis", json=choice).status_code == 200
    assert lan.get(f"/requests/{draft['id']}").json()["document"]["basis"]["candidate"] == proposed[0]["id"]
    assert lan.get(f"/requests/{draft['id']}").json()["document"]["basis"]["by"] == "Lan"


def test_a_request_is_listed_printed_and_withdrawn(own: Served) -> None:
    """A program lists requests by case and state, prints one, and withdraws it with a reason."""
    lan, draft = drafted(own)
    assert lan.get("/requests", case=REFERENCE, state="draft").json()["total"] == 1
    assert lan.get("/requests", state="released").json()["items"] == []
    assert lan.get("/requests", case="VN.other").json()["items"] == []
    assert lan.get(f"/requests/{draft['id']}/document").content.startswith(b"%PDF")
    minh, _ = releaser(own)
    answer = minh.post(f"/requests/{draft['id']}/withdrawal", {"reason": "Another account."})
    assert answer.json()["state"] == "withdrawn"


def test_a_receipt_is_taken_in_once(own: Served) -> None:
    """A receipt moves the request once; what it is about is told to those alone who know of that case."""
    nodes = own.nodes
    receipt = nodes.answered(nodes.received(), "received")
    lan, minh = program(own, "lan", "officer"), program(own, "minh", "officer")
    own.member("lan", REFERENCE)
    taken = [one.post("/receipts", receipt) for one in (lan, lan, minh)]
    assert [(one.status_code, one.json()["new"]) for one in taken] == [(201, True), (200, False), (200, False)]
    assert taken[0].json()["request"]["state"] == "received"
    assert taken[2].json()["request"] is None
    assert REFERENCE not in taken[2].text


def test_a_package_that_arrives_is_taken_in_once(own: Served, tmp_path: Path) -> None:
    """Who takes in a package is the first to know of its case, and may read it; to another one it is not told."""
    package = own.nodes.carried(own.nodes.released())
    with served_on(own.nodes, party="SG.orchid") as there:
        lan = program(there, "lan", "officer")
        first, again = (lan.post("/incoming", package.read_bytes()) for _ in range(2))
        assert (first.status_code, again.status_code, again.json()["new"]) == (201, 200, False), first.text
        request = first.json()["request"]
        assert lan.get("/incoming", case=f"VN.a05:{REFERENCE}").json()["items"] == [request]
        assert lan.get(f"/incoming/{request['id']}").json()["document"]["reference"] == request["reference"]
        assert lan.get(f"/incoming/{request['id']}/document").content.startswith(b"%PDF")
        assert lan.get(f"/incoming/{request['id']}/package").status_code == 200
        minh = program(there, "minh", "officer")
        assert minh.post("/incoming", package.read_bytes()).json()["request"] is None
        assert minh.get(f"/incoming/{request['id']}").status_code == 404


def test_an_encrypted_package_is_opened(own: Served, tmp_path: Path) -> None:
    """A package encrypted to the node is opened and taken in; without an identity it is refused. Nothing stays set aside."""
    package, identity = own.nodes.carried(own.nodes.released()), new_identity()
    seal_file(package, tmp_path / "sealed.age", [identity.recipient])
    data = (tmp_path / "sealed.age").read_bytes()
    with served_on(own.nodes, party="SG.orchid") as there:
        lan = program(there, "lan", "officer")
        assert lan.post("/incoming", data).status_code == 422
        vars(there.desk)["exchange"] = replace(there.desk.exchange, identity=identity)
        assert lan.post("/incoming", data).status_code == 201
        assert list(there.desk.node.settings.files.glob("staging/*/*/*")) == []


def test_a_package_for_somebody_else_is_refused(own: Served, tmp_path: Path) -> None:
    """A package that is not for us is refused by the step of verification, without a path of this machine."""
    package = own.nodes.carried(own.nodes.released())
    refused = program(own, "lan", "officer").post("/incoming", package.read_bytes())
    assert (refused.status_code, refused.json()["field"]) == (409, "addressee")
    assert str(tmp_path) not in refused.text


def test_lists_come_in_pieces(desk: Served) -> None:
    """A list is given a piece at a time, each saying where the next one begins."""
    lan = program(desk, "lan0", "drafter")
    assert [one["id"] for one in _all(lan, "/directory")] == ["PH.cicc", "SG.orchid", "VN.a05"]


def test_records_answer_questions(desk: Served, tmp_path: Path) -> None:
    """A member of a case asks its returns for timeline, links, meetings, hours and flow."""
    lan = program(desk, "lan1", "custodian")
    desk.member("lan1", "VN-2026-7")
    assert lan.get("/returns", case="VN-2026-7").json()["items"] == []
    returned(desk, tmp_path / "return", "VN-2026-7")
    assert lan.get("/returns", case="VN-2026-7").json()["items"][0]["records"] == {"session": 2, "transaction": 1}
    assert lan.get("/analysis/timeline", case="VN-2026-7", limit=1).json()["next"] == 1
    assert lan.get("/analysis/timeline", case="VN-2026-7", until="2020-01-01T00:00:00Z").json()["total"] == 0
    assert lan.get("/analysis/meetings", case="VN-2026-7").json()["items"][0]["place"]
    assert lan.get("/analysis/links", case="VN-2026-7").json()["total"] >= 1
    assert sum(one["records"] for one in lan.get("/analysis/rhythm", case="VN-2026-7").json()["items"]) == 2
    flow = lan.get("/analysis/flow", case="VN-2026-7", start="iban:DE89370400440532013000")
    assert flow.json()["items"][0]["amount"] == "25.5", flow.text


def test_matching_shows_the_own_cases_alone(desk: Served, tmp_path: Path) -> None:
    """An identifier is found in cases that the person knows of, and in no other."""
    from comity.matching.model import Sighting

    for case in ("VN-2026-8", "VN-2026-9"):
        desk.nodes.node().correlator.post(case, f"sheet-{case}", [Sighting("email", "mule@example.org", 1, None, None)])
    lan = program(desk, "lan2", "drafter")
    wanted = {"identifiers": [{"kind": "email", "value": "mule@example.org"}]}
    assert lan.post("/matching/look-up", wanted).json()["items"][0]["cases"] == []
    desk.member("lan2", "VN-2026-8")
    assert lan.post("/matching/look-up", wanted).json()["items"][0]["cases"] == ["VN-2026-8"]
    assert lan.get("/matching/related", case="VN-2026-8").json()["items"] == []


def test_identifiers_are_recognised(desk: Served) -> None:
    """Pasted lines are read as identifiers, and what is none is said to be none."""
    lan = program(desk, "lan3", "drafter")
    rows = lan.post("/identifiers/recognise", {"text": "Mule@example.org\n192.0.2.7\n!!"}).json()["items"]
    assert [row["found"] and row["found"]["kind"] for row in rows] == ["email", "ip", None]
    named = lan.post("/identifiers/normalise", {"kind": "phone", "value": "(202) 555-0143", "region": "US"}).json()
    assert named["value"] == "+12025550143"
    assert lan.post("/identifiers/normalise", {"kind": "iban", "value": "DE00"}).status_code == 422


def test_the_law_is_told(desk: Served) -> None:
    """Instruments, articles, countries, gaps and bases come as the commands print them."""
    lan = program(desk, "lan", "drafter")
    assert any(one["id"] == "hanoi" for one in _all(lan, "/law/instruments"))
    assert lan.get("/law/instruments/hanoi", on="2026-11-25").status_code == 200
    assert lan.get("/law/articles/25").json()["number"] == 25
    assert lan.get("/law/countries/VN").json()["treaties"]
    assert lan.get("/law/countries/VN/gaps").json()["total"] > 0
    question = {"from": "VN", "to": "SG", "article": 13, "measure": "preserve", "to_whom": "provider"}
    assert lan.post("/law/basis", question).json()["candidates"]
    assert lan.post("/law/basis", question | {"offence": "Fraud"}).status_code == 422


def test_the_log_is_proved(desk: Served) -> None:
    """An auditor's program keeps a checkpoint and a proof that hold without the node."""
    auditor = program(desk, "audits", "auditor")
    said = auditor.get("/log/proofs/0").json()
    assert proof.verify(said["proof"].encode(), [NoteKey.from_text(said["key"])]).event["type"] == "node.created"
    assert "VN.a05" in auditor.get("/log/checkpoint").json()["checkpoint"]
    assert auditor.get("/log/proofs/999999").status_code == 404


def test_who_opens_a_case_knows_of_it(own: Served) -> None:
    """A case that a program opened has its person as first member, and a reference is taken once."""
    lan = program(own, "lan", "drafter")
    assert lan.post("/cases", CASE).status_code == 201
    assert lan.post("/cases", CASE).status_code == 409
    with own.crew.staff.store.read() as unit:
        assert [one.person for one in knowledge.members(unit, REFERENCE)] == [own.person("lan").id]


def test_every_use_is_counted_in_the_log(own: Served) -> None:
    """Uses of a token become events with counts: the first at once, the others with the next minute or at the end."""
    from datetime import timedelta

    lan = program(own, "lan", "drafter", only=["case.list"])
    for _ in range(3):
        lan.get("/cases")
    lan.get("/peers")
    own.nodes.clock.advance(timedelta(minutes=2))
    lan.get("/cases")
    own.server.stop()
    with own.crew.staff.store.read() as unit:
        ledger = own.crew.staff.ledger
        events = [json.loads(one.event) for one in ledger.entries(unit, 0, ledger.size(unit))]
    used = [(one["act"], one["uses"], one["refused"]) for one in events if one["type"] == "account.tokenused"]
    assert used == [("case.list", 1, 0), ("peers.read", 1, 1), ("case.list", 3, 0)]


def test_a_look_at_a_case_is_an_event(own: Served) -> None:
    """Reading a case through the API stands in the log with person, case, act and token."""
    lan, _ = drafted(own)
    before = own.crew.events().count("account.read")
    lan.get(f"/cases/{REFERENCE}")
    assert own.crew.events().count("account.read") == before + 1


def test_the_account_page_tells_when_a_token_was_used(own: Served) -> None:
    """A token's last use is kept and shown to its person."""
    program(own, "lan", "drafter").get("/cases")
    assert "last used" in own.client("lan").read("/account")


def _all(calls: Program, path: str) -> list[dict[str, Any]]:
    """Every row of a list, two at a time."""
    rows: list[dict[str, Any]] = []
    skip: int | None = 0
    while skip is not None:
        piece = calls.get(path, skip=skip, limit=2).json()
        rows, skip = rows + piece["items"], piece["next"]
    return rows
