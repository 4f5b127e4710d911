"""Two nodes that serve each other over HTTPS on loopback, wired as `comity serve` wires them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from builders.exchange import SG, VN, Link
from builders.nodes import Nodes
from builders.world import SHEET
from comity.exchange import deliverytables
from comity.exchange.deliverytables import Kept
from comity.exchange.desk import Desk
from comity.exchange.outcomes import tasks
from comity.exchange.sending import send
from comity.kernel.clock import stamp
from comity.node.ports import desk_of
from comity.node.serving import Serving, serving
from comity.requests.drafting import follow
from comity.requests.model import Request
from comity.requests.release import release, seal_request
from comity.requests.tables import clocks_of
from comity.web.hi1.serving import endpoint


@dataclass
class Served:
    """The two nodes at work."""

    link: Link

    @property
    def nodes(self) -> Nodes:
        """The nodes."""
        return self.link.nodes

    def serving(self, party: str) -> Serving:
        """A party's node with its way to its peers."""
        return serving(self.nodes.node(party))

    def desk(self, party: str) -> Desk:
        """A party's desk."""
        return desk_of(self.nodes.node(party))

    def work(self) -> None:
        """Let both nodes' workers do all that is due, until nothing changes any more."""
        for _ in range(4):
            for party in (VN, SG):
                self.serving(party).work()

    def sent(self, measure: str = "preserve", **sheet: object) -> Request:
        """A request of VN.a05 that reached SG.orchid."""
        request = self.nodes.released(measure, SG, **sheet)
        send(self.desk(VN), request.id)
        self.work()
        return request

    def followed(self, earlier: Request, relation: str, measure: str = "") -> Request:
        """A request of VN.a05 on an earlier one, that reached SG.orchid."""
        office, sheets = self.nodes.office(VN), [self.nodes.sheet(SHEET)]
        drafted = follow(office, earlier.id, relation=relation, measure=measure, sheets=sheets)
        seal_request(office, drafted.id, self.nodes.key("draft"))
        made = release(office, drafted.id, self.nodes.key("release"))
        send(self.desk(VN), made.id)
        self.work()
        return made

    def state(self, request: Request, party: str = VN) -> str:
        """The state of a request."""
        with self.nodes.office(party).store.read() as unit:
            return self.nodes.office(party).find(unit, request.id).state

    def clocks(self, request: Request, party: str = VN) -> dict[str, str]:
        """The running clocks of a request."""
        with self.nodes.office(party).store.read() as unit:
            return {c.kind: stamp(c.due_at) for c in clocks_of(unit, request.id) if c.open}

    def parts(self, request: Request, party: str = VN) -> list[Kept]:
        """What a node keeps of the deliveries on a request."""
        with self.nodes.office(party).store.read() as unit:
            return deliverytables.find_parts(unit, request=request.id)

    def statuses(self, request: Request) -> list[str]:
        """The statuses of the tasks as VN.a05 has them."""
        with self.nodes.office(VN).store.read() as unit:
            return [task.status for task in tasks(unit, request, side="ours")]

    def file(self, name: str, data: bytes) -> Path:
        """A file of the provider's."""
        folder = self.nodes.folder / f"made-{len(list(self.nodes.folder.glob('made-*')))}"
        folder.mkdir()
        (folder / name).write_bytes(data)
        return folder / name


@contextmanager
def served(nodes: Nodes, folder: Path) -> Iterator[Served]:
    """Two nodes with their endpoints listening."""
    link = Link(nodes, folder)
    link.enrol(VN, SG)
    with ExitStack() as stack:
        for party in (VN, SG):
            shutil.copy(link.identities[party].file, nodes.home(party) / "tls.pem")
            door = endpoint(serving(nodes.node(party)), f"127.0.0.1:{link.ports[party]}")
            door.start()
            stack.callback(door.stop)
        yield Served(link)
