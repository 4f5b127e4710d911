"""Keys, directory and clocks change while requests are under way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.packages import Maker
from builders.world import PH, SG, VN, Nodes, build_nodes
from comity.directory.errors import Expired
from comity.kernel.errors import ComityError
from comity.ledger.errors import ClockBackwards
from comity.requests.errors import NotYours, PackageRefused, WrongState
from comity.requests.intake import Received
from comity.requests.receipts import Taken

NOW = timedelta()


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Three nodes."""
    with build_nodes(tmp_path) as made:
        yield made


def step(outcome: object) -> str:
    """The step at which a package or receipt was refused."""
    assert isinstance(outcome, PackageRefused), outcome
    return outcome.field


def test_a_revocation_is_seen_where_the_directory_has_arrived(nodes: Nodes) -> None:
    """A package by a compromised key is refused where the mirror knows, and taken in where it does not know yet."""
    one, other = nodes.vn.begin(to=SG), nodes.vn.begin(to=PH)
    nodes.vn.send(one)
    nodes.vn.send(other)
    nodes.directory.revoke(VN, "release")
    nodes.ph.update(nodes.directory.folder)
    to_sg, to_ph = nodes.post.deliver()
    assert isinstance(to_sg, Received)
    assert step(to_ph) == "revocation"
    nodes.sg.update(nodes.directory.folder)
    assert isinstance(nodes.sg.take_in(nodes.vn.folder / f"{one}.comity.zip"), PackageRefused)
    assert nodes.sg.state(one) == "received"


def test_a_compromised_receipt_key_is_not_believed(nodes: Nodes) -> None:
    """A receipt by a key that our directory has taken back moves nothing."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    nodes.post.deliver()
    nodes.sg.answer(reference, "accepted", days=60)
    nodes.directory.revoke(SG, "receipt")
    nodes.vn.update(nodes.directory.folder)
    (refused,) = nodes.post.deliver()
    assert step(refused) == "revocation"
    assert nodes.vn.state(reference) == "released"


def test_a_superseded_key_still_counts_for_what_it_signed_before(nodes: Nodes) -> None:
    """The drafter's key is replaced after sealing: the request goes out and is valid; with the old key nothing new is."""
    reference = nodes.vn.begin()
    nodes.vn.seal(reference)
    nodes.advance(hours=1)
    nodes.directory.revoke(VN, "draft", reason="superseded")
    new = Maker(nodes.directory, nodes.vn.folder).new_key(VN, "Officer 1", "draft", since=NOW)
    nodes.spread()
    nodes.vn.release(reference)
    (got,) = nodes.post.deliver()
    assert isinstance(got, Received) and got.result.valid
    with pytest.raises(NotYours, match="revoked"):
        nodes.vn.seal(nodes.vn.begin())
    nodes.vn.keys["draft"] = new
    nodes.vn.send(nodes.vn.begin())
    (got,) = nodes.post.deliver()
    assert isinstance(got, Received)


def test_a_key_that_was_not_valid_at_sealing_cannot_release(nodes: Nodes) -> None:
    """A releaser enrolled after the sealing is told to seal again, before a package goes out that all would refuse."""
    reference = nodes.vn.begin()
    nodes.vn.seal(reference)
    nodes.advance(hours=1)
    maker = Maker(nodes.directory, nodes.vn.folder)
    nodes.vn.keys["release"] = maker.new_key(VN, "Officer 2", "release", since=NOW)
    nodes.spread()
    with pytest.raises(NotYours, match="not valid before"):
        nodes.vn.release(reference)
    assert nodes.vn.state(reference) == "sealed"


def test_a_drafter_revoked_after_sealing_stops_the_release(nodes: Nodes) -> None:
    """What a compromised key has sealed does not go out."""
    reference = nodes.vn.begin()
    nodes.vn.seal(reference)
    nodes.advance(hours=1)
    nodes.directory.revoke(VN, "draft")
    Maker(nodes.directory, nodes.vn.folder).new_key(VN, "Officer 1", "draft", since=NOW)
    nodes.spread()
    with pytest.raises(NotYours, match="compromised"):
        nodes.vn.release(reference)


def test_a_stale_mirror_stops_what_needs_a_fresh_one(nodes: Nodes) -> None:
    """With an expired mirror nothing is drafted or answered; after an update all goes on."""
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    nodes.post.deliver()
    nodes.advance(days=4)
    with pytest.raises(Expired):
        nodes.vn.begin()
    with pytest.raises(Expired):
        nodes.sg.answer(reference, "received")
    assert nodes.sg.state(reference) == "received"
    nodes.spread()
    nodes.sg.answer(reference, "accepted", days=60)
    assert [type(one) for one in nodes.post.deliver()] == [Taken]


