"""Attacks on signing in: guessing, replaying, fixing a session, being led elsewhere, waking what is over."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from builders.desk import Served, served
from builders.staff import PASSWORD, SECRET, Crew, at_work
from comity.accounts import entering, people, tables, totp
from comity.accounts.errors import NotSignedIn, TooSoon
from comity.accounts.model import Attempts
from comity.accounts.sessions import Caller
from comity.accounts.staff import hashed


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """People at work."""
    with at_work(tmp_path) as made:
        yield made


def signed_in(desk: Served, name: str) -> tuple[str, str]:
    """A visitor's cookie before and after he signed in by password."""
    desk.person(name, "drafter")
    visitor, cookie = desk.visitor(), desk.desk.site.cookie("visit")
    visitor.get("/sign-in")
    before = str(visitor.client.cookies[cookie])
    form = {"name": name, "password": PASSWORD, "code": desk.crew.code()}
    assert visitor.post("/sign-in", form).status_code == 303
    return before, str(visitor.client.cookies[cookie])


def test_a_session_that_was_fixed_before_is_not_used(desk: Served) -> None:
    """The word that a visitor's cookie had before he signed in opens nothing afterwards."""
    before, after = signed_in(desk, "lan")
    assert before != after
    thief = desk.visitor()
    thief.client.cookies.set(desk.desk.site.cookie("visit"), before, domain="localhost.local")
    assert thief.get("/account").headers["location"].startswith("/sign-in")


def test_the_cookie_of_a_session_is_kept_from_scripts_and_other_sites(desk: Served) -> None:
    """The session's cookie is for HTTP alone, for this site, for the whole desk, and has no domain."""
    said = desk.visitor().get("/sign-in").headers["set-cookie"]
    assert {part.strip().lower() for part in said.split(";")[1:]} == {"httponly", "path=/", "samesite=lax"}


def test_by_https_a_cookie_is_for_https_and_this_host_alone() -> None:
    """Where people come by HTTPS, a cookie's name has the prefix that asks for Secure and forbids a domain."""
    from comity.web.desk.site import Site

    site = Site("https://desk.example.org")
    assert (site.secure, site.cookie("visit")) == (True, "__Host-comity-visit")


def test_the_same_six_digits_count_once(crew: Crew) -> None:
    """A code that was used is refused while it is still shown, also with the right password."""
    crew.person("lan", "drafter")
    code = crew.code()
    crew.enter("lan", code=code)
    with pytest.raises(NotSignedIn):
        crew.enter("lan", code=code)


def test_the_same_six_digits_at_once_count_once(crew: Crew) -> None:
    """Of eight sign-ins with the same code at the same moment, one comes in."""
    crew.person("lan", "drafter")
    code = crew.code()

    def attempt(number: int) -> bool:
        try:
            return bool(entering.by_password(crew.staff, "lan", PASSWORD, code, Caller(f"192.0.2.{number}")))
        except (NotSignedIn, TooSoon):
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_an_earlier_code_than_the_last_is_refused(crew: Crew) -> None:
    """A code of the step before the one that was used last is refused, though it is in the window."""
    crew.person("lan", "drafter")
    earlier = crew.code()
    crew.enter("lan")
    with pytest.raises(NotSignedIn):
        crew.enter("lan", code=earlier)


def test_guessing_waits_longer_and_longer(crew: Crew) -> None:
    """A thousand seconds of guessing look at few guesses, and none is looked at while another is waited for."""
    crew.person("lan", "drafter")
    looked = turned = 0
    for second in range(1000):
        try:
            crew.enter("lan", Caller("192.0.2.66"), password=f"guess number {second}", code="000000")
        except NotSignedIn:
            looked += 1
        except TooSoon:
            turned += 1
        crew.clock.advance(timedelta(seconds=1))
    assert looked <= 26
    assert looked + turned == 1000


def test_guessing_from_many_addresses_waits_too(crew: Crew) -> None:
    """An account is guarded whichever address a guess comes from."""
    crew.person("lan", "drafter")
    looked = 0
    for number in range(200):
        try:
            crew.enter("lan", Caller(f"198.51.100.{number}"), code="000000")
        except NotSignedIn:
            looked += 1
        except TooSoon:
            pass
    assert looked == 6


def test_guessing_many_names_from_one_address_waits_too(crew: Crew) -> None:
    """An address that tries one password on many names is made to wait."""
    with pytest.raises(TooSoon):
        for number in range(40):
            try:
                crew.enter(f"name{number}", Caller("192.0.2.66"), code="000000")
            except NotSignedIn:
                continue


def test_many_guesses_at_once_are_counted_before_they_are_looked_at(crew: Crew) -> None:
    """Twenty guesses at the same moment are twenty attempts, of which only the free ones are looked at."""
    crew.person("lan", "drafter")

    def attempt(number: int) -> bool:
        try:
            crew.enter("lan", Caller(f"203.0.113.{number}"), code="000000")
        except NotSignedIn:
            return True
        except TooSoon:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(20))) == 6


def test_strangers_do_not_lock_the_real_person_out(crew: Crew) -> None:
    """While strangers guess without end, the person comes in at once from the device he used before."""
    crew.person("lan", "drafter")
    device = crew.enter("lan").device
    for number in range(60):
        with pytest.raises((NotSignedIn, TooSoon)):
            crew.enter("lan", Caller(f"198.51.100.{number}"), code="000000")
        crew.clock.advance(timedelta(seconds=1))
    assert crew.there(crew.enter("lan", Caller("192.0.2.7", device=device)))


