"""Whole cases between nodes: from a case file to the end, with the clocks moving on all sides."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.databases import fresh_database
from builders.world import PH, SG, VN, Nodes, build_nodes
from comity.kernel.clock import stamp
from comity.requests.errors import NotYours, WrongReceipt, WrongState
from comity.requests.intake import Received
from comity.requests.receipts import Taken, Word, read_back, read_back_code


@pytest.fixture
def nodes(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes on SQLite; where the test asks for it, the one that asks and the one that answers on PostgreSQL."""
    engine = getattr(request, "param", "sqlite")
    if engine == "sqlite":
        yield from _built(tmp_path, {})
        return
    with fresh_database(engine, tmp_path, filled=True) as one, fresh_database(engine, tmp_path, filled=True) as other:
        yield from _built(tmp_path, {VN: one, SG: other})


def _built(folder: Path, urls: dict[str, str]) -> Iterator[Nodes]:
    with build_nodes(folder, urls) as made:
        yield made


on_both = pytest.mark.parametrize(
    "nodes", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


def accepted(nodes: Nodes, days: int = 60) -> str:
    """A preservation that was accepted and whose receipt came."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    nodes.post.deliver()
    nodes.sg.answer(reference, "accepted", days=days)
    nodes.post.deliver()
    return reference


@on_both
def test_an_accepted_preservation_starts_the_same_clock_on_both_sides(nodes: Nodes) -> None:
    """From draft to accepted: each side has the state, the end of preservation, and a log that verifies."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    assert nodes.vn.clocks(reference).keys() == {"receipt_expected"}
    (got,) = nodes.post.deliver()
    assert isinstance(got, Received) and got.new and got.result.valid
    nodes.advance(hours=2)
    nodes.sg.answer(reference, "accepted", days=60)
    nodes.post.deliver()
    assert nodes.vn.state(reference) == nodes.sg.state(reference) == "accepted"
    assert nodes.sg.clocks(reference) == {"preserved_until": "2027-01-24T05:00:00Z"}
    assert nodes.vn.clocks(reference) == nodes.sg.clocks(reference) | {"extend_before": "2027-01-10T05:00:00Z"}
    assert nodes.vn.events() == [
        "case.imported",
        "request.drafted",
        "request.sealed",
        "request.released",
        "receipt.received",
    ]
    assert [event for event in nodes.sg.events() if event != "package.read"] == [
        "package.received",
        "request.safeguards",
        "receipt.issued",
    ]


def test_an_accepted_extension_moves_the_clocks_of_the_first_request_too(nodes: Nodes) -> None:
    """An extension of an extension, accepted, moves the end of the first preservation on both sides."""
    first = accepted(nodes)
    nodes.advance(days=1)
    second = nodes.vn.follow(first, "extends")
    nodes.vn.send(second)
    nodes.post.deliver()
    nodes.sg.answer(second, "accepted", days=90)
    nodes.post.deliver()
    third = nodes.vn.follow(second, "extends")
    nodes.vn.send(third)
    nodes.post.deliver()
    nodes.sg.answer(third, "accepted", days=120)
    nodes.post.deliver()
    until = {"preserved_until": "2027-03-26T03:00:00Z"}
    for reference in (first, second, third):
        assert nodes.vn.clocks(reference, "preserved_until") == nodes.sg.clocks(reference) == until


@on_both
def test_a_refused_disclosure_is_corrected_and_accepted(nodes: Nodes, tmp_path: Path) -> None:
    """A refusal with its code is final; a corrected request names the refused one, carries the order, and is accepted."""
    first = accepted(nodes)
    asked = nodes.vn.follow(first, "follows", "disclose_subscriber")
    nodes.vn.send(asked)
    nodes.post.deliver()
    nodes.sg.answer(asked, "refused", code="order_missing", reason="An order is needed.")
    (taken,) = nodes.post.deliver()
    assert isinstance(taken, Taken) and (taken.request.state, taken.answer.code) == ("refused", "order_missing")
    corrected = nodes.vn.follow(asked, "corrects")
    order = tmp_path / "order.txt"
    order.write_text("Order 17/2026")
    nodes.vn.attach(corrected, order)
    nodes.vn.send(corrected)
    nodes.post.deliver()
    by = stamp(nodes.now().replace(day=30))
    nodes.sg.answer(corrected, "accepted", reply_by=by)
    nodes.post.deliver()
    assert nodes.vn.clocks(corrected) == nodes.sg.clocks(corrected) == {"reply_by": by}
    assert (nodes.vn.state(asked), nodes.sg.state(asked)) == ("refused", "refused")


def test_an_emergency_needs_three_people(nodes: Nodes) -> None:
    """An emergency disclosure goes out when drafter, confirmer and releaser have signed, each another person."""
    reference = nodes.vn.begin("disclose_emergency", PH)
    nodes.vn.seal(reference)
    with pytest.raises(WrongState, match="nobody confirmed"):
        nodes.vn.release(reference)
    with pytest.raises(NotYours):
        nodes.vn.confirm(reference, "release")
    nodes.vn.confirm(reference, "emergency")
    nodes.vn.release(reference)
    (got,) = nodes.post.deliver()
    assert isinstance(got, Received)
    assert [s.holder for s in got.result.signers] == ["Officer 1", "Officer 2", "Officer 3"]


def test_a_phone_read_back_counts_until_the_signed_receipt_comes(nodes: Nodes) -> None:
    """What was read back over the phone moves the request as unsigned; the signed receipt then has the last word."""
    reference = nodes.vn.begin(to=PH)
    nodes.vn.send(reference)
    nodes.post.deliver()
    code = read_back_code(nodes.ph.look(reference).request)
    with pytest.raises(WrongReceipt):
        read_back(nodes.vn.office, reference, Word("received"), code_read="000-000-000-000", who="Duty officer")
    read_back(nodes.vn.office, reference, Word("received"), code_read=code, who="Duty officer")
    assert nodes.vn.state(reference) == "received"
    assert list(nodes.vn.clocks(reference)) == ["receipt_expected"]
    nodes.ph.answer(reference, "accepted", days=30)
    nodes.post.deliver()
    assert "receipt_expected" not in nodes.vn.clocks(reference)
    assert [(a.state, a.signed) for a in nodes.vn.look(reference).answers] == [("received", False), ("accepted", True)]
    assert nodes.vn.state(reference) == "accepted"


def test_a_phone_refusal_does_not_stand_in_the_way_of_a_signed_acceptance(nodes: Nodes) -> None:
    """An unsigned word ends nothing: a signed receipt, even of an earlier time by a slower clock, still counts."""
    reference = nodes.vn.begin(to=PH)
    nodes.vn.send(reference)
    nodes.post.deliver()
    code = read_back_code(nodes.ph.look(reference).request)
    word = Word("refused", code="no_data", reason="No such account.")
    read_back(nodes.vn.office, reference, word, code_read=code, who="Duty officer")
    assert nodes.vn.state(reference) == "refused"
    nodes.advance(minutes=1)
    nodes.ph.answer(reference, "accepted", days=30)
    nodes.post.deliver()
    assert nodes.vn.state(reference) == "accepted"
    assert nodes.vn.clocks(reference, "preserved_until") == nodes.ph.clocks(reference)


def test_after_sixty_days_the_list_of_what_is_due_shows_what_was_missed(nodes: Nodes) -> None:
    """Two months on, the clocks that ran out are shown as overdue on both sides, and an extension doubts its ground."""
    reference = accepted(nodes)
    assert nodes.vn.due() == [("extend_before", False), ("preserved_until", False)]
    nodes.advance(days=46)
    nodes.advance(seconds=1)
    assert nodes.vn.due() == [("extend_before", True), ("preserved_until", False)]
    nodes.advance(days=14)
    assert nodes.vn.due() == [("extend_before", True), ("preserved_until", True)]
    assert nodes.sg.due() == [("preserved_until", True)]
    nodes.spread()
    late = nodes.vn.follow(reference, "extends")
    assert ("related", "doubtful") in nodes.vn.findings(late)


def test_each_node_sees_only_its_own(nodes: Nodes) -> None:
    """A request for one party is on no other's register."""
    accepted(nodes)
    assert nodes.ph.references() == []
    assert nodes.sg.references() == nodes.vn.references() == [f"{VN}-2026-0001"]
