"""People: invited, given roles, standing in, deactivated, recovered by two."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from builders.staff import Crew
from comity.accounts import entering, knowledge, people, tables
from comity.accounts.errors import AnotherPerson, BadAccount, DutiesApart, LastAdministrator, NotAllowed, NotSignedIn
from comity.accounts.model import Person
from comity.accounts.sessions import Caller
from comity.store.errors import AppendOnly

DAY = timedelta(days=1)


def test_an_invited_person_has_his_roles(crew: Crew) -> None:
    """A person who was invited with two roles has both, from whom and why."""
    crew.person("lan", "drafter", "custodian")
    assert [(one.role, one.reason) for one in crew.grants("lan")] == [
        ("custodian", "for the test"), ("drafter", "for the test"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "x", "Nguyễn", "a b", "-x", "x" * 41, "a/b", "../x"])
def test_a_name_is_plain(crew: Crew, name: str) -> None:
    """A name to sign in with is short, small and Latin."""
    with pytest.raises(BadAccount):
        people.invite(crew.staff, crew.person("admin"), name, "X", [], "test")


def test_a_name_is_given_once(crew: Crew) -> None:
    """A name that somebody has is not given again, also not in capitals, also when he is gone."""
    lan = crew.person("lan", "drafter")
    people.deactivate(crew.staff, crew.person("admin"), lan.id, "left")
    with pytest.raises(BadAccount):
        people.invite(crew.staff, crew.person("admin"), "LAN", "X", [], "test")


@pytest.mark.parametrize("reason", ["", "   ", "x" * 401, "hidden\u202etext"])
def test_a_role_needs_a_reason(crew: Crew, reason: str) -> None:
    """Nothing is done to a person without a reason in plain text."""
    lan = crew.person("lan", "drafter")
    with pytest.raises(BadAccount):
        people.grant(crew.staff, crew.person("admin"), lan.id, "custodian", reason)


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_duties_that_are_apart_are_never_one_persons(crew: Crew, role: str) -> None:
    """Who drafts becomes neither administrator nor auditor."""
    lan = crew.person("lan", "drafter")
    with pytest.raises(DutiesApart):
        people.grant(crew.staff, crew.person("admin"), lan.id, role, "test")


def test_nobody_changes_his_own_roles(crew: Crew) -> None:
    """An administrator gives himself no role, takes none, and does not deactivate himself."""
    admin = crew.person("admin")
    crew.person("second", "administrator")
    with pytest.raises(AnotherPerson):
        people.grant(crew.staff, admin, admin.id, "drafter", "test")
    with pytest.raises(AnotherPerson):
        people.withdraw(crew.staff, admin, crew.grants("admin")[0].id, "test")
    with pytest.raises(AnotherPerson):
        people.deactivate(crew.staff, admin, admin.id, "test")


def test_a_role_for_a_time_ends_by_itself(crew: Crew) -> None:
    """A role that was given until a day is gone after it."""
    lan = crew.person("lan", "drafter")
    people.grant(crew.staff, crew.person("admin"), lan.id, "custodian", "summer", crew.clock.now() + DAY)
    assert crew.standing("lan").may("evidence.change")
    crew.clock.advance(DAY)
    assert not crew.standing("lan").may("evidence.change")


def test_a_role_that_was_taken_back_counts_no_more(crew: Crew) -> None:
    """What was taken back is gone at once, and stays in the history."""
    crew.person("lan", "drafter")
    granted = crew.grants("lan")[0]
    people.withdraw(crew.staff, crew.person("admin"), granted.id, "moved on")
    assert not crew.standing("lan").may("request.draft")
    assert "account.withdrawn" in crew.events()
    with pytest.raises(BadAccount):
        people.withdraw(crew.staff, crew.person("admin"), granted.id, "again")


def test_the_last_administrator_stays(crew: Crew) -> None:
    """The only administrator who can come in keeps his role, whoever else was merely invited to be one."""
    admin, second = crew.person("admin"), crew.person("second", "administrator")
    people.invite(crew.staff, admin, "third", "Third", ["administrator"], "not yet here")
    people.deactivate(crew.staff, second, admin.id, "left")
    third = next(one for one in everybody(crew) if one.name == "third")
    with pytest.raises(LastAdministrator):
        people.deactivate(crew.staff, third, second.id, "test")


def test_a_deactivated_person_may_be_let_in_again(crew: Crew) -> None:
    """Whoever was deactivated by mistake comes in again with his own keys."""
    lan = crew.person("lan", "drafter")
    people.deactivate(crew.staff, crew.person("admin"), lan.id, "mistake")
    people.reactivate(crew.staff, crew.person("admin"), lan.id, "was a mistake")
    assert crew.there(crew.enter("lan"))


def test_nobody_is_deleted(crew: Crew) -> None:
    """The database itself refuses to remove a person, a role, a membership or a broken glass."""
    lan = crew.person("lan", "drafter")
    knowledge.break_glass(crew.staff, crew.standing("lan"), "X-1", "night")
    with crew.staff.store.write() as unit:
        knowledge.begin(crew.staff, unit, lan, "X-2", "opened")
    for name in ("account_person", "account_grant", "account_member", "account_glass"):
        with pytest.raises(AppendOnly), crew.staff.store.write() as unit:
            unit.execute(sa.text(f'DELETE FROM "{name}"'))


def test_a_deputy_has_the_absent_persons_roles_for_the_time(crew: Crew) -> None:
    """From the first day to the last a deputy may what the absent one may, under his own name."""
    lan, minh = crew.person("lan", "releaser"), crew.person("minh", "drafter")
    start = crew.clock.now() + DAY
    people.depute(crew.staff, crew.person("admin"), lan.id, minh.id, start, start + DAY, "holiday")
    assert not crew.standing("minh").may("request.release")
    crew.clock.advance(DAY)
    assert (crew.standing("minh").may("request.release"), crew.standing("minh").absent) == (True, (lan.id,))
    crew.clock.advance(DAY)
    assert not crew.standing("minh").may("request.release")


def test_a_deputy_may_be_ended_early(crew: Crew) -> None:
    """Who is back early has his duties for himself again."""
    lan, minh = crew.person("lan", "releaser"), crew.person("minh", "drafter")
    now = crew.clock.now()
    made = people.depute(crew.staff, crew.person("admin"), lan.id, minh.id, now, now + DAY, "ill")
    people.end_deputy(crew.staff, crew.person("admin"), made.id)
    assert not crew.standing("minh").may("request.release")


def test_standing_in_keeps_duties_apart(crew: Crew) -> None:
    """Nobody stands in for a person whose roles he must not have, and gets none such later."""
    lan, auditor = crew.person("lan", "releaser"), crew.person("watch", "auditor")
    now, admin = crew.clock.now(), crew.person("admin")
    with pytest.raises(DutiesApart):
        people.depute(crew.staff, admin, lan.id, auditor.id, now, now + DAY, "ill")
    plain = crew.person("plain")
    people.depute(crew.staff, admin, lan.id, plain.id, now, now + DAY, "ill")
    with pytest.raises(DutiesApart):
        people.grant(crew.staff, admin, plain.id, "auditor", "test")
    with pytest.raises(DutiesApart):
        people.grant(crew.staff, admin, lan.id, "auditor", "test")


def test_an_administrator_does_not_make_himself_a_deputy(crew: Crew) -> None:
    """Nobody gives himself roles by standing in."""
    lan, now = crew.person("lan", "releaser"), crew.clock.now()
    with pytest.raises(AnotherPerson):
        people.depute(crew.staff, crew.person("admin"), lan.id, crew.person("admin").id, now, now + DAY, "test")


@pytest.mark.parametrize(("start", "end"), [(0, 0), (1, 0), (0, 400), (-3, -2)])
def test_an_absence_has_a_beginning_and_an_end(crew: Crew, start: int, end: int) -> None:
    """An absence without length, backwards, of more than a year or that is past is refused."""
    lan, minh, now = crew.person("lan", "releaser"), crew.person("minh", "drafter"), crew.clock.now()
    with pytest.raises(BadAccount):
        people.depute(crew.staff, crew.person("admin"), lan.id, minh.id, now + start * DAY, now + end * DAY, "test")


def test_two_administrators_let_a_person_in_again(crew: Crew) -> None:
    """When two administrators say that every key is lost, the old keys end and a code lets the person in once."""
    lan, second = crew.person("lan", "drafter"), crew.person("second", "administrator")
    asked = people.ask_recovery(crew.staff, crew.person("admin"), lan.id, "telephone lost")
    code = people.agree_recovery(crew.staff, second, asked.id)
    with pytest.raises(NotSignedIn):
        crew.enter("lan")
    assert entering.by_code(crew.staff, code, Caller()).person.id == lan.id


def test_one_administrator_alone_recovers_nobody(crew: Crew) -> None:
    """Neither the one who asked nor the person himself agrees to a recovery, and no invitation takes its place."""
    admin, second = crew.person("admin"), crew.person("second", "administrator")
    lan = crew.person("lan", "drafter")
    asked = people.ask_recovery(crew.staff, admin, lan.id, "telephone lost")
    with pytest.raises(AnotherPerson):
        people.agree_recovery(crew.staff, admin, asked.id)
    with pytest.raises(NotAllowed):
        people.invite_again(crew.staff, admin, lan.id)
    own = people.ask_recovery(crew.staff, admin, second.id, "he says so")
    with pytest.raises(AnotherPerson):
        people.agree_recovery(crew.staff, second, own.id)
    people.refuse_recovery(crew.staff, second, asked.id)
    with pytest.raises(BadAccount):
        people.agree_recovery(crew.staff, second, asked.id)


def test_a_key_to_sign_with_is_one_persons(crew: Crew) -> None:
    """A key file that is one person's is not bound to another; it can be let go."""
    lan, minh, admin = crew.person("lan", "drafter"), crew.person("minh", "drafter"), crew.person("admin")
    people.bind_key(crew.staff, admin, lan.id, "lan.key", "Lan")
    with pytest.raises(BadAccount):
        people.bind_key(crew.staff, admin, minh.id, "lan.key", "Lan")
    people.bind_key(crew.staff, admin, lan.id, "", "")
    people.bind_key(crew.staff, admin, minh.id, "lan.key", "Lan")
    assert crew.person("minh").holder == "Lan"


def test_every_act_on_a_person_is_in_the_log(crew: Crew) -> None:
    """Inviting, giving, coding, entering and keying are events, and none of them says a name."""
    crew.person("lan", "drafter")
    assert crew.events()[-5:] == [
        "account.invited", "account.granted", "account.coded", "account.entered", "account.keyed",
    ]  # fmt: skip
    with crew.staff.store.read() as unit:
        told = b"".join(one.event for one in crew.staff.ledger.entries(unit, 0, 100))
    assert b"Lan" not in told


def test_a_time_zone_is_one_there_is(crew: Crew) -> None:
    """A person reads times in a zone that there is."""
    lan = crew.person("lan", "drafter")
    people.speak(crew.staff, lan, "vi", "Asia/Ho_Chi_Minh")
    assert (crew.person("lan").language, crew.person("lan").zone) == ("vi", "Asia/Ho_Chi_Minh")
    with pytest.raises(BadAccount):
        people.speak(crew.staff, lan, "vi", "../../etc/passwd")


def everybody(crew: Crew) -> list[Person]:
    """All people."""
    with crew.staff.store.read() as unit:
        return tables.select(unit, Person)
