"""The outbox delivers each message until it is answered, and says why when it does not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders.exchange import SG, VN, Link, linked
from builders.nodes import Nodes
from comity.exchange import outbox, peers, tables
from comity.exchange.errors import NotQueued, PeerBusy, PeerRefused, ReplayRefused, Undeliverable
from comity.exchange.inbound import Inbound, Outbound, answer_once, received
from comity.exchange.outbox import FIRST_WAIT, LONGEST_WAIT, PATIENCE, Tried, deliver_due, wait
from comity.exchange.tables import ANSWERED, IN, QUEUED, STUCK, Message
from comity.kernel.clock import stamp
from comity.store import jobs
from comity.store.engine import Unit
from comity.store.errors import Conflict
from comity.web.hi1.limits import Limits

TRANSACTION = "1f0e8a0c-7a3e-4a1e-9b57-0d1f6f2f4a11"


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


class Post:
    """A carrier that says what it is told to."""

    def __init__(self, *said: bytes | Exception) -> None:
        self.said = list(said)
        self.got: list[bytes] = []

    def deliver(self, party: str, raw: bytes) -> bytes:
        """Answer, or fail."""
        self.got.append(raw)
        one = self.said.pop(0)
        if isinstance(one, Exception):
            raise one
        return one


def queue(link: Link, raw: bytes = b"<a/>", transaction: str = TRANSACTION, to: str = SG) -> Message:
    """A message in VN.a05's outbox."""
    node = link.node(VN)
    with node.store.write(durable=True) as unit:
        facts: dict[str, Any] = {"about": "request", "kind": "order", "at": link.nodes.clock.now()}
        return outbox.queue(unit, node.ledger, to=to, transaction=transaction, raw=raw, **facts)


def now_is(link: Link, transaction: str = TRANSACTION) -> Message:
    """A message as it is now."""
    with link.node(VN).store.read() as unit:
        return outbox.find(unit, transaction)


def standing(link: Link) -> tables.Standing:
    """What VN.a05 knows of SG.orchid."""
    with link.node(VN).store.read() as unit:
        return tables.standing(unit, SG)


def outcomes(tried: list[Tried]) -> list[str]:
    """What came of each try."""
    return [one.outcome for one in tried]


def test_a_message_is_delivered_and_answered(link: Link) -> None:
    """A queued message goes out once, its answer is kept, what it means is written, and the log has both."""
    meant: list[tuple[str, bytes]] = []

    def on_answer(unit: Unit, message: Message, answer: bytes) -> str:
        meant.append((message.transaction, answer))
        return ""

    queue(link)
    with link.serving():
        box = link.outbox(on_answer=on_answer)
        assert outcomes(deliver_due(box)) == ["answered"]
        assert deliver_due(box) == []
    message = now_is(link)
    assert (message.state, message.answer) == (ANSWERED, b"<answer><a/></answer>")
    assert meant == [(TRANSACTION, b"<answer><a/></answer>")]
    assert link.nodes.events()[-2:] == ["message.queued", "message.answered"]
    assert (standing(link).sent, standing(link).failures) == (1, 0)


def test_a_message_is_queued_once(link: Link) -> None:
    """The same message again changes nothing; other bytes, or another peer, under its transaction are refused."""
    assert queue(link) == queue(link)
    for other in ({"raw": b"<b/>"}, {"to": "PH.cicc"}):
        with pytest.raises(Conflict):
            queue(link, **other)
    assert link.nodes.events().count("message.queued") == 1


def test_the_same_bytes_go_out_at_each_try(link: Link) -> None:
    """A failure puts the message off, with the reason; each try sends the same bytes."""
    queue(link)
    post = Post(PeerRefused("got a, expected b"), PeerRefused("got c, expected d"), b"<ok/>")
    box = link.outbox(carrier=post)
    (first,) = deliver_due(box)
    assert (first.outcome, first.reason, first.next_at) == (
        "later", "got a, expected b", link.nodes.clock.now() + FIRST_WAIT,
    )  # fmt: skip
    assert deliver_due(box) == []
    assert (standing(link).failures, standing(link).error) == (1, "got a, expected b")
    link.nodes.clock.advance(FIRST_WAIT)
    (second,) = deliver_due(box)
    assert second.next_at == link.nodes.clock.now() + 2 * FIRST_WAIT
    link.nodes.clock.advance(2 * FIRST_WAIT)
    assert outcomes(deliver_due(box)) == ["answered"]
    assert set(post.got) == {b"<a/>"}
    assert standing(link).failures == 0


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_the_wait_grows_within_its_bounds(attempts: int, chance: float) -> None:
    """A wait is between half and all of a span that doubles up to an hour."""
    assert FIRST_WAIT / 2 <= wait(attempts, chance) <= LONGEST_WAIT
    assert wait(attempts, 0.0) * 2 == wait(attempts, 1.0)
    assert wait(attempts, chance) <= wait(attempts + 1, chance)


