"""Messages and standings are kept the same way on both engines, also when many write at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from builders.logs import NOON
from builders.logs import ledger as new_ledger
from comity.exchange import outbox, tables
from comity.exchange.errors import ReplayRefused
from comity.exchange.inbound import answer_once, recall, received
from comity.exchange.outbox import Outbox, deliver_due
from comity.exchange.tables import ANSWERED, IN, OUT, QUEUED, Message, Standing
from comity.kernel.clock import FixedClock
from comity.store.engine import Store, Unit


class Echo:
    """A carrier that answers each message with its own bytes, and counts."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def deliver(self, party: str, raw: bytes) -> bytes:
        """Answer."""
        self.got.append(raw)
        return raw


def accept(unit: Unit, message: Message, answer: bytes) -> str:
    """Take any answer."""
    return ""


def incoming(raw: bytes = b"<a/>", answer: bytes = b"<ok/>") -> Message:
    """A message from VN.a05 with its answer."""
    return received(
        peer="VN.a05", transaction="t", raw=raw, answer=answer, kind="order", about="r", at=NOON, answered_at=NOON
    )


def test_a_message_comes_back_as_it_was_kept(store: Store) -> None:
    """Every field of a message, bytes and times too, is read as it was written; a change changes its state only."""
    message = replace(incoming(bytes(range(256))), direction=OUT, state=QUEUED, answer=None, answered_at=None)
    with store.write() as unit:
        tables.add_message(unit, message)
    with store.write() as unit:
        assert tables.find_messages(unit, about="r") == [message]
        done = replace(message, state=ANSWERED, reason="a", answer=b"\x00\xff", answered_at=NOON + timedelta(days=1))
        tables.change_message(unit, done)
    with store.read() as unit:
        assert tables.find_messages(unit, direction=OUT) == [done]
        assert tables.count_messages(unit) == {("VN.a05", OUT, ANSWERED): 1}


def test_a_standing_is_put_and_read(store: Store) -> None:
    """A peer of whom nothing is known has a standing too; what is put is read back."""
    known = Standing("SG.orchid", True, NOON, NOON, "got a, expected b", 1, 2, 3)
    with store.write() as unit:
        assert tables.standing(unit, "SG.orchid") == Standing("SG.orchid")
        for one in (Standing("SG.orchid"), known):
            tables.put_standing(unit, one)
        assert tables.standings(unit) == [known]


def test_the_same_message_many_times_at_once(store: Store) -> None:
    """Eight copies of a message at once get one answer, the first that was kept; other bytes are refused."""
    numbers, begin = iter(range(100)), threading.Barrier(8)

    def copy(_: int) -> bytes:
        begin.wait(60)
        answer = f"<ok n='{next(numbers)}'/>".encode()
        return answer_once(store, peer="VN.a05", transaction="t", raw=b"<a/>", act=lambda: incoming(answer=answer))

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(copy, range(8)))
    with store.read() as unit:
        (kept,) = tables.find_messages(unit, direction=IN)
        assert answers == {kept.answer}
        assert recall(unit, peer="PH.cicc", transaction="t", raw=b"<a/>") is None
        with pytest.raises(ReplayRefused):
            recall(unit, peer="VN.a05", transaction="t", raw=b"<b/>")


def test_many_workers_deliver_each_message_once(store: Store) -> None:
    """Four workers on one database deliver forty messages, each once, and every one is answered and in the log."""
    clock = FixedClock(NOON)
    ledger, carrier = new_ledger(clock=clock), Echo()
    box = Outbox(store, ledger, carrier, clock, lambda: 1.0, accept)
    with store.write() as unit:
        for n in range(40):
            facts = {"to": "SG.orchid", "about": "r", "kind": "order"}
            outbox.queue(unit, ledger, transaction=f"t{n}", raw=f"<a n='{n}'/>".encode(), at=NOON, **facts)
    with ThreadPoolExecutor(4) as pool:
        tried = sum(len(one) for one in pool.map(lambda _: deliver_due(box, limit=100), range(4)))
    assert (tried, len(set(carrier.got)), len(carrier.got)) == (40, 40, 40)
    with store.read() as unit:
        assert tables.count_messages(unit) == {("SG.orchid", OUT, ANSWERED): 40}
        assert tables.standing(unit, "SG.orchid").sent == 40
        assert ledger.verify(unit).size == 80
