"""Which clocks an act starts, and on whose word.

Only the receiver's word, the sender's own wishes and the limits of a basis that a person chose start clocks. What the Convention would give (Article 42(8): sixty
days at least, not yet compared with the certified text) is shown as a lead where the receiver states no date.

After each answer the clocks are set anew from all answers that count, in the order in which they were given, so that
both sides' clocks agree however the post went. The end of a preservation is what was said last about it: of itself, or
of a request that extends it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from comity.kernel.clock import moment
from comity.store.engine import Unit

from . import tables
from .limits import PRESERVATION, RECEIPT, RELEASE, limits
from .model import IN, OUT, Answer, Deadline, Request
from .states import ACCEPTED, INFO_NEEDED, REFUSED, WITHDRAWN, outcome

RECEIPT_EXPECTED = timedelta(hours=24)
EXTEND_BEFORE = timedelta(days=14)
EXTENSION = "extend_preservation"
EMERGENCY = "disclose_emergency"
ANSWER_DUE, FOLLOWUP_DUE = "emergency_due", "followup_due"
EMERGENCY_ANSWER = timedelta(hours=8)
FOLLOWUP = timedelta(hours=72)
_MOVED = ("reply_by", "information_due", "preserved_until", "extend_before")

Clocks = dict[str, Deadline]


def start_on_release(unit: Unit, request: Request, now: datetime, followup: timedelta = FOLLOWUP) -> None:
    """Start the sender's clocks: a signed receipt is expected, an answer was asked for, secrecy ends."""
    source = "local target: 24 hours for a signed receipt"
    expected = Deadline(request.id, "receipt_expected", now + RECEIPT_EXPECTED, source)
    bound = [*limits(request, RELEASE, now), *emergency(request, now, followup)]
    tables.put_clocks(unit, request.id, [*bound, expected, *_asked(request).values()])


def start_on_receipt_of_request(unit: Unit, request: Request, followup: timedelta = FOLLOWUP) -> None:
    """Start the receiver's clocks: what the basis named sets, the answer the sender asks for, and the end of secrecy."""
    bound = [*limits(request, RECEIPT, request.changed_at), *emergency(request, request.changed_at, followup)]
    tables.put_clocks(unit, request.id, [*bound, *_asked(request).values()])


def emergency(request: Request, began: datetime, followup: timedelta) -> list[Deadline]:
    """Give the clocks of an emergency that began at a moment: the answer, and the formal request that has to follow."""
    if request.measure != EMERGENCY:
        return []
    answer = f"local target: {EMERGENCY_ANSWER // timedelta(hours=1)} hours to answer in an emergency; binds nobody"
    formal = f"local target: {followup // timedelta(hours=1)} hours for the formal request that follows; binds nobody"
    return [
        Deadline(request.id, ANSWER_DUE, began + EMERGENCY_ANSWER, answer),
        Deadline(request.id, FOLLOWUP_DUE, began + followup, formal),
    ]


def follow_answers(unit: Unit, request: Request) -> None:
    """Set the clocks of a request, and of what it extends, by the answers that count, alike on both sides.

    Those of a withdrawn request stay stopped, yet what was said on it counts for the preservation it extends.
    """
    if any(answer.signed for answer in tables.answers_of(unit, request.id)):
        tables.stop_clocks(unit, request.id, ["receipt_expected"])
    for one in (request, *_extended(unit, request)):
        if one.state != WITHDRAWN:
            clocks = {clock.kind: clock for clock in _bound(unit, one)} | _told(unit, one)
            tables.put_clocks(unit, one.id, clocks.values(), instead=_MOVED)


def _bound(unit: Unit, request: Request) -> Iterator[Deadline]:
    """Give the limits of the basis that the answers set going: the first signed one the receipt, acceptance the rest."""
    counted = [answer for answer in _counted(unit, request) if answer.signed]
    if request.direction == OUT and counted:
        yield from limits(request, RECEIPT, counted[0].at)
    accepted = [answer.at for answer in counted if answer.state == ACCEPTED and answer.preserved_until]
    if accepted:
        yield from limits(request, PRESERVATION, accepted[0])


def _asked(request: Request) -> Clocks:
    """Give the clocks that the request itself asks for."""
    clocks: Clocks = {}
    if asked := request.document.get("reply"):
        source = "asked by the sender: " + asked["reason"]
        clocks["reply_by"] = Deadline(request.id, "reply_by", moment(asked["by"]), source)
    if secrecy := request.document.get("secrecy"):
        end = moment(f"{secrecy['until']}T00:00:00Z")
        source = "demanded by the sender: " + secrecy["reason"]
        clocks["secrecy_until"] = Deadline(request.id, "secrecy_until", end, source)
    return clocks


def _told(unit: Unit, request: Request) -> Clocks:
    """Give the clocks that the request asks for, as the answers moved them."""
    clocks = _asked(request)
    for answer in _counted(unit, request):
        if answer.state in (ACCEPTED, REFUSED):
            clocks |= {kind: replace(clocks[kind], open=False) for kind in _MOVED[:2] if kind in clocks}
        if answer.reply_by:
            kind = "information_due" if answer.state == INFO_NEEDED else "reply_by"
            source = f"{_word(answer)}: reply expected"
            clocks[kind] = Deadline(request.id, kind, moment(answer.reply_by), source)
    said = [a for one in (request, *_extending(unit, request)) for a in _counted(unit, one) if a.preserved_until]
    if said:
        clocks |= _preserved(request, max(said, key=lambda a: (a.at, a.signed, a.preserved_until)))
    return clocks


def _preserved(request: Request, answer: Answer) -> Clocks:
    until, running = moment(answer.preserved_until), request.state != REFUSED
    source = f"{_word(answer)}: data are preserved until then"
    clocks = {"preserved_until": Deadline(request.id, "preserved_until", until, source, open=running)}
    if request.direction != IN:
        source = "local target: 14 days before the end"
        before = Deadline(request.id, "extend_before", until - EXTEND_BEFORE, source, open=running)
        clocks["extend_before"] = before
    return clocks


def _word(answer: Answer) -> str:
    return "signed receipt" if answer.signed else "read back over the phone, not signed"


def _counted(unit: Unit, request: Request) -> Sequence[Answer]:
    return outcome(request.direction, tables.answers_of(unit, request.id))[1]


def _extended(unit: Unit, request: Request) -> Iterator[Request]:
    """Find the preservation that a request extends, and what that extends."""
    for digest in _named(request):
        for one in tables.find_requests(unit, package=digest, direction=request.direction, peer=request.peer):
            yield one
            yield from _extended(unit, one)


def _extending(unit: Unit, request: Request) -> Iterator[Request]:
    """Find the requests that extend a preservation, and those that extend them; none that was refused in the end."""
    if not request.package:
        return
    kin = tables.find_requests(unit, measure=EXTENSION, direction=request.direction, peer=request.peer)
    for one in kin:
        if request.package in _named(one):
            if outcome(one.direction, tables.answers_of(unit, one.id))[0] != REFUSED:
                yield one
            yield from _extending(unit, one)


def _named(request: Request) -> list[str]:
    if request.measure != EXTENSION:
        return []
    return [row["package"] for row in request.document.get("related", []) if row["relation"] == "extends"]
