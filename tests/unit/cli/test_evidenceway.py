"""Evidence sent to another party's node on the command line, answered there, and the answers that come back by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.exchange import SG, VN
from builders.handover import IDENTITIES, ITEM, Between
from builders.nodes import Nodes
from builders.program import Program
from builders.served import Served, served
from comity.crypto.recipient import save_identity
from comity.kernel.clock import SystemClock

WHO = {
    VN: ("--person", "Trần Thị Bình", "--post", "evidence room"),
    SG: ("--person", "Tan Wei", "--post", "fraud desk"),
}


@pytest.fixture
def road(today: Nodes, tmp_path: Path) -> Iterator[Served]:
    """Two nodes that serve each other, with an item at the first."""
    save_identity(IDENTITIES[SG], tmp_path / "sg.age")
    settings = today.home(SG) / "comity.toml"
    settings.write_text(settings.read_text().replace('identity = ""', f'identity = "{tmp_path / "sg.age"}"'))
    Between(today, tmp_path)
    with served(today, tmp_path) as made:
        yield made


def keyed(road: Served, party: str) -> tuple[object, ...]:
    """The options that say who acts, with which key, at which node."""
    return (*WHO[party], "--key", road.nodes.key_file("custody", party), "--home", road.nodes.home(party))


def work(road: Served) -> None:
    """Let both nodes' workers work, at the time at which the commands were run."""
    road.nodes.clock.moment = SystemClock().now() + timedelta(seconds=1)
    road.work()


def test_evidence_over_the_exchange(road: Served, program: Program) -> None:
    """Handed over, fetched, accepted, called back and confirmed: each side types two commands, the nodes carry the rest."""
    give = ("evidence", "hand-over", ITEM, "--to", SG, "--why", "inquiry", "--send", *keyed(road, VN))
    number = program.json(*give)["hand_over"]
    work(road)
    (row,) = program.json("evidence", "parcels", "--home", road.nodes.home(SG))["parcels"]
    assert (row["hand_over"], row["state"]) == (number, "Acknowledged")
    assert "fetched, and true" in program.run("evidence", "parcels", "--home", road.nodes.home(SG))
    said = program.run("evidence", "accept", number, "--to", "in", "--send", *keyed(road, SG))
    assert "The node sends it." in said
    work(road)
    (holder,) = program.json("evidence", "holders", ITEM, "--home", road.nodes.home(VN))
    assert holder["accepted_at"]
    why = ("--why", "taken under an order that was quashed")
    (notice,) = program.json("evidence", "recall", ITEM, "--send", *why, *keyed(road, VN))
    work(road)
    waiting = program.json("evidence", "parcels", "--home", road.nodes.home(SG))["notices"]
    assert [one["notice"] for one in waiting] == [notice["notice"]]
    assert "not confirmed yet" in program.run("evidence", "parcels", "--home", road.nodes.home(SG))
    program.run("evidence", "take", notice["notice"], "--send", *keyed(road, SG))
    work(road)
    (holder,) = program.json("evidence", "holders", ITEM, "--home", road.nodes.home(VN))
    assert holder["confirmed_at"]


def test_evidence_is_refused_over_the_exchange(road: Served, program: Program) -> None:
    """A refusal goes back; without a way, or twice, nothing happens."""
    give = ("evidence", "hand-over", ITEM, "--to", SG, "--why", "inquiry", *keyed(road, VN))
    assert "--send" in program.refused(2, *give)
    number = program.json(*give, "--send", "--out", "post")["hand_over"]
    work(road)
    turn_down = ("evidence", "refuse", number, "--why", "not ours", *keyed(road, SG))
    assert "--send" in program.refused(2, *turn_down)
    assert "refused" in program.run(*turn_down, "--send", "--out", "refusal.json")
    work(road)
    assert "refused at" in program.run("evidence", "holders", ITEM, "--home", road.nodes.home(VN))
    assert "expected evidence that came" in program.refused(2, *turn_down, "--send")
    taken = program.json("evidence", "take", "refusal.json", *WHO[VN], "--home", road.nodes.home(VN))
    assert taken["paper"] == "refusal"
    assert program.json("evidence", "parcels", "--home", road.nodes.home(VN))["notices"] == []
