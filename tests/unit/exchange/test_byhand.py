"""The same messages by hand: out to a file, in from a file, with the states of the outbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.exchange import SG, VN, Link, echo, linked
from builders.nodes import Nodes
from comity.exchange import byhand, outbox
from comity.exchange.errors import NotQueued
from comity.exchange.inbound import Inbound, Outbound
from comity.kernel.errors import BadInput


@pytest.fixture
def link(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes that know each other."""
    with linked(today, tmp_path) as made:
        yield made


def test_there_and_back_by_hand(link: Link, tmp_path: Path) -> None:
    """A message carried out, answered there and brought back ends as one that was delivered; twice changes nothing."""
    node, out, back = link.node(VN), tmp_path / "out.xml", tmp_path / "back.xml"
    with node.store.write() as unit:
        now = link.nodes.clock.now()
        outbox.queue(unit, node.ledger, to=SG, transaction="t", raw=b"<a/>", about="r", kind="order", at=now)
    for _ in range(2):
        assert byhand.write_out(node.store, "t", out).state == "queued"
    assert out.read_bytes() == b"<a/>"
    seen: list[Inbound] = []

    def handle(message: Inbound) -> Outbound:
        seen.append(message)
        return echo(message)

    byhand.take_message(handle, byhand.read_in(out), link.nodes.clock, back)
    assert (seen[0].by_hand, seen[0].may_be_from(VN), seen[0].parties) == (True, True, ())
    for _ in range(2):
        message = byhand.take_answer(link.outbox(), "t", byhand.read_in(back))
        assert (message.state, message.answer) == ("answered", b"<answer><a/></answer>")
    assert outbox.deliver_due(link.outbox()) == []
    assert link.nodes.events().count("message.answered") == 1


def test_files_that_are_not_as_they_should_be(link: Link, tmp_path: Path) -> None:
    """Another file in the way, a missing one, one too large, and an unknown transaction are named."""
    store, there = link.node(VN).store, tmp_path / "there"
    there.write_bytes(b"something else")
    with pytest.raises(NotQueued):
        byhand.write_out(store, "none", there)
    with pytest.raises(BadInput):
        byhand.read_in(tmp_path / "missing")
    with pytest.raises(BadInput, match="more than 5 bytes"):
        byhand.read_in(there, limit=5)
    with pytest.raises(BadInput, match="existing file"):
        byhand.take_message(echo, b"<a/>", link.nodes.clock, there)
