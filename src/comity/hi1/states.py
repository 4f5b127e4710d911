"""Which state an object may have, and which may follow; the arrows are our profile's (``data/states.yaml``).

Only the receiver reports a status; the sender says which one it desires. A state without followers is closed: nothing
changes the object any more. Preserved may follow Preserved, when a later expiry is granted.
"""

from __future__ import annotations

from .errors import BadMessage
from .vocabulary import load


def statuses(type_name: str) -> tuple[str, ...]:
    """Name the states that the receiver may report of a type; none for a type without a status."""
    return tuple(load("states").get(type_name, {}).get("follows", ()))


def allowed(type_name: str, status: str, new: str) -> bool:
    """Whether *new* may follow *status*; an empty *status* asks whether an object may begin as *new*."""
    row = load("states").get(type_name, {})
    return new in (row.get("follows", {}).get(status, ()) if status else row.get("first", ()))


def closed(type_name: str, status: str) -> bool:
    """Whether nothing can follow a state."""
    return not load("states").get(type_name, {}).get("follows", {}).get(status, ())


def require(type_name: str, status: str, new: str) -> None:
    """Refuse a step that is not allowed.

    Raises:
        BadMessage: the object is closed (3012), or the step is not one of those that may follow (3008).
    """
    if allowed(type_name, status, new):
        return
    if status and closed(type_name, status):
        raise BadMessage(f"got {new}, expected no change: {type_name} is {status}", code=3012)
    raise BadMessage(f"got {new} after {status or 'nothing'}, expected a step of {type_name}", code=3008)
