"""Sending: a released request becomes one signed message in the outbox, and the answer to it is heard.

A request is sent once. Sending it again gives the message that is on its way or was taken in; only after the receiver's
node refused it, or it was given up, a new transaction is begun. What the receiver's node answers is no receipt: it says
that the message was taken in, or why not, and leaves the request in its state.

A message that the receiver could not hear is tried again: it has trouble of its own (3003), is not set up (3004), or does
not know our key yet (3000 for the whole message). What it heard and refused is final.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from comity.directory.model import Party
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Fault, Thing
from comity.hi1.model import Message as Hi1Message
from comity.hi1.things import derived
from comity.hi1.vocabulary import entry
from comity.packages.verification import Given, verify
from comity.requests import tables as requests
from comity.requests.errors import WrongState
from comity.requests.model import OUT, Request
from comity.store.engine import Unit

from . import emergency, outbox, tables
from .carriage import load, preserved, sealed
from .desk import Desk, expect
from .errors import NoPeer, NotCarried, PeerRefused, PeerUnreachable
from .mapping import order
from .objects import created
from .objecttables import OURS, change_objects, find_object, objects_of, put_object
from .tables import ANSWERED, Message

ORDER, NOTICE, CANCEL = "order", "notice", "cancel"
NOT_THERE = 3011
_ACTS = {ORDER: "send", NOTICE: "notify", CANCEL: "cancel"}
TRANSIENT = 3003
UNHEARD = (3000, TRANSIENT, 3004)


def send(desk: Desk, name: str, *, confidential: bool = False, by: str = "") -> Message:
    """Queue a released request for its addressee; the same request again gives the message that stands.

    Raises:
        WrongState: it was not released, or is withdrawn or answered with a refusal.
        NotCarried: it cannot be said in a message.
        NoPeer: the addressee has no address in the directory.
    """
    office = desk.office
    with office.store.read() as unit:
        request = _ready(desk, unit, name)
        tried = _tried(unit, request)
        earlier = preserved(unit, request)
    if standing := next(filter(stands, tried), None):
        return standing
    path = office.blobs.path(request.file)
    result = verify(path, Given(root=office.mirror.root, at=desk.now(), own=office.own()))
    if result.error:
        raise NotCarried(
            f"got a package that does not verify any more: {result.error.message}", field="file",
            advice="Draft it again as a correction, seal and release that.",
        )  # fmt: skip
    body, media = load(desk, request, _recipients(desk, request, confidential))
    actions = order(request.document, sealed(path, result, body, media), earlier)
    transaction = derived(f"{request.package}-{len(tried) + 1}")
    try:
        raw = desk.letter(request.peer, transaction, actions)
    except BadMessage as e:
        raise NotCarried(e.message, field=e.field, advice="Mend that in a request that corrects this one.") from e
    _fits(office.known(request.peer), raw)
    with office.store.write(durable=True) as unit:
        current = _ready(desk, unit, request.id)
        if standing := next(filter(stands, _tried(unit, current)), None):
            return standing
        message = outbox.queue(
            unit, office.ledger, to=request.peer, transaction=transaction, raw=raw, about=request.id, kind=ORDER,
            at=desk.now(),
        )  # fmt: skip
        things = [action.thing for action in actions if action.thing]
        _keep(desk, unit, request, things, transaction)
        facts = {"package": request.package, "to": request.peer, "transaction": transaction, "by": by}
        office.log(unit, "request.queued", current, **facts)
        office.record(unit, current, "queue", by, f"transaction {transaction}")
    return message


def on_stuck(desk: Desk) -> Callable[[Unit, Message], None]:
    """Give what is done when a message of ours is given up: the request's people see it, and why."""

    def given_up(unit: Unit, message: Message) -> None:
        for request in requests.find_requests(unit, id=message.about):
            desk.office.record(unit, request, f"{_ACTS.get(message.kind, message.kind)}, given up", "", message.reason)

    return given_up


def withdrawn(desk: Desk) -> Callable[[Unit, Request], None]:
    """Give what is also done when we withdraw a request: its addressee's node, if it was sent there, is asked to cancel it.

    The order may still be on its way: until it is there, the wish is tried again. An emergency that it followed is to be
    followed anew.
    """

    def ask(unit: Unit, request: Request) -> None:
        emergency.await_again(unit, desk.office, request)
        if not any(stands(one) for one in _tried(unit, request)):
            return
        transaction = derived(f"{request.id}-cancel")
        wish = {"AuthorisationDesiredStatus": entry("AuthorisationDesiredStatus", "Cancelled")}
        action = Action(0, "UPDATE", Thing("AuthorisationObject", request.id, wish))
        outbox.queue(
            unit, desk.office.ledger, to=request.peer, transaction=transaction, about=request.id, kind=CANCEL,
            raw=desk.letter(request.peer, transaction, (action,)), at=desk.now(),
        )  # fmt: skip

    return ask


