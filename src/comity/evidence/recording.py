"""Letting a node's log record that a generation was sealed, and proving that to whoever holds the item."""

from __future__ import annotations

from collections.abc import Callable

from comity.kernel.clock import Clock, stamp
from comity.ledger.service import Ledger
from comity.store.engine import Store

from .model import Generation
from .witness import EVENT


def recorder(store: Store, ledger: Ledger, clock: Clock) -> Callable[[Generation], bytes]:
    """Give what records a sealing in a log and gives the proof; the event says which bag, never what is in it."""

    def record(generation: Generation) -> bytes:
        event = {
            "type": EVENT,
            "at": stamp(clock.now()),
            "package": generation.digest,
            "root": generation.root,
            "generation": generation.number,
            "former": generation.former,
        }
        with store.write(durable=True) as unit:
            return ledger.prove(unit, ledger.append(unit, event))

    return record
