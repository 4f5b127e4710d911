"""The custodian: registers sealed bags, enters what is done with each item, and checks its chain against the node's log.

An entry and its event in the log are written in one unit. The event holds the entry's hash, its number and its act, and
nothing of what the entry says; so the chain can be checked against the log, and the log tells when its end was cut off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from comity.kernel import canonical
from comity.kernel.clock import Clock, stamp
from comity.kernel.errors import BadInput
from comity.kernel.ids import Random
from comity.ledger import proof
from comity.ledger.errors import BadProof, LogCorrupt, NoSuchEntry
from comity.ledger.service import Ledger
from comity.store.engine import Store, Unit

from . import custodytables as tables
from .custodychain import Checked, Fault, Standing, check_chain
from .custodyentry import CLOCK, SALT_BYTES, CustodyEntry, Deed, Hand, read
from .custodytables import Bag, Row
from .errors import NoItem, WrongHand

ENTERED, READ = "custody.entered", "custody.read"
NODE = "node"
_BLOCK = 1000
_NAME = f'"{ENTERED}"'.encode()


@dataclass(frozen=True)
class Head:
    """The end of a chain: its last entry, and where the item stands."""

    last: CustodyEntry | None
    standing: Standing


@dataclass(frozen=True)
class Custodian:
    """Keeps the custody of a node's items; *party* is the node's own."""

    party: str
    store: Store
    ledger: Ledger
    clock: Clock
    random: Random

    def register(self, bag: Bag, *deeds: Deed) -> tuple[CustodyEntry, ...]:
        """List a sealed bag and enter how it came; again enters nothing, but takes note of another place.

        Raises:
            WrongHand: another bag stands as that generation of the item, or a deed is not possible.
            BadCustody: a deed is malformed.
        """
        with self.store.write(durable=True) as unit:
            return self.admit(unit, bag, *deeds)

    def admit(self, unit: Unit, bag: Bag, *deeds: Deed) -> tuple[CustodyEntry, ...]:
        """Register a bag within a unit.

        Raises:
            WrongHand, BadCustody: as `register`.
        """
        known = tables.find_bags(unit, digest=bag.digest)
        if known:
            tables.put_bag(unit, replace(known[0], path=bag.path, case=known[0].case or bag.case))
            return ()
        self._fits(unit, bag)
        tables.put_bag(unit, bag)
        return tuple(self.enter(unit, bag.item, replace(deed, digest=bag.digest)) for deed in deeds)

    def enter(self, unit: Unit, item: str, deed: Deed) -> CustodyEntry:
        """Enter a deed at the end of an item's chain; a clock that stands behind the last entry is entered first.

        Raises:
            BadCustody: the deed is malformed.
            WrongHand: the chain does not allow it.
            LogCorrupt: the log does not know the last entry as it stands, so nothing is added to it.
            ClockBackwards: the clock is so far behind that the log refuses.
        """
        deed.check()
        head = self._head(unit, item)
        after = head.standing.after(deed)
        now = self.clock.now()
        if head.last and now < head.last.at:
            behind = Deed(CLOCK, Hand(NODE, self.party), result=f"{stamp(now)} < {stamp(head.last.at)}")
            head = Head(self._add(unit, item, head, behind), head.standing)
        return self._add(unit, item, replace(head, standing=after), deed)

    def note(self, item: str, deed: Deed) -> CustodyEntry:
        """Enter a deed in a unit of its own.

        Raises:
            NoItem: the item has no custody here.
            BadCustody, WrongHand, LogCorrupt, ClockBackwards: as `enter`.
        """
        with self.store.write(durable=True) as unit:
            self.standing(unit, item)
            return self.enter(unit, item, deed)

    def standing(self, unit: Unit, item: str) -> Standing:
        """Tell where an item stands, from the end of its chain alone.

        Raises:
            NoItem: it has no custody here.
            LogCorrupt: the log does not know the last entry as it stands.
        """
        head = self._head(unit, item)
        if head.last is None:
            raise _no_item(item)
        return head.standing

    def rows(self, unit: Unit, item: str) -> list[Row]:
        """Give the entries of an item.

        Raises:
            NoItem: it has none here.
        """
        found = tables.find_custody(unit, item)
        if not found:
            raise _no_item(item)
        return found

    def look(self, item: str) -> Checked:
        """Check an item's chain for somebody to read, and put on record that it was read.

        Raises:
            NoItem: it has no custody here.
        """
        with self.store.write(durable=True) as unit:
            checked = self.check(unit, item)
            event = {"type": READ, "at": stamp(self.clock.now()), "item": item, "entries": len(checked.entries)}
            self.ledger.append(unit, event)
        return checked

    def check(self, unit: Unit, item: str) -> Checked:
        """Check an item's chain: by itself, and every entry against its event in the log, none missing on either side.

        Raises:
            NoItem: it has no custody here.
        """
        rows = self.rows(unit, item)
        checked = check_chain(item, [row.data for row in rows], [row.standing for row in rows])
        faults = [*checked.faults, *self._unproven(unit, item, rows), *self._missing(unit, item, rows)]
        return replace(checked, faults=tuple(faults))

    def overview(self, unit: Unit) -> Iterator[tuple[str, Checked]]:
        """Give every item with its chain, checked by itself alone: the log is not asked."""
        for item in tables.items(unit):
            yield item, check_chain(item, [row.data for row in self.rows(unit, item)])

    def proofs(self, unit: Unit, item: str) -> Iterator[tuple[bytes, bytes]]:
        """Give each entry of an item with the proof that its event stands in the log.

        Raises:
            NoItem: it has no custody here.
            NoSuchEntry: the details of an event were erased.
        """
        for row in self.rows(unit, item):
            yield row.data, self.ledger.prove(unit, row.index)

    def _head(self, unit: Unit, item: str) -> Head:
        """Give the end of a chain, as the log knows it; an item without custody has an empty one."""
        row = tables.last_custody(unit, item)
        if row is None:
            return Head(None, Standing())
        kept = self.ledger.entries(unit, row.index, row.index + 1)
        event = canonical.load(kept[0].event) if kept and kept[0].event else {}
        if not kept or (event and event.get("entry") != _sha256(row.data)):
            raise LogCorrupt(
                f"got an end of the custody of {item} that the log does not know, expected one that it does"
            )
        if row.standing:
            return Head(read(row.data), _standing(item, row.standing))
        checked = check_chain(item, [one.data for one in tables.find_custody(unit, item)])
        if checked.faults:
            raise LogCorrupt(f"got a broken custody of {item}: {checked.faults[0].message}, expected one that holds")
        return Head(checked.entries[-1], checked.standing)

    def _add(self, unit: Unit, item: str, head: Head, deed: Deed) -> CustodyEntry:
        """Add an entry after which the item stands as *head* says."""
        number, before = (head.last.number + 1, head.last.digest) if head.last else (1, "")
        at = self.clock.now()
        entry = CustodyEntry(item, number, at, deed, self.random(SALT_BYTES).hex(), before)
        read(entry.dump())
        tables.add_custody(unit, entry, self.ledger.append(unit, event_of(entry)), head.standing.dump())
        return entry

    def _fits(self, unit: Unit, bag: Bag) -> None:
        """See that a bag is the next generation of its item, or the first."""
        others = tables.find_bags(unit, item=bag.item)
        if [one for one in others if one.number == bag.number]:
            raise WrongHand(f"got another bag as generation {bag.number} of {bag.item}, expected one only")
        former = [one for one in others if one.number == bag.number - 1]
        if former and former[0].digest != bag.former:
            raise WrongHand(f"got generation {bag.number} upon {bag.former[:16]}, expected {former[0].digest[:16]}")

    def _unproven(self, unit: Unit, item: str, rows: list[Row]) -> Iterator[Fault]:
        """Hold every entry against its event, and the event against the signed log."""
        for place, row in enumerate(rows, 1):
            try:
                proven = proof.verify(self.ledger.prove(unit, row.index), [self.ledger.key])
            except NoSuchEntry as e:
                yield Fault("log", place, f"got {e.message}")
            except (BadProof, LogCorrupt) as e:
                yield Fault("log", place, f"got an event that the log does not prove: {e.message}")
            else:
                if not is_event(proven.event, item, row):
                    yield Fault("log", place, f"got an entry that event {row.index} of the log does not name")

    def _missing(self, unit: Unit, item: str, rows: list[Row]) -> Iterator[Fault]:
        """Find events of the item that no entry stands for: entries that were taken away."""
        here = {row.index for row in rows}
        for index, event in find_events(unit, self.ledger, start=min(here)):
            if event["item"] == item and index not in here:
                yield Fault("removed", event["number"], f"got no entry for event {index} of the log, expected one")


def find_events(unit: Unit, ledger: Ledger, *, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give each event of the log that stands for an entry, with its place, from *start* on; erased ones are not known."""
    size = ledger.size(unit)
    for first in range(start, size, _BLOCK):
        for kept in ledger.entries(unit, first, min(first + _BLOCK, size)):
            event = canonical.load(kept.event) if _NAME in kept.event else {}
            if event.get("type") == ENTERED and {"item", "number"} <= event.keys():
                yield kept.index, event


def is_event(event: Mapping[str, Any], item: str, row: Row) -> bool:
    """Tell whether an event is that of an entry as it is kept."""
    expected = {"type": ENTERED, "item": item, "number": row.number, "entry": _sha256(row.data)}
    return expected.items() <= event.items() and f'"at":"{event.get("at")}"'.encode() in row.data


def event_of(entry: CustodyEntry) -> dict[str, Any]:
    """Give the event that stands for an entry in the log."""
    return {
        "type": ENTERED,
        "at": stamp(entry.at),
        "item": entry.item,
        "number": entry.number,
        "act": entry.deed.act,
        "entry": entry.digest,
    }


def _no_item(item: str) -> NoItem:
    advice = "List them with: comity evidence list."
    return NoItem(f"got {item!r}, expected an item that is registered here", field="item", advice=advice)


def _standing(item: str, text: str) -> Standing:
    try:
        return Standing.load(text)
    except (BadInput, KeyError, TypeError, AttributeError) as e:
        raise LogCorrupt(f"got {text[:100]} kept with the custody of {item}, expected where it stands") from e


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
