"""The auditor's pages: who read and wrote what, by person, case, kind and time; the check of the log; what is carried out.

Every look of an auditor is itself an event. Texts of events are others' words and are shown as text; a page looks through a
bounded part of the log, and says how far it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from starlette.responses import Response, StreamingResponse

from comity.accounts import people
from comity.accounts.knowledge import MOST_CASE
from comity.accounts.model import Person
from comity.kernel import canonical
from comity.kernel.clock import moment, stamp
from comity.kernel.errors import ComityError
from comity.kernel.language import _
from comity.ledger.inquiry import READS, WRITES, Inquiry, inquire
from comity.ledger.model import TYPES, Entry
from comity.requests import tables
from comity.store.engine import Unit

from . import auditexport
from .errors import Busy
from .routes import Route
from .visit import Visit

SHOWN = 50
MOST_REQUESTS = 100
READING, WRITING, DOOR, GLASS, ROLES = "reads", "writes", "door", "glass", "roles"
_DOOR = ("entered", "failed", "proved", "left", "keyed", "unkeyed", "cloned", "recovering", "recovered", "unrecovered")
_ROLES = (
    "invited",
    "bound",
    "granted",
    "withdrawn",
    "deactivated",
    "reactivated",
    "deputed",
    "undeputed",
    "membered",
    "unmembered",
)
KINDS: Mapping[str, tuple[str, ...]] = {
    READING: READS,
    WRITING: WRITES,
    DOOR: tuple(f"account.{one}" for one in _DOOR),
    GLASS: ("account.broke", "account.reviewed"),
    ROLES: tuple(f"account.{one}" for one in _ROLES),
}
_SAID = ("type", "at", "case", "act")
_WHO = ("person", "by", "who")


@dataclass(frozen=True)
class Line:
    """An event as the auditor reads it: what, who, on whose word, about which case, and whatever else it says."""

    index: int
    at: datetime | None
    type: str
    what: str
    who: str = ""
    by: str = ""
    case: str = ""
    act: str = ""
    rest: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Asked:
    """What the auditor's form asks, as it was typed."""

    person: str
    case: str
    kind: str
    since: str
    until: str

    @property
    def named(self) -> dict[str, str]:
        """Give what was asked, without what was left open."""
        return {name: value for name, value in vars(self).items() if value}


def look(visit: Visit) -> Response:
    """Show the newest events of what is asked."""
    asked, before, wrong = asked_of(visit), _number(visit.query("before")), None
    staff = visit.desk.staff
    with staff.store.read() as unit:
        persons = people.all_people(unit)
        try:
            answer = inquire(unit, inquiry(unit, asked, persons), before=before, limit=SHOWN)
        except ComityError as e:
            answer, wrong = inquire(unit, Inquiry(), limit=0), e
    with staff.store.write() as unit:
        staff.ledger.append(unit, event(visit, "audit.read", asked))
    lines = [line(one, names(persons)) for one in answer.entries]
    return visit.page(
        "audit.html",
        422 if wrong else 200,
        asked=asked,
        answer=answer,
        lines=lines,
        wrong=wrong,
        persons=[("", _("everybody")), *((one.id, f"{one.label} ({one.name})") for one in persons)],
        kinds=_kinds(),
        types=TYPES,
    )


def check(visit: Visit) -> Response:
    """Check the whole log; one check at a time, in bounded memory."""
    desk, staff = visit.desk, visit.desk.staff
    if not desk.checking.acquire(blocking=False):
        raise Busy("got a check while another one is under way, expected one at a time", advice="Wait for its end.")
    began, report, wrong = monotonic(), None, None
    try:
        with staff.store.read() as unit:
            report = staff.ledger.verify(unit)
    except ComityError as e:
        wrong = e
    finally:
        desk.checking.release()
    with staff.store.write(durable=True) as unit:
        said = {"person": visit.person.id, "sound": wrong is None, "entries": report.size if report else 0}
        staff.ledger.append(unit, {"type": "audit.checked", "at": stamp(staff.now), **said})
    seconds = monotonic() - began
    return visit.page("auditcheck.html", report=report, wrong=wrong, seconds=seconds, log=staff.ledger.origin)


