"""What an auditor does with the log: looks who read and wrote what, checks all of it, carries a part out.

Every look of an auditor is itself an event.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from comity.accounts import people
from comity.accounts.model import Person
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import ComityError
from comity.ledger.inquiry import READS, WRITES, Answer, Inquiry, inquire
from comity.ledger.model import Report
from comity.requests import tables
from comity.store.engine import Unit

from ..errors import Busy
from . import auditexport
from .actor import Actor, Place

MOST_REQUESTS = 100
READING, WRITING, DOOR, GLASS, ROLES = "reads", "writes", "door", "glass", "roles"
_DOOR = (
    "entered", "failed", "proved", "left", "keyed", "unkeyed", "cloned", "linked", "unlinked", "recovering", "recovered",
    "unrecovered",
)  # fmt: skip
_ROLES = (
    "invited", "bound", "granted", "withdrawn", "deactivated", "reactivated", "deputed", "undeputed", "membered",
    "unmembered",
)  # fmt: skip
KINDS: Mapping[str, tuple[str, ...]] = {
    READING: READS,
    WRITING: WRITES,
    DOOR: tuple(f"account.{one}" for one in _DOOR),
    GLASS: ("account.broke", "account.reviewed"),
    ROLES: tuple(f"account.{one}" for one in _ROLES),
}


@dataclass(frozen=True)
class Asked:
    """What an auditor asks, as it was typed; what is empty is left open."""

    person: str = ""
    case: str = ""
    kind: str = ""
    since: str = ""
    until: str = ""

    @property
    def named(self) -> dict[str, str]:
        """Give what was asked, without what was left open."""
        return {name: value for name, value in vars(self).items() if value}


@dataclass(frozen=True)
class Checked:
    """What a check of the log came to: a report, or what is wrong."""

    report: Report | None
    wrong: ComityError | None


def look(actor: Actor, asked: Asked, *, before: int | None, limit: int) -> tuple[Answer, list[Person]]:
    """Give the newest events of what is asked, and all people there are.

    Raises:
        BadInput: a day is none.
    """
    staff = actor.staff
    with staff.store.read() as unit:
        persons = people.all_people(unit)
        answer = inquire(unit, inquiry(unit, asked, persons), before=before, limit=limit)
    with staff.store.write() as unit:
        staff.ledger.append(unit, _event(actor, "audit.read", asked))
    return answer, persons


def check(actor: Actor) -> Checked:
    """Check the whole log, in bounded memory.

    Raises:
        Busy: somebody else checks something.
    """
    staff, report, wrong = actor.staff, None, None
    with one_at_a_time(actor.place):
        try:
            with staff.store.read() as unit:
                report = staff.ledger.verify(unit)
        except ComityError as e:
            wrong = e
    with staff.store.write(durable=True) as unit:
        said = {"person": actor.person.id, "sound": wrong is None, "entries": report.size if report else 0}
        staff.ledger.append(unit, {"type": "audit.checked", "at": stamp(staff.now), **said})
    return Checked(report, wrong)


def carry(actor: Actor, asked: Asked, form: str) -> Iterator[bytes]:
    """Give what is asked as NDJSON or CSV, which says in its last line whether it is whole or was cut.

    Raises:
        BadInput: a day is none.
    """
    staff = actor.staff
    with staff.store.read() as unit:
        persons = people.all_people(unit)
        wanted, end = inquiry(unit, asked, persons), staff.ledger.size(unit)
    with staff.store.write(durable=True) as unit:
        staff.ledger.append(unit, _event(actor, "log.exported", asked) | {"form": form, "entries": end})
    return auditexport.FORMS[form](staff.store, wanted, end, names(persons))


@contextmanager
def one_at_a_time(place: Place) -> Iterator[None]:
    """Hold the lock of what is checked one at a time.

    Raises:
        Busy: somebody else holds it.
    """
    if not place.checking.acquire(blocking=False):
        raise Busy("got a check while another one is under way, expected one at a time", advice="Wait for its end.")
    try:
        yield
    finally:
        place.checking.release()


def inquiry(unit: Unit, asked: Asked, persons: list[Person]) -> Inquiry:
    """Turn what was typed into what the log is asked.

    Raises:
        BadInput: a day is none.
    """
    person = next((one for one in persons if one.id == asked.person), None)
    values = []
    if asked.person:
        known = (asked.person, person.holder if person else "", person.label if person else "")
        values.append(tuple(filter(None, known)))
    if asked.case:
        values.append((asked.case, *_requests(unit, asked.case)))
    until = _day(asked.until, "until")
    return Inquiry(
        values=tuple(values),
        types=KINDS.get(asked.kind, ()),
        since=_day(asked.since, "since"),
        until=until + timedelta(days=1) if until else None,
    )


def names(persons: list[Person]) -> dict[str, str]:
    """Give the names of persons by their ids."""
    return {one.id: one.label for one in persons}


def _event(actor: Actor, kind: str, asked: Asked) -> dict[str, Any]:
    return {"type": kind, "at": stamp(actor.staff.now), "person": actor.person.id, "asked": asked.named}


def _requests(unit: Unit, case: str) -> list[str]:
    """Name the requests of a case: `PEER:REFERENCE` is one that came in."""
    peer, colon, reference = case.partition(":")
    found = tables.find_requests(unit, case=case, direction="out")
    found += tables.find_requests(unit, case=reference, peer=peer, direction="in") if colon else []
    return [one.id for one in found[:MOST_REQUESTS]]


def _day(text: str, field: str) -> datetime | None:
    return moment(f"{text}T00:00:00Z", field=field) if text else None
