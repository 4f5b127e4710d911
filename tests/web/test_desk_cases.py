"""Pages on cases and requests: for those who know of the case, and as if there were none for everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response
from starlette.testclient import TestClient

from builders.desk import Served, served
from builders.world import CASE
from comity.accounts import knowledge
from comity.web.desk.app import make_app
from comity.web.desk.routes import Route, by_name, by_request
from comity.web.desk.signing import signer_of
from comity.web.desk.visit import Visit

KNOWN = CASE["reference"]


def _shown(visit: Visit) -> Response:
    return PlainTextResponse(f"content of {visit.given}")


def _signed(visit: Visit) -> Response:
    return PlainTextResponse(signer_of(visit).public.keyid)


def _taken(visit: Visit) -> Response:
    return PlainTextResponse(b"".join(one.file.read() for one in visit.files("package")))


ROUTES = (
    Route("GET", "/case/{case:path}", "case.read", _shown, case=by_name),
    Route("GET", "/request/{request}", "request.read", _shown, case=by_request),
    Route("GET", "/piece/{request}", "request.read", _shown, case=by_request, quiet=True),
    Route("POST", "/sign", "account.change", _signed),
    Route("POST", "/take", "inbox.take", _taken, files=1, most=300_000),
)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk of its own."""
    with served(tmp_path) as made:
        yield made


def asked(desk: Served, name: str, *roles: str) -> TestClient:
    """A person who is signed in, before pages of these tests."""
    client = TestClient(make_app(desk.desk, ROUTES), base_url=desk.origin, follow_redirects=False)
    client.cookies.set(desk.desk.site.cookie("visit"), desk.session(name, *roles))
    return client


def form(desk: Served, client: TestClient, **fields: str) -> dict[str, Any]:
    """A form as from a page of the desk."""
    csrf = desk.visitor()
    csrf.client.cookies.set(
        desk.desk.site.cookie("visit"), client.cookies[desk.desk.site.cookie("visit")], domain="localhost.local"
    )
    headers = {"origin": desk.origin, "sec-fetch-site": "same-origin"}
    return {"data": {"csrf": csrf.csrf("/account")} | fields, "headers": headers}


def test_a_member_reads_the_case_and_its_request_and_both_are_in_the_log(desk: Served) -> None:
    """Who knows of a case reads it and what belongs to it; each look is an event, a piece of a page is none."""
    request = desk.nodes.draft()
    client = asked(desk, "lan", "drafter")
    desk.member("lan", KNOWN)
    before = desk.nodes.events().count("account.read")
    assert client.get(f"/case/{KNOWN}").status_code == 200
    assert client.get(f"/request/{request.id}").status_code == 200
    assert client.get(f"/piece/{request.id}").status_code == 200
    assert desk.nodes.events().count("account.read") == before + 2


def test_to_a_stranger_a_case_and_no_case_are_the_same(desk: Served) -> None:
    """A person with every role on cases gets the same page for a request of others' cases as for one that is not there."""
    request = desk.nodes.draft()
    client = asked(desk, "minh", "drafter", "releaser", "lawyer", "officer")
    pages = {client.get(path).text.replace(path, "") for path in (f"/request/{request.id}", "/request/none")}
    pages |= {client.get(path).text.replace(path, "") for path in (f"/case/{KNOWN}", "/case/none/at/all")}
    assert len({page.replace("%2F", "/") for page in pages}) == 1


def test_a_broken_glass_opens_the_case_and_what_belongs_to_it(desk: Served) -> None:
    """Who broke the glass reads the case as a member would, as far as his role goes."""
    request = desk.nodes.draft()
    client = asked(desk, "watch", "auditor")
    assert client.get(f"/request/{request.id}").status_code == 404
    knowledge.break_glass(desk.crew.staff, desk.crew.standing("watch"), KNOWN, "sample of the quarter")
    assert client.get(f"/request/{request.id}").status_code == 200


def test_a_sender_names_no_case_of_ours(desk: Served) -> None:
    """A request that came in under the reference of one of our cases is not of that case."""
    desk.nodes.received()
    office = desk.nodes.office("SG.orchid")
    with office.store.read() as unit:
        from comity.requests.tables import find_requests

        came = find_requests(unit, direction="in")[0]

    class There:
        node = desk.nodes.node("SG.orchid")

    assert by_request(There, {"request": came.id}) == f"VN.a05:{KNOWN}"  # type: ignore[arg-type]


def test_a_person_signs_with_his_own_key_and_passphrase(desk: Served) -> None:
    """The key that was bound to a person opens by its passphrase; a wrong one is refused, and is not tried without end."""
    keys = desk.nodes.home() / "keys"
    keys.mkdir()
    desk.nodes.key("draft").save(keys / "lan.key", "open sesame")
    client = asked(desk, "lan", "drafter")
    assert client.post("/sign", **form(desk, client, passphrase="open sesame")).status_code == 422
    admin = desk.client("boss", "administrator")
    page = f"/people/{desk.person('lan').id}"
    assert admin.post(f"{page}/key", {"key": "lan.key"}, page=page).status_code == 303
    assert desk.person("lan").holder
    assert (
        client.post("/sign", **form(desk, client, passphrase="open sesame")).text
        == desk.nodes.key("draft").public.keyid
    )
    tries = [client.post("/sign", **form(desk, client, passphrase="wrong")).status_code for _ in range(8)]
    assert tries[:6] == [422] * 6
    assert tries[6:] == [429] * 2


@pytest.mark.parametrize("key", ["../node.key", "stranger.key", "/etc/passwd", "none.key"])
def test_only_a_key_of_ours_in_the_folder_of_keys_is_bound(desk: Served, key: str) -> None:
    """A path, a file that is not there, and a key that the directory does not have are bound to nobody."""
    keys = desk.nodes.home() / "keys"
    keys.mkdir()
    desk.nodes.key("draft", "PH.cicc").save(keys / "stranger.key", "x")
    admin = desk.client("boss", "administrator")
    page = f"/people/{desk.person('lan', 'drafter').id}"
    assert admin.post(f"{page}/key", {"key": key}, page=page).status_code == 422


def test_a_file_is_taken_up_to_its_limits(desk: Served) -> None:
    """A page that takes one file gets its bytes; a larger one and a second one are refused."""
    client = asked(desk, "lan", "officer")

    def sent(*files: bytes) -> tuple[int, bytes]:
        asked = form(desk, client)
        answer = client.post("/take", files=[("package", ("a.zip", one)) for one in files], **asked)
        return answer.status_code, answer.content

    assert sent(b"x" * 200_000) == (200, b"x" * 200_000)
    assert sent(b"x" * 400_000)[0] == 413
    assert sent(b"x", b"y")[0] == 415


def test_an_emergency_comes_first_at_home(tmp_path: Path) -> None:
    """What waits for one's hand begins with emergencies, also where something else changed later."""
    with served(tmp_path) as desk:
        urgent = desk.nodes.released("disclose_emergency")
        desk.crew.clock.advance(timedelta(hours=1))
        later = desk.nodes.sealed()
        officer = desk.client("quang", "officer", "releaser")
        desk.member("quang", urgent.case)
        shown = officer.read("/").partition("Requests that wait for you")[2]
        assert 0 < shown.index(urgent.reference) < shown.index(later.reference)
