"""Checking every chain of custody of a node in one go, in bounded memory: the doctor's look at them.

    1. each entry, in order: well-formed, linked, in time, by the right hand, and kept with the standing that it makes
    2. each entry is the one that its event in the log names
    3. the log has no event of an entry that is not here

That the log itself holds is looked at apart. Where the details of an event were erased, it can vouch for its entry no more: that
is counted, and no fault.
"""

from __future__ import annotations

from dataclasses import dataclass

from comity.kernel import canonical
from comity.ledger.service import Ledger
from comity.store.engine import Unit

from .custody import find_events, is_event
from .custodychain import Fault, Walk, differing
from .custodytables import Row, all_custody, has_custody

MOST = 20


@dataclass
class Audit:
    """What was found: how many items, entries and erased events, how many faults, and the first of them by item."""

    items: int = 0
    entries: int = 0
    erased: int = 0
    wrong: int = 0
    first: tuple[tuple[str, Fault], ...] = ()

    def fault(self, item: str, fault: Fault) -> None:
        """Count a fault, and keep it if it is among the first."""
        self.wrong += 1
        if len(self.first) < MOST:
            self.first = (*self.first, (item, fault))


def audit(unit: Unit, ledger: Ledger) -> Audit:
    """Check every chain against itself and against the log."""
    found, walk, proven = Audit(), Walk(""), 0
    for item, row in all_custody(unit):
        if item != walk.item:
            walk = Walk(item)
            found.items += 1
        found.entries += 1
        _, faults = walk.step(row.data)
        for fault in (*faults, *differing(walk, row.standing)):
            found.fault(item, fault)
        proven += _vouched(unit, ledger, found, item, row)
    if proven != sum(1 for _ in find_events(unit, ledger)):
        _missing(unit, ledger, found)
    return found


def _vouched(unit: Unit, ledger: Ledger, found: Audit, item: str, row: Row) -> bool:
    """Hold an entry against its event; tells whether the log names it."""
    kept = next(iter(ledger.entries(unit, row.index, row.index + 1)), None)
    if kept and not kept.event:
        found.erased += 1
        return False
    if kept and is_event(canonical.load(kept.event), item, row):
        return True
    message = f"got an entry that event {row.index} of the log does not name, expected the one that it names"
    found.fault(item, Fault("log", row.number, message))
    return False


def _missing(unit: Unit, ledger: Ledger, found: Audit) -> None:
    for index, event in find_events(unit, ledger):
        item, number = event["item"], event["number"]
        if not has_custody(unit, item, number, index):
            found.fault(item, Fault("removed", number, f"got no entry for event {index} of the log, expected one"))
