"""Which clocks an act starts, and on whose word.

Only the receiver's signed word and the sender's own wishes start clocks. What the Convention would give (Article 42(8):
sixty days at least, not yet compared with the certified text) is shown as a lead where the receiver states no date.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from comity.kernel.clock import moment
from comity.store.engine import Unit

from . import tables
from .model import IN, Answer, Deadline, Request
from .states import ACCEPTED, INFO_NEEDED, REFUSED

RECEIPT_EXPECTED = timedelta(hours=24)
EXTEND_BEFORE = timedelta(days=14)


def start_on_release(unit: Unit, request: Request, now: datetime) -> None:
    """Start the sender's clocks: a signed receipt is expected, an answer was asked for, secrecy ends."""
    due = Deadline(
        request.id, "receipt_expected", now + RECEIPT_EXPECTED, "local target: 24 hours for a signed receipt"
    )
    tables.set_clock(unit, due)
    _start_asked(unit, request)


def start_on_receipt_of_request(unit: Unit, request: Request) -> None:
    """Start the receiver's clocks: the answer the sender asks for, and the end of secrecy."""
    _start_asked(unit, request)


def apply_answer(unit: Unit, request: Request, answer: Answer, preserved_until: str, reply_by: str) -> None:
    """Start and stop the clocks that an answer moves, alike on both sides."""
    tables.stop_clocks(unit, request.id, ["receipt_expected"])
    word = "signed receipt" if answer.signed else "read back over the phone, not signed"
    if answer.state in (ACCEPTED, REFUSED):
        tables.stop_clocks(unit, request.id, ["reply_by", "information_due"])
    if reply_by:
        kind = "information_due" if answer.state == INFO_NEEDED else "reply_by"
        tables.set_clock(unit, Deadline(request.id, kind, moment(reply_by), f"{word}: reply expected"))
    if answer.state == REFUSED:
        tables.stop_clocks(unit, request.id, ["preserved_until", "extend_before"])
    elif preserved_until:
        for preserved in (request, *_extended(unit, request)):
            _preserve(unit, preserved, moment(preserved_until), word)


def _start_asked(unit: Unit, request: Request) -> None:
    asked = request.document.get("reply")
    if asked:
        source = "asked by the sender: " + asked["reason"]
        tables.set_clock(unit, Deadline(request.id, "reply_by", moment(asked["by"]), source))
    secrecy = request.document.get("secrecy")
    if secrecy:
        end = moment(f"{secrecy['until']}T00:00:00Z")
        tables.set_clock(
            unit, Deadline(request.id, "secrecy_until", end, "demanded by the sender: " + secrecy["reason"])
        )


def _preserve(unit: Unit, request: Request, until: datetime, word: str) -> None:
    tables.set_clock(unit, Deadline(request.id, "preserved_until", until, f"{word}: data are preserved until then"))
    if request.direction != IN:
        before = Deadline(request.id, "extend_before", until - EXTEND_BEFORE, "local target: 14 days before the end")
        tables.set_clock(unit, before)


def _extended(unit: Unit, request: Request) -> list[Request]:
    """Find the preservation that a request extends, so that its clock moves too."""
    named = [row["package"] for row in request.document.get("related", []) if row["relation"] == "extends"]
    return [r for digest in named for r in tables.find_requests(unit, package=digest, direction=request.direction)]