def test_a_package_under_way_for_days_is_judged_by_the_receivers_fresh_directory(nodes: Nodes) -> None:
    """A slice that expired in the post is good where the receiver's mirror is fresh, and refused where it is not."""
    nodes.vn.send(nodes.vn.begin(to=SG))
    nodes.vn.send(nodes.vn.begin(to=PH))
    nodes.advance(days=5)
    nodes.spread(SG)
    fresh, stale = nodes.post.deliver()
    assert isinstance(fresh, Received)
    assert step(stale) == "directory"


def test_a_seal_grows_old(nodes: Nodes) -> None:
    """What was sealed more than three days ago is sealed anew before it is released."""
    reference = nodes.vn.begin()
    nodes.vn.seal(reference)
    nodes.advance(hours=73)
    nodes.spread()
    with pytest.raises(WrongState, match="72 hours"):
        nodes.vn.release(reference)


def test_a_clock_that_runs_backwards_stops_every_act_and_nothing_is_half_done(nodes: Nodes) -> None:
    """An hour back: no draft, no intake, no receipt, each refused whole; reading goes on, and so does all when it is right."""
    reference = nodes.vn.begin()
    path = nodes.vn.send(reference)
    nodes.spread(SG)
    nodes.vn.clock.advance(timedelta(hours=-1))
    nodes.sg.clock.advance(timedelta(hours=-1))
    with pytest.raises(ClockBackwards):
        nodes.vn.begin()
    (refused,) = nodes.post.deliver()
    assert isinstance(refused, ComityError)
    assert nodes.vn.state(reference) == "released"
    assert nodes.sg.references() == []
    for desk in (nodes.vn, nodes.sg):
        desk.clock.advance(timedelta(hours=1))
    assert isinstance(nodes.sg.take_in(path), Received)
    assert len(nodes.vn.references()) == 1


def test_clocks_a_few_minutes_apart_do_not_matter(nodes: Nodes) -> None:
    """Four minutes between two clocks: requests and receipts are taken in, and the dates are the same on both sides."""
    nodes.sg.clock.advance(timedelta(minutes=-4))
    reference = nodes.vn.begin()
    nodes.vn.send(reference)
    assert isinstance(nodes.post.deliver()[0], Received)
    nodes.sg.answer(reference, "accepted", days=60)
    nodes.post.deliver()
    nodes.sg.clock.advance(timedelta(minutes=-3))
    nodes.sg.answer(reference, "accepted", days=30)
    nodes.post.deliver()
    assert nodes.vn.clocks(reference, "preserved_until") == nodes.sg.clocks(reference)
    assert nodes.vn.state(reference) == "accepted"


def test_a_request_from_the_future_is_refused_until_then(nodes: Nodes) -> None:
    """A sender whose clock runs an hour ahead is refused at the step of time, and taken in when that time has come."""
    nodes.vn.clock.advance(timedelta(hours=1))
    path = nodes.vn.send(nodes.vn.begin())
    (refused,) = nodes.post.deliver()
    assert step(refused) == "time"
    nodes.sg.clock.advance(timedelta(hours=1))
    assert isinstance(nodes.sg.take_in(path), Received)


def test_the_nodes_own_key_can_be_replaced(nodes: Nodes) -> None:
    """After the node's key was replaced its log still verifies, and new packages carry a proof under the new key."""
    nodes.vn.send(nodes.vn.begin())
    nodes.advance(hours=1)
    maker = Maker(nodes.directory, nodes.vn.folder)
    new = maker.new_key(VN, "Node", "node", since=NOW)
    nodes.directory.revoke(VN, "node", reason="superseded")
    nodes.spread()
    nodes.vn.change_key(new)
    assert "request.released" in nodes.vn.events()
    nodes.advance(hours=1)
    nodes.vn.send(nodes.vn.begin())
    assert [type(one) for one in nodes.post.deliver()] == [Received, Received]


def test_a_node_key_that_was_not_valid_at_sealing_cannot_prove_the_release(nodes: Nodes) -> None:
    """If the node's key was replaced between sealing and release, the request is sealed again first."""
    reference = nodes.vn.begin()
    nodes.vn.seal(reference)
    nodes.advance(hours=1)
    new = Maker(nodes.directory, nodes.vn.folder).new_key(VN, "Node", "node", since=NOW)
    nodes.spread()
    nodes.vn.change_key(new)
    with pytest.raises(NotYours):
        nodes.vn.release(reference)
    nodes.vn.reopen(reference)
    nodes.vn.send(reference)
    assert isinstance(nodes.post.deliver()[0], Received)
