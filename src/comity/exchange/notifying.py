"""Notices: what we answer on a request goes to the asker's node with the receipt, and is taken in there.

A notice is two objects in one message: a NotificationObject that names the status of each object of the request, and a
DocumentObject that carries the signed receipt. The receipt alone moves the asker's request; the statuses must be those
that this receipt means. A notice without a receipt moves nothing but what the objects show.

The one who answers queues the notice in the unit that keeps the receipt. The asker keeps receipt, statuses and his answer
to the message in one unit too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from comity.hi1 import profile
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer, Thing
from comity.hi1.things import body, derived, linked
from comity.hi1.vocabulary import entry
from comity.kernel.clock import stamp
from comity.kernel.errors import ComityError
from comity.requests import receipts
from comity.requests import tables as requests
from comity.requests.model import OUT, Request
from comity.requests.receipts import Taken, Word
from comity.requests.states import RECEIVED
from comity.store.engine import Unit

from . import outbox, tables
from .call import Call
from .carriage import contents, preserved
from .desk import Desk
from .mapping import RECEIPT, document_id, ours, owner, rules, task_id
from .objects import NOTIFICATION, Names, created, following, meant, moved
from .objecttables import OURS, THEIRS, Object, change_objects, find_object, objects_of, put_object
from .ordering import is_document
from .proposals import supersede
from .sending import NOTICE

MEDIA = "application/vnd.comity.receipt+json"
IMPROPER, NO_TARGET, EXISTS = 3007, 3016, 3010
LPTASK = "LPTaskObject"


def queued(desk: Desk) -> receipts.Also:
    """Give what is also done when we answer a request: its objects move, a proposed refusal ends, a notice is queued for the asker."""

    def also(unit: Unit, taken: Taken) -> None:
        supersede(desk, unit, taken)
        notify(desk, unit, taken)

    return also


def notify(desk: Desk, unit: Unit, taken: Taken) -> None:
    """Move the objects of a request by our answer, and queue the notice; the same answer again changes nothing.

    An asker without an address in the directory gets none; the receipt goes to him as a file.
    """
    request, transaction = taken.request, derived(f"receipt-{taken.answer.id}")
    if tables.find_messages(unit, direction=tables.OUT, transaction=transaction):
        return
    _move(desk, unit, taken, transaction, side=THEIRS)
    party = desk.office.known(request.peer)
    if party is None or party.exchange is None:
        return
    actions = notice(desk, unit, taken)
    raw = desk.letter(request.peer, transaction, actions)
    outbox.queue(
        unit, desk.office.ledger, to=request.peer, transaction=transaction, raw=raw, about=request.id, kind=NOTICE,
        at=desk.now(),
    )  # fmt: skip


def notice(desk: Desk, unit: Unit, taken: Taken) -> tuple[Action, ...]:
    """Write the notice of an answer."""
    answer, request = taken.answer, taken.request
    rows = [_said(*row, taken) for row in statuses(unit, request, answer.state)]
    ids = [row["AssociatedObject"] for row in rows]
    news = {
        **owner(desk.party),
        **linked(*ids),
        "NotificationDetails": answer.reason or f"{request.reference}: {answer.state}",
        "NotificationType": entry("NotificationType", "General"),
        "NewNotification": True,
        "NotificationTimestamp": stamp(answer.at),
        "StatusOfAssociatedObjects": {"AssociatedObjectStatus": rows},
    }
    paper = {
        **owner(desk.party),
        **linked(request.id),
        "DocumentReference": request.reference,
        "DocumentName": f"{request.stem}-{answer.state}.receipt.json",
        "DocumentType": ours("DocumentType", RECEIPT),
        "DocumentBody": body(answer.raw.encode(), MEDIA),
    }
    return (
        Action(0, "CREATE", Thing(NOTIFICATION, derived(f"notification-{answer.id}"), news)),
        Action(1, "CREATE", Thing("DocumentObject", answer.id, paper)),
    )


def statuses(unit: Unit, request: Request, state: str) -> list[tuple[str, str, str]]:
    """Name the objects that an asker made for a request: type, identifier, and the status that an answer gives each.

    What came by hand has no objects here; the asker knows them by the same identifiers.
    """
    here = {one.id: one.status for one in objects_of(unit, request.id, side=THEIRS)}
    rows = [(kind, one, here.get(one) or following(kind, "", state)) for kind, one in named(request)]
    return [row for row in rows if row[2]]


def named(request: Request) -> list[tuple[str, str]]:
    """Name the objects of a request with their types, as both sides derive them."""
    kinds = [("AuthorisationObject", request.id), ("DocumentObject", document_id(request.id))]
    row = rules()["measures"][request.measure]
    if row.get("extends"):
        return kinds
    return kinds + [(row["task"], task_id(request.id, n)) for n in range(1, len(request.document["targets"]) + 1)]


def is_notice(actions: Iterable[Action]) -> bool:
    """Tell whether a message is a notice."""
    return any(one.verb == "CREATE" and one.thing and one.thing.type == NOTIFICATION for one in actions)


def take_notice(call: Call) -> bytes:
    """Take a notice in, or refuse it whole."""
    try:
        return _take(call)
    except BadMessage as e:
        return call.refused(e, kind=NOTICE)
    except ComityError as e:
        if e.status >= 500:
            raise
        return call.refused(BadMessage(e.message, code=IMPROPER, field=e.field), kind=NOTICE)


def acknowledge(desk: Desk, request_id: str) -> None:
    """Say `received` on a request by ourselves, if the node's own key may sign receipts and nothing was said yet."""
    office = desk.office
    key = office.me().key(desk.signer.public.keyid)
    if key is None or key.may("receipt", desk.now()):
        return
    with office.store.read() as unit:
        if requests.answers_of(unit, request_id):
            return
    receipts.answer(office, request_id, Word(RECEIVED), desk.signer, also=queued(desk))


