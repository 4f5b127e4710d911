"""Trusted time on custody: one token for a batch of entries; until which entry time is proved; what the clock did."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from builders.custody import ITEM, begun, deed
from builders.logs import NOON
from builders.timestamp import TimeAuthority
from comity.crypto.errors import BadTimestamp
from comity.crypto.timestamp import request
from comity.evidence.custody import Custodian
from comity.evidence.custodychain import Checked
from comity.evidence.custodysheet import checks
from comity.evidence.custodytables import find_tokens
from comity.evidence.custodytime import add_token, check_times, question
from comity.evidence.errors import NoItem
from comity.kernel.clock import FixedClock, SystemClock
from comity.kernel.errors import BadInput
from comity.store.engine import Store


@pytest.fixture
def authority(tmp_path: Path) -> TimeAuthority:
    """A time authority."""
    return TimeAuthority(tmp_path)


def checked(keeper: Custodian, *roots: bytes) -> Checked:
    """The item's chain, its tokens checked under these roots."""
    found = keeper.look(ITEM)
    with keeper.store.read() as unit:
        return check_times(found, find_tokens(unit, ITEM), roots)


def test_one_token_proves_every_entry_before_it(store: Store, authority: TimeAuthority) -> None:
    """What was entered after the question is not covered; what was before is, however many entries that are."""
    keeper = begun(store)
    number, asked = question(keeper, ITEM)
    keeper.note(ITEM, deed("opened"))
    for _ in range(2):
        assert add_token(keeper, ITEM, authority.answer(asked), [authority.root]).number == number == 7
    found = checked(keeper, authority.root)
    assert ([one.number for one in found.timed], found.faults) == ([7], ())
    assert [line[:40] for line in checks(found, "log")][-2:] == [
        "A time authority saw every entry up to 7", "1 entry after it has the node's time alo",
    ]  # fmt: skip
    assert checked(keeper).untested == 1
    with store.read() as unit:
        assert b"".join(row.event for row in keeper.ledger.entries(unit, 0, 99)).count(b"custody.timed") == 1


def test_without_a_token_the_times_are_the_nodes_own(store: Store) -> None:
    """That nobody else attested a time is said."""
    assert "No time token: the times are the node's own." in checks(checked(begun(store)), "log")


def test_a_clock_that_ran_ahead_is_found(store: Store, authority: TimeAuthority) -> None:
    """An entry dated after a time authority saw it was made by a clock that ran ahead."""
    keeper = begun(store, FixedClock(SystemClock().now() + timedelta(hours=1)))
    add_token(keeper, ITEM, authority.answer(question(keeper, ITEM)[1]), [authority.root])
    assert [fault.code for fault in checked(keeper, authority.root).faults] == ["time"]


def test_a_clock_set_back_is_a_finding(store: Store) -> None:
    """Where the clock was set back by a person who said why, the chain holds, and says at which entry it stood behind."""
    clock = FixedClock(NOON)
    keeper = begun(store, clock)
    clock.advance(timedelta(hours=-5))
    with store.write() as unit:
        keeper.ledger.set_clock(unit, "it ran ahead")
    keeper.note(ITEM, deed("opened"))
    found = checked(keeper)
    assert (found.faults, found.behind) == ((), (8,))
    assert any(line.startswith("At entry 8 the clock stood behind") for line in checks(found, "log"))


def test_answers_that_prove_nothing(store: Store, authority: TimeAuthority, tmp_path: Path) -> None:
    """An answer over something else, of another authority, or that is none, is not kept."""
    keeper = begun(store)
    answer = authority.answer(question(keeper, ITEM)[1])
    (tmp_path / "other").mkdir()
    other = TimeAuthority(tmp_path / "other")
    with pytest.raises(BadTimestamp):
        add_token(keeper, ITEM, answer, [other.root])
    with pytest.raises(BadTimestamp):
        add_token(keeper, ITEM, b"x" * 100, [authority.root])
    with pytest.raises(BadInput, match="something else"):
        add_token(keeper, ITEM, authority.answer(request(b"x")[0]), [authority.root])
    with pytest.raises(NoItem):
        question(keeper, "nothing")
    assert checked(keeper).untested == 0


def test_a_token_put_beside_another_entry_is_found(store: Store, authority: TimeAuthority) -> None:
    """A token moved to a later entry, or to one that is not there, does not hold for it."""
    keeper = begun(store)
    token = authority.answer(question(keeper, ITEM)[1])
    for number in (6, 99):
        found = check_times(keeper.look(ITEM), {number: token}, [authority.root])
        assert [(fault.code, fault.number) for fault in found.faults] == [("time", number)]
