"""Tokens: a program's narrow right to do some acts in a person's name, for a time. Only a token's hash is kept.

A token never does more than its person may at that moment, and never what concerns accounts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

from comity.store.engine import Unit

from . import tables
from .access import Standing
from .duties import acts
from .errors import BadAccount, NotSignedIn
from .model import Person, Token
from .sessions import SEEN
from .staff import Staff, hashed

LONGEST = timedelta(days=366)
NEVER = ("door.", "account.", "people.", "glass.")
PREFIX = "comity_"


def offered(who: Standing) -> list[str]:
    """List the acts that a person may put into a token."""
    return [name for name in acts() if not name.startswith(NEVER) and who.may(name)]


def make(staff: Staff, who: Standing, label: str, wanted: Collection[str], lasts: timedelta) -> tuple[Token, str]:
    """Make a token; gives it with the word to show, which is told this once.

    Raises:
        BadAccount: it asks for what the person may not, for nothing, or for too long.
    """
    label = " ".join(label.split())[:80]
    if not label or not wanted or not set(wanted) <= set(offered(who)):
        raise BadAccount("got no name or acts that are not one's own, expected both", field="acts")
    if not timedelta(0) < lasts <= LONGEST:
        raise BadAccount(f"got {lasts}, expected at most a year", field="days")
    word = PREFIX + staff.secret()
    made = Token(hashed(word), who.person.id, label, sorted(set(wanted)), staff.now, staff.now + lasts)
    with staff.store.write(durable=True) as unit:
        tables.add(unit, made)
        staff.log(unit, "tokened", person=who.person.id, token=made.id[:16], acts=" ".join(made.acts))
    return made, word


def look(staff: Staff, word: str) -> tuple[Person, Token]:
    """Find whose token a word is, and note its use.

    Raises:
        NotSignedIn: it is none, or counts no more.
    """
    with staff.store.read() as unit:
        person, found = _valid(staff, unit, word)
    if found.used_at is not None and staff.now - found.used_at < SEEN:
        return person, found
    with staff.store.write() as unit:
        person, found = _valid(staff, unit, word)
        found = replace(found, used_at=staff.now)
        tables.change(unit, found)
    return person, found


def end(staff: Staff, who: Standing, token: str) -> None:
    """End one of one's own tokens."""
    with staff.store.write(durable=True) as unit:
        found = tables.find(unit, Token, id=token, person=who.person.id, ended_at=None)
        if found is None:
            raise BadAccount("got no token of one's own, expected one", field="token")
        tables.change(unit, replace(found, ended_at=staff.now))
        staff.log(unit, "untokened", person=who.person.id, token=found.id[:16])


def of(unit: Unit, person: str) -> list[Token]:
    """List a person's tokens that were not ended."""
    return tables.select(unit, Token, person=person, ended_at=None)


def _valid(staff: Staff, unit: Unit, word: str) -> tuple[Person, Token]:
    """Find a token by the hash of its word, which nobody can choose: the time it takes tells nothing of the word."""
    found = tables.find(unit, Token, id=hashed(word), ended_at=None)
    person = tables.find(unit, Person, id=found.person) if found else None
    if found is None or person is None or not person.active or found.ends_at <= staff.now:
        raise NotSignedIn("got a token that does not count, expected one that does")
    return person, found
