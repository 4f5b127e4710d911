"""Whether a sender took a request back: it wishes one of the objects that stand for it to be cancelled."""

from __future__ import annotations

from collections.abc import Iterable

from comity.requests.model import Request
from comity.store.engine import Unit

from .objecttables import THEIRS, Object, objects_of

CANCELLED = "Cancelled"


def cancelled(unit: Unit, request: Request) -> bool:
    """Tell whether the sender of a request that came in wishes it, or a task of it, to be cancelled."""
    return wished_away(objects_of(unit, request.id, side=THEIRS))


def wished_away(objects: Iterable[Object]) -> bool:
    """Tell whether one of their objects is wished to be cancelled, or is."""
    return any(CANCELLED in (one.desired, one.status) for one in objects)
