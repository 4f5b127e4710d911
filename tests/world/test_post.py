"""What the post does wrong: links cut and healed, letters late, twice, in another order, after a withdrawal."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.world import SG, VN, Desk, Nodes, build_nodes
from comity.kernel.clock import stamp
from comity.requests import release
from comity.requests.errors import PackageRefused, WrongReceipt
from comity.requests.intake import Received
from comity.requests.receipts import Taken


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """A node that asks and a node that answers."""
    with build_nodes(tmp_path, parties=(VN, SG)) as made:
        yield made


def sent(nodes: Nodes) -> str:
    """A request that was sent and arrived."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    nodes.post.deliver()
    return reference


def answered(nodes: Nodes, reference: str) -> None:
    """Five answers, a minute apart, still in the post; the last one accepts."""
    day = stamp(nodes.now().replace(day=29))
    for state, days, word in (
        ("received", 0, {"reply_by": day}),
        ("accepted", 60, {}),
        ("info_needed", 0, {"code": "clarify_period", "reason": "From when?", "reply_by": day}),
        ("accepted", 90, {}),
        ("accepted", 75, {"reply_by": day}),
    ):
        nodes.advance(minutes=1)
        nodes.sg.answer(reference, state, days=days, **word)


def open_on_both(desk: Desk, reference: str) -> tuple[str, dict[str, str]]:
    """The state and those clocks that both sides keep."""
    return desk.state(reference), desk.clocks(reference, "reply_by", "information_due", "preserved_until")


def test_a_cut_link_delays_and_loses_nothing(nodes: Nodes) -> None:
    """While a link is cut nothing arrives; once it is healed everything does, once, and both sides agree."""
    nodes.post.sever(VN, SG)
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    assert nodes.post.deliver() == []
    nodes.advance(days=1)
    assert nodes.vn.due() == [("receipt_expected", False)]
    nodes.advance(seconds=1)
    assert nodes.vn.due() == [("receipt_expected", True)]
    nodes.post.heal()
    assert [type(one) for one in nodes.post.deliver()] == [Received]
    nodes.sg.answer(reference, "received")
    nodes.post.deliver()
    assert nodes.vn.due() == []
    assert nodes.vn.state(reference) == "received"


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[1::31], ids=lambda o: "".join(map(str, o)))
def test_answers_lead_to_the_same_in_every_order(nodes: Nodes, order: tuple[int, ...]) -> None:
    """In whatever order receipts arrive, state and clocks become those of the side that wrote them."""
    reference = sent(nodes)
    answered(nodes, reference)
    assert all(isinstance(one, Taken) for one in nodes.post.deliver(order))
    assert open_on_both(nodes.vn, reference) == open_on_both(nodes.sg, reference)
    assert nodes.vn.state(reference) == "accepted"
    assert len(nodes.vn.look(reference).answers) == 5


def test_everything_delivered_twice_has_one_effect(nodes: Nodes) -> None:
    """The same package and the same receipts again change neither state, nor clocks, nor history, nor log."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    first, again = nodes.post.deliver([0, 0])
    assert isinstance(first, Received) and isinstance(again, Received) and (first.new, again.new) == (True, False)
    answered(nodes, reference)
    outcomes = nodes.post.deliver([0, 1, 2, 3, 4, 4, 2, 0])
    assert [one.new for one in outcomes if isinstance(one, Taken)] == [True] * 5 + [False] * 3
    assert nodes.vn.events().count("receipt.received") == 5
    assert len(nodes.vn.look(reference).history) == 3 + 5
    assert open_on_both(nodes.vn, reference) == open_on_both(nodes.sg, reference)


def test_a_receipt_for_a_withdrawn_request_is_kept_and_moves_nothing(nodes: Nodes) -> None:
    """Who withdrew stays withdrawn: a receipt that was under way is on record and starts no clock."""
    reference = sent(nodes)
    nodes.sg.answer(reference, "accepted", days=60)
    release.withdraw(nodes.vn.office, reference, "The account was closed.")
    (taken,) = nodes.post.deliver()
    assert isinstance(taken, Taken) and taken.new
    assert nodes.vn.state(reference) == "withdrawn"
    assert nodes.vn.clocks(reference) == {}
    assert nodes.vn.look(reference).history[-1].act == "receipt accepted, too late to count"


def test_an_extension_does_not_wake_a_withdrawn_request(nodes: Nodes) -> None:
    """The clocks of a withdrawn preservation stay stopped when a request that extends it is accepted."""
    reference = sent(nodes)
    nodes.sg.answer(reference, "accepted", days=60)
    nodes.post.deliver()
    extension = nodes.vn.follow(reference, "extends")
    nodes.vn.send(extension)
    nodes.post.deliver()
    release.withdraw(nodes.vn.office, reference, "Only the extension is needed.")
    nodes.sg.answer(extension, "accepted", days=90)
    nodes.post.deliver()
    assert nodes.vn.clocks(reference) == {}
    assert "preserved_until" in nodes.vn.clocks(extension)


def test_a_receipt_that_comes_after_a_month_is_too_old_to_trust(nodes: Nodes) -> None:
    """A receipt older than thirty days is refused, and the request waits on."""
    reference = sent(nodes)
    nodes.sg.answer(reference, "received")
    nodes.advance(days=31)
    nodes.spread()
    (refused,) = nodes.post.deliver()
    assert isinstance(refused, PackageRefused) and refused.field == "time"
    assert nodes.vn.state(reference) == "released"


def test_two_answers_in_one_second_keep_their_order(nodes: Nodes) -> None:
    """Answers given in the same second bear times a second apart, so that nobody can mistake their order."""
    reference = sent(nodes)
    nodes.sg.answer(reference, "received")
    nodes.sg.answer(reference, "refused", code="no_data", reason="Nothing is held.")
    nodes.post.deliver([1, 0])
    times = [answer.at for answer in nodes.sg.look(reference).answers]
    assert times[1] - times[0] == (times[0] - times[0]).resolution * 1_000_000
    assert nodes.vn.state(reference) == nodes.sg.state(reference) == "refused"


def test_the_same_word_again_is_the_same_receipt(nodes: Nodes) -> None:
    """A receipt that was signed and never written out can be had again, byte for byte, and counts once."""
    reference = sent(nodes)
    said = [nodes.sg.answer(reference, "refused", code="no_data", reason="Nothing is held.") for _ in range(2)]
    assert said[0].read_bytes() == said[1].read_bytes()
    assert len(nodes.sg.look(reference).answers) == 1
    assert nodes.sg.events().count("receipt.issued") == 1


def test_a_letter_at_the_wrong_desk_is_refused(tmp_path: Path) -> None:
    """A package for another party is refused and logged; a receipt for another's request is refused."""
    with build_nodes(tmp_path) as nodes:
        reference = nodes.vn.begin()
        package = nodes.vn.send(reference)
        nodes.post.deliver()
        receipt = nodes.sg.answer(reference, "received")
        wrong, stray = nodes.ph.take_in(package), nodes.ph.take_in(receipt)
        assert isinstance(wrong, PackageRefused) and wrong.field == "addressee"
        assert isinstance(stray, WrongReceipt)
        assert nodes.ph.events() == ["package.refused"]
        assert nodes.ph.references() == []
