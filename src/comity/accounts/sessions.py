"""Sessions: kept here, not in the cookie, which holds an unguessable word whose hash alone is known.

A session begins with a new word at sign-in, gets a new word whenever its person's rights have changed, and ends when it
idles, when its time is over, when it is signed out, here or everywhere, or when its person is deactivated.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from comity.store.engine import Unit

from . import tables
from .model import CODE, Person, Session
from .staff import Staff, hashed

IDLE, ABSOLUTE, JOINING = timedelta(minutes=30), timedelta(hours=12), timedelta(minutes=30)
FRESH = timedelta(minutes=15)
SEEN = timedelta(minutes=1)
KEPT = timedelta(days=90)
MOST_AGENT = 200


@dataclass(frozen=True)
class Caller:
    """Who stands at the door: from which address, with which browser, on a device known before or not."""

    address: str = ""
    agent: str = ""
    device: str = ""


@dataclass(frozen=True)
class Opened:
    """A session with the word for the cookie, which is told this once; *device* is the word for the device's cookie."""

    word: str
    session: Session
    person: Person
    device: str = ""


def begin(
    staff: Staff, unit: Unit, person: Person, way: str, caller: Caller, proved_at: datetime | None = None
) -> Opened:
    """Begin a session for a person who has proved who he is, just now or at *proved_at*."""
    word, now = staff.secret(), staff.now
    ends = now + (JOINING if way == CODE else ABSOLUTE)
    session = Session(
        hashed(word), person.id, way, now, now, now, proved_at or now, ends, caller.address, caller.agent[:MOST_AGENT]
    )  # fmt: skip
    tables.add(unit, session)
    tables.sweep(unit, Session, "ends_at", now - KEPT)
    staff.log(unit, "entered", person=person.id, way=way, address=caller.address)
    return Opened(word, session, person)


def look(staff: Staff, word: str) -> Opened | None:
    """Find whose session a word is, and note that he was seen; gives a new word where the rights have changed."""
    with staff.store.read() as unit:
        found = _valid(staff, unit, word)
    if found is None or not _stale(staff, found):
        return found
    with staff.store.write() as unit:
        found = _valid(staff, unit, word)
        return _touched(staff, unit, found) if found else None


def prove(staff: Staff, unit: Unit, session: Session, way: str) -> Opened:
    """Note that a person proved anew who he is, in *way*, and give his session a new word."""
    tables.change(unit, replace(session, ended_at=staff.now))
    word = staff.secret()
    ends = session.opened_at + ABSOLUTE
    fresh = replace(session, id=hashed(word), way=way, proved_at=staff.now, renewed_at=staff.now, ends_at=ends)
    tables.add(unit, fresh)
    return Opened(word, fresh, staff.person(unit, session.person))


def end(staff: Staff, word: str) -> None:
    """Sign out here."""
    with staff.store.write() as unit:
        if found := _valid(staff, unit, word):
            tables.change(unit, replace(found.session, ended_at=staff.now))
            staff.log(unit, "left", person=found.person.id)


def end_all(staff: Staff, unit: Unit, person: str, *, but: str = "") -> int:
    """Sign a person out everywhere, *but* from one session; gives from how many."""
    ended = [one for one in open_sessions(staff, unit, person) if one.id != but]
    for one in ended:
        tables.change(unit, replace(one, ended_at=staff.now))
    if ended:
        staff.log(unit, "left", person=person, sessions=len(ended))
    return len(ended)


def end_one(staff: Staff, person: str, session: str) -> None:
    """Sign a person out from one of his own sessions."""
    with staff.store.write() as unit:
        found = tables.find(unit, Session, id=session, person=person, ended_at=None)
        if found:
            tables.change(unit, replace(found, ended_at=staff.now))
            staff.log(unit, "left", person=person)


def open_sessions(staff: Staff, unit: Unit, person: str) -> list[Session]:
    """List where a person is signed in, the latest first."""
    found = tables.select(unit, Session, person=person, ended_at=None)
    return sorted((one for one in found if _lasts(staff, one)), key=lambda one: one.seen_at, reverse=True)


def fresh(staff: Staff, session: Session) -> bool:
    """Tell whether the person proved lately who he is, as changes to the keys of his door ask."""
    return session.way == CODE or staff.now - session.proved_at < FRESH


def _lasts(staff: Staff, session: Session) -> bool:
    return session.ended_at is None and staff.now < session.ends_at and staff.now - session.seen_at < IDLE


def _valid(staff: Staff, unit: Unit, word: str) -> Opened | None:
    session = tables.find(unit, Session, id=hashed(word)) if word else None
    if session is None or not _lasts(staff, session):
        return None
    person = tables.find(unit, Person, id=session.person)
    return Opened(word, session, person) if person and person.active else None


def _stale(staff: Staff, found: Opened) -> bool:
    return staff.now - found.session.seen_at >= SEEN or found.person.rights_at > found.session.renewed_at


def _touched(staff: Staff, unit: Unit, found: Opened) -> Opened:
    seen = replace(found.session, seen_at=staff.now)
    if found.person.rights_at <= seen.renewed_at:
        tables.change(unit, seen)
        return replace(found, session=seen)
    tables.change(unit, replace(seen, ended_at=staff.now))
    word = staff.secret()
    renewed = replace(seen, id=hashed(word), renewed_at=staff.now)
    tables.add(unit, renewed)
    return Opened(word, renewed, found.person)