def _take(call: Call) -> bytes:
    papers = [one.thing for one in call.message.actions if one.thing and is_document(one, RECEIPT)]
    news = [one.thing for one in call.message.actions if one.thing and one.thing.type == NOTIFICATION]
    if len(papers) != 1 or len(news) != 1 or len(call.message.actions) != len(papers) + len(news):
        raise BadMessage("got other objects, expected one notification with one receipt", code=IMPROPER)
    data, _ = contents(papers[0], (MEDIA,))
    raw = b""

    def also(unit: Unit, taken: Taken) -> None:
        nonlocal raw
        raw = call.known(unit) or _keep(call, unit, taken, news[0], papers[0])

    receipts.take(call.desk.office, data, also=also)
    return raw


def _keep(call: Call, unit: Unit, taken: Taken, news: Thing, paper: Thing) -> bytes:
    """Keep the statuses of our objects and the answer, in the unit that keeps the receipt."""
    desk, request = call.desk, taken.request
    if request.peer != call.peer or request.direction != OUT:
        raise BadMessage("got a receipt of another party, expected the sender's own", code=IMPROPER)
    _agree(taken, news)
    _move(desk, unit, taken, call.transaction, side=OURS)
    for thing in (news, paper):
        add(unit, created(thing, peer=call.peer, request=request.id, at=desk.now(), transaction=call.transaction))
    answers = tuple(Answer(one.n, one.verb, one.thing.id if one.thing else "") for one in call.message.actions)
    return call.answered(unit, answers, kind=NOTICE, about=request.id)


def add(unit: Unit, made: Object) -> None:
    """Keep a new object of a peer; the same again changes nothing.

    Raises:
        BadMessage: another object of that peer has its identifier (3010).
    """
    known = find_object(unit, made.peer, THEIRS, made.id)
    if known and (known.type, known.request) != (made.type, made.request):
        raise BadMessage(f"got {made.id}, which is here already, expected a new object", code=EXISTS)
    if known is None:
        put_object(unit, made)


def _agree(taken: Taken, news: Thing) -> None:
    """Hold the statuses that a notification names against those that the receipt may mean."""
    expected = {one: kind for kind, one in named(taken.request)}
    for row in news.members.get("StatusOfAssociatedObjects", {}).get("AssociatedObjectStatus", []):
        one, said = row["AssociatedObject"], row["Status"]
        if one not in expected:
            raise BadMessage(f"got {one}, expected an object of this request", code=NO_TARGET, field="AssociatedObject")
        kind = expected[one]
        if said["Name"] != Names.of(kind).dictionary or said["Value"] not in meant(kind, taken.answer.state):
            text = f"got {said['Value']}, expected a status that the receipt means: {taken.answer.state}"
            raise BadMessage(text, code=IMPROPER, field=f"{one}/Status")


def _move(desk: Desk, unit: Unit, taken: Taken, transaction: str, *, side: str) -> None:
    """Move the objects of a request by the answer that counts; an answer overtaken by a later one moves nothing."""
    known = objects_of(unit, taken.request.id, side=side)
    said = _reason(taken)
    after = [_because(one, said) for one in moved(known, taken.request.state, at=desk.now(), transaction=transaction)]
    change_objects(unit, after)
    _extend(desk, unit, taken, transaction, side=side)


def _reason(taken: Taken) -> dict[str, Any]:
    """Write why something is refused or needed, if the profile has a code for it."""
    try:
        return {"StatusReason": profile.reason(taken.answer.code, taken.answer.reason)} if taken.answer.code else {}
    except BadMessage:
        return {}


def _because(one: Object, said: dict[str, Any]) -> Object:
    """Put the reason on a task, and take one away that no longer stands."""
    if not one.type.endswith("TaskObject"):
        return one
    return replace(one, members={**{k: v for k, v in one.members.items() if k != "StatusReason"}, **said})


def _said(kind: str, one: str, status: str, taken: Taken) -> dict[str, Any]:
    details = " ".join(part for part in (taken.answer.code, taken.answer.reason) if part)
    row = {"AssociatedObject": one, "Status": entry(Names.of(kind).dictionary, status)}
    return row | ({"Details": details} if details else {})


def _extend(desk: Desk, unit: Unit, taken: Taken, transaction: str, *, side: str) -> None:
    """Write the end of a preservation, as it was granted, on the tasks of the request that first asked for it."""
    until = taken.answer.preserved_until
    if not until or taken.answer.state != "accepted":
        return
    first = preserved(unit, taken.request)
    tasks = [
        one for one in objects_of(unit, first.request if first else taken.request.id, side=side) if one.type == LPTASK
    ]
    if first:
        named = {(row["kind"], row["value"]) for row in taken.request.document["targets"]}
        rows = enumerate(first.document["targets"], 1)
        ids = {task_id(first.request, n) for n, row in rows if (row["kind"], row["value"]) in named}
        tasks = [one for one in tasks if one.id in ids]
    change_objects(unit, [_until(one, until, desk, transaction) for one in tasks])


def _until(one: Object, until: str, desk: Desk, transaction: str) -> Object:
    members = {**one.members, "PreservationExpiration": until}
    return replace(one, members=members, changed_at=desk.now(), transaction=transaction)
