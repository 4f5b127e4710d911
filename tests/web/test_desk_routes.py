"""Every route of the desk, asked as everybody, does what the duty matrix says, and nothing else."""

from __future__ import annotations

import re

import pytest

from builders.desk import Served
from comity.accounts.duties import ANYONE, CASE, EVERYONE, acts, apart, roles
from comity.web.desk.errors import BadRoute
from comity.web.desk.pages import ROUTES
from comity.web.desk.routes import Route, by_name, checked
from comity.web.desk.visit import Visit

NONE = "00000000-0000-7000-8000-000000000000"
OPENS = {303, 200, 422, 409, 404}


def path(route: Route) -> str:
    """An address of a route, with an id that nothing has in every place."""
    return re.sub(r"\{[a-z]+(:path)?}", NONE, route.path)


@pytest.mark.parametrize("role", ["", *roles()])
def test_a_role_may_what_the_matrix_says(desk: Served, role: str) -> None:
    """A person with one role is refused every act that the matrix does not give it, and let in to every other one."""
    client = desk.client(f"only.{role or 'nobody'}", *filter(None, [role]))
    csrf = client.csrf("/account")
    for route in ROUTES:
        if route.act == "door.leave":
            continue
        act, headers = acts()[route.act], {"origin": desk.origin, "sec-fetch-site": "same-origin"}
        data = {"csrf": csrf} if route.method == "POST" else None
        status = client.client.request(route.method, path(route), data=data, headers=headers).status_code
        allowed = act.who in (ANYONE, EVERYONE) or role in act.roles
        place = f"{role} {route.method} {route.path}: {status}"
        if not allowed:
            assert status == 403, place
        elif act.scope == CASE:
            assert status == 404, place
        else:
            assert status in OPENS | {401, 429}, place


def test_nobody_comes_in_without_signing_in(desk: Served) -> None:
    """Whoever is not signed in is sent to the door by every page, and every form is refused."""
    visitor = desk.visitor()
    csrf = visitor.csrf()
    headers = {"origin": desk.origin, "sec-fetch-site": "same-origin"}
    for route in ROUTES:
        if acts()[route.act].who == ANYONE:
            continue
        data = {"csrf": csrf} if route.method == "POST" else None
        answer = visitor.client.request(route.method, path(route), data=data, headers=headers)
        place = f"{route.method} {route.path}"
        if route.method == "GET":
            assert (answer.status_code, answer.headers["location"][:14]) == (303, "/sign-in?next="), place
        else:
            assert answer.status_code == 401, place


def test_a_joining_person_may_only_join(desk: Served) -> None:
    """Whoever came in by a one-time code is led to his keys by every page, and every other form is refused."""
    from comity.accounts import people

    _, code = people.invite(desk.crew.staff, desk.person("admin"), "joins", "Joins", ["drafter"], "test")
    visitor = desk.visitor()
    assert visitor.post("/join", {"code": code}, page="/join").headers["location"] == "/account/keys"
    assert visitor.get("/").headers["location"] == "/account/keys"
    assert visitor.post("/account/language", {"language": "vi", "zone": "UTC"}, page="/account/keys").status_code == 403


def test_a_case_is_there_for_its_members_alone(desk: Served) -> None:
    """A member of a case comes in; to anybody else it is as if there were none, whatever his roles."""
    app = desk.client("knows", "drafter")
    desk.member("knows", "X-1")
    assert desk.crew.standing("knows").may("case.read")
    with desk.crew.staff.store.read() as unit:
        from comity.accounts.access import knows

        assert knows(desk.crew.staff, unit, desk.crew.standing("knows"), "X-1")
        desk_other = desk.crew.standing("other", "drafter")
        assert not knows(desk.crew.staff, unit, desk_other, "X-1")
    assert app.get("/").status_code == 200


def _page(visit: Visit) -> object:
    raise AssertionError("never asked")


@pytest.mark.parametrize(
    "route",
    [
        Route("GET", "/x", "no.such", _page),  # type: ignore[arg-type]
        Route("GET", "/x", "case.read", _page),  # type: ignore[arg-type]
        Route("GET", "/x", "home.read", _page, case=by_name),  # type: ignore[arg-type]
        Route("GET", "/x", "people.change", _page),  # type: ignore[arg-type]
        Route("PUT", "/x", "people.change", _page),  # type: ignore[arg-type]
    ],
    ids=["no act", "no way to the case", "a case too many", "a look that changes", "another method"],
)
def test_a_route_that_leaves_something_open_does_not_start(route: Route) -> None:
    """A route without an act, without its case, or that changes something when looked at, is refused at the start."""
    with pytest.raises(BadRoute):
        checked([route])


def test_the_matrix_keeps_duties_apart() -> None:
    """No act on content is the administrator's, and none of the auditor's changes anything."""
    for act in acts().values():
        assert act.roles <= roles().keys(), act.name
        if act.scope == CASE:
            assert "administrator" not in act.roles, act.name
        if act.changes:
            assert "auditor" not in act.roles, act.name
        assert act.reason, act.name
        assert act.source, act.name
        assert not act.apart_from or act.apart_from in acts(), act.name
    assert {frozenset(one.roles) for one in apart()} == {frozenset({"administrator"}), frozenset({"auditor"})}