def test_a_device_of_one_person_frees_no_guesses_at_another(crew: Crew) -> None:
    """A device from which one person signed in is a stranger's for every other account."""
    crew.person("lan", "drafter")
    crew.person("minh", "drafter")
    device = crew.enter("minh").device
    for _ in range(6):
        with pytest.raises(NotSignedIn):
            crew.enter("lan", Caller("192.0.2.7", device=device), code="000000")
    with pytest.raises(TooSoon):
        crew.enter("lan", Caller("198.51.100.1"), code="000000")


def test_a_one_time_code_works_once_and_not_too_late(crew: Crew) -> None:
    """The code of an invitation lets in once; a week later it lets nobody in; a newer one ends it."""
    admin = crew.person("admin")
    person, code = people.invite(crew.staff, admin, "late", "Late", ["drafter"], "test")
    newer = people.invite_again(crew.staff, admin, person.id)
    with pytest.raises(NotSignedIn):
        entering.by_code(crew.staff, code, Caller("192.0.2.1"))
    entering.by_code(crew.staff, newer, Caller("192.0.2.1"))
    with pytest.raises(NotSignedIn):
        entering.by_code(crew.staff, newer, Caller("192.0.2.1"))
    last = people.invite_again(crew.staff, admin, person.id)
    crew.clock.advance(people.INVITED)
    with pytest.raises(NotSignedIn):
        entering.by_code(crew.staff, last, Caller("192.0.2.1"))


def test_a_deactivated_person_is_out_at_once(crew: Crew) -> None:
    """Sessions of a deactivated person end at once, and he cannot sign in again."""
    lan = crew.person("lan", "drafter")
    opened = crew.enter("lan")
    people.deactivate(crew.staff, crew.person("admin"), lan.id, "left the service")
    assert not crew.there(opened)
    with pytest.raises(NotSignedIn):
        crew.enter("lan")


def test_a_signed_out_word_stays_dead(desk: Served) -> None:
    """The word of a session that was signed out opens nothing, though somebody kept it."""
    visitor = desk.client("lan", "drafter")
    kept = visitor.client.cookies[desk.desk.site.cookie("visit")]
    assert visitor.post("/sign-out", page="/").status_code == 303
    thief = desk.visitor()
    thief.client.cookies.set(desk.desk.site.cookie("visit"), str(kept), domain="localhost.local")
    assert thief.get("/").status_code == 303


@pytest.mark.parametrize(
    "to",
    ["https://example.org/", "//example.org", "/\\example.org", "\\\\example.org", "javascript:alert(1)", "example.org",
     "/\t/example.org", "/\n/example.org", " //example.org", "http:example.org", "/" + "a" * 3000],
)  # fmt: skip
def test_nobody_is_led_elsewhere_after_signing_in(desk: Served, to: str) -> None:
    """An address of another site in `next` leads home."""
    desk.person("lan", "drafter")
    form = {"name": "lan", "password": PASSWORD, "code": desk.crew.code(), "next": to}
    assert desk.visitor().post("/sign-in", form).headers["location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(desk: Served) -> None:
    """A path of the desk in `next` is gone on to."""
    desk.person("lan", "drafter")
    form = {"name": "lan", "password": PASSWORD, "code": desk.crew.code(), "next": "/glass?case=X-1"}
    assert desk.visitor().post("/sign-in", form).headers["location"] == "/glass?case=X-1"


def test_an_old_proof_does_not_change_keys(desk: Served) -> None:
    """Whoever finds a browser signed in half an hour ago cannot add a key or make a token: he has to prove who he is."""
    visitor = desk.client("lan", "drafter")
    csrf = visitor.csrf("/account")
    desk.nodes.clock.advance(timedelta(minutes=16))
    headers = {"origin": desk.origin, "sec-fetch-site": "same-origin"}
    code = totp.code(SECRET, totp.step_of(desk.nodes.clock.now()))
    form = {
        "csrf": csrf,
        "password": "another long password",
        "again": "another long password",
        "secret": SECRET,
        "code": code,
    }
    assert visitor.client.post("/account/password", data=form, headers=headers).status_code == 401
    assert visitor.get("/account/keys").headers["location"] == "/sign-in?next=%2Faccount%2Fkeys"
    assert visitor.client.post("/account/token", data={"csrf": csrf}, headers=headers).status_code == 401


def test_another_persons_password_does_not_prove_anew(desk: Served) -> None:
    """A proof anew is asked of the person who is signed in; another person's name in the form changes nothing."""
    desk.person("minh", "drafter")
    visitor = desk.client("lan", "drafter")
    form = {"name": "minh", "password": PASSWORD, "code": "000000"}
    assert visitor.post("/sign-in", form).status_code == 401


def test_the_page_says_how_long_to_wait(desk: Served) -> None:
    """Too many attempts are answered with 429 and the time to wait."""
    desk.person("lan", "drafter")
    visitor = desk.visitor()
    answers = [visitor.post("/sign-in", {"name": "lan", "password": "x", "code": "1"}) for _ in range(7)]
    assert [one.status_code for one in answers] == [401] * 6 + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1


@pytest.mark.parametrize(("proxied", "counted"), [(False, 1), (True, 3)])
def test_an_address_is_believed_from_the_own_proxy_alone(tmp_path: Path, proxied: bool, counted: int) -> None:
    """Without a proxy of our own nobody names his address himself, so guesses from one address count as its own."""
    with served(tmp_path, proxied=proxied) as desk:
        desk.person("lan", "drafter")
        for number in range(3):
            headers = {"x-forwarded-for": f"198.51.100.{number}"}
            desk.visitor().post("/sign-in", {"name": "lan", "password": "x", "code": "1"}, headers=headers)
        with desk.crew.staff.store.read() as unit:
            found = tables.select(unit, Attempts)
    mine = [one for one in found if one.id.startswith("address:") and one.failures > 0]
    assert len({one.id for one in mine} - {f"address:{hashed('192.0.2.1')}"}) == counted
