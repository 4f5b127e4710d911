"""Every operation of the API, called by every role and by tokens too narrow, does what the duty matrix says."""

from __future__ import annotations

import re

import pytest

from builders.api import forged, path_of, program
from builders.desk import Served
from comity.accounts.duties import ANYONE, CASE, EVERYONE, acts, roles
from comity.web.api.catalogue import OPERATIONS
from comity.web.api.errors import BadOperation
from comity.web.api.operations import Operation, by_case, checked

CASE_WIDE = [one for one in OPERATIONS if acts()[one.act].scope == CASE]


@pytest.mark.parametrize("role", ["", *roles()])
def test_a_role_may_what_the_matrix_says(desk: Served, role: str) -> None:
    """A token that says it holds everything is refused what its person may not, and let in to all that he may."""
    calls = forged(desk, f"api.{role or 'nobody'}", *filter(None, [role]))
    for one in OPERATIONS:
        act, status = acts()[one.act], calls.asks(one).status_code
        place = f"{role} {one.id}: {status}"
        if act.who not in (ANYONE, EVERYONE) and role not in act.roles:
            assert status == 403, place
        elif act.scope == CASE:
            assert status == 404, place
        else:
            assert status in (200, 201, 404, 409, 422), place


def test_a_token_does_only_what_it_holds(desk: Served) -> None:
    """A token that holds every act but one is refused every operation of that act, whatever its person may."""
    for act in sorted({one.act for one in OPERATIONS if acts()[one.act].who != ANYONE}):
        able = min(acts()[act].roles, default="drafter")
        calls = forged(desk, f"narrow.{able}", able, but=act)
        for one in OPERATIONS:
            if one.act == act:
                answer = calls.asks(one)
                assert (answer.status_code, answer.json()["type"]) == (403, "urn:x-comity:token-too-narrow"), one.id


def test_nobody_comes_in_without_a_token(desk: Served) -> None:
    """Every operation asks for a token, also those that are open to anyone at the desk."""
    client = desk.visitor().client
    for one in OPERATIONS:
        answer = client.request(one.method, f"/api/v1{path_of(one)}")
        assert answer.status_code in (401, 429), one.id  # who tries all of them without one has to wait
        assert answer.status_code == 429 or answer.headers["www-authenticate"] == 'Bearer realm="comity"', one.id


def test_the_acts_of_a_token_are_those_of_its_person_now(desk: Served) -> None:
    """What is taken from a person is gone from his tokens at once."""
    from comity.accounts import people

    calls = program(desk, "loses", "drafter", "custodian", only=["case.list", "case.open"])
    assert calls.get("/cases").status_code == 200
    staff, admin = desk.crew.staff, desk.person("admin")
    for grant in desk.crew.grants("loses"):
        people.withdraw(staff, admin, grant.id, "moved on")
    assert calls.get("/cases").status_code == 403


def _does() -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    "one",
    [
        Operation("GET", "/x", "no.such", _does, dict),
        Operation("GET", "/x", "case.read", _does, dict),
        Operation("GET", "/x", "law.read", _does, dict, case=by_case),
        Operation("GET", "/x", "case.open", _does, dict),
        Operation("DELETE", "/x", "case.open", _does, dict),
    ],
    ids=["no act", "no way to the case", "a case too many", "a look that changes", "another method"],
)
def test_an_operation_that_leaves_something_open_does_not_start(one: Operation) -> None:
    """An operation without an act, without its case, or that changes something when looked at, is refused."""
    with pytest.raises(BadOperation):
        checked([one])


def test_an_operation_stands_once() -> None:
    """Two operations at one place, or under one id, are refused."""
    one = Operation("GET", "/x", "law.read", _does, dict)
    with pytest.raises(BadOperation):
        checked([one, Operation("GET", "/y", "law.read", _does, dict)])
    with pytest.raises(BadOperation):
        checked([one, one])


def test_every_operation_says_which_act_it_is(desk: Served) -> None:
    """The description names the act of each operation, and an id that stays."""
    paths = desk.visitor().client.get("/api/v1/openapi.json").json()["paths"]
    said = {o["operationId"]: o["x-act"] for path in paths.values() for o in path.values()}
    assert said == {one.id: one.act for one in OPERATIONS}
    assert len(CASE_WIDE) > 15


ALONE = {
    "home.read": "It shows what the lists show, put in order for a person.",
    "duties.read": "The description names the act of each operation.",
    "door.enter": "Who comes in comes himself.",
    "door.leave": "A token is ended on its person's account page.",
    "door.speak": "An answer has no language.",
}


def test_a_program_can_do_every_act_of_the_desk_that_needs_no_presence() -> None:
    """Each act of a page of the desk is an operation, but accounts, people, the glass, and what stands in a list with its reason."""
    from comity.accounts.tokens import NEVER
    from comity.web.desk.pages import ROUTES

    able = {one.act for one in OPERATIONS}
    missing = {one.act for one in ROUTES} - able
    assert {one for one in missing if not one.startswith(NEVER)} == {"home.read", "duties.read"}
    assert {one for one in missing if one.startswith("door.")} <= set(ALONE)
    assert not [one for one in able if one.startswith(NEVER) and one != "door.read"]


def test_whatever_is_signed_or_said_in_person_asks_for_a_proof() -> None:
    """An operation whose act at the desk asks for a passphrase, or is a person's own word, asks for one too."""
    asked = {one.id for one in OPERATIONS if one.proof}
    for act in ("request.seal", "request.confirm", "request.release", "inbox.receipt", "inbox.accept", "inbox.refuse",
                "inbox.releaserefusal", "provider.decide", "request.safeguards", "evidence.change", "evidence.take"):  # fmt: skip
        for one in OPERATIONS:
            assert one.act != act or one.id in asked, one.id


def test_every_change_takes_an_idempotency_key(desk: Served) -> None:
    """What changes something says in its description that it takes a key, and nothing else does."""
    paths = desk.visitor().client.get("/api/v1/openapi.json").json()["paths"]
    for path in paths.values():
        for method, one in path.items():
            names = {parameter["name"] for parameter in one["parameters"]} if "parameters" in one else set()
            assert ("Idempotency-Key" in names) == acts()[one["x-act"]].changes, one["operationId"]
            assert method != "get" or "Idempotency-Key" not in names


def test_every_place_of_a_path_is_described(desk: Served) -> None:
    """The description names each parameter of each path."""
    document = desk.visitor().client.get("/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for one in operations.values():
            named = sorted(p["name"] for p in one.get("parameters", []) if p["in"] == "path")
            assert named == sorted(re.findall(r"{(\w+)}", path)), path