def stands(message: Message) -> bool:
    """Tell whether a message is on its way or was taken in."""
    return message.state != tables.STUCK and not (message.state == ANSWERED and message.reason)


def on_answer(desk: Desk) -> Callable[[Unit, Message, bytes], str]:
    """Give what is done with the answer to a message of ours: it is heard, checked and put on record.

    What it gives is why the peer refused the message, or nothing.
    """

    def heard(unit: Unit, message: Message, raw: bytes) -> str:
        answer = _answer(desk, message, raw)
        refusal = _refusal(answer)
        if refusal and _unheard(message, refusal, whole=bool(answer.fault)):
            raise PeerUnreachable(f"got {refusal.code} {refusal.text}, expected to be taken in")
        if message.kind not in (ORDER, NOTICE, CANCEL) and desk.deliveries:
            asked = desk.read_own(message.raw)
            return desk.deliveries.answered(unit, message.peer, message.kind, asked, answer)
        reason = f"{refusal.code}: {refusal.text}" if refusal else ""
        _record(desk, unit, message, reason)
        if message.kind == ORDER and not reason:
            _taken(desk, unit, message, answer)
        return reason

    return heard


def _ready(desk: Desk, unit: Unit, name: str) -> Request:
    office = desk.office
    request = office.find(unit, name, OUT)
    if not request.released or request.state in ("withdrawn", "refused"):
        advice = "" if request.released else f"Release it first: comity request release {request.reference}."
        raise WrongState(
            f"got {request.reference}, which is {request.state}, expected a released request", field="state",
            advice=advice,
        )  # fmt: skip
    party = office.known(request.peer)
    if party is None or party.exchange is None:
        advice = f"Carry it as a file: comity request export {request.reference} FOLDER."
        raise NoPeer(
            f"got {request.peer}, which has no address in the directory, expected one", field="to", advice=advice
        )
    return request


def _fits(party: Party | None, raw: bytes) -> None:
    limit = party.exchange.max_bytes if party and party.exchange else len(raw)
    if len(raw) > limit:
        advice = "Carry the package as a file: comity request export."
        raise NotCarried(f"got a message of {len(raw)} bytes, expected at most {limit}", field="file", advice=advice)


def _tried(unit: Unit, request: Request) -> list[Message]:
    return tables.find_messages(unit, direction=tables.OUT, about=request.id, kind=ORDER)


def _recipients(desk: Desk, request: Request, confidential: bool) -> tuple[str, ...]:
    if not confidential:
        return ()
    party = desk.office.known(request.peer)
    if party is None or not party.recipients:
        advice = "Ask it to publish an age recipient, or send without."
        raise NotCarried(f"got no encryption key for {request.peer} in the directory, expected one", advice=advice)
    return party.recipients


def _keep(desk: Desk, unit: Unit, request: Request, things: list[Thing], transaction: str) -> None:
    """Keep our own view of the objects; an update of earlier ones leaves what the peer said of them."""
    for thing in things:
        if find_object(unit, request.peer, OURS, thing.id) is None:
            made = created(thing, peer=request.peer, request=request.id, at=desk.now(), transaction=transaction)
            put_object(unit, replace(made, side=OURS, generation=0))


def _taken(desk: Desk, unit: Unit, message: Message, answer: Hi1Message) -> None:
    """Note the generation that the peer gave each object."""
    known = objects_of(unit, message.about, side=OURS)
    change_objects(unit, [replace(one, generation=1, changed_at=desk.now()) for one in known if not one.generation])


def _answer(desk: Desk, message: Message, raw: bytes) -> Hi1Message:
    """Read an answer.

    Raises:
        PeerRefused: it is not the peer's signed answer to this message.
    """
    try:
        answer = desk.heard(message.peer, raw)
        expect(answer, sender=message.peer, receiver=desk.party)
    except BadMessage as e:
        raise PeerRefused(f"got an answer that does not hold: {e}", field=e.field) from e
    if answer.is_request or answer.header.transaction != message.transaction:
        raise PeerRefused(
            "got an answer to something else, expected one to this transaction", field="TransactionIdentifier"
        )
    return answer


def _unheard(message: Message, refusal: Fault, *, whole: bool) -> bool:
    """Tell whether a message was not heard rather than refused, or came before what it speaks of."""
    if message.kind == CANCEL and refusal.code == NOT_THERE:
        return True
    return refusal.code == TRANSIENT or (whole and refusal.code in UNHEARD)


def _refusal(answer: Hi1Message) -> Fault | None:
    """Give the first fault that an answer names: of an action that was refused rather than left undone with it."""
    faults = [answer.fault] if answer.fault else [one.fault for one in answer.answers if one.fault]
    return min(faults, key=lambda fault: fault.code == 3000, default=None)


def _record(desk: Desk, unit: Unit, message: Message, reason: str) -> None:
    """Write on the request what the peer's node said."""
    for request in requests.find_requests(unit, id=message.about):
        act = _ACTS[message.kind]
        desk.office.record(unit, request, f"{act}, refused by the peer" if reason else act, message.peer, reason)
