"""What an administrator does with people, over HTTP, without a script."""

from __future__ import annotations

import re

from builders.desk import Served, Visitor
from builders.staff import PASSWORD


def page_of(desk: Served, name: str, *roles: str) -> str:
    """The path of a person's page."""
    return f"/people/{desk.person(name, *roles).id}"


def row(visitor: Visitor, page: str, pattern: str) -> str:
    """Something that a page says."""
    found = re.search(pattern, visitor.get(page).text)
    assert found, pattern
    return found[1]


def test_an_invited_person_comes_in_by_the_code_that_was_shown(desk: Served) -> None:
    """The page after an invitation shows a code once, and the code lets the person in."""
    boss = desk.client("invites", "administrator")
    form = {"name": "t.hoa", "label": "Trần Thị Hoa", "role": ["drafter", "custodian"], "reason": "new in the unit"}
    shown = boss.post("/people", form, page="/people")
    code = re.search(r"join\?code=([\w-]{43})", shown.text)
    assert code
    hoa = desk.visitor()
    assert hoa.post("/join", {"code": code[1]}, page="/join").headers["location"] == "/account/keys"
    assert "Trần Thị Hoa" in boss.get("/people").text


def test_roles_are_given_and_taken_back(desk: Served) -> None:
    """A role given until a day is on the person's page with its reason; taken back, it is among the earlier ones."""
    boss, page = desk.client("gives", "administrator"), page_of(desk, "gets", "drafter")
    form = {"role": "custodian", "until": "2026-12-24", "reason": "holiday cover"}
    assert boss.post(f"{page}/role", form, page=page).status_code == 303
    assert "holiday cover" in boss.get(page).text
    grant = row(boss, page, r'name="grant" value="([\w-]+)"')
    assert boss.post(f"{page}/role/end", {"grant": grant, "reason": "over"}, page=page).status_code == 303
    assert "Earlier roles" in boss.get(page).text


def test_what_may_not_be_is_said_with_the_reason(desk: Served) -> None:
    """A role that does not go with what the person has is refused, and the page says why."""
    boss, page = desk.client("tries", "administrator"), page_of(desk, "drafts", "drafter")
    answer = boss.post(f"{page}/role", {"role": "auditor", "reason": "x"}, page=page)
    assert answer.status_code == 409
    assert "must have nothing of their own in it" in answer.text


def test_somebody_stands_in(desk: Served) -> None:
    """An absence is set, seen on both pages, and ended."""
    boss, away, stands = desk.client("sets", "administrator"), page_of(desk, "away", "releaser"), "stands"
    deputy = desk.person(stands, "drafter").id
    form = {"deputy": deputy, "since": "2026-11-25", "until": "2026-11-30", "reason": "ill"}
    assert boss.post(f"{away}/deputy", form, page=away).status_code == 303
    assert "Stands stands in for Away" in boss.read(f"/people/{deputy}")
    ended = row(boss, away, r'name="deputy" value="([\w-]+)"><button')
    assert boss.post(f"{away}/deputy/end", {"deputy": ended}, page=away).status_code == 303
    assert "Nobody stands in." in boss.get(away).text


def test_two_administrators_recover_a_person(desk: Served) -> None:
    """One asks, sees that another has to agree; the other sees it waiting at home, agrees, and gets the code."""
    one, other = desk.client("asks", "administrator"), desk.client("agrees", "administrator")
    page = page_of(desk, "lost", "drafter")
    assert one.post(f"{page}/recovery", {"reason": "telephone stolen"}, page=page).status_code == 303
    assert "Another administrator has to agree." in one.get(page).text
    assert "Lost lost all keys" in other.read("/")
    recovery = row(other, page, r'name="recovery" value="([\w-]+)"')
    form = {"recovery": recovery, "answer": "agree"}
    assert one.post(f"{page}/recovery/answer", form, page=page).status_code == 409
    assert "join?code=" in other.post(f"{page}/recovery/answer", form, page=page).text


def test_a_deactivated_person_is_out_and_may_come_back(desk: Served) -> None:
    """Deactivating needs a reason and signs the person out at once; he can be let in again."""
    boss, leaver, page = desk.client("ends", "administrator"), desk.client("leaver", "drafter"), page_of(desk, "leaver")
    assert boss.post(f"{page}/deactivate", {"reason": ""}, page=page).status_code == 422
    assert boss.post(f"{page}/deactivate", {"reason": "left"}, page=page).status_code == 303
    assert leaver.get("/").headers["location"].startswith("/sign-in")
    assert boss.post(f"{page}/reactivate", {"reason": "back"}, page=page).status_code == 303


def test_an_auditor_sees_people_and_changes_nothing(desk: Served) -> None:
    """An auditor sees who has which role and why, and no form to change it."""
    watch, page = desk.client("watches", "auditor"), page_of(desk, "seen", "drafter")
    text = watch.get(page).text
    assert "for the test" in text
    assert f'action="{page}' not in text


def test_a_person_signs_out_elsewhere(desk: Served) -> None:
    """From the own account a session elsewhere is ended, and all of them at once."""
    here, there, third = (desk.client("roams", "drafter") for _ in range(3))
    session = row(here, "/account", r'name="session" value="([0-9a-f]{64})"')
    here.post("/account/session/end", {"session": session}, page="/account")
    here.post("/account/sessions/end", page="/account")
    assert [one.get("/").status_code for one in (here, there, third)] == [200, 303, 303]


def test_a_token_is_shown_once_and_ended(desk: Served) -> None:
    """A token is made with acts of one's own, shown once, listed without its word, and ended."""
    lan = desk.client("tokens", "drafter")
    shown = lan.post("/account/token", {"label": "nightly", "days": "7", "act": ["request.draft"]}, page="/account")
    word = re.search(r"comity_[\w-]{43}", shown.text)
    assert word
    listed = lan.get("/account").text
    assert "nightly" in listed
    assert word[0] not in listed
    token = row(lan, "/account", r'name="token" value="([0-9a-f]{64})"')
    assert lan.post("/account/token/end", {"token": token}, page="/account").status_code == 303
    assert "nightly" not in lan.get("/account").text


def test_a_proof_anew_lets_changes_go_on(desk: Served) -> None:
    """After a quarter of an hour a change to one's keys asks who one is, and goes on after the proof under a new word."""
    from datetime import timedelta

    lan, cookie = desk.client("proves", "drafter"), desk.desk.site.cookie("visit")
    desk.nodes.clock.advance(timedelta(minutes=16))
    where = lan.get("/account/keys").headers["location"]
    assert "of the last 15 minutes" in lan.get(where).text
    before = lan.client.cookies[cookie]
    form = {"password": PASSWORD, "code": desk.crew.code(), "next": "/account/keys"}
    assert lan.post("/sign-in", form, page=where).headers["location"] == "/account/keys"
    assert lan.client.cookies[cookie] != before
    assert lan.get("/account/keys").status_code == 200
