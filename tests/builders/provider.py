"""A provider's node and an authority's with their deliveries, handing messages to each other in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.orders import Street, street
from comity.exchange import deliverytables
from comity.exchange.custody import Custody, offered
from comity.exchange.deliverytables import Kept
from comity.exchange.desk import Desk
from comity.exchange.errors import PeerRefused
from comity.exchange.fetching import Fetched
from comity.requests.model import Request


@dataclass
class Provider(Street):
    """A street whose desks keep deliveries."""

    def desk(self, party: str, **changes: Any) -> Desk:
        """A party's desk, with what it does with deliveries."""
        made = super().desk(party, **changes)
        return replace(made, deliveries=Custody(made))

    def fetch(self) -> list[Fetched]:
        """The authority's worker fetches what is due from the provider's node."""
        return Custody(self.desk(VN)).fetch(_Offers(self))

    def rounds(self) -> None:
        """Let everything be delivered, fetched and answered, until nothing is due."""
        for _ in range(10):
            if not (self.work() or self.fetch()):
                return

    def parts(self, request: Request, party: str = VN) -> list[Kept]:
        """What a node keeps of the deliveries on a request."""
        with self.nodes.office(party).store.read() as unit:
            return deliverytables.find_parts(unit, request=request.id)

    def states(self, request: Request, party: str = VN) -> list[str]:
        """The states of the parts."""
        return [kept.state for kept in self.parts(request, party)]

    def file(self, name: str, data: bytes) -> Path:
        """A file of the provider's."""
        folder = self.nodes.folder / f"made-{len(list(self.nodes.folder.glob('made-*')))}"
        folder.mkdir()
        (folder / name).write_bytes(data)
        return folder / name

    def received(self, measure: str = "disclose_subscriber", **changes: Any) -> Request:
        """A request of VN.a05 that reached SG.orchid over the street."""
        request = self.sent(measure, SG, **changes)
        self.work(VN)
        return request


@dataclass(frozen=True)
class _Offers:
    street: Provider

    def fetch(
        self, party: str, token: str, write: Callable[[bytes], object], *, limit: int, start: int = 0, sha256: str = ""
    ) -> int:
        """Give what the provider's node offers to VN.a05."""
        found = offered(self.street.nodes.office(party), (VN,), token)
        if found is None:
            raise PeerRefused(f"got the status 404 of {party}, expected 200")
        data = found.path.read_bytes()[start:]
        write(data)
        return len(data)


@contextmanager
def provider(nodes: Nodes, folder: Path) -> Iterator[Provider]:
    """Nodes that know each other's addresses, with their deliveries."""
    with street(nodes, folder) as made:
        yield Provider(made.link, encoding=made.encoding)
