"""Attacks on the desk's incoming side: other people's requests, uploads that are too much, wrong packages, one person as two."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from builders.desk import Visitor
from builders.incoming import PASSPHRASE, Desks, desks
from builders.world import SHEET
from comity.accounts import people
from comity.requests import tables
from comity.requests.tables import answers_of, find_requests
from comity.web.desk import delivering, incoming

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    """The provider's desk, shared by the tests of the module."""
    with desks(tmp_path_factory.mktemp("desks")) as made:
        made.signer("lan", "provider")
        made.signer("minh", "provider")
        yield made


def upload(visitor: Visitor, data: bytes, name: str = "x.zip", **more: str) -> int:
    """The status of a package that is uploaded."""
    return visitor.post("/inbox", more, page="/inbox", files=[("file", (name, data))]).status_code


def kept(shared: Desks) -> set[str]:
    """The files that the provider's node keeps."""
    return {one.name for one in shared.served.desk.node.settings.files.glob("*") if one.is_file()}


def test_a_request_of_others_is_not_there_by_any_address(shared: Desks) -> None:
    """Who does not know of a request gets the same 404 for every page and form on it as for one that is not there."""
    request = shared.taken("lan")
    stranger = shared.served.client("stranger", "provider", "lawyer", "officer", "releaser", "custodian")
    csrf = stranger.csrf("/account")
    headers = {"origin": stranger.origin, "sec-fetch-site": "same-origin"}
    for route in (*incoming.ROUTES, *delivering.ROUTES):
        answers = []
        for name in (request.id, "0" * 8, request.reference):
            path = route.path.replace("{request}", name).replace("{answer}", "x")
            data = {"csrf": csrf} if route.method == "POST" else None
            answers.append(stranger.client.request(route.method, path, data=data, headers=headers))
        assert {one.status_code for one in answers} == {404}, route.path
        texts = {
            one.text.replace(request.id, "").replace("0" * 8, "").replace(request.reference, "") for one in answers
        }
        assert len({text.partition("<main")[2].partition("</main>")[0] for text in texts}) == 1, route.path


def test_an_outgoing_request_is_no_incoming_one(shared: Desks, tmp_path: Path) -> None:
    """A request of ours is not shown as one that came in, even to who knows of its case."""
    office = shared.street.nodes.office()
    released = shared.street.nodes.released()
    assert office.party == "VN.a05"
    lan = shared.served.client("lan")
    assert lan.get(f"/incoming/{released.id}").status_code == 404


def test_a_receipt_of_another_request_is_not_had_through_ones_own(shared: Desks) -> None:
    """A receipt is given only through the request that it is about."""
    mine, other = shared.taken("lan"), shared.arrived()
    shared.street.answered(other, "received")
    with shared.served.desk.staff.store.read() as unit:
        (answer,) = answers_of(unit, other.id)
    assert shared.served.client("lan").get(f"/incoming/{mine.id}/receipt/{answer.id}").status_code == 404


def test_files_of_who_is_not_signed_in_are_not_read(shared: Desks) -> None:
    """A large form from nobody, or from a role that may not send it, is refused before its bytes are taken."""
    before = shared.staged()
    visitor = shared.served.visitor()
    headers = {
        "origin": visitor.origin,
        "content-type": "multipart/form-data; boundary=x",
        "content-length": "50000000",
    }
    taken = 0

    def slowly() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(50):
            taken += 1
            yield b"y" * 1_000_000

    assert visitor.client.post("/inbox", content=slowly(), headers=headers).status_code == 401
    auditor = shared.served.client("auditor", "auditor")
    assert upload(auditor, b"x" * 1000) == 403
    elsewhere = shared.served.client("lan").client
    assert elsewhere.post("/inbox", files={"file": b"x"}, headers={"origin": "https://evil.example"}).status_code == 403
    assert shared.staged() == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no package",
        b"PK\x03\x04" + b"\0" * 1000,
        b"age-encryption.org/v1\n-> X25519 x\n",
        b'{"format":"comity-receipt/1"}',
    ],
    ids=["empty", "text", "torn zip", "sealed to nobody", "bare receipt"],
)
def test_what_is_no_package_is_kept_nowhere(shared: Desks, data: bytes) -> None:
    """Anything else than a package is refused with what is wrong, and leaves no file behind."""
    before = kept(shared), shared.staged()
    assert upload(shared.served.client("lan"), data) == 422
    assert (kept(shared), shared.staged()) == before


