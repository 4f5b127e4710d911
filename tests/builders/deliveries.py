"""Deliveries between two nodes in one process: a provider's parts, carried to the authority without a network."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builders.nodes import Nodes
from comity.crypto.recipient import new_identity
from comity.crypto.tls import der_of, make_identity, pin
from comity.exchange import deliveries, deliverytables, fetching, receiving
from comity.exchange.deliveries import Terms
from comity.exchange.deliverytables import Kept
from comity.exchange.errors import PeerUnreachable
from comity.exchange.fetching import Fetched
from comity.exchange.receiving import Came, Word
from comity.hi1.model import Thing
from comity.kernel.clock import stamp
from comity.requests import tables as request_tables
from comity.requests.model import IN, OUT, Request

VN, SG, PH = "VN.a05", "SG.orchid", "PH.cicc"
BASE = "https://orchid.example.org:8443/hi1"
TASK = "0d9c2a1e-6a54-4f43-8d57-0a4f1f2b7c11"
IDENTITY = new_identity()


@dataclass
class Line:
    """A request that SG.orchid received from VN.a05, and the deliveries on it."""

    nodes: Nodes
    request: Request
    said: list[tuple[str, Word]] = field(default_factory=list)
    breaks: list[int] = field(default_factory=list)
    meddle: Callable[[bytes], bytes] = bytes
    served: int = 0
    starts: list[int] = field(default_factory=list)

    @property
    def terms(self) -> Terms:
        """How the provider delivers: to the first task, at its own place."""
        return Terms(task=TASK, base=BASE)

    def file(self, name: str, data: bytes) -> Path:
        """A file of the provider's."""
        folder = self.nodes.folder / f"made-{len(list(self.nodes.folder.glob('made-*')))}"
        folder.mkdir()
        (folder / name).write_bytes(data)
        return folder / name

    def offer(self, *files: Path, plain: bool = False, **terms: Any) -> list[Kept]:
        """The provider makes files a delivery."""
        office = self.nodes.office(SG)
        staged = deliveries.prepare(office, VN, files, plain=plain)
        with office.store.write(durable=True) as unit:
            request = office.find(unit, self.request.id, IN)
            known = deliveries.earlier(unit, request, staged)
            return known or deliveries.offer(unit, office, request, staged, _with(self.terms, terms))

    def things(self, parts: Sequence[Kept]) -> list[Thing]:
        """The objects as they are delivered."""
        return [deliveries.announcement(self.nodes.office(SG), kept) for kept in parts]

    def take(self, thing: Thing, *, peer: str = SG, request: Request | None = None) -> Came:
        """The authority takes an object in."""
        office = self.nodes.office(VN)
        with office.store.write(durable=True) as unit:
            ours = request or office.find(unit, self.request.id, OUT)
            came = receiving.take(unit, office, peer, thing, request=ours, transaction="t-1")
            self.say(unit, peer, came.words)
            return came

    def say(self, unit: Any, peer: str, words: Sequence[Word]) -> None:
        """Note what the authority would say."""
        self.said += [(peer, word) for word in words]

    def hear(self) -> list[str]:
        """The provider hears what was said; gives the state of each part it was said on."""
        office, said = self.nodes.office(SG), self.said
        self.said = []
        with office.store.write(durable=True) as unit:
            return [deliveries.follow(unit, office, VN, word.object, word.status).state for _, word in said]

    def work(self) -> list[Fetched]:
        """The authority's worker fetches what is due."""
        return fetching.fetch_due(self.nodes.office(VN), self, self.say)

    def parts(self, party: str = VN) -> list[Kept]:
        """What a node keeps of the deliveries on the request."""
        with self.nodes.office(party).store.read() as unit:
            return deliverytables.find_parts(unit, request=self.request.id)

    def fetch_file(self, token: str) -> bytes:
        """What the provider's node gives under a token."""
        _, path = deliveries.open_offer(self.nodes.office(SG), VN, token)
        return self.meddle(path.read_bytes())

    def fetch(
        self, party: str, token: str, write: Callable[[bytes], object], *, limit: int, start: int = 0, sha256: str = ""
    ) -> int:
        """Serve what the provider offers, as the transport would; a number in `breaks` cuts the next connection there."""
        self.starts.append(start)
        data, cut = self.fetch_file(token), self.breaks.pop(0) if self.breaks else None
        self.served += 1
        for at in range(start, len(data[:cut]), 1000):
            write(data[:cut][at : at + 1000])
        if cut is not None:
            raise PeerUnreachable("got a broken connection, expected the rest")
        return len(data)


def _with(terms: Terms, changes: dict[str, Any]) -> Terms:
    return Terms(**(vars(terms) | changes))


def line(nodes: Nodes, measure: str = "disclose_subscriber", *, recipients: bool = False) -> Line:
    """A request under way between two parties, the provider with its place in the directory."""
    enrol(nodes, SG, BASE)
    if recipients:
        enrol(nodes, VN, "https://a05.example.org/hi1", recipients=[IDENTITY.recipient])
    nodes.update(VN, SG)
    request = nodes.received(measure)
    return Line(nodes, request)


def enrol(nodes: Nodes, party: str, url: str, **more: Any) -> bytes:
    """Give a party a place in the directory; gives its certificate."""
    host = url.split("/")[2].partition(":")[0]
    der = der_of(make_identity(host, party, nodes.clock.now())[1])
    row = {"tls": pin(der), "certificate": base64.b64encode(der).decode()}
    document = nodes.world.party(party).document()
    changed = document | {"exchange": {"url": url, "certificates": [row]}} | more
    nodes.world.registry.update(changed, vouchers=nodes.world.registries[party[:2]])
    return der


def known_requests(nodes: Nodes, party: str) -> list[Request]:
    """The requests a node keeps."""
    with nodes.office(party).store.read() as unit:
        return request_tables.find_requests(unit)


def now(nodes: Nodes) -> str:
    """The time, as people write it."""
    return stamp(nodes.clock.now())
