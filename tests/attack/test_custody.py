"""Attacks on the custody of an item: an entry changed, taken away, put elsewhere, dated back, or made up in the database."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from builders.custody import ITEM, LAB, begun, deed
from comity.evidence.custody import Custodian
from comity.evidence.custodychain import Standing
from comity.kernel import canonical
from comity.kernel.errors import Corrupt
from comity.store import guard
from comity.store.engine import Store, Unit
from comity.store.errors import AppendOnly


def forced(store: Store, attack: Callable[[Unit], object]) -> set[str]:
    """Write past the guards, as who owns the database can, and give the codes of what a check finds then."""
    keeper = begun(store)
    begun_elsewhere(keeper)
    with store.write() as unit:
        guard.drop(unit)
        attack(unit)
    return {fault.code for fault in keeper.look(ITEM).faults}


def begun_elsewhere(keeper: Custodian) -> None:
    """Let a second item have custody in the same log."""
    from builders.custody import bag

    keeper.register(bag("E-2026-18", "12" * 32), deed("acquired"))


def run(unit: Unit, statement: str, *values: object) -> None:
    """Run a statement with values."""
    unit.exec_driver_sql(statement.replace("?", "%s") if unit.dialect.name == "postgresql" else statement, values)


def entry(unit: Unit, number: int) -> dict[str, object]:
    """Give an entry of the item as data."""
    row = unit.exec_driver_sql(f"SELECT entry FROM custody_entry WHERE item = '{ITEM}' AND number = {number}").scalar()
    found: dict[str, object] = json.loads(str(row))
    return found


def put(unit: Unit, number: int, document: dict[str, object]) -> None:
    """Write an entry over another one."""
    text = canonical.dump(document).decode()
    run(unit, "UPDATE custody_entry SET entry = ? WHERE item = ? AND number = ?", text, ITEM, number)


def test_guards_stand_before_the_entries(store: Store) -> None:
    """No entry can be changed or removed while the guards stand."""
    begun(store)
    for statement in ("UPDATE custody_entry SET number = number", "DELETE FROM custody_entry"):
        with pytest.raises(AppendOnly), store.write() as unit:
            unit.exec_driver_sql(statement)


@pytest.mark.parametrize("number", [1, 4, 7])
@pytest.mark.parametrize("change", [{"why": "another reason"}, {"by": {"party": "VN.a05", "post": "evidence room"}}])
def test_an_altered_entry_is_found(store: Store, number: int, change: dict[str, object]) -> None:
    """A changed entry no longer fits the log, whichever it is."""
    assert "log" in forced(store, lambda unit: put(unit, number, entry(unit, number) | change))


def test_an_entry_altered_with_all_after_it_is_found(store: Store) -> None:
    """A forger who chains all later entries anew is found by the log."""

    def attack(unit: Unit) -> None:
        from hashlib import sha256

        changed = entry(unit, 2) | {"result": "4 files"}
        for number in range(2, 8):
            put(unit, number, changed)
            if number < 7:
                changed = entry(unit, number + 1) | {"previous": sha256(canonical.dump(changed)).hexdigest()}

    assert forced(store, attack) == {"log"}


@pytest.mark.parametrize("number", [1, 4])
def test_a_removed_entry_is_found(store: Store, number: int) -> None:
    """An entry taken out leaves a gap in the chain and an event without an entry."""
    found = forced(
        store, lambda unit: run(unit, "DELETE FROM custody_entry WHERE item = ? AND number = ?", ITEM, number)
    )
    assert {"gap", "link"} <= found


@pytest.mark.parametrize("first", [7, 5])
def test_a_cut_off_end_is_found(store: Store, first: int) -> None:
    """The last entries taken away leave no gap, but the log tells of them."""
    found = forced(
        store, lambda unit: run(unit, "DELETE FROM custody_entry WHERE item = ? AND number >= ?", ITEM, first)
    )
    assert found == {"removed"}


def test_reordered_entries_are_found(store: Store) -> None:
    """Two entries that changed places break the chain."""

    def attack(unit: Unit) -> None:
        second, third = entry(unit, 2), entry(unit, 3)
        put(unit, 2, third)
        put(unit, 3, second)

    assert {"gap", "link", "log"} <= forced(store, attack)


def test_renumbered_entries_are_found(store: Store) -> None:
    """Entries that changed places and numbers break the links."""

    def attack(unit: Unit) -> None:
        second, third = entry(unit, 2), entry(unit, 3)
        put(unit, 2, third | {"number": 2})
        put(unit, 3, second | {"number": 3})

    assert {"link", "log"} <= forced(store, attack)


def test_a_back_dated_entry_is_found(store: Store) -> None:
    """An entry dated before the one it follows is found, by the chain and by the log."""
    found = forced(store, lambda unit: put(unit, 7, entry(unit, 7) | {"at": "2026-11-25T11:00:00Z"}))
    assert found == {"time", "log"}


def test_an_entry_of_another_item_is_found(store: Store) -> None:
    """An entry of another item in its place is found."""
    found = forced(store, lambda unit: put(unit, 1, entry(unit, 1) | {"item": "E-2026-18"}))
    assert {"item", "link", "log"} <= found


def test_an_added_entry_is_found(store: Store) -> None:
    """An entry that never was an event of the log is found, whichever event it claims."""

    def attack(unit: Unit) -> None:
        from hashlib import sha256

        last = entry(unit, 7)
        more = last | {"act": "opened", "number": 8, "previous": sha256(canonical.dump(last)).hexdigest()}
        text = canonical.dump(more).decode()
        run(unit, "INSERT INTO custody_entry (item, number, entry, log_index) VALUES (?, 8, ?, 6)", ITEM, text)

    assert forced(store, attack) == {"log"}


def test_a_second_holder_is_found(store: Store) -> None:
    """Who receives what was handed to somebody else is a second holder, and is found."""
    found = forced(store, lambda unit: put(unit, 4, entry(unit, 4) | {"by": {"party": "PH.cicc", "post": "desk"}}))
    assert "hands" in found


@pytest.mark.parametrize(
    "text", ["{}", "[1]", "null", '{"format":"urn:x-comity:custody:1","number":"1"}', "{", '{"a":1,"a":1}']
)
def test_a_malformed_entry_is_a_finding(store: Store, text: str) -> None:
    """Bytes that are no entry are found and named, and never break the check."""
    found = forced(store, lambda unit: run(unit, "UPDATE custody_entry SET entry = ? WHERE number = 3", text))
    assert {"malformed", "log"} <= found


def test_nothing_is_added_to_a_broken_chain(store: Store) -> None:
    """An entry is not hung on an end that the log does not know, and one further on does not hide what was altered before."""
    keeper = begun(store)
    with store.write() as unit:
        guard.drop(unit)
        put(unit, 7, entry(unit, 7) | {"why": "x"})
    with pytest.raises(Corrupt):
        keeper.note(ITEM, deed("opened", LAB))
    with store.write() as unit:
        put(unit, 7, entry(unit, 7) | {"why": "investigation 7 of 2026"})
        put(unit, 4, entry(unit, 4) | {"why": "x"})
    keeper.note(ITEM, deed("opened"))
    assert [(fault.code, fault.number) for fault in keeper.look(ITEM).faults] == [("link", 5), ("log", 4)]


def test_an_altered_standing_is_found(store: Store) -> None:
    """Whoever writes another holder beside the last entry, to act in his name, is found by every check."""
    keeper = begun(store)
    standing = Standing(holder=LAB).dump()
    with store.write() as unit:
        guard.drop(unit)
        run(unit, "UPDATE custody_entry SET standing = ? WHERE item = ? AND number = 7", standing, ITEM)
    assert {fault.code for fault in keeper.look(ITEM).faults} == {"standing"}
    keeper.note(ITEM, deed("transferred", LAB, to=LAB))
    assert {fault.code for fault in keeper.look(ITEM).faults} == {"standing", "hands"}


def test_an_unreadable_standing_is_refused(store: Store) -> None:
    """What was kept with the last entry and is no standing stops the next entry, and is found."""
    keeper = begun(store)
    with store.write() as unit:
        guard.drop(unit)
        run(unit, "UPDATE custody_entry SET standing = ? WHERE item = ? AND number = 7", "{}", ITEM)
    with pytest.raises(Corrupt):
        keeper.note(ITEM, deed("opened"))
    assert {fault.code for fault in keeper.look(ITEM).faults} == {"standing"}


def test_an_erased_event_is_said(store: Store) -> None:
    """When the details of an event were erased, the check says that the log cannot vouch for that entry."""
    keeper = begun(store)
    with store.write() as unit:
        keeper.ledger.erase(unit, 3, "order of a court")
    assert [(fault.code, fault.number) for fault in keeper.look(ITEM).faults] == [("log", 4)]
