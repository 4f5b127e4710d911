"""Attacks on the links between people and who they are at an identity provider, and on what a proof of it opens."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from builders.desk import served
from builders.issuer import (
    BACK,
    COUNT,
    STRONG,
    Both,
    brought,
    entered,
    known,
    says,
    sent,
    started,
)
from builders.staff import PASSWORD
from builders.staff import SECRET as DIGITS
from comity.accounts import entering, identities, people, sessions
from comity.accounts.sessions import Caller


def test_nobody_links_himself_with_somebody_elses_subject(both: Both) -> None:
    """A subject that one person is linked with is no other person's, and a person has one."""
    desk, provider = both
    known(both)
    other = desk.client(f"person{next(COUNT)}")
    says(entered(other, provider, path="/account/identity", page="/account"), "End the other link first", 422)
    name = known(both)
    provider.person = "8c1f-second"
    answer = entered(desk.client(name), provider, path="/account/identity", page="/account")
    says(answer, "End the other link first", 422)


def test_a_link_is_its_persons_act_of_just_now(both: Both) -> None:
    """Linking asks for a proof of the last minutes, is refused to who only joins, and counts in that session alone."""
    desk, provider = both
    name = f"person{next(COUNT)}"
    visitor = desk.client(name)
    location = provider.consent(sent(visitor, path="/account/identity", page="/account"))
    says(brought(started(desk), location), "nobody waits for")
    desk.crew.clock.advance(sessions.FRESH)
    assert visitor.post("/account/identity", {}, page="/account").status_code == 401
    _, code = people.invite(desk.crew.staff, desk.person("admin"), f"person{next(COUNT)}", "Joins", [], "test")
    joining = desk.visitor()
    joining.post("/join", {"code": code}, page="/join")
    assert joining.post("/account/identity", {}, page="/account/keys").status_code == 403


def test_one_administrator_opens_nobodys_door(both: Both) -> None:
    """An administrator links nobody who has keys, nor himself; who is no administrator links nobody."""
    desk = both[0]
    boss, name = desk.client("admin"), known(both)
    for person in (desk.person(name), desk.person("admin")):
        page = f"/people/{person.id}"
        answer = boss.post(f"{page}/identity", {"subject": "8c1f-mine", "reason": "x"}, page=page)
        assert answer.status_code in (403, 409)
    lan = desk.client(f"person{next(COUNT)}", "drafter")
    assert lan.post(f"{page}/identity", {"subject": "8c1f-mine", "reason": "x"}).status_code == 403
    with desk.crew.staff.store.read() as unit:
        assert identities.find(unit, both[1].issuer, "8c1f-mine") is None


def test_who_was_linked_by_an_administrator_first_makes_a_key_of_his_own(both: Both) -> None:
    """The provider's word lets a person who was never here in to make a key, and to nothing else; his code ends."""
    desk, provider = both
    boss = desk.client("admin")
    invited, code = people.invite(
        desk.crew.staff, desk.person("admin"), f"person{next(COUNT)}", "New", ["drafter"], "x"
    )
    page = f"/people/{invited.id}"
    provider.person = "8c1f-new"
    answer = boss.post(f"{page}/identity", {"subject": " 8c1f-new ", "reason": "starts on Monday"}, page=page)
    assert answer.status_code == 303
    visitor = started(desk)
    assert entered(visitor, provider, "/cases").status_code == 303
    assert visitor.get("/cases").headers["location"] == "/account/keys"
    assert desk.visitor().post("/join", {"code": code}, page="/join").status_code == 401


def test_a_link_from_before_opens_no_door_later(both: Both) -> None:
    """An administrator who enters himself for somebody he invited is let in no more once the person has a key of his own."""
    desk, provider = both
    staff, name = desk.crew.staff, f"person{next(COUNT)}"
    invited, code = people.invite(staff, desk.person("admin"), name, "New", ["releaser"], "x")
    opened = entering.by_code(staff, code, Caller())
    identities.enter_subject(staff, desk.person("admin"), invited.id, provider.issuer, "8c1f-thief", "x")
    entering.set_password(staff, opened.session, PASSWORD, DIGITS, desk.crew.code())
    provider.person = "8c1f-thief"
    says(entered(started(desk), provider), "expected somebody who is linked")


