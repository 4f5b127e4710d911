"""Need-to-know: who is a member of a case, and who went in without being one.

Who is no member cannot tell a case from one that does not exist. Breaking the glass needs a reason, lasts some hours, and
is reviewed by another person the next day; it says nothing of whether there is such a case.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from comity.store.engine import Unit

from . import tables
from .access import Standing, knows, roles_of
from .duties import acts
from .errors import AnotherPerson, BadAccount, NoCaseKnown, NotAllowed
from .model import Glass, Member, Person
from .people import said
from .staff import Staff

OPEN, REVIEW = timedelta(hours=12), timedelta(hours=24)
JUSTIFIED, UNJUSTIFIED = "justified", "unjustified"
MOST_CASE = 120
NOT_KNOWN = "got something that is not here, or not for you to know of, expected another"


def require(staff: Staff, unit: Unit, who: Standing, case: str) -> None:
    """Find that a person knows of a case.

    Raises:
        NoCaseKnown: there is none, or not for him.
    """
    if not knows(staff, unit, who, case):
        raise NoCaseKnown(NOT_KNOWN)


def begin(staff: Staff, unit: Unit, person: Person, case: str, reason: str) -> Member:
    """Make the one who opens a case, or takes up one that nobody knows of, its first member, in the caller's unit.

    Raises:
        NotAllowed: it has members already.
    """
    if tables.select(unit, Member, case=case):
        raise NotAllowed("got a case that has members, expected one that has none", field="case")
    return _add(staff, unit, case, person.id, person.id, reason)


def name_first(staff: Staff, case: str, person: str, reason: str) -> Member:
    """Let a person know of a case that nobody at work here knows of, on the word of whoever runs the machine.

    From then on he brings others in. A case that somebody knows of is its members' affair.

    Raises:
        NotAllowed: somebody at work here knows of it.
        BadAccount: there is no such person at work, or none of his roles works on cases.
    """
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Person, name=person)
        if found is None or not found.active:
            raise BadAccount(f"got {person[:40]!r}, expected the name of a person at work here", field="person")
        if not acts()["case.read"].allows(roles_of(staff, unit, found.id) - {"auditor"}):
            raise BadAccount(f"got {found.name}, who works on no case, expected one who does", field="person")
        if any(staff.person(unit, one.person).active for one in members(unit, case)):
            advice = "Whoever knows of it brings others in, on its page at the desk."
            raise NotAllowed("got a case that has members, expected one that has none", field="case", advice=advice)
        return _add(staff, unit, case, found.id, found.id, reason, way="command")


def bring_in(staff: Staff, who: Standing, case: str, person: str, reason: str) -> Member:
    """Let another person know of a case.

    Raises:
        NoCaseKnown: one does not know of it oneself.
        BadAccount: he does already.
    """
    with staff.store.write(durable=True) as unit:
        require(staff, unit, who, case)
        found = staff.person(unit, person)
        if not found.active or tables.select(unit, Member, case=case, person=found.id, ended_at=None):
            raise BadAccount("got a member, or nobody at work here, expected another person", field="person")
        return _add(staff, unit, case, found.id, who.person.id, reason)


def let_go(staff: Staff, who: Standing, case: str, person: str, reason: str) -> None:
    """End a person's knowing of a case; the last one stays.

    Raises:
        NoCaseKnown: one does not know of it oneself.
        BadAccount: he is no member, or the last one.
    """
    with staff.store.write(durable=True) as unit:
        require(staff, unit, who, case)
        found = members(unit, case)
        mine = next((one for one in found if one.person == person), None)
        if mine is None or len(found) == 1:
            raise BadAccount("got nobody who may go, expected one member of several", field="person")
        tables.change(unit, replace(mine, ended_at=staff.now))
        staff.log(unit, "unmembered", person=person, case=case, by=who.person.id, reason=said(reason))


def members(unit: Unit, case: str) -> list[Member]:
    """List who knows of a case."""
    return tables.select(unit, Member, case=case, ended_at=None)


def unknown_of(unit: Unit, cases: list[str]) -> list[str]:
    """Pick those of some cases that nobody ever was a member of."""
    found = {one.case for one in tables.among(unit, Member, "case", cases)}
    return [one for one in cases if one not in found]


def ever_known() -> tables.Names:
    """Select the names of the cases that somebody is or was a member of."""
    return tables.names(Member, "case")


def break_glass(staff: Staff, who: Standing, case: str, reason: str) -> Glass:
    """Go into a case that one is no member of, for some hours, with a reason."""
    case = case.strip()
    if not case or len(case) > MOST_CASE:
        raise BadAccount("got no case, expected its reference", field="case")
    with staff.store.write(durable=True) as unit:
        now = staff.now
        made = Glass(staff.new_id(), who.person.id, case, said(reason), now, now + OPEN, now + REVIEW)
        tables.add(unit, made)
        staff.log(unit, "broke", person=who.person.id, case=case, reason=made.reason)
    return made


def review(staff: Staff, who: Standing, glass: str, verdict: str, note: str) -> None:
    """Say whether it was needed that somebody broke a glass.

    Raises:
        AnotherPerson: it was oneself.
        BadAccount: there is nothing to review, or no verdict.
    """
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Glass, id=glass, reviewer="")
        if found is None or verdict not in (JUSTIFIED, UNJUSTIFIED):
            raise BadAccount("got nothing to review or no verdict, expected both", field="verdict")
        if found.person == who.person.id:
            raise AnotherPerson("got oneself, expected another person to review", field="glass")
        done = replace(found, reviewer=who.person.id, reviewed_at=staff.now, verdict=verdict, note=said(note))
        tables.change(unit, done)
        staff.log(unit, "reviewed", person=found.person, case=found.case, by=who.person.id, verdict=verdict)


def unreviewed(unit: Unit) -> list[Glass]:
    """List the broken glasses that wait for a review."""
    return tables.select(unit, Glass, reviewer="")


def glasses(unit: Unit) -> list[Glass]:
    """List all glasses that were ever broken, the latest first."""
    return tables.select(unit, Glass)[::-1]


def _add(staff: Staff, unit: Unit, case: str, person: str, by: str, reason: str, *, way: str = "") -> Member:
    made = Member(staff.new_id(), case, person, by, said(reason), staff.now)
    tables.add(unit, made)
    staff.log(unit, "membered", person=person, case=case, by=by, reason=made.reason, way=way)
    return made
