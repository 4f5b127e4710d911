"""The log keeps what is appended, proves it, and erases details without breaking a proof; on both engines."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from threading import Thread

import pytest

from builders.databases import migrated
from builders.logs import NOON, ORIGIN, counting, event, fill, ledger, signer
from comity.kernel import canonical
from comity.kernel.clock import FixedClock
from comity.kernel.errors import BadInput
from comity.ledger import merkle, proof
from comity.ledger.errors import BadEvent, CannotErase, CannotSign, ClockBackwards, NoSuchEntry
from comity.ledger.note import open_checkpoint
from comity.ledger.service import Ledger
from comity.store.engine import Store, open_store


def test_entries_are_kept_in_order(store: Store) -> None:
    """Events come back under the index they were given, as canonical JSON, with their time."""
    log = ledger()
    fill(store, log, 3)
    with store.read() as unit:
        entries = log.entries(unit, 1, 3)
        assert log.size(unit) == 3
    assert [entry.index for entry in entries] == [1, 2]
    assert [entry.event for entry in entries] == [canonical.dump(event(n)) for n in (1, 2)]
    assert {entry.at for entry in entries} == {NOON}


def test_a_unit_that_fails_appends_nothing(store: Store) -> None:
    """An event of a unit that raises is not in the log, and the next one takes its place."""
    log = ledger()
    with pytest.raises(ZeroDivisionError), store.write() as unit:
        log.append(unit, event())
        _ = 1 / 0
    with store.write() as unit:
        assert log.append(unit, event(7)) == 0


def test_the_same_event_has_another_leaf_each_time(store: Store) -> None:
    """Each leaf has its own salt, so that equal events cannot be told from their leaves."""
    log = ledger()
    with store.write() as unit:
        log.append(unit, event())
        log.append(unit, event())
        first, second = log.entries(unit, 0, 2)
    assert first.leaf != second.leaf
    assert len(first.salt) == 32


def test_every_entry_is_proved(store: Store) -> None:
    """Each entry has a proof that anyone with the log's key can verify, whatever the size of the log."""
    log = ledger()
    for before, count in pairwise((0, 1, 2, 3, 7, 8, 40)):
        fill(store, log, count - before)
        with store.read() as unit:
            for index in range(count):
                proven = proof.verify(log.prove(unit, index), [log.key])
                assert (proven.index, proven.event["number"], proven.checkpoint.size) == (index, index, count)


def test_a_proof_makes_the_checkpoint_it_needs(store: Store) -> None:
    """An entry that no checkpoint covers yet is proved under a new one; a covered one needs no key."""
    log = ledger()
    reader = Ledger(ORIGIN, signer().public, clock=FixedClock(NOON), random=counting())
    with store.write() as unit:
        log.append(unit, event())
        with pytest.raises(CannotSign):
            reader.prove(unit, 0)
        made = log.prove(unit, 0)
        assert reader.prove(unit, 0) == made


def test_a_checkpoint_is_signed_once_for_a_size(store: Store) -> None:
    """The checkpoint of one size is the same note each time, and another one after an event."""
    log = ledger()
    first = fill(store, log, 2)
    with store.write() as unit:
        assert log.checkpoint(unit) == first
    second = fill(store, log, 1)
    assert [open_checkpoint(note, [log.key]).size for note in (first, second)] == [2, 3]


def test_a_new_key_signs_the_same_log(store: Store) -> None:
    """After the key was changed, the new key signs on and the old checkpoints are still verified."""
    fill(store, ledger(), 3)
    newer = Ledger(
        ORIGIN, signer("newer"), clock=FixedClock(NOON), random=counting(), retired=lambda: [signer().public]
    )
    note = fill(store, newer, 2)
    assert open_checkpoint(note, [newer.key]).size == 5
    with store.read() as unit:
        assert newer.verify(unit).checkpoints == 2
        assert proof.verify(newer.prove(unit, 0), [newer.key]).index == 0


def test_growth_is_proved(store: Store) -> None:
    """Between any two sizes there is a consistency proof that joins the signed roots."""
    log = ledger()
    old = open_checkpoint(fill(store, log, 5), [log.key])
    new = open_checkpoint(fill(store, log, 6), [log.key])
    with store.read() as unit:
        joined = log.consistency(unit, 5, 11)
        with pytest.raises(NoSuchEntry):
            log.consistency(unit, 5, 12)
    merkle.verify_consistency(joined, 5, 11, old_root=old.root, new_root=new.root)


def test_an_erased_entry_leaves_every_other_proof(store: Store) -> None:
    """Erasing removes event and salt, records why, and every proof made before stays valid."""
    log = ledger()
    fill(store, log, 8)
    with store.write() as unit:
        before = [log.prove(unit, index) for index in range(8)]
        assert log.erase(unit, 3, "court order 17") == 8
        erased, *_, record = log.entries(unit, 3, 9)
        after = [log.prove(unit, index) for index in range(9) if index != 3]
        with pytest.raises(NoSuchEntry, match="erased"):
            log.prove(unit, 3)
    assert (erased.event, erased.salt) == (b"", b"")
    assert json.loads(record.event) | {"type": "log.erased", "index": 3, "reason": "court order 17"} == json.loads(
        record.event
    )
    assert [proof.verify(one, [log.key]).event for one in before + after]


