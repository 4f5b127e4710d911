"""What a person's cases ask of him: what waits for his hand, what is due, what is stuck, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from comity.accounts.access import known_to
from comity.exchange import tables as messages
from comity.exchange.sending import ORDER, stands
from comity.exchange.tables import Message
from comity.requests import release, tables
from comity.requests.model import OUT, Deadline, Request
from comity.requests.states import ANSWERS, DRAFT, INFO_NEEDED, REFUSED, RELEASED, SEALED

from .visit import Visit

SOON, NEW = timedelta(days=7), timedelta(days=7)
MOST, LOOKED = 20, 200
ACTS = {
    DRAFT: "request.draft",
    SEALED: "request.release",
    RELEASED: "request.send",
    INFO_NEEDED: "request.draft",
    REFUSED: "request.draft",
}
CONFIRM = "request.confirm"
Letters = Mapping[str, Sequence[Message]]


@dataclass(frozen=True)
class Work:
    """The requests of one's own cases, by what they ask for; *more* counts what is not shown of each, zero where it was not counted."""

    mine: list[tuple[Request, str]]
    due: list[tuple[Deadline, Request]]
    stuck: list[tuple[Request, Message]]
    new: list[Request]
    more: dict[str, int]


def work(visit: Visit) -> Work:
    """Give what waits in one's own cases."""
    now, who = visit.desk.staff.now, visit.me
    with visit.desk.staff.store.read() as unit:
        known = known_to(visit.desk.staff, who)
        if not who.may("request.read"):
            return Work([], [], [], [], {})
        open_ones = tables.requests_of(unit, known, OUT, ACTS.keys() - {REFUSED}, most=LOOKED, brief=True)
        due = tables.due_of(unit, known, OUT, now + SOON, most=LOOKED)
        letters = messages.letters(unit, [one.id for one in open_ones if one.state == RELEASED])
        stuck = list(_stuck(open_ones, letters))
        answered = tables.requests_of(unit, known, OUT, ANSWERS, since=now - NEW, most=LOOKED, brief=True)
        followed = tables.named_by(unit, [one.id for one in (*open_ones, *answered)])
        refused = [one for one in answered if one.state == REFUSED and one.package not in followed]
        latest = sorted([*open_ones, *refused], key=_order, reverse=True)
        drafted = release.drafters_of(unit, [one.id for one in latest if one.state == SEALED])
        mine = list(_mine(visit, latest, drafted, letters))
    full = LOOKED in (len(open_ones), len(due), len(answered))
    new = [one for one in answered if now - one.changed_at < NEW]
    found: dict[str, list[object]] = {"mine": [*mine], "due": [*due], "stuck": [*stuck], "new": [*new]}
    more = {name: len(rows) - MOST for name, rows in found.items() if len(rows) > MOST}
    more = {name: 0 if full else count for name, count in more.items()}
    return Work(mine[:MOST], due[:MOST], stuck[:MOST], new[:MOST], more)


def _order(one: Request) -> tuple[bool, datetime, str]:
    """Order by emergency, then by the last change."""
    return one.measure == release.EMERGENCY, one.changed_at, one.id


def _mine(
    visit: Visit, found: list[Request], drafted: Mapping[str, set[str]], letters: Letters
) -> Iterator[tuple[Request, str]]:
    """Pick what this person can bring on: never the release of what he drafted."""
    for one in found:
        act = ACTS[one.state]
        if one.state == SEALED:
            if one.measure == release.EMERGENCY and one.envelope.count('"keyid"') < release.CONFIRMED:
                act = CONFIRM
            if drafted.get(one.id, set()) & {visit.person.holder, visit.person.label} - {""}:
                continue
        if visit.me.may(act) and not (one.state == RELEASED and _sent(letters.get(one.id, []))):
            yield one, act


def _sent(letters: Sequence[Message]) -> bool:
    return any(stands(one) for one in letters if one.kind == ORDER)


def _stuck(found: list[Request], letters: Letters) -> Iterator[tuple[Request, Message]]:
    """Pick what the link refused or gave up."""
    for one in found:
        sent = letters.get(one.id, [])
        if sent and not any(stands(letter) for letter in sent):
            yield one, sent[-1]
