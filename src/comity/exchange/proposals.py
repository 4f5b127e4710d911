"""Proposed refusals: which one stands, and that it ends by itself when the request is decided otherwise meanwhile.

A proposal is the legal review of one person that names a code. It stands until another person releases or declines it, a new
one takes its place, somebody accepts or refuses the request without it, or its sender withdraws the request.
"""

from __future__ import annotations

from comity.requests.model import IN, Request
from comity.requests.receipts import Taken
from comity.requests.states import ACCEPTED, REFUSED
from comity.store.engine import Unit

from . import deliverytables as tables
from .cancelling import cancelled
from .deliverytables import Note
from .desk import Desk

REVIEW, REFUSAL, DECLINED, SUPERSEDED = "review", "refusal", "declined", "superseded"
WITHDRAWN = "withdrawn"
_ENDS = (DECLINED, REFUSAL, SUPERSEDED)


def proposal(unit: Unit, request: Request) -> Note | None:
    """Give the refusal that is proposed for a request, if one stands; none stands on one that its sender withdrew."""
    return None if request.state == REFUSED or cancelled(unit, request) else _last(unit, request)


def supersede(desk: Desk, unit: Unit, taken: Taken) -> None:
    """End a proposed refusal of a request that was decided otherwise, in the unit that decides; an earlier word ends none."""
    request, answer = taken.request, taken.answer
    if request.direction != IN or answer.state not in (ACCEPTED, REFUSED):
        return
    standing = _last(unit, request)
    if standing is None or answer.at < standing.at:
        return
    _end(desk, unit, request, standing, answer.state, answer.holder)


def end_withdrawn(desk: Desk, unit: Unit, request: Request, sender: str) -> None:
    """End a proposed refusal of a request that its *sender* withdraws, in the unit that takes the wish in."""
    if (standing := _last(unit, request)) and request.direction == IN:
        _end(desk, unit, request, standing, WITHDRAWN, sender)


def _end(desk: Desk, unit: Unit, request: Request, standing: Note, decided: str, who: str) -> None:
    code = str(standing.facts["code"])
    facts = {"code": code, "proposed_by": standing.who, "decided": decided}
    tables.add_note(unit, Note(request.id, desk.now(), SUPERSEDED, who, "", facts))
    act = "end the proposed refusal, withdrawn" if decided == WITHDRAWN else "end the proposed refusal"
    desk.office.record(unit, request, act, who, f"proposed by {standing.who}; the request was {decided}")
    desk.office.log(unit, "desk.superseded", request, code=code)


def _last(unit: Unit, request: Request) -> Note | None:
    found = tables.find_notes(unit, request=request.id)
    last = next((one for one in reversed(found) if one.kind in _ENDS or "code" in one.facts), None)
    return last if last and last.kind == REVIEW else None