def test_a_recovery_ends_the_link(both: Both) -> None:
    """Whoever lost his keys has lost the link too, until he links himself anew."""
    desk, provider = both
    staff, name = desk.crew.staff, known(both)
    asked = people.ask_recovery(staff, desk.person("admin"), desk.person(name).id, "lost")
    people.agree_recovery(staff, desk.person("second", "administrator"), asked.id)
    says(entered(started(desk), provider), "expected somebody who is linked")


def test_a_link_that_was_ended_lets_nobody_in(both: Both) -> None:
    """A person ends his own link, and an administrator anybody's; nobody ends another person's."""
    desk, provider = both
    staff = desk.crew.staff
    for ender in ("self", "admin", "other"):
        name = known(both)
        with staff.store.read() as unit:
            (link,) = identities.of(unit, desk.person(name).id)
        by = {"self": name, "admin": "admin", "other": f"person{next(COUNT)}"}[ender]
        path = f"/people/{link.person}/identity/end" if ender == "admin" else "/account/identity/end"
        status = desk.client(by).post(path, {"identity": link.id}, page="/account").status_code
        assert status == (422 if ender == "other" else 303)
        assert entered(started(desk), provider).status_code == (303 if ender == "other" else 401)


@pytest.mark.parametrize(
    ("claims", "words"),
    [({"auth_time": None}, "anew"), ({"auth_time": 1}, "anew"), ({"amr": ["pwd"]}, "anew"), ({"sub": "x"}, "linked"), ({}, "")],
    ids=["no time", "long ago", "no second factor", "a stranger", "honest"],
)  # fmt: skip
def test_a_proof_anew_is_anew(both: Both, claims: dict[str, Any], words: str) -> None:
    """Proving by the provider who one is asks it for a sign-in anew, and believes nothing else; it is the same person's."""
    desk, provider = both
    visitor = desk.client(known(both))
    address = sent(visitor, "/account", page="/account")
    assert parse_qs(urlsplit(address).query)["prompt"] == ["login"]
    provider.claims |= claims
    answer = brought(visitor, provider.consent(address))
    if words:
        assert (answer.status_code, words in answer.text) == (401, True)
    else:
        assert answer.headers["location"] == "/account"


def test_an_old_sign_in_at_the_provider_is_no_fresh_proof(both: Both) -> None:
    """Who came in by a sign-in that is hours old, or of no known time, still proves anew who he is before keys change."""
    desk, provider = both
    known(both)
    for when in (int(desk.crew.clock.now().timestamp()) - 7200, None):
        provider.claims = STRONG | {"auth_time": when}
        visitor = started(desk)
        assert entered(visitor, provider).status_code == 303
        assert visitor.get("/account/keys").headers["location"] == "/sign-in?next=%2Faccount%2Fkeys"


def test_signing_out_ends_here_at_once_and_leads_there(both: Both) -> None:
    """Signing out ends the session and its cookie, shows the way to leave at the provider, and works while it is down."""
    desk, provider = both
    known(both)
    for down in (False, True):
        visitor = started(desk)
        entered(visitor, provider)
        word = visitor.client.cookies[desk.desk.site.cookie("visit")]
        if down:
            desk.desk.__dict__.pop("issuer")
        provider.down = down
        answer = visitor.post("/sign-out", page="/account")
        assert (answer.status_code, "/logout?client_id=" in answer.text) == ((303, False) if down else (200, True))
        assert sessions.look(desk.crew.staff, word) is None
        assert visitor.client.cookies[desk.desk.site.cookie("visit")] != word


def test_a_node_without_a_provider_has_no_such_door(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where the settings name no provider, nothing offers one and its pages are not there."""
    with served(tmp_path_factory.mktemp("plain")) as desk:
        visitor = desk.visitor()
        assert "/sign-in/provider" not in visitor.get("/sign-in").text
        assert visitor.get(BACK).status_code == 404
        assert visitor.post("/sign-in/provider").status_code == 404