def test_a_message_is_given_up_after_two_weeks(link: Link) -> None:
    """A message that never gets through is stuck after two weeks, with the last reason, and on record."""
    last = queue(link).at + PATIENCE + 3 * LONGEST_WAIT
    box, tried = link.outbox(carrier=Post(*[PeerRefused("got nothing, expected it")] * 1000)), [""]
    while tried[-1] != "stuck":
        tried += outcomes(deliver_due(box))
        link.nodes.clock.advance(LONGEST_WAIT)
        assert link.nodes.clock.now() < last
    assert 300 < len(tried) < 400
    assert (now_is(link).state, now_is(link).reason) == (STUCK, "got nothing, expected it")
    assert link.nodes.events()[-1] == "message.stuck"
    assert deliver_due(box) == []


def test_a_busy_peer_is_left_alone_for_as_long_as_it_asks(link: Link) -> None:
    """A peer that turns us away for a minute gets it: no failure, no longer wait for the next one, no day of the two weeks."""
    queue(link)
    box = link.outbox()
    with link.serving(limits=Limits(reserve=1, rate=1e-9)):
        link.courier().deliver(SG, b"<first/>")
        for _ in range(20):
            (put_off,) = deliver_due(box)
            assert (put_off.outcome, put_off.next_at) == ("later", link.nodes.clock.now() + timedelta(minutes=1))
            assert deliver_due(box) == []
            link.nodes.clock.advance(timedelta(minutes=1))
    assert standing(link).failures == 0
    with box.store.read() as unit:
        (job,) = jobs.select(unit, kind=outbox.DELIVER)
    assert (job.payload["since"], job.attempts) == (stamp(link.nodes.clock.now()), 0)
    assert "429" in job.last_error
    (failed,) = deliver_due(replace(box, carrier=Post(PeerRefused("got a, expected b"))))
    assert failed.next_at == link.nodes.clock.now() + FIRST_WAIT


def test_a_peer_that_is_busy_for_months(link: Link) -> None:
    """Being asked to wait never makes a message stuck, however long it goes on."""
    queue(link)
    busy = [PeerBusy("got busy, expected an answer", pause=timedelta(days=1)) for _ in range(60)]
    box = link.outbox(carrier=Post(*busy, b"<ok/>"))
    for _ in busy:
        assert outcomes(deliver_due(box)) == ["later"]
        link.nodes.clock.advance(timedelta(days=1))
    assert link.nodes.clock.now() > now_is(link).at + PATIENCE
    assert outcomes(deliver_due(box)) == ["answered"]


def test_what_cannot_be_delivered_is_given_up_at_once(link: Link) -> None:
    """Where trying again cannot help, a person is called at once; resuming the peer tries again."""
    queue(link)
    box = link.outbox(carrier=Post(Undeliverable("got too much, expected less"), b"<ok/>"))
    assert outcomes(deliver_due(box)) == ["stuck"]
    node = link.node(VN)
    with node.store.write() as unit:
        peers.resume(unit, node.ledger, SG, link.nodes.clock.now())
    assert outcomes(deliver_due(box)) == ["answered"]


def test_an_answer_that_does_not_hold(link: Link) -> None:
    """An answer whose meaning is refused leaves no trace but a failure, and the message is tried again."""

    def on_answer(unit: Unit, message: Message, answer: bytes) -> str:
        unit.exec_driver_sql("DELETE FROM job")
        if answer == b"<false/>":
            raise PeerRefused("got a false signature, expected a true one")
        return ""

    queue(link)
    box = link.outbox(carrier=Post(b"<false/>", b"<true/>"), on_answer=on_answer)
    assert outcomes(deliver_due(box)) == ["later"]
    assert (now_is(link).state, now_is(link).answer) == (QUEUED, None)
    link.nodes.clock.advance(FIRST_WAIT)
    assert outcomes(deliver_due(box)) == ["answered"]


