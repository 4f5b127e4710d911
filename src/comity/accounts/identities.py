"""Whom the organisation's identity provider means: each person is linked by an act of his own or an administrator's.

Nobody gets an account by coming with the provider's word. A person who has a key of his own here links himself, while he
is signed in. An administrator enters the subject only for somebody who has no key yet: it lets him in, as a one-time code
would, to make one, and ends when he has it; then he links himself. So no single administrator can open the door of somebody
who is at work, also not by a link from before, and everybody can come in while the provider does not answer.
"""

from __future__ import annotations

from dataclasses import replace

from comity.kernel.text import odd
from comity.store.engine import Unit

from . import tables
from .entering import keyed
from .errors import AnotherPerson, BadAccount, NotAllowed
from .idtoken import MOST_SUBJECT, Vouched
from .model import Identity, Person
from .people import said
from .staff import Staff, hashed


def find(unit: Unit, issuer: str, subject: str) -> Identity | None:
    """Find the link of a provider's subject that counts."""
    return tables.find(unit, Identity, issuer=issuer, subject=subject, ended_at=None)


def of(unit: Unit, person: str) -> list[Identity]:
    """List the links of a person that count."""
    return tables.select(unit, Identity, person=person, ended_at=None)


def link(staff: Staff, person: str, vouched: Vouched) -> Identity:
    """Link the person who is signed in with the subject that the provider vouches for now.

    Raises:
        BadAccount: either of them is linked already.
    """
    with staff.store.write(durable=True) as unit:
        return _link(staff, unit, staff.person(unit, person), vouched.issuer, vouched.subject, person)


def enter_subject(staff: Staff, by: Person, person: str, issuer: str, subject: str, reason: str) -> Identity:
    """Say as an administrator whom the provider means by a subject, for a person who has no key of his own yet.

    Raises:
        NotAllowed: he has: then he links himself.
        AnotherPerson: it is oneself.
    """
    subject = subject.strip()
    if not subject or len(subject) > MOST_SUBJECT or odd(subject):
        raise BadAccount("got no subject in plain text, expected it as the provider has it", field="subject")
    with staff.store.write(durable=True) as unit:
        found = staff.person(unit, person)
        if found.id == by.id:
            raise AnotherPerson("got oneself, expected another person to do this", field="person")
        if keyed(unit, found) or not found.active:
            advice = "The person links it in person, signed in, under My account."
            raise NotAllowed("got a person who has keys of his own, expected one who has none", advice=advice)
        return _link(staff, unit, found, issuer, subject, by.id, said(reason))


def end(staff: Staff, by: Person, identity: str, person: str) -> None:
    """End a link of a person: his own, or as an administrator.

    Raises:
        BadAccount: he has no such link.
    """
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Identity, id=identity, person=person, ended_at=None)
        if found is None:
            raise BadAccount("got no link that counts, expected one", field="identity")
        tables.change(unit, replace(found, ended_at=staff.now))
        staff.log(unit, "unlinked", person=person, identity=sign(found.issuer, found.subject), by=by.id)


def sign(issuer: str, subject: str) -> str:
    """Give the sign of a subject for the log, which does not name it."""
    return hashed(f"{issuer} {subject}")[:16]


def _link(staff: Staff, unit: Unit, person: Person, issuer: str, subject: str, by: str, reason: str = "") -> Identity:
    if find(unit, issuer, subject) or any(one.issuer == issuer for one in of(unit, person.id)):
        advice = "End the other link first: its person does, or an administrator."
        raise BadAccount(
            "got a link that one of the two has already, expected both free", field="subject", advice=advice
        )
    made = Identity(staff.new_id(), person.id, issuer, subject, by, staff.now)
    tables.add(unit, made)
    staff.log(unit, "linked", person=person.id, identity=sign(issuer, subject), by=by, reason=reason)
    return made
