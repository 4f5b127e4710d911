"""Two parties and an item between them: handed over, accepted, called back, with real nodes, keys and files."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

from builders.evidence import ACT
from builders.nodes import Nodes
from comity.crypto.recipient import new_identity
from comity.evidence.accepting import Accepted, Reception, accept
from comity.evidence.acquiring import Order as Acquisition
from comity.evidence.acquiring import acquire
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.handover import HandedOver, Order, hand_over
from comity.evidence.limits import UseLimits
from comity.evidence.papers import Desk
from comity.evidence.registering import arrival, bag_of
from comity.evidence.sealing import Seal

VN, PH, SG = "VN.a05", "PH.cicc", "SG.orchid"
ITEM = "E-17"
PEOPLE = {
    VN: Hand("evidence room", VN, "Trần Thị Bình"),
    PH: Hand("digital evidence desk", PH, "Maria Santos"),
    SG: Hand("fraud desk", SG, "Tan Wei"),
}
IDENTITIES = {party: new_identity() for party in PEOPLE}


class Between:
    """The nodes of three parties, each with an age recipient in the directory, and an item of two files at the first."""

    def __init__(self, nodes: Nodes, folder: Path) -> None:
        """Enrol the recipients, acquire the item and register it."""
        self.nodes, self.folder = nodes, folder
        world = nodes.world
        for party, identity in IDENTITIES.items():
            document = world.party(party).document() | {"recipients": [identity.recipient]}
            world.registry.update(document, vouchers=world.registries[party[:2]])
        nodes.update(VN, PH, SG)
        source = folder / "phone"
        source.mkdir()
        (source / "a.jpg").write_bytes(b"one" * 1000)
        (source / "ả b.txt").write_bytes(b"two")
        self.bag = self.acquire(source, folder / "item")

    def acquire(self, source: Path, target: Path, item: str = ITEM) -> Path:
        """Acquire, sign and register an item at the first party."""
        node = self.nodes.node(VN)
        seal = Seal(secrets.token_bytes, self.nodes.key("custody", VN), node.mirror.slice(VN))
        order = Acquisition(replace(ACT, item=item, party=VN), (source,), target)
        made = acquire(order, seal, clock=self.nodes.clock)
        node.custodian.register(bag_of(made, target, at=node.clock.now()), *arrival(made, self.deed(VN)))
        return target

    def desk(self, party: str = VN) -> Desk:
        """Where a party's papers are signed."""
        node = self.nodes.node(party)
        return Desk(node.custodian, node.mirror)

    def deed(self, party: str = VN, **more: Any) -> Deed:
        """What a party's post does, with a reason."""
        return Deed(**{"act": "noted", "by": PEOPLE[party], "why": "investigation 7 of 2026", **more})

    def give(self, party: str = VN, to: str = PH, item: str = ITEM, **more: Any) -> HandedOver:
        """Hand an item over."""
        order = Order(item, Hand("", to), self.folder / "out", self.deed(party), **more)
        return hand_over(self.desk(party), order, self.nodes.key("custody", party))

    def limited(self, **limits: Any) -> HandedOver:
        """Hand a copy over within limits."""
        return self.give(copy=True, limits=UseLimits(**limits))

    def receive(self, file: Path, party: str = PH, folder: str = "", name: str = "") -> Accepted:
        """Take over what came."""
        reception = Reception(file, self.folder / (folder or f"at-{party}"), self.deed(party), name)
        return accept(self.desk(party), reception, IDENTITIES[party], self.nodes.key("custody", party))

    def acts(self, party: str, item: str = ITEM) -> list[str]:
        """The acts in an item's custody at a party; the chain must hold."""
        checked = self.desk(party).keeper.look(item)
        assert checked.faults == ()
        return [entry.deed.act for entry in checked.entries]
