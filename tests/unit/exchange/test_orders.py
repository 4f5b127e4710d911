"""A request goes from node to node as an HI-1 order, and its receipt comes back in a notice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.orders import Street, street
from comity.exchange.objecttables import OURS, THEIRS, objects_of


@pytest.fixture(params=["json", "xml"])
def road(request: pytest.FixtureRequest, nodes: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes that know each other, in either encoding."""
    with street(nodes, tmp_path, encoding=request.param) as made:
        yield made


def statuses(road: Street, request: str, party: str, side: str) -> dict[str, str]:
    """The statuses of a request's objects by type."""
    with road.nodes.office(party).store.read() as unit:
        return {one.type: one.status for one in objects_of(unit, request, side=side)}


def test_an_order_is_taken_in_and_its_receipt_comes_back(road: Street) -> None:
    """From outbox to outbox: taken in, accepted, and the asker's request and objects say so."""
    request = road.sent()
    assert [tried.outcome for tried in road.work()] == ["answered"]
    assert road.state(request, SG) == "received"
    assert road.state(request, VN) == "released"
    road.answered(request, "accepted", preserved_until=road.nodes.later(days=60))
    assert [tried.outcome for tried in road.work()] == ["answered"]
    assert road.state(request, VN) == "accepted"
    expected = {"AuthorisationObject": "Approved", "DocumentObject": "Approved", "LPTaskObject": "Preserved"}
    assert statuses(road, request.id, SG, THEIRS) == expected
    assert statuses(road, request.id, VN, OURS) == expected