def test_a_zip_bomb_is_refused_and_kept_nowhere(shared: Desks) -> None:
    """A small file that would unpack into gigabytes is refused at the first step."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("VN.a05-2026-1/bagit.txt", b"\0" * 50_000_000)
    before = kept(shared), shared.staged()
    assert len(out.getvalue()) < 100_000
    assert upload(shared.served.client("lan"), out.getvalue()) == 422
    assert (kept(shared), shared.staged()) == before


def test_too_many_files_or_bytes_are_refused_and_kept_nowhere(shared: Desks) -> None:
    """More files than the page takes, more parts, more bytes than it says: refused, and nothing stays on the disk."""
    lan, before = shared.served.client("lan"), (kept(shared), shared.staged())
    files = [("file", (f"{n}.zip", b"x")) for n in range(3)]
    assert lan.post("/inbox", page="/inbox", files=files).status_code == 415
    many = {f"field{n}": "x" for n in range(500)}
    assert lan.post("/inbox", many, page="/inbox", files=[("file", ("x", b"x"))]).status_code == 415
    assert upload(lan, b"\0" * ((64 << 20) + (128 << 10))) == 413
    assert (kept(shared), shared.staged()) == before


def test_a_package_for_somebody_else_is_refused_with_its_steps(shared: Desks) -> None:
    """A package addressed to another party stops at the step `addressee`, which is shown, and is kept nowhere."""
    nodes = shared.street.nodes
    package = nodes.carried(nodes.released("preserve", "PH.cicc"))
    before = kept(shared), shared.staged()
    lan = shared.served.client("lan")
    answer = lan.post("/inbox", page="/inbox", files=[("file", ("p.zip", package.read_bytes()))])
    assert answer.status_code == 422
    assert '<li class="failed"><strong>addressee</strong>' in answer.text
    assert (kept(shared), shared.staged()) == before


def test_an_altered_package_is_refused(shared: Desks) -> None:
    """One changed byte is found, at its step, and nothing is kept."""
    nodes = shared.street.nodes
    data = bytearray(nodes.carried(nodes.released()).read_bytes())
    at = data.find(b"Mule")
    data[at] ^= 1
    before = kept(shared)
    assert upload(shared.served.client("lan"), bytes(data)) == 422
    assert kept(shared) == before


def test_a_package_sent_again_has_one_effect_and_opens_nothing(tmp_path: Path) -> None:
    """The same package again leads its taker to the same request; to another person it shows the steps and no content."""
    with desks(tmp_path) as own:
        nodes = own.street.nodes
        data = nodes.carried(nodes.released()).read_bytes()
        lan, other = own.served.client("lan", "provider"), own.served.client("other", "provider")
        first = lan.post("/inbox", page="/inbox", files=[("file", ("p.zip", data))])
        again = lan.post("/inbox", page="/inbox", files=[("file", ("p.zip", data))])
        assert again.headers["location"] == first.headers["location"] + "?again=yes"
        third = other.post("/inbox", page="/inbox", files=[("file", ("p.zip", data))])
        assert third.status_code == 200
        assert "Mule" not in third.text
        assert other.get(first.headers["location"]).status_code == 404
        with own.served.desk.staff.store.read() as unit:
            assert len(find_requests(unit, direction="in")) == 1


def test_script_in_a_senders_text_stays_text(shared: Desks) -> None:
    """Whatever a sender writes stands on our pages as text."""
    contents = {name: f"{text} {SCRIPT}" for name, text in SHEET["contents"].items()}
    request = shared.taken("lan", contents=contents, basis={"kind": "voluntary", "text": SCRIPT})
    lan = shared.served.client("lan")
    for path in (f"/incoming/{request.id}", "/inbox", "/queue"):
        text = lan.get(path).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in lan.get(f"/incoming/{request.id}").text


def test_one_person_with_two_roles_or_two_accounts_is_one_person(shared: Desks) -> None:
    """Who proposed a refusal cannot release it: not as releaser too, not by another account of the same name or key."""
    request = shared.taken("lan")
    staff, admin = shared.served.crew.staff, shared.served.person("admin")
    people.grant(staff, admin, shared.served.person("lan").id, "releaser", "both duties")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    lan.post(f"{here}/refuse", {"code": "too_broad", "reason": "A year."}, page=here)
    assert lan.post(f"{here}/refusal", {"passphrase": PASSPHRASE}, page=here).status_code == 422
    shared.signer("lan.two", "releaser", "provider", holder="LAN ")
    shared.know("lan.two", request)
    again = shared.served.client("lan.two")
    assert again.post(f"{here}/refusal", {"passphrase": PASSPHRASE}, page=here).status_code == 422
    assert shared.state(request) == "received"


def test_an_answer_sent_twice_is_said_once(shared: Desks) -> None:
    """A form that is sent twice, or by two people at once, leaves one receipt and one message."""
    request = shared.taken("lan")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    for _ in (1, 2):
        assert (
            lan.post(f"{here}/receipt", {"state": "received", "passphrase": PASSPHRASE}, page=here).status_code == 303
        )
    assert len(shared.street.messages("SG.orchid", direction="out", about=request.id, kind="notice")) == 1


def test_a_wrong_passphrase_signs_nothing(shared: Desks) -> None:
    """Without the passphrase nothing is signed, and what was typed stays, but for the passphrase."""
    request = shared.taken("lan")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    said = {"state": "info_needed", "code": "clarify_period", "reason": "Which days, please?", "passphrase": "a guess"}
    answer = lan.post(f"{here}/receipt", said, page=here)
    assert answer.status_code == 422
    assert "Which days, please?" in answer.text
    assert "a guess" not in answer.text
    assert shared.state(request) == "received"


def test_a_file_name_that_leads_out_is_refused(shared: Desks) -> None:
    """A delivered file with a path or a hidden name is refused; nothing is written anywhere."""
    request = shared.taken("lan")
    shared.street.answered(request, "accepted")
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    before = shared.staged()
    for name in ("../../x", ".hidden", "-rf", "a/b", "x" * 300):
        answer = lan.post(f"{here}/deliver", page=here, files=[("files", (name, b"x"))])
        assert answer.status_code == 422, name
    assert shared.staged() == before


def test_an_officer_decides_on_no_assistance(shared: Desks) -> None:
    """Mutual assistance is accepted and refused by a lawyer alone, whoever knows of it."""
    request = shared.taken("lan", "preserve")
    with shared.served.desk.staff.store.write() as unit:
        found = find_requests(unit, id=request.id)[0]
        tables.change_request(unit, replace(found, measure="mutual_assistance"))
    lan, here = shared.served.client("lan"), f"/incoming/{request.id}"
    for path, said in (("accept", {"passphrase": PASSPHRASE}), ("refuse", {"code": "too_broad", "reason": "x"})):
        assert lan.post(f"{here}/{path}", said, page=here).status_code == 403