def carry(visit: Visit) -> Response:
    """Give what is asked as a file: NDJSON or CSV, which says in its last line whether it is whole or was cut."""
    asked, staff = asked_of(visit), visit.desk.staff
    form = "csv" if visit.query("form") == "csv" else "ndjson"
    with staff.store.read() as unit:
        persons = people.all_people(unit)
        wanted, end = inquiry(unit, asked, persons), staff.ledger.size(unit)
    with staff.store.write(durable=True) as unit:
        staff.ledger.append(unit, event(visit, "log.exported", asked) | {"form": form, "entries": end})
    rows = auditexport.FORMS[form](staff.store, wanted, end, names(persons))
    kind = "text/csv; charset=utf-8" if form == "csv" else "application/x-ndjson"
    name = f"log-{staff.party}-{staff.now:%Y%m%dT%H%M%SZ}.{form}"
    return StreamingResponse(rows, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def asked_of(visit: Visit) -> Asked:
    """Read what the form asks."""
    return Asked(
        person=visit.query("person")[:60],
        case=visit.query("case").strip()[:MOST_CASE],
        kind=visit.query("kind")[:20],
        since=visit.query("since")[:20],
        until=visit.query("until")[:20],
    )


def inquiry(unit: Unit, asked: Asked, persons: list[Person]) -> Inquiry:
    """Turn what was typed into what the log is asked.

    Raises:
        BadInput: a day is none.
    """
    person = next((one for one in persons if one.id == asked.person), None)
    values = []
    if asked.person:
        values.append(
            tuple(filter(None, (asked.person, person.holder if person else "", person.label if person else "")))
        )
    if asked.case:
        values.append((asked.case, *_requests(unit, asked.case)))
    until = _day(asked.until, "until")
    return Inquiry(
        values=tuple(values),
        types=KINDS.get(asked.kind, ()),
        since=_day(asked.since, "since"),
        until=until + timedelta(days=1) if until else None,
    )


def line(entry: Entry, known: Mapping[str, str]) -> Line:
    """Give an event as a line; an erased one says that it was."""
    if not entry.event:
        return Line(entry.index, entry.at, "", _("The details of this entry were erased."))
    said: dict[str, Any] = canonical.load(entry.event)
    who = said.get("person", "") or said.get("by", "") or said.get("who", "")
    by = said.get("by", "") if said.get("person") else ""
    rest = {name: value for name, value in said.items() if name not in (*_SAID, *_WHO)}
    return Line(
        entry.index,
        entry.at,
        said["type"],
        TYPES.get(said["type"], said["type"]),
        known.get(str(who), str(who)),
        known.get(str(by), str(by)),
        str(said.get("case", "")),
        str(said.get("act", "")),
        tuple(
            (name, value if isinstance(value, str) else canonical.dump(value).decode()) for name, value in rest.items()
        ),
    )


def names(persons: list[Person]) -> dict[str, str]:
    """Give the names of persons by their ids."""
    return {one.id: one.label for one in persons}


def event(visit: Visit, kind: str, asked: Asked) -> dict[str, Any]:
    """Give the event of an auditor's look."""
    return {"type": kind, "at": stamp(visit.desk.staff.now), "person": visit.person.id, "asked": asked.named}


def _requests(unit: Unit, case: str) -> list[str]:
    """Name the requests of a case: `PEER:REFERENCE` is one that came in."""
    peer, colon, reference = case.partition(":")
    found = tables.find_requests(unit, case=case, direction="out")
    found += tables.find_requests(unit, case=reference, peer=peer, direction="in") if colon else []
    return [one.id for one in found[:MOST_REQUESTS]]


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", _("everything")),
        (READING, _("who read")),
        (WRITING, _("who wrote")),
        (GLASS, _("who broke the glass")),
        (DOOR, _("who came in")),
        (ROLES, _("who was given what")),
    ]


def _day(text: str, field: str) -> datetime | None:
    return moment(f"{text}T00:00:00Z", field=field) if text else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


ROUTES = (
    Route("GET", "/audit", "audit.read", look, menu="Audit"),
    Route("GET", "/audit/export", "audit.export", carry),
    Route("POST", "/audit/check", "audit.check", check),
)
