"""Evidence handed over between two nodes that hand each other messages and files in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builders.exchange import SG, VN
from builders.handover import IDENTITIES, ITEM, Between
from builders.nodes import Nodes
from builders.orders import Street, street
from comity.evidence.accepting import Accepted, Reception, accept
from comity.evidence.answering import refuse
from comity.evidence.custodyentry import Hand
from comity.evidence.handover import Order, hand_over
from comity.evidence.papers import SignedPaper
from comity.evidence.recall import recall
from comity.exchange import arriving, handing
from comity.exchange.custody import Custody, offered
from comity.exchange.deliverytables import Parcel, find_parcels
from comity.exchange.desk import Desk
from comity.exchange.errors import PeerRefused, PeerUnreachable


@dataclass
class Parcels(Street):
    """Nodes of VN.a05, where an item is, and SG.orchid; `breaks` cuts the next fetches at a byte, `meddle` alters files."""

    between: Between = field(kw_only=True)
    breaks: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    meddle: Callable[[bytes], bytes] = bytes

    def desk(self, party: str, **changes: Any) -> Desk:
        """A party's desk, with its age identity."""
        made = super().desk(party, identity=IDENTITIES[party], **changes)
        return replace(made, deliveries=Custody(made))

    def hand_over(self, to: str = SG, **more: Any) -> tuple[SignedPaper, Parcel]:
        """VN hands the item over to a party's node; gives the note and the parcel."""
        office, between = self.nodes.office(VN), self.between
        order = Order(ITEM, Hand("", to), office.blobs.stage().parent, between.deed(VN), **more)
        made = hand_over(between.desk(), order, self.nodes.key("custody", VN))
        return made.paper, handing.offer(self.desk(VN), made.paper, made.file)

    def fetch(self, party: str = SG) -> list[Parcel]:
        """A party's worker fetches what is due."""
        return arriving.fetch(self.desk(party), _Offers(self, party))

    def rounds(self) -> None:
        """Let everything be delivered, fetched and answered, until nothing is due."""
        for _ in range(10):
            if not (self.work() or self.fetch()):
                break
        for party in (VN, SG):
            arriving.clear(self.nodes.office(party))

    def parcel(self, party: str = SG) -> Parcel:
        """What a party keeps of the one parcel."""
        with self.nodes.office(party).store.read() as unit:
            (found,) = find_parcels(unit)
        return found

    def accept(self, number: str, party: str = SG) -> Accepted:
        """A person accepts what came; the acceptance goes back."""
        file, deed = arriving.arrived(self.nodes.office(party), number), self.between.deed(party)
        reception = Reception(file, self.between.folder / f"at-{party}", deed)
        signer, also = self.nodes.key("custody", party), handing.by_exchange(self.desk(party))
        return accept(self.between.desk(party), reception, IDENTITIES[party], signer, also=also)

    def refuse(self, number: str, party: str = SG) -> SignedPaper:
        """A person refuses what came; the refusal goes back."""
        file = arriving.arrived(self.nodes.office(party), number, refusing=True)
        signer, also = self.nodes.key("custody", party), handing.by_exchange(self.desk(party))
        return refuse(self.between.desk(party), file, self.between.deed(party), IDENTITIES[party], signer, also=also)

    def recall(self, **more: Any) -> list[SignedPaper]:
        """VN calls the item back; the notices go out."""
        also = handing.by_exchange(self.desk(VN))
        return recall(self.between.desk(), ITEM, self.between.deed(), self.nodes.key("custody", VN), also=also, **more)

    def acts(self, party: str) -> list[str]:
        """The acts in the item's custody at a party; the chain must hold."""
        return self.between.acts(party)


@dataclass(frozen=True)
class _Offers:
    street: Parcels
    party: str

    def fetch(
        self, party: str, token: str, write: Callable[[bytes], object], *, limit: int, start: int = 0, sha256: str = ""
    ) -> int:
        """Give what a party's node offers to ours."""
        found = offered(self.street.nodes.office(party), (self.party,), token)
        if found is None:
            raise PeerRefused(f"got the status 404 of {party}, expected 200")
        cut = self.street.breaks.pop(0) if self.street.breaks else None
        self.street.starts.append(start)
        data = self.street.meddle(found.path.read_bytes())[start:cut]
        write(data)
        if cut is not None:
            raise PeerUnreachable("got a broken connection, expected the rest")
        return len(data)


@contextmanager
def parcels(nodes: Nodes, folder: Path) -> Iterator[Parcels]:
    """Nodes that know each other's addresses, with an item at the first."""
    between = Between(nodes, folder)
    with street(nodes, folder) as made:
        yield Parcels(made.link, encoding=made.encoding, between=between)
