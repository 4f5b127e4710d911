"""Two desks whose nodes hand each other evidence in this process: an item of a case at the first, its custodians with their keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from builders.desk import Served, served_on
from builders.exchange import SG, VN
from builders.handover import IDENTITIES
from builders.nodes import Nodes, opened
from builders.parcels import Parcels, parcels
from builders.wire import bound

CASE = "C-1"


@dataclass
class Desks:
    """The desk where an item is, the one to which it goes, and the street between them."""

    here: Served
    there: Served
    road: Parcels


def identified(nodes: Nodes) -> None:
    """The age identity of each party in its node's settings."""
    for party in (VN, SG):
        node = nodes.node(party)
        file = node.settings.home / "identity.txt"
        file.write_text(IDENTITIES[party].secret + "\n")
        file.chmod(0o600)
        object.__setattr__(node.settings, "identity", file.name)


@contextmanager
def desks(folder: Path) -> Iterator[Desks]:
    """Binh at the first and Wei at the second are custodians who know of the item's case; Lan is a drafter in it at each."""
    with opened(folder) as nodes, parcels(nodes, folder) as road:
        identified(nodes)
        with served_on(nodes) as here, served_on(nodes, party=SG) as there:
            for desk, name, party, case in ((here, "binh", VN, CASE), (there, "wei", SG, f"{VN}:{CASE}")):
                bound(desk, name, "custodian", "custody", party)
                desk.person("lan", "drafter")
                for member in ("lan", name):
                    desk.member(member, case)
            yield Desks(here, there, road)
