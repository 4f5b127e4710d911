"""The directory: who can be called back under which number, whether it is open now, and drills; and the peers' nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from comity.directory.model import Hours, Party, shape
from comity.exchange import drills, roster
from comity.exchange.tables import last_checks
from comity.kernel.errors import ComityError, NotFound
from comity.kernel.language import language, said

from ..acts import peering
from .errors import NoPage
from .languages import zones
from .routes import Route
from .visit import Visit

OPEN, SHUT, UNKNOWN = "open", "shut", "unknown"
OLD = timedelta(days=90)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(
    r"(?i)([a-z]{3})[a-z]*\s*[-\u2013]\s*([a-z]{3})[a-z]*,?\s+([0-2]?\d)[:.h]([0-5]\d)\s*[-\u2013]\s*([0-2]?\d)[:.h]([0-5]\d)"
)


@dataclass(frozen=True)
class Line:
    """A party as the directory has it: whether it is open now, and when it was last tried."""

    party: Party
    now: str
    there: datetime | None
    tried: drills.Drill | None

    @property
    def old(self) -> bool:
        """Tell whether nobody tried it, or not lately."""
        return self.tried is None


def listed(visit: Visit) -> Response:
    """List the parties of the directory."""
    text = visit.query("text").strip().casefold()[:80]
    office, now = visit.desk.node.office, visit.desk.staff.now
    last = {one.party: one for one in reversed(drills.drills(office))}
    found = [
        one for one in office.mirror.everybody() if text in f"{one.id} {one.name} {' '.join(one.languages)}".casefold()
    ]
    rows = [_line(one, now, last.get(one.id)) for one in sorted(found, key=lambda one: one.id)]
    return visit.page("directory.html", rows=rows, text=visit.query("text"), kind=_kind, old=now - OLD)


def shown(visit: Visit) -> Response:
    """Show one party."""
    return _party(visit)


def drilled(visit: Visit) -> Response:
    """Record that a number was tried, and who answered."""
    party = _find(visit)
    answered = visit.field("answered_by").strip()
    try:
        drills.record(
            visit.desk.node.office, party.id, visit.actor.by.name, number=visit.field("number"),
            answered_by=answered, note=visit.field("note").strip(),
        )  # fmt: skip
    except ComityError as e:
        return _party(visit, e)
    return visit.go(f"/directory/{party.id}")


def neighbours(visit: Visit) -> Response:
    """Show the peers' nodes: reached or not, last heard, paused."""
    with visit.desk.staff.store.read() as unit:
        found = roster.roster(unit, visit.desk.node.office)
        checks = last_checks(unit)
    return visit.page("peers.html", rows=roster.without_references(found), checks=checks)


def tried(visit: Visit) -> Response:
    """Look at the way to a peer step by step, and keep what was found; one check at a time."""
    peering.try_way(visit.actor, _find(visit).id)
    return visit.go("/peers")


def held(visit: Visit) -> Response:
    """Hold messages to a peer back, or let them out again."""
    peering.hold(visit.actor, _find(visit).id, paused=visit.field("do") == "pause")
    return visit.go("/peers")


def state_of(hours: Hours, now: datetime) -> str:
    """Tell whether a party is open now, where its hours are written so that a program understands them."""
    if hours.open.strip() == "24/7":
        return OPEN
    found = _HOURS.fullmatch(hours.open.strip())
    there = _there(hours, now)
    if not found or there is None:
        return UNKNOWN
    first, last, *times = found.groups()
    if first.lower() not in DAYS or last.lower() not in DAYS:
        return UNKNOWN
    begin, end = DAYS.index(first.lower()), DAYS.index(last.lower())
    today, minute = there.weekday(), there.hour * 60 + there.minute
    days = {(begin + n) % 7 for n in range((end - begin) % 7 + 1)}
    since, until = int(times[0]) * 60 + int(times[1]), int(times[2]) * 60 + int(times[3])
    if since < until:
        return OPEN if today in days and since <= minute < until else SHUT
    night = (today in days and minute >= since) or ((today - 1) % 7 in days and minute < until)
    return OPEN if night else SHUT


def _line(party: Party, now: datetime, tried: drills.Drill | None) -> Line:
    return Line(party, state_of(party.hours, now), _there(party.hours, now), tried)


def _there(hours: Hours, now: datetime) -> datetime | None:
    return now.astimezone(ZoneInfo(hours.zone)) if hours.zone in zones() else None


def _party(visit: Visit, wrong: ComityError | None = None) -> Response:
    party, now = _find(visit), visit.desk.staff.now
    tried = drills.drills(visit.desk.node.office, party.id)
    last = tried[0] if tried else None
    return visit.page(
        "party.html", 422 if wrong else 200, found=party, line=_line(party, now, last), tried=tried, kind=_kind,
        code=_code, wrong=wrong, stale=visit.desk.node.office.mirror.status().stale(now),
    )  # fmt: skip


def _find(visit: Visit) -> Party:
    try:
        return visit.desk.node.mirror.lookup(visit.given["party"], visit.desk.staff.now, stale=True)
    except ComityError as e:
        if isinstance(e, NotFound) or e.status < 500:
            raise NoPage("got no party, expected one of the directory") from e
        raise


def _kind(code: str) -> str:
    return _code("kinds", code)


def _code(codes: str, code: str) -> str:
    words = shape().codes[codes][code]
    return words.get(language()) or said(words["en"])


ROUTES = (
    Route("GET", "/directory", "directory.read", listed, menu="Directory"),
    Route("GET", "/directory/{party}", "directory.read", shown),
    Route("POST", "/directory/{party}/drill", "directory.drill", drilled),
    Route("GET", "/peers", "peers.read", neighbours, menu="Peers"),
    Route("POST", "/peers/{party}", "peers.change", held),
    Route("POST", "/peers/{party}/check", "peers.check", tried),
)
