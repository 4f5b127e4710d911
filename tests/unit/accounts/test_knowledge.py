"""Need-to-know: members of a case, broken glasses and their review; tokens of narrow rights."""

from __future__ import annotations

from datetime import timedelta

import pytest

from builders.staff import Crew
from comity.accounts import access, knowledge, people, tokens
from comity.accounts.errors import AnotherPerson, BadAccount, NoCaseKnown, NotAllowed, NotSignedIn

CASE = "VN-2022-RONIN"


def opened(crew: Crew, name: str = "lan") -> None:
    """A person opens the case."""
    person = crew.person(name, "drafter")
    with crew.staff.store.write() as unit:
        knowledge.begin(crew.staff, unit, person, CASE, "opened")


def known(crew: Crew, name: str) -> bool:
    """Whether a person knows of the case, as every way to ask tells."""
    who = crew.standing(name)
    with crew.staff.store.read() as unit:
        one = access.knows(crew.staff, unit, who, CASE)
        cases = access.cases_of(crew.staff, unit, who)
        assert one == (CASE in cases)
        assert cases == set(unit.scalars(access.known_to(crew.staff, who)))
    return one


def test_who_opens_a_case_knows_of_it_and_nobody_else(crew: Crew) -> None:
    """The first member knows of the case; a person with the same role does not."""
    opened(crew)
    crew.person("minh", "drafter")
    assert (known(crew, "lan"), known(crew, "minh")) == (True, False)


def test_a_case_that_is_not_there_and_one_not_for_me_are_told_alike(crew: Crew) -> None:
    """The refusal for a case that others know of says the same as for one that is not there."""
    opened(crew)
    crew.person("minh", "drafter")
    told = []
    for case in (CASE, "NO-SUCH-CASE"):
        with crew.staff.store.read() as unit, pytest.raises(NoCaseKnown) as wrong:
            knowledge.require(crew.staff, unit, crew.standing("minh"), case)
        told.append(wrong.value.problem())
    assert told[0] == told[1]


def test_a_case_is_taken_up_once(crew: Crew) -> None:
    """Nobody makes himself the first member of a case that has one."""
    opened(crew)
    with pytest.raises(NotAllowed):
        opened(crew, "minh")


def test_a_member_brings_in_and_lets_go(crew: Crew) -> None:
    """A member lets another person know, and ends it; the last member stays."""
    opened(crew)
    minh = crew.person("minh", "releaser")
    knowledge.bring_in(crew.staff, crew.standing("lan"), CASE, minh.id, "to release")
    assert known(crew, "minh")
    knowledge.let_go(crew.staff, crew.standing("lan"), CASE, minh.id, "released")
    assert not known(crew, "minh")
    with pytest.raises(BadAccount):
        knowledge.let_go(crew.staff, crew.standing("lan"), CASE, crew.person("lan").id, "all done")


def test_who_does_not_know_of_a_case_brings_nobody_in(crew: Crew) -> None:
    """A stranger to a case makes neither himself nor another a member."""
    opened(crew)
    minh = crew.person("minh", "drafter")
    with pytest.raises(NoCaseKnown):
        knowledge.bring_in(crew.staff, crew.standing("minh"), CASE, minh.id, "curious")


def test_a_deputy_knows_of_the_absent_persons_cases(crew: Crew) -> None:
    """While he stands in, a deputy knows of the cases of whom he stands in for."""
    opened(crew)
    lan, minh, now = crew.person("lan"), crew.person("minh", "drafter"), crew.clock.now()
    people.depute(crew.staff, crew.person("admin"), lan.id, minh.id, now, now + timedelta(days=1), "ill")
    assert known(crew, "minh")
    crew.clock.advance(timedelta(days=1))
    assert not known(crew, "minh")


def test_a_broken_glass_opens_a_case_for_hours(crew: Crew) -> None:
    """Who breaks the glass knows of the case for twelve hours, and it waits for a review by the next day."""
    opened(crew)
    crew.person("minh", "officer")
    made = knowledge.break_glass(crew.staff, crew.standing("minh"), CASE, "life in danger")
    assert known(crew, "minh")
    assert made.due_at - made.at == timedelta(hours=24)
    crew.clock.advance(knowledge.OPEN)
    assert not known(crew, "minh")
    with crew.staff.store.read() as unit:
        assert [one.id for one in knowledge.unreviewed(unit)] == [made.id]


def test_a_broken_glass_does_not_say_whether_there_is_such_a_case(crew: Crew) -> None:
    """Breaking the glass for a case that is not there looks the same, and is in the log as well."""
    crew.person("minh", "officer")
    knowledge.break_glass(crew.staff, crew.standing("minh"), "NO-SUCH-CASE", "life in danger")
    assert "account.broke" in crew.events()