def test_a_fault_of_our_own(link: Link, caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the program puts the message off like any other, shown with the peer; the others still go out."""
    queue(link, transaction="1")
    queue(link, transaction="2")
    box = link.outbox(carrier=Post(KeyError("secret"), b"<ok/>"))
    assert outcomes(deliver_due(box)) == ["later", "answered"]
    assert "a message could not be delivered" in caplog.text
    with link.node(VN).store.read() as unit:
        (waits,) = jobs.select(unit, kind=outbox.DELIVER, state=jobs.OPEN)
    assert waits.last_error == "got a fault of this program (KeyError), expected none"


def test_a_paused_peer(link: Link) -> None:
    """Messages to a paused peer wait, do not count as failed and do not age; resumed, they go out at once."""
    node = link.node(VN)
    queue(link)
    with node.store.write() as unit:
        peers.pause(unit, node.ledger, SG, link.nodes.clock.now())
    box = link.outbox(carrier=Post(PeerRefused("got a, expected b"), b"<ok/>"))
    assert outcomes(deliver_due(box)) == ["later"]
    link.nodes.clock.advance(2 * PATIENCE)
    assert outcomes(deliver_due(box)) == ["later"]
    assert standing(link).failures == 0
    with node.store.write() as unit:
        peers.resume(unit, node.ledger, SG, link.nodes.clock.now())
    assert outcomes(deliver_due(box)) == ["later"]
    assert now_is(link).state == QUEUED
    link.nodes.clock.advance(FIRST_WAIT)
    assert outcomes(deliver_due(box)) == ["answered"]
    assert [e for e in link.nodes.events() if e.startswith("peer.")] == ["peer.paused", "peer.resumed"]


def test_one_peer_does_not_hold_up_another(link: Link) -> None:
    """A message that fails does not keep the others from going out in the same round."""
    queue(link, transaction="1")
    queue(link, transaction="2")
    box = link.outbox(carrier=Post(PeerRefused("got a, expected b"), b"<ok/>"))
    assert outcomes(deliver_due(box)) == ["later", "answered"]


def test_a_worker_that_dies_between_the_answer_and_its_record(link: Link) -> None:
    """A worker killed after the peer took the message leaves it to the next; the peer acts once and answers the same."""
    acts: list[bytes] = []
    there = link.node(SG)

    def handle(message: Inbound) -> Outbound:
        def act() -> Message:
            acts.append(message.raw)
            answer = f"<answer n='{len(acts)}'/>".encode()
            times = {"at": message.at, "answered_at": message.at}
            return received(
                peer=VN, transaction=TRANSACTION, raw=message.raw, answer=answer, kind="order", about="r", **times
            )

        return Outbound(200, answer_once(there.store, peer=VN, transaction=TRANSACTION, raw=message.raw, act=act))

    class Killed(BaseException):
        """What stands for a kill: nothing of ours catches it."""

    def die(unit: Unit, message: Message, answer: bytes) -> str:
        raise Killed

    queue(link)
    with link.serving(SG, handle):
        with pytest.raises(Killed):
            deliver_due(link.outbox(on_answer=die))
        assert deliver_due(link.outbox()) == []
        link.nodes.clock.advance(outbox.LEASE)
        assert outcomes(deliver_due(link.outbox())) == ["answered"]
    assert len(acts) == 1
    assert now_is(link).answer == b"<answer n='1'/>"
    with there.store.read() as unit:
        assert len(tables.find_messages(unit, direction=IN)) == 1
        assert tables.standing(unit, VN).received == 1


def test_other_bytes_under_a_known_transaction(link: Link) -> None:
    """Another message under a transaction that is known is refused; another peer may use the same transaction."""
    store, now = link.node(SG).store, link.nodes.clock.now()

    def take(peer: str, raw: bytes) -> bytes:
        facts: dict[str, Any] = {"peer": peer, "transaction": TRANSACTION, "raw": raw}
        act = received(**facts, answer=b"<to>" + raw, kind="order", about="r", at=now, answered_at=now)
        return answer_once(store, act=lambda: act, **facts)

    assert take(VN, b"<a/>") == b"<to><a/>"
    with pytest.raises(ReplayRefused, match=TRANSACTION):
        take(VN, b"<b/>")
    assert take("PH.cicc", b"<b/>") == b"<to><b/>"


def test_an_answer_that_comes_twice(link: Link) -> None:
    """An answer that comes by another way too changes nothing; another answer is refused."""
    message, box = queue(link), link.outbox(carrier=Post(b"<ok/>"))
    with box.store.write() as unit:
        outbox.settle(unit, box, message, b"<ok/>")
        outbox.settle(unit, box, message, b"<ok/>")
        with pytest.raises(Conflict):
            outbox.settle(unit, box, message, b"<other/>")
    assert deliver_due(box) == []
    assert link.nodes.events().count("message.answered") == 1


def test_an_answer_while_the_message_is_under_way(link: Link) -> None:
    """An answer brought by hand while a worker fails to deliver stands, and the worker's failure does not undo it."""
    message, box = queue(link), link.outbox()

    class Meanwhile:
        """A carrier that fails just after the answer has come by another way."""

        def deliver(self, party: str, raw: bytes) -> bytes:
            """Settle the message, then fail."""
            with box.store.write() as unit:
                outbox.settle(unit, box, message, b"<ok/>")
            raise PeerRefused("got a, expected b")

    deliver_due(replace(box, carrier=Meanwhile()))
    assert now_is(link).state == ANSWERED
    with box.store.read() as unit:
        assert [job.state for job in jobs.select(unit, kind=outbox.DELIVER)] == [jobs.DONE]
        assert tables.standing(unit, SG).failures == 0


def test_a_message_that_is_not_there(link: Link) -> None:
    """A transaction that nobody queued is named."""
    with link.node(VN).store.read() as unit, pytest.raises(NotQueued, match="none"):
        outbox.find(unit, "none")


def test_bytes_are_kept_as_they_are(link: Link) -> None:
    """A message is in the database byte for byte, with its digest."""
    raw = bytes(range(256)) * 1000
    queue(link, raw)
    path = link.node(VN).settings.url.removeprefix("sqlite:///")
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT raw FROM exchange_message").fetchone() == (raw,)
    database.close()
