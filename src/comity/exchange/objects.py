"""HI-1 objects as we keep them and as a peer sees them; pure.

The receiver owns `Generation` and the status of an object, the sender owns what it wishes for and all else. What an
answer of ours says of a request is said of each of its objects by the table in `data/order.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from comity.hi1 import states
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.hi1.vocabulary import entry, values
from comity.kernel.clock import stamp

from .mapping import rules
from .objecttables import THEIRS, Object

NOT_ALLOWED, IMPROPER, STALE, NOT_FOUND, CLOSED = 3006, 3007, 3008, 3009, 3012
NOTIFICATION = "NotificationObject"
_PREFIXED = {"AuthorisationObject": "Authorisation", "DocumentObject": "Document", "DeliveryObject": "Delivery"}
_OWNED = ("Generation", "LastChanged")


@dataclass(frozen=True)
class Names:
    """What the members and dictionaries of a type's states are called."""

    status: str
    desired: str
    dictionary: str

    @classmethod
    def of(cls, kind: str) -> Names:
        """Give the names for a type of object."""
        prefix = _PREFIXED.get(kind, "")
        return cls(f"{prefix}Status", f"{prefix}DesiredStatus", f"{kind.removesuffix('Object')}Status")


def created(thing: Thing, *, peer: str, request: str, at: datetime, transaction: str, status: str = "") -> Object:
    """Make the object that a peer creates here, in its first generation.

    Raises:
        BadMessage: it sets what only the receiver may (3007).
    """
    names = Names.of(thing.type)
    for name in (*_OWNED, names.status, "StatusReason"):
        if name in thing.members:
            raise BadMessage(f"got {name}, expected it to be left to the receiver", code=IMPROPER, field=name)
    return Object(
        peer=peer, side=THEIRS, id=thing.id, type=thing.type, generation=1, status=status, desired=desired(thing),
        request=request, changed_at=at, members=kept(thing), transaction=transaction,
    )  # fmt: skip


def updated(known: Object, thing: Thing, *, at: datetime, transaction: str, alone: bool) -> Object:
    """Merge an update member by member; *alone* it may change nothing but what is wished for.

    Raises:
        BadMessage: it is of another type, stale, on an object that is closed, or changes what it may not.
    """
    names = Names.of(known.type)
    if thing.type != known.type:
        raise BadMessage(f"got {thing.type}, expected {known.type}", code=3008, field="type")
    for name in (names.status, "StatusReason", "LastChanged"):
        if name in thing.members:
            raise BadMessage(f"got {name}, expected it to be left to the receiver", code=NOT_ALLOWED, field=name)
    generation = thing.members.get("Generation", known.generation)
    if generation != known.generation:
        text = f"got {generation}, expected {known.generation}: the object has changed"
        raise BadMessage(text, code=STALE, field="Generation")
    if states.closed(known.type, known.status) and known.status:
        raise BadMessage(f"got an update of an object that is {known.status}, expected an open one", code=CLOSED)
    same = ("CountryCode", "OwnerIdentifier", "Generation", names.desired)
    for name in thing.members:
        if alone and name not in same:
            text = f"got {name}, expected only {names.desired}: anything else needs a sealed request"
            raise BadMessage(text, code=NOT_ALLOWED, field=name)
    if thing.members.get("OwnerIdentifier", known.members.get("OwnerIdentifier")) != known.members.get(
        "OwnerIdentifier"
    ):
        raise BadMessage("got another owner, expected the same", code=NOT_ALLOWED, field="OwnerIdentifier")
    members = {name: value for name, value in kept(thing).items() if name not in _OWNED}
    wish = _wish(thing, names) or known.desired
    return replace(
        known, generation=known.generation + 1, desired=wish, members={**known.members, **members}, changed_at=at,
        transaction=transaction,
    )  # fmt: skip


def _wish(thing: Thing, names: Names) -> str:
    """Give the status that an update wishes for, if it is one that a sender may wish for (3009)."""
    if names.desired not in thing.members:
        return ""
    said, dictionary = thing.members[names.desired], names.dictionary.removesuffix("Status") + "DesiredStatus"
    if said not in [entry(dictionary, value) for value in values(dictionary)]:
        text = f"got {str(said.get('Value', ''))[:60]!r}, expected one of: {', '.join(values(dictionary))}"
        raise BadMessage(text, code=NOT_FOUND, field=names.desired)
    return str(said["Value"])


def desired(thing: Thing) -> str:
    """Give the status that a sender wishes for."""
    value = thing.members.get(Names.of(thing.type).desired, {})
    return str(value.get("Value", "")) if isinstance(value, Mapping) else ""


def kept(thing: Thing) -> dict[str, Any]:
    """Give the members that are kept: all but the bytes of a document."""
    members = dict(thing.members)
    if isinstance(body := members.get("DocumentBody"), Mapping):
        members["DocumentBody"] = {name: value for name, value in body.items() if name != "Contents"}
    return members


def shown(known: Object) -> Thing:
    """Give an object as a peer sees it, with our word on it."""
    names = Names.of(known.type)
    members: dict[str, Any] = {**known.members, "Generation": known.generation, "LastChanged": stamp(known.changed_at)}
    if known.status:
        members[names.status] = entry(names.dictionary, known.status)
    return Thing(known.type, known.id, members)


def record(known: Object) -> dict[str, Any]:
    """Give an object as a line of a list."""
    kind = known.type.removesuffix("Object")
    owner = {name: known.members[name] for name in ("CountryCode", "OwnerIdentifier") if name in known.members}
    said = {"ObjectType": entry("ObjectType", kind), "Identifier": known.id, "Generation": known.generation}
    return said | owner | {"LastChanged": stamp(known.changed_at)}


def meant(kind: str, state: str) -> tuple[str, ...]:
    """Give the statuses that an object of a type may have when its request is in a state, the usual one first."""
    return tuple(rules()["statuses"].get(kind, {}).get(state, ()))


def following(kind: str, status: str, state: str) -> str:
    """Give the status that follows *status*, if any, when the request comes into a state; the same if none may."""
    if not status:
        return next(iter(meant(kind, state)), "")
    return next((new for new in meant(kind, state) if new == status or states.allowed(kind, status, new)), status)


def moved(known: Iterable[Object], state: str, *, at: datetime, transaction: str) -> Iterator[Object]:
    """Give the objects whose status changes when their request comes into a state."""
    for one in known:
        status = following(one.type, one.status, state)
        if status != one.status:
            yield replace(one, status=status, generation=one.generation + 1, changed_at=at, transaction=transaction)
