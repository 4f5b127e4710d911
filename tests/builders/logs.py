"""Logs for tests: a ledger with a fixed clock and key, filled with events."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from comity.crypto.keys import FileSigner
from comity.kernel.clock import FixedClock, stamp
from comity.ledger.merkle import Frontier, Nodes, Place
from comity.ledger.service import Ledger
from comity.store.engine import Store

ORIGIN = "comity/VN.a05"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def signer(name: str = "node") -> FileSigner:
    """Make the same key again for the same name."""
    return FileSigner(Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest()))


def counting() -> Callable[[int], bytes]:
    """Make a source of bytes that never repeats and is the same in each test."""
    calls = iter(range(2**32))
    return lambda n: hashlib.shake_256(str(next(calls)).encode()).digest(n)


def ledger(*, clock: FixedClock | None = None, origin: str = ORIGIN, key: str = "node") -> Ledger:
    """Make a ledger that stands at noon."""
    return Ledger(origin, signer(key), clock=clock or FixedClock(NOON), random=counting())


def event(number: int = 0, at: datetime = NOON, **more: Any) -> dict[str, Any]:
    """Make an event."""
    return {"type": "request.drafted", "at": stamp(at), "number": number, **more}


def fill(store: Store, log: Ledger, count: int, *, checkpoints: Sequence[int] = ()) -> bytes:
    """Append *count* events, sign a checkpoint at each of the sizes named and at the end; gives the last one."""
    with store.write(durable=True) as unit:
        for number in range(log.size(unit), log.size(unit) + count):
            log.append(unit, event(number))
            if number + 1 in checkpoints:
                log.checkpoint(unit)
        return log.checkpoint(unit)


def tree(leaves: Sequence[bytes]) -> tuple[Nodes, Frontier]:
    """Make a whole tree in memory, and its reader."""
    frontier = Frontier()
    kept: dict[Place, bytes] = {}
    for leaf in leaves:
        kept.update(frontier.append(leaf))
    return lambda places: [kept[place] for place in places], frontier
