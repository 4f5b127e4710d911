"""What a person may do and know of at this moment: his roles, those of whom he stands in for, and the cases of both."""

from __future__ import annotations

from dataclasses import dataclass, field

from comity.store.engine import Unit

from . import tables
from .duties import acts
from .model import CODE, Deputy, Glass, Grant, Member, Person, Session
from .staff import Staff

JOINING = ("account.keys", "account.join", "door.leave")


@dataclass(frozen=True)
class Standing:
    """A person as he stands now: *roles* are his and those of the *absent* persons he stands in for."""

    person: Person
    session: Session
    roles: frozenset[str]
    absent: tuple[str, ...] = field(default=())

    def may(self, act: str) -> bool:
        """Tell whether he may do an act, as far as no case is concerned; with a one-time code, only join."""
        return act in JOINING if self.session.way == CODE else acts()[act].allows(self.roles)

    @property
    def ids(self) -> list[str]:
        """Give the persons whose membership counts for him."""
        return [self.person.id, *self.absent]


def standing(staff: Staff, unit: Unit, person: Person, session: Session) -> Standing:
    """Give a person as he stands now."""
    found = tables.select(unit, Deputy, deputy=person.id, ended_at=None)
    absent = tuple(dict.fromkeys(one.person for one in found if one.counts(staff.now)))
    roles = roles_of(staff, unit, person.id).union(*(roles_of(staff, unit, one) for one in absent))
    return Standing(person, session, roles, absent)


def grants_of(staff: Staff, unit: Unit, person: str) -> list[Grant]:
    """List the roles that a person has now, with who gave them and why."""
    found = [one for one in tables.select(unit, Grant, person=person, ended_at=None) if one.counts(staff.now)]
    return sorted(found, key=lambda one: (one.since, one.role))


def roles_of(staff: Staff, unit: Unit, person: str) -> frozenset[str]:
    """Give the names of the roles that a person has now."""
    return frozenset(one.role for one in grants_of(staff, unit, person))


def knows(staff: Staff, unit: Unit, who: Standing, case: str) -> bool:
    """Tell whether a person knows of a case: as a member, for one, or because he broke the glass."""
    members = {one.person for one in tables.select(unit, Member, case=case, ended_at=None)}
    return not members.isdisjoint(who.ids) or any(one.case == case for one in open_glasses(staff, unit, who.person.id))


def cases_of(staff: Staff, unit: Unit, who: Standing) -> frozenset[str]:
    """Give the cases that a person knows of."""
    found = (one for one in tables.among(unit, Member, "person", who.ids) if one.ended_at is None)
    glasses = open_glasses(staff, unit, who.person.id)
    return frozenset(one.case for one in found) | frozenset(one.case for one in glasses)


def known_to(staff: Staff, who: Standing) -> tables.Names:
    """Select the cases that a person knows of, for a query of another room: the same as `cases_of` gives."""
    return tables.cases_known(who.ids, who.person.id, staff.now)


def open_glasses(staff: Staff, unit: Unit, person: str) -> list[Glass]:
    """List the glasses that a person broke and that are still open to him."""
    return [one for one in tables.select(unit, Glass, person=person) if staff.now < one.until]
