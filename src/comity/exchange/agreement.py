"""Whether an order is the one that a sealed request makes; pure.

The receiver derives the order again from the package that came with it. What differs in one member is refused, so that
nobody can have a machine do something else than people signed (docs/adr/0008-hi1-beside-the-package.md). A time may be
said in another zone, as long as it is the same moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.hi1.model import Action

from .mapping import Preserved, Sealed, order


@dataclass(frozen=True)
class Difference:
    """The first place where an order says something else than the sealed request."""

    path: str
    expected: Any
    found: Any

    def __str__(self) -> str:
        return f"got {_short(self.found)} at {self.path}, expected {_short(self.expected)} as in the sealed request"


def agrees(
    actions: Sequence[Action], document: Mapping[str, Any], sealed: Sealed, earlier: Preserved | None = None
) -> Difference | None:
    """Compare an order with the one that a sealed request makes; gives the first difference, or nothing.

    Raises:
        NotCarried: the request cannot be said in HI-1.
    """
    expected = [_plain(action) for action in order(document, sealed, earlier)]
    return next(_differences("", expected, [_plain(action) for action in actions]), None)


def _plain(action: Action) -> dict[str, Any]:
    thing = action.thing
    what = {"type": thing.type, "id": thing.id, "members": thing.members} if thing else None
    return {"n": action.n, "verb": action.verb, "thing": what, "identifier": action.identifier, "query": action.query}


def _differences(path: str, expected: Any, found: Any) -> Iterator[Difference]:
    """Walk two trees and name where they differ."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for name in [*expected, *(name for name in found if name not in expected)]:
            at = f"{path}.{name}" if path else str(name)
            yield from _differences(at, expected.get(name), found.get(name))
    elif isinstance(expected, (list, tuple)) and isinstance(found, (list, tuple)):
        for n, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from _differences(f"{path}[{n}]", one, other)
        if len(expected) != len(found):
            yield Difference(f"{path} (how many)", len(expected), len(found))
    elif (type(expected) is not type(found) or expected != found) and not _same_moment(path, expected, found):
        yield Difference(path, expected, found)


def _same_moment(path: str, expected: Any, found: Any) -> bool:
    """Tell whether a time is the same moment as another, said in another zone."""
    if not path.endswith(("Time", "Timestamp")) or not (isinstance(expected, str) and isinstance(found, str)):
        return False
    try:
        return datetime.fromisoformat(expected) == datetime.fromisoformat(found)
    except ValueError:
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 120 else text[:117] + "..."
