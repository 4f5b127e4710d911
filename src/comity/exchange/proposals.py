"""Proposed refusals: which one stands, and that it ends by itself when the request is decided otherwise meanwhile.

A proposal is the legal review of one person that names a code. It stands until another person releases or declines it, a new
one takes its place, or somebody accepts or refuses the request without it.
"""

from __future__ import annotations

from comity.requests.model import IN, Request
from comity.requests.receipts import Taken
from comity.requests.states import ACCEPTED, REFUSED
from comity.store.engine import Unit

from . import deliverytables as tables
from .deliverytables import Note
from .desk import Desk

REVIEW, REFUSAL, DECLINED, SUPERSEDED = "review", "refusal", "declined", "superseded"
_ENDS = (DECLINED, REFUSAL, SUPERSEDED)


def proposal(unit: Unit, request: Request) -> Note | None:
    """Give the refusal that is proposed for a request, if one stands."""
    return None if request.state == REFUSED else _last(unit, request)


def supersede(desk: Desk, unit: Unit, taken: Taken) -> None:
    """End a proposed refusal of a request that was decided otherwise, in the unit that decides; an earlier word ends none."""
    request, answer = taken.request, taken.answer
    if request.direction != IN or answer.state not in (ACCEPTED, REFUSED):
        return
    standing = _last(unit, request)
    if standing is None or answer.at < standing.at:
        return
    facts = {"code": standing.facts["code"], "proposed_by": standing.who, "decided": answer.state}
    tables.add_note(unit, Note(request.id, desk.now(), SUPERSEDED, answer.holder, "", facts))
    text = f"proposed by {standing.who}; the request was {answer.state}"
    desk.office.record(unit, request, "end the proposed refusal", answer.holder, text)
    desk.office.log(unit, "desk.superseded", request, code=str(standing.facts["code"]))


def _last(unit: Unit, request: Request) -> Note | None:
    found = tables.find_notes(unit, request=request.id)
    last = next((one for one in reversed(found) if one.kind in _ENDS or "code" in one.facts), None)
    return last if last and last.kind == REVIEW else None
