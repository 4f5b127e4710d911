"""The people of a node: invited, given roles, deactivated, never deleted.

Nobody changes his own roles. Roles that must be apart are never one person's, also not by standing in for another. One
administrator can always come in. Whoever lost every key to his door gets a new code when two administrators say so.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from comity.kernel.text import odd
from comity.store.engine import Unit

from . import sessions, tables
from .access import grants_of, roles_of
from .duties import ADMINISTRATOR, known, require_apart
from .entering import keyed
from .errors import AnotherPerson, BadAccount, LastAdministrator, NotAllowed
from .model import ACTIVE, DEACTIVATED, Deputy, Grant, Identity, OneTimeCode, Passkey, Person, Recovery, Token
from .staff import Staff, hashed

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}", re.ASCII)
INVITED, FIRST = timedelta(days=7), timedelta(hours=24)
MOST = 400
LONGEST_ABSENCE = timedelta(days=366)
ITSELF = "node"


def first(staff: Staff, name: str = "admin") -> tuple[Person, str]:
    """Make the first administrator, or a new code for him; only while no administrator can come in.

    Raises:
        NotAllowed: there is one who can.
    """
    with staff.store.write(durable=True) as unit:
        if able_administrators(staff, unit):
            advice = "Let an administrator invite you."
            raise NotAllowed("got a node with an administrator, expected one without", advice=advice)
        person = tables.find(unit, Person, name=_name(name))
        if person is None:
            person = _new(staff, unit, name, name, ITSELF)
        if ADMINISTRATOR not in roles_of(staff, unit, person.id):
            _give(
                staff, unit, Grant(staff.new_id(), person.id, ADMINISTRATOR, ITSELF, "first administrator", staff.now)
            )
        return person, _code(staff, unit, person, ITSELF, FIRST)


def invite(staff: Staff, by: Person, name: str, label: str, roles: Collection[str], reason: str) -> tuple[Person, str]:
    """Make a person with roles, and the code that lets him in once.

    Raises:
        BadAccount: the name is taken or malformed, or there is no reason.
        DutiesApart: the roles are not one person's.
    """
    with staff.store.write(durable=True) as unit:
        if tables.find(unit, Person, name=_name(name)):
            raise BadAccount(f"got the name {name!r}, which somebody has, expected another", field="name")
        require_apart({known(role).name for role in roles})
        person = _new(staff, unit, name, label, by.id)
        for role in sorted(set(roles)):
            _give(staff, unit, Grant(staff.new_id(), person.id, role, by.id, said(reason), staff.now))
        return person, _code(staff, unit, person, by.id, INVITED)


def invite_again(staff: Staff, by: Person, person: str) -> str:
    """Give a new code to a person who has not yet set up his account; earlier ones end.

    Raises:
        NotAllowed: he has: then it takes two administrators.
    """
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        if keyed(unit, found) or not found.active:
            advice = "Ask for a recovery; a second administrator has to agree."
            raise NotAllowed("got a person who has keys of his own, expected one who has none", advice=advice)
        return _code(staff, unit, found, by.id, INVITED)


def grant(staff: Staff, by: Person, person: str, role: str, reason: str, until: datetime | None = None) -> Grant:
    """Give a person a role, perhaps for a time.

    Raises:
        AnotherPerson: it is his own.
        DutiesApart: it does not go with what he has, or stands in for.
    """
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        _another(by, found.id)
        held = roles_of(staff, unit, found.id)
        if role in held:
            raise BadAccount(f"got {role}, which the person has, expected another role", field="role")
        require_apart(held | {known(role).name} | _stands_in_for(staff, unit, found.id))
        for one in tables.select(unit, Deputy, person=found.id, ended_at=None):
            if one.until > staff.now:
                require_apart(roles_of(staff, unit, one.deputy) | {role})
        if until and until <= staff.now:
            raise BadAccount("got an end that is past, expected one to come", field="until")
        made = Grant(staff.new_id(), found.id, role, by.id, said(reason), staff.now, until)
        _give(staff, unit, made)
        _changed(staff, unit, found)
        return made


def withdraw(staff: Staff, by: Person, granted: str, reason: str) -> None:
    """Take a role back.

    Raises:
        AnotherPerson: it is his own.
        LastAdministrator: nobody would be left to administer the node.
    """
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Grant, id=granted, ended_at=None)
        if found is None:
            raise BadAccount("got no role that somebody has, expected one", field="grant")
        _another(by, found.person)
        tables.change(unit, replace(found, ended_at=staff.now))
        _require_administrator(staff, unit)
        staff.log(unit, "withdrawn", person=found.person, role=found.role, by=by.id, reason=said(reason))
        _changed(staff, unit, staff.person(unit, found.person))


def deactivate(staff: Staff, by: Person, person: str, reason: str) -> None:
    """Let a person in no more; he is signed out everywhere. Nobody is deleted.

    Raises:
        AnotherPerson: it is oneself.
        LastAdministrator: nobody would be left to administer the node.
    """
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        _another(by, found.id)
        tables.change(unit, replace(found, state=DEACTIVATED, rights_at=staff.now))
        _require_administrator(staff, unit)
        sessions.end_all(staff, unit, found.id)
        end_codes(staff, unit, found.id)
        staff.log(unit, "deactivated", person=found.id, by=by.id, reason=said(reason))


def reactivate(staff: Staff, by: Person, person: str, reason: str) -> None:
    """Let a person in again."""
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        _another(by, found.id)
        tables.change(unit, replace(found, state=ACTIVE, rights_at=staff.now))
        staff.log(unit, "reactivated", person=found.id, by=by.id, reason=said(reason))


def depute(staff: Staff, by: Person, person: str, deputy: str, since: datetime, until: datetime, reason: str) -> Deputy:
    """Let one person stand in for another while he is away: with his roles and for his cases.

    Raises:
        DutiesApart: the two have roles that are not one person's.
        BadAccount: it is one person, or the time is none.
    """
    with staff.store.write(durable=True) as unit:
        absent, stand = staff.person(unit, person), staff.person(unit, deputy)
        if absent.id == stand.id or not since < until <= since + LONGEST_ABSENCE or until <= staff.now:
            raise BadAccount("got no absence, expected two persons and a time of at most a year", field="until")
        _another(by, stand.id)
        held = roles_of(staff, unit, stand.id) | _stands_in_for(staff, unit, stand.id)
        require_apart(held | roles_of(staff, unit, absent.id))
        made = Deputy(staff.new_id(), absent.id, stand.id, by.id, said(reason), since, until)
        tables.add(unit, made)
        staff.log(unit, "deputed", person=absent.id, deputy=stand.id, by=by.id, reason=made.reason)
        _changed(staff, unit, stand)
        return made


def end_deputy(staff: Staff, by: Person, deputy: str) -> None:
    """End a standing in before its time."""
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Deputy, id=deputy, ended_at=None)
        if found is None:
            raise BadAccount("got no deputy, expected one who stands in", field="deputy")
        tables.change(unit, replace(found, ended_at=staff.now))
        staff.log(unit, "undeputed", person=found.person, deputy=found.deputy, by=by.id)
        _changed(staff, unit, staff.person(unit, found.deputy))


def ask_recovery(staff: Staff, by: Person, person: str, reason: str) -> Recovery:
    """Say that a person lost every key to his door; nothing happens until another administrator says so too."""
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        _another(by, found.id)
        if any(one.person == found.id for one in recoveries(unit)):
            raise BadAccount("got a recovery that was asked for already, expected a new one", field="person")
        asked = Recovery(staff.new_id(), found.id, by.id, said(reason), staff.now)
        tables.add(unit, asked)
        staff.log(unit, "recovering", person=found.id, by=by.id, reason=asked.reason)
        return asked


def agree_recovery(staff: Staff, by: Person, recovery: str) -> str:
    """Agree as the second administrator: the person's keys end, and a code lets him in once to make new ones.

    Raises:
        AnotherPerson: it is the one who asked, or the person himself.
    """
    with staff.store.write(durable=True) as unit:
        asked = tables.find(unit, Recovery, id=recovery, ended_at=None)
        if asked is None:
            raise BadAccount("got no recovery that waits, expected one", field="recovery")
        _another(by, asked.person)
        _another(by, asked.by)
        person = replace(staff.person(unit, asked.person), password="", totp="", rights_at=staff.now)
        tables.change(unit, person)
        end_keys(staff, unit, person.id)
        sessions.end_all(staff, unit, person.id)
        tables.change(unit, replace(asked, second=by.id, ended_at=staff.now))
        staff.log(unit, "recovered", person=person.id, by=asked.by, second=by.id)
        return _code(staff, unit, person, by.id, FIRST)


def refuse_recovery(staff: Staff, by: Person, recovery: str) -> None:
    """End a recovery that waits, without effect."""
    with staff.store.write(durable=True) as unit:
        asked = tables.find(unit, Recovery, id=recovery, ended_at=None)
        if asked:
            tables.change(unit, replace(asked, second=by.id, ended_at=staff.now))
            staff.log(unit, "unrecovered", person=asked.person, by=by.id)


def recoveries(unit: Unit) -> list[Recovery]:
    """List the recoveries that wait for a second administrator."""
    return tables.select(unit, Recovery, ended_at=None)


def bind_key(staff: Staff, by: Person, person: str, key: str, holder: str) -> None:
    """Say with which key file a person signs, and as which holder the directory has it; empty to say there is none.

    Raises:
        BadAccount: it is another person's.
    """
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        others = tables.select(unit, Person, key=key) if key else []
        if any(one.id != found.id for one in others):
            raise BadAccount("got another person's key, expected one's own", field="key")
        tables.change(unit, replace(found, key=key, holder=holder))
        staff.log(unit, "bound", person=found.id, key=key, by=by.id)


def speak(staff: Staff, person: Person, language: str, zone: str) -> None:
    """Keep the language and the time zone in which a person reads."""
    from zoneinfo import available_timezones

    if zone not in available_timezones():
        raise BadAccount(f"got the time zone {zone[:40]!r}, expected one such as Asia/Ho_Chi_Minh", field="zone")
    with staff.store.write() as unit:
        tables.change(unit, replace(staff.person(unit, person.id), language=language, zone=zone))


def all_people(unit: Unit) -> list[Person]:
    """List everybody by name."""
    return sorted(tables.select(unit, Person), key=lambda one: one.name)


def able_administrators(staff: Staff, unit: Unit) -> list[Person]:
    """List the administrators who can come in: active, and with a key of their own."""
    found = {
        one.person for one in tables.select(unit, Grant, role=ADMINISTRATOR, ended_at=None) if one.counts(staff.now)
    }
    people = tables.among(unit, Person, "id", sorted(found))
    return [one for one in people if one.active and keyed(unit, one)]


def end_keys(staff: Staff, unit: Unit, person: str) -> None:
    """End every passkey, code and token of a person, and his link with an identity provider."""
    kinds: tuple[type[Passkey | Token | Identity], ...] = (Passkey, Token, Identity)
    for kind in kinds:
        for one in tables.select(unit, kind, person=person, ended_at=None):
            tables.change(unit, replace(one, ended_at=staff.now))
    end_codes(staff, unit, person)


def said(reason: str) -> str:
    """Give a reason back that is one.

    Raises:
        BadAccount: nothing is said, too much, or with signs that nobody sees.
    """
    reason = " ".join(reason.split())
    if not reason or len(reason) > MOST or odd(reason):
        raise BadAccount(f"got no reason in plain text, expected one of at most {MOST} characters", field="reason")
    return reason


def _name(name: str) -> str:
    name = name.strip().casefold()
    if not NAME.fullmatch(name):
        advice = "2 to 40 small Latin letters, digits, dots, hyphens or underscores."
        raise BadAccount(f"got the name {name[:60]!r}, expected one such as n.lan", field="name", advice=advice)
    return name


def _new(staff: Staff, unit: Unit, name: str, label: str, by: str) -> Person:
    label = " ".join(label.split()) or name
    if len(label) > 120 or odd(label):
        raise BadAccount("got a name in other than plain text, expected at most 120 characters", field="label")
    person = Person(staff.new_id(), _name(name), label, "en", "UTC", ACTIVE, staff.now, staff.now)
    tables.add(unit, person)
    staff.log(unit, "invited", person=person.id, by=by)
    return person


def _give(staff: Staff, unit: Unit, made: Grant) -> None:
    tables.add(unit, made)
    staff.log(unit, "granted", person=made.person, role=made.role, by=made.by, reason=made.reason)


def _code(staff: Staff, unit: Unit, person: Person, by: str, lasts: timedelta) -> str:
    end_codes(staff, unit, person.id)
    code = staff.secret()
    tables.add(unit, OneTimeCode(hashed(code), person.id, by, staff.now, staff.now + lasts))
    staff.log(unit, "coded", person=person.id, by=by)
    return code


def end_codes(staff: Staff, unit: Unit, person: str) -> None:
    """End the codes that would let a person in once."""
    for old in tables.select(unit, OneTimeCode, person=person, used_at=None):
        tables.change(unit, replace(old, used_at=staff.now))


def _changed(staff: Staff, unit: Unit, person: Person) -> None:
    tables.change(unit, replace(person, rights_at=staff.now))


def _stands_in_for(staff: Staff, unit: Unit, person: str) -> frozenset[str]:
    """Give the roles of all whom a person stands in for, now or later."""
    found = [one for one in tables.select(unit, Deputy, deputy=person, ended_at=None) if one.until > staff.now]
    return frozenset(grant.role for one in found for grant in grants_of(staff, unit, one.person))


def _another(by: Person, person: str) -> None:
    if by.id == person:
        raise AnotherPerson("got oneself, expected another person to do this", field="person")


def _require_administrator(staff: Staff, unit: Unit) -> None:
    if not able_administrators(staff, unit):
        advice = "Give another person the role first, and let them set up their account."
        raise LastAdministrator("got the last administrator, expected another to be left", advice=advice)
