"""A refusal at the desk: one person proposes it with code and reason, another one releases it and signs the receipt.

The proposal is the legal review that a refusal needs (see `provider`). People are known by their accounts and by their
names: who proposed cannot release, neither under another role nor under another account of the same name. A proposal
stands until it is released, declined by another person, a new one takes its place, or the request is decided otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass

from comity.crypto.keys import Signer
from comity.kernel.errors import BadInput
from comity.kernel.shape import check_text
from comity.requests import states
from comity.requests.errors import OnePerson, WrongState
from comity.requests.model import IN, Request
from comity.requests.receipts import Taken
from comity.requests.refusal import second_person
from comity.requests.states import REFUSED
from comity.requests.vocabulary import codes
from comity.store.engine import Unit

from . import deliverytables as tables
from . import provider
from .cancelling import cancelled
from .deliverytables import Note
from .desk import Desk
from .errors import NotDecided
from .proposals import DECLINED, REVIEW, proposal
from .provider import MAX_NAME, MAX_TEXT


@dataclass(frozen=True)
class By:
    """A person at the desk: by which account, and under which name."""

    account: str
    name: str


def propose(desk: Desk, name: str, by: By, *, code: str, reason: str) -> Note:
    """Propose to refuse a request.

    Raises:
        WrongState: it cannot be refused any more, or its sender withdrew it.
        BadInput: there is no such code, or no reason.
    """
    office = desk.office
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        states.after(IN, request.state, REFUSED)
        if cancelled(unit, request):
            advice = "Tell who proposed it: nothing is to be decided any more."
            raise WrongState(f"got {request.reference}, which its sender withdrew, expected one that stands", field="state", advice=advice)  # fmt: skip
        if code not in codes(REFUSED):
            raise BadInput(f"got code {code[:60]!r}, expected one of: {', '.join(codes(REFUSED))}", field="code")
        who = check_text(by.name, field="who", max=MAX_NAME)
        facts = {"code": code, "account": by.account}
        note = Note(request.id, desk.now(), REVIEW, who, check_text(reason, field="reason", max=MAX_TEXT), facts)
        standing = proposal(unit, request)
        if standing and (standing.who, standing.text, dict(standing.facts)) == (note.who, note.text, facts):
            return standing
        tables.add_note(unit, note)
        office.record(unit, request, "propose a refusal", who, f"{code} {note.text}")
        office.log(unit, "desk.proposed", request, code=code, by=who)
    return note


def release(desk: Desk, name: str, by: By, signer: Signer) -> Taken:
    """Release a proposed refusal and sign it.

    Raises:
        NotDecided: none is proposed.
        OnePerson: it is who proposed it.
    """
    with desk.office.store.read() as unit:
        request = desk.office.find(unit, name, IN)
        standing = _another(unit, request, by)
    return provider.refuse(
        desk, name, signer, code=str(standing.facts["code"]), reason=standing.text, released_by=by.name
    )


def decline(desk: Desk, name: str, by: By, reason: str) -> Note:
    """Decline to release a proposed refusal; the request stays as it is.

    Raises:
        NotDecided: none is proposed.
        OnePerson: it is who proposed it.
    """
    office = desk.office
    with office.store.write(durable=True) as unit:
        request = office.find(unit, name, IN)
        _another(unit, request, by)
        note = Note(request.id, desk.now(), DECLINED, by.name, check_text(reason, field="reason", max=MAX_TEXT), {})
        tables.add_note(unit, note)
        office.record(unit, request, "decline the refusal", by.name, note.text)
        office.log(unit, "desk.declined", request, by=by.name)
    return note


def _another(unit: Unit, request: Request, by: By) -> Note:
    """Find the proposal that stands, for another person than who made it."""
    standing = proposal(unit, request)
    if standing is None:
        advice = (
            "Look at the request again: it was declined, released, overtaken by another decision, or never proposed."
        )
        raise NotDecided("got no proposed refusal, expected one to release", field="review", advice=advice)
    if standing.facts.get("account") == by.account:
        advice = "Let another person release it: two people stand behind a refusal."
        raise OnePerson("got who proposed it, expected another person", field="released-by", advice=advice)
    second_person(by.name, [standing.who])
    return standing
