"""A request at the desk: drafted, sealed, released by another person, sent, and never released by who drafted it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.desk import Served, served
from builders.officers import FORM, KNOWN, SECRET, complete, draft, hidden, known, signer
from builders.world import CASE
from comity.packages.verification import Given, verify
from comity.requests.cases import import_case
from comity.requests.drafting import draft as begin
from comity.requests.model import Request
from comity.requests.register import show_request
from comity.requests.tables import find_requests


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk of its own."""
    with served(tmp_path) as made:
        yield made


def state(desk: Served, request: str) -> str:
    """The state of a request."""
    return show_request(desk.nodes.office(), request).request.state


def test_a_case_becomes_a_draft_and_the_draft_complete(desk: Served) -> None:
    """An officer opens a case from pasted lines, drafts a request, and is led from remark to remark until nothing blocks."""
    lan = signer(desk, "lan", "drafter")
    seen = lan.post("/cases/new", FORM | {"do": "look"}, page="/cases/new").text
    assert "Not taken" in seen
    taken = re.findall(r'name="take" value="(\d+)"', seen)
    form = FORM | {"do": "keep", "looked": hidden(seen, "looked"), "take": taken}
    where = lan.post("/cases/new", form, page="/cases/new").headers["location"]
    assert where == "/case/VN-2026-0042"
    begin = {"once": hidden(lan.get(where).text, "once"), "measure": "preserve", "to": "PH.cicc"}
    path = lan.post("/cases/draft/VN-2026-0042", begin, page=where).headers["location"]
    page = lan.get(path).text
    assert "items block" in page
    typed = complete(page)
    basis = re.findall(r'name="candidate" value="([^"]+)">', page)[0]
    checked = lan.post(path, typed | {"do": "check"}, page=path).text
    assert "What you typed is not kept yet." in checked
    assert lan.post(path, typed | {"do": "keep", "candidate": basis}, page=path).status_code == 303
    page = lan.get(path).text
    answers = dict.fromkeys(asked(page, basis), "Asked the ministry: yes.")
    more = (
        complete(page) | {"do": "go", "target": re.findall(r'"target" value="(\w+)"[^>]*>[^@]*Mule@', page)} | answers
    )
    assert lan.post(path, more, page=path).headers["location"] == path.removesuffix("/draft")
    assert "The draft is complete." in lan.read(path.removesuffix("/draft"))


def bare(desk: Served) -> Request:
    """A draft of the case that states nothing yet, of which lan knows."""
    import_case(desk.nodes.office(), desk.nodes.sheet(CASE))
    known(desk, "lan")
    return begin(desk.nodes.office(), KNOWN, measure="preserve", to="SG.orchid")


def asked(page: str, basis: str) -> list[str]:
    """The fields in which the open questions of a basis are answered."""
    return re.findall(rf'name="(open-{basis}-\w+)"', page)


def test_an_open_basis_asks_before_it_is_chosen_and_says_what_an_answer_changes(desk: Served) -> None:
    """A draft that nobody kept asks the open questions of every basis; they are answered and kept in one go."""
    lan = signer(desk, "lan", "drafter")
    request = bare(desk)
    path = f"/request/{request.id}/draft"
    page = lan.get(path).text
    basis = next(one for one in re.findall(r'name="candidate" value="([^"]+)">', page) if asked(page, one))
    assert "nothing is sealed before a named person has answered" in page
    typed = complete(page) | {"candidate": basis} | dict.fromkeys(asked(page, basis), "The ministry says yes.")
    looked = lan.post(path, typed | {"do": "check"}, page=path).text
    assert "not answered by a named person" not in looked
    assert looked.count("The ministry says yes.") == len(asked(page, basis))
    assert "basis" not in show_request(desk.nodes.office(), request.id).request.document
    assert lan.post(path, typed | {"do": "keep"}, page=path).status_code == 303
    rows = show_request(desk.nodes.office(), request.id).request.document["basis"]["reasons"]
    said = [row for row in rows if row["state"] in ("open", "lead")]
    assert [row["answer"] for row in said] == ["The ministry says yes."] * len(asked(page, basis))
    assert {row["by"] for row in said} == {desk.crew.people["lan"].holder}


def test_an_answer_under_another_basis_is_not_taken(desk: Served) -> None:
    """Only what was typed under the basis that is ticked is kept."""
    lan = signer(desk, "lan", "drafter")
    request = bare(desk)
    path = f"/request/{request.id}/draft"
    page = lan.get(path).text
    first, second = [one for one in re.findall(r'name="candidate" value="([^"]+)">', page) if asked(page, one)][:2]
    typed = complete(page) | {"do": "keep", "candidate": first} | dict.fromkeys(asked(page, second), "Not here.")
    assert lan.post(path, typed, page=path).status_code == 303
    kept = show_request(desk.nodes.office(), request.id).request.document["basis"]
    assert kept["candidate"] == first
    assert "Not here." not in json.dumps(kept)


