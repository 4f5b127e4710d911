"""The auditor's pages: who read and wrote what, by person, case, kind and time; the check of the log; what is carried out.

Every look of an auditor is itself an event. Texts of events are others' words and are shown as text; a page looks through a
bounded part of the log, and says how far it came.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from starlette.responses import Response, StreamingResponse

from comity.accounts.duties import acts
from comity.accounts.knowledge import MOST_CASE
from comity.kernel import canonical
from comity.kernel.errors import ComityError
from comity.kernel.language import _
from comity.ledger.model import Entry

from ..acts import auditing
from ..acts.auditexport import MEDIA
from ..acts.auditing import DOOR, GLASS, READING, ROLES, WRITING, Asked, names
from .routes import Route
from .trail import happened
from .visit import Visit

SHOWN = 50
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


def look(visit: Visit) -> Response:
    """Show the newest events of what is asked."""
    asked, before, wrong = asked_of(visit), _number(visit.query("before")), None
    try:
        answer, persons = auditing.look(visit.actor, asked, before=before, limit=SHOWN)
    except ComityError as e:
        wrong = e
        answer, persons = auditing.look(visit.actor, Asked(), before=None, limit=0)
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
    )


def check(visit: Visit) -> Response:
    """Check the whole log; one check at a time, in bounded memory."""
    began, found = monotonic(), auditing.check(visit.actor)
    seconds, log = monotonic() - began, visit.desk.staff.ledger.origin
    return visit.page("auditcheck.html", report=found.report, wrong=found.wrong, seconds=seconds, log=log)


def carry(visit: Visit) -> Response:
    """Give what is asked as a file: NDJSON or CSV, which says in its last line whether it is whole or was cut."""
    form, staff = "csv" if visit.query("form") == "csv" else "ndjson", visit.desk.staff
    rows = auditing.carry(visit.actor, asked_of(visit), form)
    name = f"log-{staff.party}-{staff.now:%Y%m%dT%H%M%SZ}.{form}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(rows, media_type=MEDIA[form], headers=headers)


def asked_of(visit: Visit) -> Asked:
    """Read what the form asks."""
    return Asked(
        person=visit.query("person")[:60],
        case=visit.query("case").strip()[:MOST_CASE],
        kind=visit.query("kind")[:20],
        since=visit.query("since")[:20],
        until=visit.query("until")[:20],
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
        happened(said, known),
        known.get(str(who), str(who)),
        known.get(str(by), str(by)),
        str(said.get("case", "")),
        _labelled(str(said.get("act", ""))),
        tuple(
            (name, value if isinstance(value, str) else canonical.dump(value).decode()) for name, value in rest.items()
        ),
    )


def _labelled(act: str) -> str:
    """Give what the duty matrix calls an act; what is none of its acts stays as it is."""
    known = acts().get(act)
    return _(known.label) if known else act


def _kinds() -> list[tuple[str, str]]:
    return [
        ("", _("everything")),
        (READING, _("who read")),
        (WRITING, _("who wrote")),
        (GLASS, _("who broke the glass")),
        (DOOR, _("who came in")),
        (ROLES, _("who was given what")),
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


ROUTES = (
    Route("GET", "/audit", "audit.read", look, menu="Audit"),
    Route("GET", "/audit/export", "audit.export", carry),
    Route("POST", "/audit/check", "audit.check", check),
)
