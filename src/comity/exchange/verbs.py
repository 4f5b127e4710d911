"""The single verbs of a peer on objects that it created here: UPDATE, GET, LIST, DELIVER, GETCSPCONFIG; CREATE alone.

A peer sees and changes its own objects only. What another party created does not exist for it: the same code, from the
same single look-up. If one action that changes something is refused, the whole message changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Answer
from comity.requests import tables as requests
from comity.store.engine import Unit

from .call import Call, undone
from .cancelling import CANCELLED
from .objects import record, shown, updated
from .objecttables import THEIRS, Wanted, find_object, list_objects, put_object
from .proposals import end_withdrawn

NOT_OFFERED, IMPROPER, NO_UPDATE, NO_GET = 3001, 3007, 3011, 3014
MOST = 1000
DELIVERY = "DeliveryObject"
ACTIONS = "actions"
PACKED = "an order with its sealed package: a document whose DocumentType is Package of comity"
_TYPES = {
    "Authorisation": "AuthorisationObject", "Document": "DocumentObject", "Notification": "NotificationObject",
    "LDTask": "LDTaskObject", "LPTask": "LPTaskObject", "TDTask": "TDTaskObject", "Delivery": DELIVERY,
}  # fmt: skip


class _Undone(Exception):
    """An action that was refused: the unit is left without effect."""

    def __init__(self, error: BadMessage, at: int) -> None:
        super().__init__(str(error))
        self.error = error
        self.at = at


def take_actions(call: Call) -> bytes:
    """Do all actions of a message, or none."""
    try:
        with call.desk.office.store.write(durable=True) as unit:
            if known := call.known(unit):
                return known
            answers = tuple(_one(call, unit, at, one) for at, one in enumerate(call.message.actions))
            return call.answered(unit, answers, kind=ACTIONS)
    except _Undone as e:
        with call.desk.office.store.write(durable=True) as unit:
            thing = call.message.actions[e.at].thing
            if call.message.actions[e.at].verb == "DELIVER" and call.desk.deliveries and thing:
                call.desk.deliveries.refused(unit, call.peer, thing, e.error)
            return call.answered(unit, undone(call.message.actions, e.error, e.at), kind=ACTIONS)


def _one(call: Call, unit: Unit, at: int, action: Action) -> Answer:
    try:
        return _DO.get(action.verb, _unknown)(call, unit, action)
    except BadMessage as e:
        raise _Undone(e, at) from e


def _unknown(call: Call, unit: Unit, action: Action) -> Answer:
    kind = action.thing.type if action.thing else ""
    text = (
        f"got {action.verb} {kind}".rstrip() + f", expected {PACKED if action.verb == 'CREATE' else 'what is offered'}"
    )
    raise BadMessage(text, code=NOT_OFFERED, field=action.verb)


def _update(call: Call, unit: Unit, action: Action) -> Answer:
    thing = action.thing
    assert thing is not None
    if thing.type == DELIVERY:
        if call.desk.deliveries is None:
            return _unknown(call, unit, action)
        call.desk.deliveries.follow(unit, call.peer, thing)
        return Answer(action.n, action.verb, identifier=thing.id)
    known = find_object(unit, call.peer, THEIRS, thing.id)
    if known is None:
        raise BadMessage(f"got {thing.id}, expected an object that is here", code=NO_UPDATE, field="ObjectIdentifier")
    made = updated(known, thing, at=call.desk.now(), transaction=call.transaction, alone=True)
    put_object(unit, made)
    for request in requests.find_requests(unit, id=known.request):
        call.desk.office.record(unit, request, f"asked to be {made.desired}", call.peer, f"{thing.type} {thing.id}")
        if made.desired == CANCELLED:
            end_withdrawn(call.desk, unit, request, call.peer)
    return Answer(action.n, action.verb, identifier=thing.id, thing=shown(made))


def _get(call: Call, unit: Unit, action: Action) -> Answer:
    known = find_object(unit, call.peer, THEIRS, action.identifier)
    if known is None:
        raise BadMessage(f"got {action.identifier}, expected an object that is here", code=NO_GET, field="Identifier")
    return Answer(action.n, action.verb, thing=shown(known))


def _list(call: Call, unit: Unit, action: Action) -> Answer:
    found = list_objects(unit, call.peer, _wanted(action.query or {}, call.peer))
    return Answer(action.n, action.verb, records=tuple(record(one) for one in found))


def _wanted(query: Mapping[str, Any], peer: str) -> Wanted:
    span = query.get("LastChangedTimespan", {})
    kind = query.get("ObjectType", {}).get("Value", "")
    country = query.get("CountryCode", "")
    types: tuple[str, ...] = (_TYPES.get(kind, "none"),) if kind else ()
    if country and country != peer[:2]:
        types = ("none",)
    return Wanted(
        types=types,
        status=str(query.get("Status", {}).get("Value", "")),
        since=_moment(query.get("LastChanged") or span.get("StartTime")),
        until=_moment(span.get("EndTime")),
        limit=min(int(query.get("MaximumObjectCount", MOST)), MOST),
    )


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError) as e:
        raise BadMessage(f"got {text!r}, expected a time", code=IMPROPER, field="LastChanged") from e


def _deliver(call: Call, unit: Unit, action: Action) -> Answer:
    if call.desk.deliveries is None or action.thing is None:
        return _unknown(call, unit, action)
    call.desk.deliveries.deliver(unit, call.peer, call.transaction, action.thing)
    return Answer(action.n, action.verb, identifier=action.identifier or action.thing.id)


def _config(call: Call, unit: Unit, action: Action) -> Answer:
    if call.desk.config is None:
        return _unknown(call, unit, action)
    return Answer(action.n, action.verb, config=call.desk.config(call.message.header.version.etsi))


_DO = {"UPDATE": _update, "GET": _get, "LIST": _list, "DELIVER": _deliver, "GETCSPCONFIG": _config}