def test_an_erased_log_is_whole(store: Store) -> None:
    """A log with erased entries verifies and says how many there are."""
    log = ledger()
    fill(store, log, 8)
    with store.write() as unit:
        log.erase(unit, 3, "court order 17")
        log.erase(unit, 0, "court order 18")
        report = log.verify(unit)
    assert (report.size, report.erased, report.checkpoints) == (10, 2, 1)


def test_erased_words_are_gone_from_the_file(tmp_path: Path) -> None:
    """After erasing, no file of a SQLite database holds the words any more."""
    log = ledger()
    with migrated(f"sqlite:///{tmp_path}/node.db") as store, store.write() as unit:
        log.append(unit, event(words="the witness lives in Hue"))
        log.append(unit, event(words="kept"))
    with migrated(f"sqlite:///{tmp_path}/node.db") as store, store.write() as unit:
        log.erase(unit, 0, "court order 17")
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"kept" in left
    assert b"the witness" not in left


def test_processes_append_one_after_the_other(store: Store, store_url: str) -> None:
    """Several writers with connections of their own append at once: no index is lost or given twice."""
    log = ledger()

    def writer() -> None:
        own = open_store(store_url)
        for number in range(15):
            with own.write(durable=True) as unit:
                log.append(unit, event(number))
                log.checkpoint(unit)
        own.close()

    threads = [Thread(target=writer) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as unit:
        report = log.verify(unit)
    assert (report.size, report.checkpoints) == (45, 45)


def test_what_was_erased_cannot_be_erased_again(store: Store) -> None:
    """An erased entry, a missing one, and the record of an erasure cannot be erased."""
    log = ledger()
    fill(store, log, 2)
    with store.write() as unit:
        record = log.erase(unit, 0, "court order 17")
        for index in (0, 99, -1, 2**64):
            with pytest.raises(NoSuchEntry):
                log.erase(unit, index, "again")
        with pytest.raises(CannotErase):
            log.erase(unit, record, "hide it")
        with pytest.raises(BadEvent, match="reason"):
            log.erase(unit, 1, "  ")
        assert log.size(unit) == 3


BAD_EVENTS = {
    "no type": {"at": "2026-11-25T12:00:00Z"},
    "unknown type": event() | {"type": "request.guessed"},
    "no time": {"type": "request.drafted"},
    "another form of time": event() | {"at": "2026-11-25 12:00"},
    "a time to come": event(at=NOON + timedelta(minutes=6)),
    "a time gone by": event(at=NOON - timedelta(minutes=6)),
    "too large": event(text="x" * 70_000),
    "no JSON": event(data=b"bytes"),
}


def test_a_bad_event_is_refused(store: Store) -> None:
    """An event without type and present time, or too large, is refused and leaves nothing."""
    log = ledger()
    with store.write() as unit:
        for name, bad in BAD_EVENTS.items():
            with pytest.raises(BadInput):
                log.append(unit, bad)
            assert log.size(unit) == 0, name


def test_a_small_step_back_is_recorded(store: Store) -> None:
    """A clock that went back by up to five minutes is recorded as it is."""
    clock = FixedClock(NOON)
    log = ledger(clock=clock)
    fill(store, log, 1)
    clock.advance(timedelta(minutes=-5))
    with store.write() as unit:
        log.append(unit, event(at=clock.now()))
        assert log.entries(unit, 1, 2)[0].at == NOON - timedelta(minutes=5)


def test_a_clock_that_runs_backwards_is_refused(store: Store) -> None:
    """A clock more than five minutes behind the last entry stops the log, until a person says why it may go on."""
    clock = FixedClock(NOON + timedelta(days=365))
    log = ledger(clock=clock)
    with store.write() as unit:
        log.append(unit, event(at=clock.now()))
        clock.advance(timedelta(days=-365))
        with pytest.raises(ClockBackwards) as caught:
            log.append(unit, event())
        assert "log clock" in caught.value.advice
        log.set_clock(unit, "the time server was wrong")
        assert log.append(unit, event()) == 2


def test_the_log_is_verified_in_blocks(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log longer than one block is gone through whole, with every checkpoint at and within the edges."""
    monkeypatch.setattr("comity.ledger.audit.BLOCK", 4)
    log = ledger()
    seen: list[int] = []
    fill(store, log, 13, checkpoints=[1, 4, 5, 8, 12])
    with store.read() as unit:
        report = log.verify(unit, seen.append)
    assert (report.size, report.checkpoints, sum(seen), max(seen)) == (13, 6, 13, 4)


def test_the_empty_log_is_whole(store: Store) -> None:
    """A log without entries verifies, with the root of nothing, and has a checkpoint."""
    log = ledger()
    note = fill(store, log, 0)
    with store.read() as unit:
        report = log.verify(unit)
    assert (report.root, report.checkpoints) == (merkle.EMPTY, 1)
    assert open_checkpoint(note, [log.key]).size == 0
