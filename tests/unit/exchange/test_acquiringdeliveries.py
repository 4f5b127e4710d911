"""A delivery that came over the wire becomes an item in one act, once, with its custody, however often it is broken off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from builders.arrivals import arrived
from builders.deliveries import SG, VN, Line, line
from builders.evidence import checked, seeded
from builders.nodes import Nodes
from comity.evidence import custodytables
from comity.evidence.acquiring import Order
from comity.evidence.custody import Custodian
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.model import Act
from comity.evidence.sealing import Seal
from comity.exchange import acquiring
from comity.exchange.acquiring import Became, Intake, acquire_delivery
from comity.exchange.errors import NoDelivery
from comity.kernel.errors import BadInput

DEED = Deed("received", Hand("Evidence desk", VN, "Ana Example"), why="Fraud")


def keeper(nodes: Nodes) -> Custodian:
    """The custodian of the authority's node."""
    office = nodes.office(VN)
    return Custodian(VN, office.store, office.ledger, office.clock, seeded)


def taken(made: Line, target: Path, name: str = "", item: str = "") -> Became:
    """Make a delivery an item."""
    office = made.nodes.office(VN)
    intake = Intake(DEED, Order(Act(item, by="Evidence desk", party=VN), (), target), Seal(seeded))
    return acquire_delivery(office, keeper(made.nodes), name or made.request.id, intake)


def entries(nodes: Nodes, item: str) -> list[Any]:
    """The custody of an item, checked."""
    found = keeper(nodes).look(item)
    assert found.faults == ()
    return [one.deed for one in found.entries]


@pytest.fixture
def made(nodes: Nodes) -> Line:
    """A request on which one delivery arrived."""
    found = line(nodes)
    arrived(found, found.file("a.txt", b"one"), found.file("b.bin", bytes(range(256)) * 4200), way="binary")
    return found


def test_a_delivery_becomes_an_item(made: Line, tmp_path: Path) -> None:
    """Files and messages are in the item, described with request, sender and digests; its custody begins with the sender."""
    became = taken(made, tmp_path / "item", item="A-1")
    inside = tmp_path / "item/data/delivery"
    assert (inside / "a.txt").read_bytes() == b"one"
    (message,) = (inside / "messages").iterdir()
    said = json.loads((tmp_path / "item/metadata/acquisition.json").read_bytes())
    assert said["request"] == said["delivery"]["reference"] == made.request.reference
    assert (said["delivery"]["from"], said["delivery"]["identifier"]) == (SG, became.delivery)
    assert said["delivery"]["messages"] == {"t-1": hashlib.sha256(message.read_bytes()).hexdigest()}
    assert [part["name"] for part in said["delivery"]["parts"]] == ["a.txt", "b.bin", "b.bin"]
    assert checked(tmp_path / "item").sound
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith("item")) == ["item"]
    received, sealed = entries(made.nodes, "A-1")
    assert (received.act, received.to.party, received.by.person) == ("received", SG, "Ana Example")
    assert received.hashes.keys() == {"t-1"}
    assert (sealed.act, sealed.digest) == ("sealed", became.digest)


def test_the_same_delivery_is_the_same_item(made: Line, tmp_path: Path) -> None:
    """Asked for again, under whatever name and place, a delivery is the item that it became, and nothing is written."""
    first = taken(made, tmp_path / "item", item="A-1")
    again = taken(made, tmp_path / "other", item="A-2", name=first.delivery)
    assert (again.item, again.digest, again.known) == ("A-1", first.digest, True)
    assert not (tmp_path / "other").exists()
    assert len(entries(made.nodes, "A-1")) == 2


def test_what_is_not_whole_or_not_one_is_refused(nodes: Nodes, tmp_path: Path) -> None:
    """A delivery of which a part is missing, and a request on which several came, are refused before anything is written."""
    found = line(nodes)
    first = arrived(found, found.file("a.txt", b"one"), found.file("b.txt", b"two"), way="binary", only=1)
    with pytest.raises(NoDelivery, match="not whole"):
        taken(found, tmp_path / "item")
    arrived(found, found.file("c.txt", b"three"), way="binary")
    with pytest.raises(NoDelivery, match=first[:8]):
        taken(found, tmp_path / "item")
    assert not (tmp_path / "item").exists()


def test_a_place_that_is_taken(made: Line, tmp_path: Path) -> None:
    """A folder that is there already is not touched; without a name, the item has that of the delivery."""
    (tmp_path / "item").mkdir()
    with pytest.raises(BadInput, match="existing"):
        taken(made, tmp_path / "item")
    with pytest.raises(BadInput, match="no folder"):
        taken(made, tmp_path / "no/item")
    became = taken(made, tmp_path / "free")
    assert became.item == became.delivery


class Stopped(Exception):
    """The process ends here."""


@pytest.mark.parametrize("step", ["export", "acquire", "log"])
def test_it_goes_on_after_a_break(step: str, made: Line, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken off before or after any step, the same command ends with one item and one custody of two entries."""
    real: Callable[..., Any] = getattr(acquiring, step)

    def stop(*arguments: Any, **more: Any) -> None:
        real(*arguments, **more)
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(acquiring, step, stop)
        with pytest.raises(Stopped):
            taken(made, tmp_path / "item", item="A-1")
    became = taken(made, tmp_path / "item", item="A-1")
    assert not became.known
    assert [deed.act for deed in entries(made.nodes, "A-1")] == ["received", "sealed"]
    with made.nodes.office(VN).store.read() as unit:
        assert [bag.digest for bag in custodytables.find_bags(unit, item="A-1")] == [became.digest]
    assert checked(tmp_path / "item").sound
    assert not (tmp_path / "item.received").exists()


def test_a_kept_file_that_was_altered_is_refused(made: Line, tmp_path: Path) -> None:
    """A file that is not what was acknowledged any more becomes no item."""
    office = made.nodes.office(VN)
    kept = next(one for one in made.parts() if one.file)
    path = office.blobs.path(kept.file)
    path.chmod(0o600)
    path.write_bytes(b"two")
    with pytest.raises(Exception, match="other bytes"):
        taken(made, tmp_path / "item")
    assert not (tmp_path / "item").exists()
