"""The custody of an item is a chain of entries, each also an event in the log."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import event

from builders.custody import ABROAD, DIGEST, ITEM, LAB, NIGHT, ROOM, bag, begun, custodian, deed
from builders.logs import NOON
from comity.evidence import custodytables as tables
from comity.evidence.custodyentry import CLOCK, read
from comity.evidence.errors import BadCustody, NoItem, WrongHand
from comity.kernel.clock import FixedClock
from comity.ledger.errors import ClockBackwards
from comity.store import guard
from comity.store.engine import Store


def test_a_chain_holds(store: Store) -> None:
    """Acquired, sealed, handed over and back: the chain holds and says who has the item."""
    checked = begun(store).look(ITEM)
    assert checked.faults == ()
    assert [entry.deed.act for entry in checked.entries] == [
        "acquired", "sealed", "transferred", "received", "analysed", "transferred", "received",
    ]  # fmt: skip
    assert checked.standing.holder == NIGHT


def test_an_entry_names_the_one_before(store: Store) -> None:
    """Each entry holds the SHA-256 of the bytes of the one before."""
    keeper = begun(store)
    with store.read() as unit:
        entries = [read(row.data) for row in tables.find_custody(unit, ITEM)]
    assert [one.previous for one in entries] == ["", *(one.digest for one in entries[:-1])]
    assert keeper.party == "VN.a05"


def test_the_log_says_no_more_than_the_hash(store: Store) -> None:
    """The event of an entry has no name of a person, place or reason in it."""
    keeper = begun(store)
    with store.read() as unit:
        events = [json.loads(one.event) for one in keeper.ledger.entries(unit, 0, 99)]
    assert {tuple(sorted(event)) for event in events} == {("act", "at", "entry", "item", "number", "type")}


def test_reading_is_recorded(store: Store) -> None:
    """Looking at the custody of an item is an event of the log."""
    keeper = begun(store)
    keeper.look(ITEM)
    with store.read() as unit:
        assert json.loads(keeper.ledger.entries(unit, 0, 99)[-1].event)["type"] == "custody.read"


def test_a_bag_is_registered_once(store: Store) -> None:
    """Registering the same bag again enters nothing, and takes note of its new place."""
    keeper = begun(store)
    moved = bag()
    assert keeper.register(moved.__class__(**{**vars(moved), "path": "/new"}), deed("acquired")) == ()
    with store.read() as unit:
        assert [one.path for one in tables.find_bags(unit, item=ITEM)] == ["/new"]
    assert len(keeper.look(ITEM).entries) == 7


def test_a_generation_stands_upon_the_former(store: Store) -> None:
    """A second generation that names the first is sealed into the same chain."""
    keeper = begun(store)
    keeper.register(bag(digest="ef" * 32, number=2, former=DIGEST), deed("sealed", NIGHT))
    assert keeper.look(ITEM).entries[-1].deed.digest == "ef" * 32


@pytest.mark.parametrize(("number", "former"), [(1, ""), (2, "00" * 32)])
def test_another_bag_of_the_same_generation_is_refused(store: Store, number: int, former: str) -> None:
    """No two bags are the same generation of an item, and none hangs on a bag that is not the former."""
    with pytest.raises(WrongHand):
        begun(store).register(bag(digest="ef" * 32, number=number, former=former), deed("sealed", NIGHT))


def test_a_clock_behind_is_a_finding(store: Store) -> None:
    """When the clock stands behind the last entry, the node enters that first, and the chain holds."""
    clock = FixedClock(NOON)
    keeper = begun(store, clock)
    clock.advance(-timedelta(minutes=2))
    keeper.note(ITEM, deed("opened", NIGHT))
    checked = keeper.look(ITEM)
    assert [entry.deed.act for entry in checked.entries[-2:]] == [CLOCK, "opened"]
    assert checked.faults == ()


def test_a_clock_far_behind_is_refused(store: Store) -> None:
    """When the clock is further behind than the log allows, nothing is entered."""
    clock = FixedClock(NOON)
    keeper = begun(store, clock)
    clock.advance(-timedelta(hours=2))
    with pytest.raises(ClockBackwards):
        keeper.note(ITEM, deed("opened", NIGHT))
    clock.advance(timedelta(hours=2))
    assert len(keeper.look(ITEM).entries) == 7


def test_an_unknown_item_is_named(store: Store) -> None:
    """An item without custody here cannot be looked at or noted."""
    with pytest.raises(NoItem):
        custodian(store).look("E-1")
    with pytest.raises(NoItem):
        custodian(store).note("E-1", deed("opened"))


WRONG = [
    (deed("borrowed"), BadCustody),
    (deed("opened", why="a\x00b"), BadCustody),
    (deed("opened", why="x" * 2001), BadCustody),
    (deed("opened", to=LAB), BadCustody),
    (deed("transferred"), BadCustody),
    (deed("transferred", to=LAB, why=""), BadCustody),
    (deed("opened", digest="AB" * 32), BadCustody),
    (deed("opened", hashes={str(i): DIGEST for i in range(201)}), BadCustody),
    (deed("opened", type(ROOM)("", "VN.a05")), BadCustody),
    (deed("transferred", LAB, to=ABROAD), WrongHand),
    (deed("opened", ABROAD), WrongHand),
    (deed("acquired", LAB), WrongHand),
    (deed("received", LAB), WrongHand),
    (deed("accepted"), WrongHand),
    (deed("hold-lifted"), WrongHand),
]  # fmt: skip


def test_a_wrong_deed_is_refused(store: Store) -> None:
    """A deed that is malformed, or by a hand that does not hold the item, leaves nothing."""
    keeper = begun(store)
    for wrong, error in WRONG:
        with pytest.raises(error):
            keeper.note(ITEM, wrong)
        assert len(keeper.look(ITEM).entries) == 7, wrong


def test_nobody_handles_what_is_under_way(store: Store) -> None:
    """Between handing over and arrival nobody opens, copies or hands over the item."""
    keeper = begun(store)
    keeper.note(ITEM, deed("transferred", NIGHT, to=ABROAD))
    for act in ("opened", "copied", "destroyed"):
        with pytest.raises(WrongHand, match="under way"):
            keeper.note(ITEM, deed(act, NIGHT))


def test_the_receipt_of_another_party_moves_the_item(store: Store) -> None:
    """What was handed to another party is theirs once their receipt is entered, and comes back by receiving it."""
    keeper = begun(store)
    keeper.note(ITEM, deed("transferred", NIGHT, to=ABROAD))
    keeper.note(ITEM, deed("accepted", NIGHT, hashes={"receipt.json": DIGEST}))
    assert keeper.look(ITEM).standing.holder == ABROAD
    keeper.note(ITEM, deed("received", ROOM, to=ABROAD))
    assert keeper.look(ITEM).standing.holder == ROOM


def test_an_item_on_hold_is_not_destroyed(store: Store) -> None:
    """A legal hold stands against destruction and return until every hold is lifted."""
    keeper = begun(store)
    keeper.note(ITEM, deed("hold-set"))
    with pytest.raises(WrongHand, match="hold"):
        keeper.note(ITEM, deed("destroyed", NIGHT))
    keeper.note(ITEM, deed("hold-lifted"))
    keeper.note(ITEM, deed("destroyed", NIGHT))
    with pytest.raises(WrongHand, match="gone"):
        keeper.note(ITEM, deed("opened", NIGHT))


def test_an_entry_reads_no_more_than_the_end_of_the_chain(store: Store) -> None:
    """However long a chain is, an entry asks the database for as many rows."""
    keeper = begun(store)
    counts = []
    for _ in range(2):
        with store.write() as unit:
            asked: list[str] = []
            event.listen(unit, "after_cursor_execute", partial(lambda into, *told: into.append(told[2]), asked))
            keeper.enter(unit, ITEM, deed("opened"))
            counts.append(len([one for one in asked if "custody_entry" in one]))
            for _ in range(40):
                keeper.enter(unit, ITEM, deed("opened"))
    assert counts == [2, 2]
    assert keeper.look(ITEM).faults == ()


def test_a_chain_from_before_the_standing_was_kept_goes_on(store: Store) -> None:
    """Where nothing was kept with the last entry, the whole chain says who holds the item."""
    keeper = begun(store)
    with store.write() as unit:
        guard.drop(unit)
        unit.exec_driver_sql("UPDATE custody_entry SET standing = NULL")
    with pytest.raises(WrongHand):
        keeper.note(ITEM, deed("transferred", LAB, to=ROOM))
    keeper.note(ITEM, deed("stored"))
    with store.read() as unit:
        assert [bool(row.standing) for row in tables.find_custody(unit, ITEM)] == [False] * 7 + [True]
    assert keeper.look(ITEM).faults == ()


def test_two_that_enter_at_once_make_one_chain(store: Store) -> None:
    """Entries made at the same time by several stand one after the other, and no two hands get the item."""
    keeper = begun(store)

    def enter(number: int) -> bool:
        try:
            keeper.note(ITEM, deed("transferred", to=LAB) if number % 4 == 0 else deed("opened"))
        except WrongHand:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        done = sum(pool.map(enter, range(16)))
    checked = keeper.look(ITEM)
    assert checked.faults == ()
    assert len(checked.entries) == 7 + done
    assert [one.deed.act for one in checked.entries[7:]].count("transferred") == 1
