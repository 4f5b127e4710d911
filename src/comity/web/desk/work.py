"""What a person's cases ask of him: what waits for his hand, what is due, what is stuck, what is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from comity.accounts.access import cases_of
from comity.exchange import tables as messages
from comity.exchange.sending import stands
from comity.exchange.tables import Message
from comity.requests import release, tables
from comity.requests.model import OUT, Deadline, Request
from comity.requests.states import ACCEPTED, DRAFT, INFO_NEEDED, RECEIVED, REFUSED, RELEASED, SEALED
from comity.store.engine import Unit

from .visit import Visit

SOON, NEW = timedelta(days=7), timedelta(days=7)
MOST = 20
ACTS = {
    DRAFT: "request.draft",
    SEALED: "request.release",
    RELEASED: "request.send",
    INFO_NEEDED: "request.draft",
    REFUSED: "request.draft",
}
CONFIRM = "request.confirm"


@dataclass(frozen=True)
class Work:
    """The requests of one's own cases, by what they ask for; *more* counts what is not shown of each."""

    mine: list[tuple[Request, str]]
    due: list[tuple[Deadline, Request]]
    stuck: list[tuple[Request, Message]]
    new: list[Request]
    more: dict[str, int]


def work(visit: Visit) -> Work:
    """Give what waits in one's own cases."""
    now, who = visit.desk.staff.now, visit.me
    with visit.desk.staff.store.read() as unit:
        known = cases_of(visit.desk.staff, unit, who) if who.may("request.read") else frozenset()
        if not known:
            return Work([], [], [], [], {})
        open_ones = tables.requests_of(unit, known, OUT, ACTS)
        due = tables.due_of(unit, known, OUT, now + SOON)
        stuck = list(_stuck(unit, open_ones))
        answered = tables.requests_of(unit, known, OUT, (RECEIVED, ACCEPTED, INFO_NEEDED, REFUSED))
        followed = {row["package"] for one in [*open_ones, *answered] for row in one.document.get("related", [])}
        stale = {one.id for one in answered if one.package in followed or now - one.changed_at > NEW}
        mine = list(_mine(visit, unit, [one for one in open_ones if one.state != REFUSED or one.id not in stale]))
    new = [one for one in answered if now - one.changed_at < NEW]
    found: dict[str, list[object]] = {"mine": [*mine], "due": [*due], "stuck": [*stuck], "new": [*new]}
    more = {name: len(rows) - MOST for name, rows in found.items() if len(rows) > MOST}
    return Work(mine[:MOST], due[:MOST], stuck[:MOST], new[:MOST], more)


def _mine(visit: Visit, unit: Unit, found: list[Request]) -> Iterator[tuple[Request, str]]:
    """Pick what this person can bring on: never the release of what he drafted."""
    for one in found:
        act = ACTS[one.state]
        if one.state == SEALED:
            if one.measure == release.EMERGENCY and one.envelope.count('"keyid"') < release.CONFIRMED:
                act = CONFIRM
            if release.drafters(unit, one) & {visit.person.holder, visit.person.label} - {""}:
                continue
        if visit.me.may(act) and not (one.state == RELEASED and _sent(unit, one)):
            yield one, act


def _sent(unit: Unit, request: Request) -> bool:
    letters = messages.find_messages(unit, direction=messages.OUT, about=request.id, kind="order")
    return any(stands(one) for one in letters)


def _stuck(unit: Unit, found: list[Request]) -> Iterator[tuple[Request, Message]]:
    """Pick what the link refused or gave up."""
    for one in found:
        if one.state != RELEASED:
            continue
        letters = messages.find_messages(unit, direction=messages.OUT, about=one.id)
        if letters and not any(stands(letter) for letter in letters):
            yield one, letters[-1]
