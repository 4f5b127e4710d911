"""Evidence handed over from node to node: fetched, found true, accepted or refused, called back; once each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.exchange import SG, VN
from builders.handover import ITEM
from builders.nodes import Nodes
from builders.parcels import Parcels, parcels
from comity.evidence.errors import ItemRecalled, NoItem
from comity.evidence.holding import holders, notice_on
from comity.evidence.recall import take_notice
from comity.exchange import arriving, handing
from comity.exchange.errors import NoPeer


@pytest.fixture
def road(nodes: Nodes, tmp_path: Path) -> Iterator[Parcels]:
    """VN.a05 with an item, and SG.orchid as its peer."""
    with parcels(nodes, tmp_path) as made:
        yield made


def test_an_item_goes_from_node_to_node(road: Parcels) -> None:
    """Fetched and acknowledged by the node, accepted by a person; the acceptance moves it at the sender, and files go."""
    note, parcel = road.hand_over()
    road.rounds()
    assert (road.parcel().state, road.parcel(VN).state) == ("Acknowledged", "Acknowledged")
    assert road.acts(VN)[-1] == "transferred"
    assert road.accept(parcel.id).note.digest == note.digest
    road.rounds()
    assert road.acts(VN)[-1] == "accepted"
    assert road.acts(SG) == ["received", "verified"]
    assert (road.parcel().file, road.parcel(VN).file) == ("", "")
    assert not road.nodes.office(VN).blobs.path(parcel.file).exists()
    events = road.nodes.events(SG)
    assert [events.count(one) for one in ("evidence.announced", "evidence.fetched", "evidence.refused")] == [1, 1, 0]


def test_what_is_done_twice_has_one_effect(road: Parcels) -> None:
    """The same hand-over, acceptance and answer again: one announcement, one paper, one entry."""
    _, parcel = road.hand_over()
    assert road.hand_over()[1] == parcel
    road.rounds()
    for _ in range(2):
        road.accept(parcel.id) if road.parcel().file else None
        road.work()
    road.rounds()
    with pytest.raises(NoItem):
        road.accept(parcel.id)
    assert road.acts(VN).count("accepted") == 1
    kinds = [message.kind for message in road.messages(VN, direction="in")]
    assert sorted(kinds) == ["evidence-paper", "parcel-word"]


def test_a_fetch_goes_on_where_it_broke(road: Parcels) -> None:
    """A break in the middle costs nothing that came already."""
    road.hand_over()
    road.breaks = [1000, 2500]
    road.rounds()
    assert road.starts == [0, 1000, 2500]
    assert road.parcel().state == "Acknowledged"


def test_a_refusal_comes_back(road: Parcels) -> None:
    """What a person refuses stays with the sender, who knows why."""
    _, parcel = road.hand_over()
    road.rounds()
    road.refuse(parcel.id)
    road.rounds()
    assert road.acts(VN)[-1] == "refused"
    with road.nodes.office(VN).store.read() as unit:
        assert holders(unit, ITEM)[0].refused_at


def test_a_recall_goes_out_and_its_confirmation_comes_back(road: Parcels) -> None:
    """The holder's node marks the item at once; a custodian there confirms, and the sender knows."""
    _, parcel = road.hand_over(copy=True)
    road.rounds()
    road.accept(parcel.id)
    road.rounds()
    [notice] = road.recall()
    road.rounds()
    with road.nodes.office(SG).store.read() as unit:
        assert notice_on(unit, ITEM)
    signer, also = road.nodes.key("custody", SG), handing.by_exchange(road.desk(SG))
    for _ in range(2):
        take_notice(road.between.desk(SG), notice, road.between.deed(SG), signer, also=also)
    road.rounds()
    assert road.acts(SG).count("recalled") == 1
    with road.nodes.office(VN).store.read() as unit:
        assert holders(unit, ITEM)[0].confirmed_at


@pytest.mark.parametrize("fetched", [True, False])
def test_what_was_called_back_before_it_was_accepted_is_not_accepted(fetched: bool, road: Parcels) -> None:
    """A notice on what is here, or still coming, keeps it from being accepted; it can be refused."""
    _, parcel = road.hand_over()
    if fetched:
        road.rounds()
    else:
        road.work()
    road.recall()
    road.rounds()
    with pytest.raises(ItemRecalled):
        arriving.arrived(road.nodes.office(SG), parcel.id)
    road.refuse(parcel.id)
    road.rounds()
    assert road.acts(VN)[-1] == "refused"


def test_a_notice_that_overtakes_the_evidence_waits(road: Parcels) -> None:
    """A notice that comes before what it is about is not lost: it is tried again until that is there."""
    road.hand_over()
    road.recall()
    late = f"{road.nodes.clock.now() + timedelta(minutes=30):%Y-%m-%d %H:%M:%S.%f}"
    with road.nodes.office(VN).store.write() as unit:
        first = "SELECT min(id) FROM job WHERE kind = 'deliver'"
        unit.exec_driver_sql(f"UPDATE job SET due_at = '{late}' WHERE id = ({first})")
    assert [tried.outcome for tried in road.work(VN)] == ["later"]
    for _ in range(2):
        road.nodes.clock.advance(timedelta(hours=1))
        road.work(VN)
    assert road.parcel().state == "Recalled"


def test_evidence_that_nobody_fetched_in_time_is_offered_again(road: Parcels) -> None:
    """An offer ends with its day; the same order then offers the same hand-over anew."""
    note, parcel = road.hand_over()
    road.work()
    road.nodes.clock.advance(timedelta(days=15))
    road.nodes.update(VN, SG)
    assert [one.state for one in road.fetch()] == ["Expired"]
    road.rounds()
    assert (road.parcel(VN).state, road.parcel(VN).file) == ("Expired", "")
    again = road.hand_over()
    assert (again[0].digest, again[1].sha256 != parcel.sha256) == (note.digest, True)
    road.rounds()
    assert road.parcel().state == "Acknowledged"
    assert road.acts(VN).count("transferred") == 1


def test_a_party_without_an_address_gets_a_file(road: Parcels) -> None:
    """Evidence goes over the exchange only where the directory names an address."""
    with pytest.raises(NoPeer, match="no address"):
        handing.check_way(road.desk(VN), "XX.nobody")
