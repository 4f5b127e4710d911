"""Coming in: the first administrator, password and code, one-time codes, sessions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.staff import PASSWORD, SECRET, Crew
from comity.accounts import entering, people, sessions, totp
from comity.accounts.errors import BadAccount, NotAllowed, NotSignedIn, TooSoon
from comity.accounts.model import CODE
from comity.accounts.sessions import Caller


def test_the_first_administrator_comes_in_by_a_code_and_sets_up_his_account(crew: Crew) -> None:
    """The first code opens a session that may only join; with a key of his own the person is whole."""
    person, code = people.first(crew.staff)
    opened = entering.by_code(crew.staff, code, Caller())
    assert (opened.session.way, opened.person.id) == (CODE, person.id)
    admin = crew.standing("admin")
    assert admin.may("people.change")
    assert not admin.may("case.list")


def test_a_joining_session_may_only_join(crew: Crew) -> None:
    """Whoever came in by a code may do nothing else before he has a key of his own."""
    from comity.accounts.access import standing

    _, code = people.first(crew.staff)
    opened = entering.by_code(crew.staff, code, Caller())
    with crew.staff.store.read() as unit:
        who = standing(crew.staff, unit, opened.person, opened.session)
    assert who.may("account.join")
    assert not who.may("people.change")
    assert not who.may("account.change")


def test_there_is_one_first_administrator(crew: Crew) -> None:
    """Once an administrator can come in, no first one is made any more."""
    crew.person("admin")
    with pytest.raises(NotAllowed):
        people.first(crew.staff)


def test_password_and_code_open_a_session(crew: Crew) -> None:
    """Who knows name, password and the six digits of now gets a session that is found by its word."""
    crew.person("lan", "drafter")
    opened = crew.enter("lan")
    found = sessions.look(crew.staff, opened.word)
    assert found is not None
    assert found.person.name == "lan"


@pytest.mark.parametrize("wrong", [{"name": "nobody"}, {"password": "another walk by the lake"}, {"code": "000000"}])
def test_whatever_is_wrong_is_refused_in_the_same_words(crew: Crew, wrong: dict[str, str]) -> None:
    """A name nobody has, a wrong password and a wrong code get the same answer."""
    crew.person("lan", "drafter")
    with pytest.raises(NotSignedIn, match="name, password or code that does not fit"):
        crew.enter("lan", Caller("192.0.2.7"), **wrong)


def test_an_idle_session_ends(crew: Crew) -> None:
    """A session that nobody used for half an hour is over."""
    crew.person("lan", "drafter")
    opened = crew.enter("lan")
    crew.clock.advance(sessions.IDLE)
    assert not crew.there(opened)


def test_a_session_ends_after_its_longest_time(crew: Crew) -> None:
    """A session that is used all the time is over after twelve hours."""
    crew.person("lan", "drafter")
    opened = crew.enter("lan")
    for _ in range(24):
        assert crew.there(opened)
        crew.clock.advance(timedelta(minutes=29))
    crew.clock.advance(timedelta(minutes=29))
    assert not crew.there(opened)


def test_signing_out_ends_the_session_here(crew: Crew) -> None:
    """What was signed out is over; another session of the person goes on."""
    crew.person("lan", "drafter")
    one, other = crew.enter("lan"), crew.enter("lan")
    sessions.end(crew.staff, one.word)
    assert (crew.there(one), crew.there(other)) == (False, True)


def test_signing_out_everywhere_ends_all_others(crew: Crew) -> None:
    """A person may sign out everywhere but here."""
    crew.person("lan", "drafter")
    one, other = crew.enter("lan"), crew.enter("lan")
    with crew.staff.store.write() as unit:
        sessions.end_all(crew.staff, unit, one.person.id, but=one.session.id)
    assert (crew.there(one), crew.there(other)) == (True, False)


def test_a_changed_right_gives_the_session_a_new_word(crew: Crew) -> None:
    """After a person's roles have changed, his session goes on under a new word, and the old one is over."""
    crew.person("lan", "drafter")
    opened = crew.enter("lan")
    crew.clock.advance(timedelta(seconds=5))
    people.grant(crew.staff, crew.person("admin"), opened.person.id, "custodian", "night shift")
    renewed = sessions.look(crew.staff, opened.word)
    assert renewed is not None
    assert renewed.word != opened.word
    assert (crew.there(opened), crew.there(renewed)) == (False, True)


def test_a_password_has_to_be_long_and_not_the_name(crew: Crew) -> None:
    """A short password, one of few signs and one with the name in it are refused."""
    opened = _joining(crew)
    for weak in ("short", "aaaaaaaaaaaaaaaa", "admin admin 1234"):
        with pytest.raises(BadAccount):
            entering.set_password(crew.staff, opened.session, weak, SECRET, crew.code())


def test_the_code_has_to_be_the_secrets(crew: Crew) -> None:
    """A password is only kept together with six digits that the telephone shows now."""
    with pytest.raises(BadAccount, match="six digits"):
        entering.set_password(crew.staff, _joining(crew).session, PASSWORD, SECRET, "000000")


def test_failures_make_the_next_attempt_wait(crew: Crew) -> None:
    """After five failures an attempt is turned away unseen, right or wrong, until the wait is over."""
    crew.person("lan", "drafter")
    for _ in range(6):
        with pytest.raises(NotSignedIn):
            crew.enter("lan", code="000000")
    with pytest.raises(TooSoon) as told:
        crew.enter("lan", code=totp.code(SECRET, totp.step_of(crew.clock.now()) + 1))
    assert told.value.seconds == 2
    crew.clock.advance(timedelta(seconds=2))
    assert crew.there(crew.enter("lan"))


def _joining(crew: Crew) -> sessions.Opened:
    _, code = people.first(crew.staff)
    return entering.by_code(crew.staff, code, Caller())