def test_a_glass_is_reviewed_by_another_person_once(crew: Crew) -> None:
    """Nobody reviews his own broken glass; another person does, with a verdict, once."""
    crew.person("minh", "releaser")
    made = knowledge.break_glass(crew.staff, crew.standing("minh"), CASE, "life in danger")
    with pytest.raises(AnotherPerson):
        knowledge.review(crew.staff, crew.standing("minh"), made.id, knowledge.JUSTIFIED, "fine")
    crew.person("hoa", "lawyer")
    with pytest.raises(BadAccount):
        knowledge.review(crew.staff, crew.standing("hoa"), made.id, "perhaps", "x")
    knowledge.review(crew.staff, crew.standing("hoa"), made.id, knowledge.UNJUSTIFIED, "he could have asked")
    with pytest.raises(BadAccount):
        knowledge.review(crew.staff, crew.standing("hoa"), made.id, knowledge.JUSTIFIED, "changed my mind")


@pytest.mark.parametrize(("case", "reason"), [("", "x"), ("x" * 121, "x"), ("X-1", ""), ("X-1", "x" * 500)])
def test_a_glass_is_broken_for_a_case_and_a_reason(crew: Crew, case: str, reason: str) -> None:
    """Without a case or a reason nothing is opened."""
    crew.person("minh", "officer")
    with pytest.raises(BadAccount):
        knowledge.break_glass(crew.staff, crew.standing("minh"), case, reason)


def test_cases_that_nobody_knows_of_are_told_apart(crew: Crew) -> None:
    """Of several cases those are named that nobody ever was a member of, for who may take them up."""
    opened(crew)
    with crew.staff.store.read() as unit:
        assert knowledge.unknown_of(unit, [CASE, "IMPORTED-1"]) == ["IMPORTED-1"]


def test_a_token_does_what_it_says_for_its_time(crew: Crew) -> None:
    """A token names its person and acts until its end, its use is noted, and only its hash is kept."""
    crew.person("lan", "drafter")
    made, word = tokens.make(crew.staff, crew.standing("lan"), "nightly", ["request.draft"], timedelta(days=1))
    person, token = tokens.look(crew.staff, word)
    assert (person.name, token.acts, token.used_at) == ("lan", ["request.draft"], crew.clock.now())
    assert word not in repr(made)
    crew.clock.advance(timedelta(days=1))
    with pytest.raises(NotSignedIn):
        tokens.look(crew.staff, word)


@pytest.mark.parametrize("acts", [[], ["request.release"], ["people.change"], ["account.join"], ["glass.break"], ["x"]])
def test_a_token_has_no_more_rights_than_its_person(crew: Crew, acts: list[str]) -> None:
    """A token for what the person may not, for accounts, or for breaking the glass is not made."""
    crew.person("lan", "drafter")
    with pytest.raises(BadAccount):
        tokens.make(crew.staff, crew.standing("lan"), "x", acts, timedelta(days=1))


def test_a_token_is_ended_by_its_person_alone(crew: Crew) -> None:
    """A person ends his own token; another one's is none of his; a deactivated person's counts no more."""
    crew.person("lan", "drafter")
    crew.person("minh", "drafter")
    made, word = tokens.make(crew.staff, crew.standing("lan"), "x", ["request.draft"], timedelta(days=1))
    with pytest.raises(BadAccount):
        tokens.end(crew.staff, crew.standing("minh"), made.id)
    people.deactivate(crew.staff, crew.person("admin"), crew.person("lan").id, "left")
    with pytest.raises(NotSignedIn):
        tokens.look(crew.staff, word)
    people.reactivate(crew.staff, crew.person("admin"), crew.person("lan").id, "back")
    tokens.end(crew.staff, crew.standing("lan"), made.id)
    with pytest.raises(NotSignedIn):
        tokens.look(crew.staff, word)


def test_a_first_member_is_named_for_a_case_that_nobody_knows_of(crew: Crew) -> None:
    """Whoever runs the machine names the first member of a case that came in by command; the log says who, why and how."""
    crew.person("lan", "drafter")
    knowledge.name_first(crew.staff, CASE, "lan", "imported by command")
    assert known(crew, "lan")
    with crew.staff.store.read() as unit:
        size = crew.staff.ledger.size(unit)
        (last,) = crew.staff.ledger.entries(unit, size - 1, size)
    for fact in (b'"case":"VN-2022-RONIN"', b'"way":"command"', b'"reason":"imported by command"'):
        assert fact in last.event


def test_a_case_of_people_who_left_is_reached_again(crew: Crew) -> None:
    """When the last member was deactivated, another one is named; as long as one is at work, that is refused."""
    opened(crew)
    crew.person("minh", "drafter")
    with pytest.raises(NotAllowed, match="has members"):
        knowledge.name_first(crew.staff, CASE, "minh", "wants to")
    people.deactivate(crew.staff, crew.person("admin", "administrator"), crew.people["lan"].id, "left")
    knowledge.name_first(crew.staff, CASE, "minh", "takes over")
    assert known(crew, "minh")


@pytest.mark.parametrize("role", ["administrator", "auditor"])
def test_who_works_on_no_case_is_named_for_none(crew: Crew, role: str) -> None:
    """Neither an administrator nor an auditor, nor a name that nobody has, becomes the member of a case."""
    crew.person("other", role)
    for name in ("other", "nobody"):
        with pytest.raises(BadAccount):
            knowledge.name_first(crew.staff, CASE, name, "wants to")