def test_a_second_person_releases_and_the_package_verifies(desk: Served) -> None:
    """The drafter seals, another person releases what he saw, and the file that is downloaded is a package that holds."""
    lan, minh = signer(desk, "lan", "drafter"), signer(desk, "minh", "releaser")
    request = draft(desk, "lan", "minh")
    path = f"/request/{request.id}"
    seen = hidden(lan.get(path).text, "seen")
    assert lan.post(f"{path}/seal", {"passphrase": "wrong", "seen": seen}, page=path).status_code == 422
    assert lan.post(f"{path}/seal", {"passphrase": SECRET, "seen": seen}, page=path).status_code == 303
    assert "another person releases it" in lan.read(path)
    assert "Minh" in lan.read(path)
    assert minh.get(f"{path}/document").content.startswith(b"%PDF")
    form = {"passphrase": SECRET, "seen": hidden(minh.get(path).text, "seen")}
    assert minh.post(f"{path}/release", form, page=path).status_code == 303
    for page in (path, f"/case/{KNOWN}"):
        trail = minh.read(page)
        for words in ("Officer 1 sealed the request.", "Officer 2 released the request."):
            assert words in trail
    file = desk.nodes.maker.path(".zip")
    file.write_bytes(minh.get(f"{path}/package").content)
    there = desk.nodes.office("SG.orchid")
    assert verify(file, Given(root=there.mirror.root, at=desk.nodes.clock.now(), own=there.own())).valid
    page = minh.read(path)
    for words in ("Call back", "+1 555 0101", "Read-back code", "Download the package"):
        assert words in page


def test_an_emergency_is_confirmed_by_a_third_person(desk: Served) -> None:
    """An emergency waits for its confirmer; only then is it released."""
    lan, minh, hoa = (signer(desk, *one) for one in (("lan", "drafter"), ("minh", "releaser"), ("hoa", "confirmer")))
    request = draft(desk, "lan", "minh", "hoa", measure="disclose_emergency")
    path = f"/request/{request.id}"

    def signed(who: object, act: str) -> int:
        form = {"passphrase": SECRET, "seen": hidden(lan.get(path).text, "seen") if act == "seal" else sealed()}
        return int(who.post(f"{path}/{act}", form, page=path).status_code)  # type: ignore[attr-defined]

    def sealed() -> str:
        return show_request(desk.nodes.office(), request.id).request.package

    assert signed(lan, "seal") == 303
    assert "Hoa" in lan.read(path)
    assert signed(minh, "release") == 409
    assert signed(hoa, "confirm") == 303
    assert signed(minh, "release") == 303
    assert state(desk, request.id) == "released"


def test_an_answer_is_on_the_page_and_what_follows_is_drafted(desk: Served) -> None:
    """A refusal is shown by its words, and a corrected request begins from it; an acceptance is extended."""
    from comity.requests.receipts import take

    lan = signer(desk, "lan", "drafter")
    request = desk.nodes.received()
    known(desk, "lan")
    take(desk.nodes.office(), desk.nodes.answered(request, "accepted", preserved_until=desk.nodes.later(days=90)))
    path = f"/request/{request.id}"
    page = lan.get(path).text
    assert "The addressee accepted." in page
    form = {"once": hidden(page, "once"), "relation": "extends"}
    first = lan.post(f"{path}/follow", form, page=path).headers["location"]
    assert lan.post(f"{path}/follow", form, page=path).headers["location"] == first
    assert request.reference in lan.read(first.removesuffix("/draft"))


def test_it_is_given_back_withdrawn_and_sent(desk: Served) -> None:
    """A releaser gives a request back with a reason; a released one is taken back; one without an address is not sent."""
    lan, minh = signer(desk, "lan", "drafter"), signer(desk, "minh", "releaser")
    request = draft(desk, "lan", "minh")
    path = f"/request/{request.id}"
    lan.post(f"{path}/seal", {"passphrase": SECRET}, page=path)
    back = {"passphrase": SECRET, "reason": "The facts are thin."}
    assert minh.post(f"{path}/reopen", back, page=path).status_code == 303
    assert "The facts are thin." in lan.read(path)
    lan.post(f"{path}/seal", {"passphrase": SECRET}, page=path)
    minh.post(f"{path}/release", {"passphrase": SECRET}, page=path)
    assert minh.post(f"{path}/send", page=path).status_code == 404
    assert minh.post(f"{path}/withdraw", {"reason": "Found by other means"}, page=path).status_code == 303
    assert state(desk, request.id) == "withdrawn"


def test_a_case_is_carried_out_and_its_people_come_and_go(desk: Served) -> None:
    """A member brings another in and lets him go; the export has the case with its requests, and no file of others."""
    lan = desk.client("lan", "drafter")
    desk.person("minh", "releaser")
    draft(desk, "lan")
    page = f"/case/{KNOWN}"
    minh = desk.person("minh")
    assert lan.post(f"/cases/bring/{KNOWN}", {"person": minh.id, "reason": "releases"}, page=page).status_code == 303
    assert "Minh" in lan.read(page)
    assert lan.post(f"/cases/let-go/{KNOWN}", {"person": minh.id, "reason": "done"}, page=page).status_code == 303
    found = json.loads(lan.get(f"/cases/export/{KNOWN}").text)
    assert (found["case"]["reference"], len(found["requests"])) == (KNOWN, 1)
    with desk.nodes.node().store.read() as unit:
        assert found["requests"][0]["id"] == find_requests(unit, case=KNOWN)[0].id
