"""A correlator for tests, on its own store and log."""

from __future__ import annotations

from builders.logs import NOON, ledger
from comity.kernel.clock import FixedClock
from comity.kernel.ids import new_id
from comity.matching.model import Sighting
from comity.matching.service import Correlator
from comity.store.engine import Store


def correlator(store: Store) -> Correlator:
    """Make a correlator over a store that has its schema."""
    clock = FixedClock(NOON)
    return Correlator(store, ledger(clock=clock), clock, b"k" * 32, new_id)


def seen(*keys: str) -> list[Sighting]:
    """Give sightings of KIND:VALUE."""
    return [Sighting(key.partition(":")[0], key.partition(":")[2]) for key in keys]
