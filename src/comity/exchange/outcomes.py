"""Outcomes task by task: the provider says what became of each target, in a notification of its own.

A receipt speaks of a request as a whole. Where targets end differently (one disclosed, one not available, one refused
with a code) the provider's node names each task's status in a NotificationObject without a receipt. It moves nothing but
what the tasks show, along the profile's states, and never a task of another party's request.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer, Thing
from comity.hi1.things import derived, linked
from comity.hi1.vocabulary import entry
from comity.kernel.clock import stamp
from comity.requests import tables as requests
from comity.requests.model import OUT, Request
from comity.store.engine import Unit

from . import outbox, tables
from .call import Call
from .desk import Desk
from .mapping import PACKAGE, RECEIPT, owner, task_id
from .notifying import add, is_notice
from .objects import NOTIFICATION, Names, created
from .objecttables import OURS, THEIRS, Object, find_object, objects_of, put_object
from .ordering import is_document

OUTCOME = "outcome"
IMPROPER, NO_TARGET, CLOSED = 3007, 3016, 3012
DISCLOSED, NOT_AVAILABLE, REJECTED = "Disclosed", "DisclosureNotAvailable", "Rejected"
LDTASK = "LDTaskObject"
WORDS = {"disclosed": DISCLOSED, "not_available": NOT_AVAILABLE, "refused": REJECTED}


@dataclass(frozen=True)
class Outcome:
    """What became of one target: its number from 1, the word for it, and a code and reason where it was refused."""

    number: int
    word: str
    code: str = ""
    reason: str = ""


def tasks(unit: Unit, request: Request, *, side: str) -> list[Object]:
    """Give the tasks of a request in the order of its targets."""
    return among(request, objects_of(unit, request.id, side=side))


def among(request: Request, objects: Iterable[Object]) -> list[Object]:
    """Pick the tasks of a request from its objects, in the order of its targets."""
    known = {one.id: one for one in objects}
    ids = (task_id(request.id, n) for n in range(1, len(request.document["targets"]) + 1))
    return [known[one] for one in ids if one in known]


def settle(desk: Desk, unit: Unit, request: Request, outcomes: Sequence[Outcome]) -> list[Object]:
    """Move tasks to their outcomes and queue the notification; an outcome that stands already changes nothing."""
    known, now = dict(enumerate(tasks(unit, request, side=THEIRS), 1)), desk.now()
    moved = []
    for outcome in outcomes:
        task = known.get(outcome.number)
        status = WORDS[outcome.word]
        if task is None or task.status == status:
            continue
        details = " ".join(part for part in (outcome.code, outcome.reason) if part)
        changed = replace(task, status=status, generation=task.generation + 1, changed_at=now)
        put_object(unit, changed)
        moved.append((changed, details))
    if moved:
        _notify(desk, unit, request, moved)
    return [one for one, _ in moved]


def is_outcome(actions: Iterable[Action]) -> bool:
    """Tell whether a message is a notification of outcomes, without a receipt or a package."""
    actions = list(actions)
    return is_notice(actions) and not any(is_document(one, kind) for one in actions for kind in (PACKAGE, RECEIPT))


def take_outcome(call: Call) -> bytes:
    """Take outcomes in, or refuse them whole."""
    try:
        with call.desk.office.store.write(durable=True) as unit:
            return call.known(unit) or _take(call, unit)
    except BadMessage as e:
        return call.refused(e, kind=OUTCOME)


def _take(call: Call, unit: Unit) -> bytes:
    news = call.message.actions[0].thing
    if len(call.message.actions) != 1 or news is None:
        raise BadMessage("got other objects, expected one notification", code=IMPROPER)
    rows = news.members.get("StatusOfAssociatedObjects", {}).get("AssociatedObjectStatus", [])
    if not rows:
        raise BadMessage("got no status, expected one of each task", code=IMPROPER, field="StatusOfAssociatedObjects")
    request: Request | None = None
    for row in rows:
        task = find_object(unit, call.peer, OURS, str(row["AssociatedObject"]))
        found = _ours(unit, call.peer, task) if task else None
        if task is None or found is None or (request is not None and found.id != request.id):
            raise BadMessage(f"got {row['AssociatedObject']}, expected a task of one request we sent you", code=NO_TARGET, field="AssociatedObject")  # fmt: skip
        request = found
        put_object(unit, _moved(call, task, row["Status"]))
        note = " ".join(part for part in (row["Status"]["Value"], str(row.get("Details", ""))) if part)
        call.desk.office.record(unit, request, "outcome", call.peer, note[:1000])
    assert request is not None
    add(unit, created(news, peer=call.peer, request=request.id, at=call.desk.now(), transaction=call.transaction))
    answers = (Answer(call.message.actions[0].n, "CREATE", news.id),)
    return call.answered(unit, answers, kind=OUTCOME, about=request.id)


def _ours(unit: Unit, peer: str, task: Object) -> Request | None:
    found = requests.find_requests(unit, id=task.request, direction=OUT, peer=peer)
    if found and task.type != LDTASK:
        text = f"got the status of one {task.type}, expected those of {LDTASK}: all else is said by a signed receipt"
        raise BadMessage(text, code=IMPROPER, field="AssociatedObject")
    return found[0] if found else None


def _moved(call: Call, task: Object, said: dict[str, str]) -> Object:
    """Move a task of ours by the peer's word, along the profile's states; the same word again changes nothing."""
    status = said["Value"]
    if said["Name"] != Names.of(task.type).dictionary or status not in WORDS.values():
        raise BadMessage(f"got {status}, expected one of: {', '.join(WORDS.values())}", code=IMPROPER, field="Status")
    if task.status in WORDS.values() and task.status != status:
        raise BadMessage(f"got {status} on a task that is {task.status}, expected no more", code=CLOSED, field="Status")
    return replace(task, status=status, changed_at=call.desk.now(), transaction=call.transaction)


def _notify(desk: Desk, unit: Unit, request: Request, moved: Sequence[tuple[Object, str]]) -> None:
    party = desk.office.known(request.peer)
    if party is None or party.exchange is None:
        return
    rows = []
    for task, details in moved:
        row = {"AssociatedObject": task.id, "Status": entry(Names.of(task.type).dictionary, task.status)}
        rows.append(row | ({"Details": details} if details else {}))
    text = "-".join([request.id, *(f"{task.id}-{task.status}" for task, _ in moved)])
    news = {
        **owner(desk.party),
        **linked(*(task.id for task, _ in moved)),
        "NotificationDetails": f"{request.reference}: " + ", ".join(task.status for task, _ in moved),
        "NotificationType": entry("NotificationType", "General"),
        "NewNotification": True,
        "NotificationTimestamp": stamp(desk.now()),
        "StatusOfAssociatedObjects": {"AssociatedObjectStatus": rows},
    }
    transaction = derived(f"outcome-{text}")
    if tables.find_messages(unit, direction=tables.OUT, transaction=transaction):
        return
    thing = Thing(NOTIFICATION, derived(f"notification-{text}"), news)
    raw = desk.letter(request.peer, transaction, (Action(0, "CREATE", thing),))
    outbox.queue(unit, desk.office.ledger, to=request.peer, transaction=transaction, raw=raw, about=request.id, kind=OUTCOME, at=desk.now())  # fmt: skip
