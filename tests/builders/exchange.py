"""Nodes that reach each other over mutual TLS on this machine's loopback."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from builders.commands import comity
from builders.nodes import Nodes
from builders.patience import free_port
from comity.exchange.identity import Identity, entry, make
from comity.exchange.inbound import Inbound, Outbound
from comity.exchange.outbox import Outbox
from comity.exchange.peers import Peer, Peers
from comity.exchange.tables import Message
from comity.exchange.transport import Courier, server_context
from comity.exchange.transport import Limits as Patience
from comity.node.service import Node
from comity.store.engine import Unit
from comity.web.hi1.app import Door, make_app, no_files
from comity.web.hi1.limits import Limits
from comity.web.hi1.server import Endpoint, Trust

VN, PH, SG = "VN.a05", "PH.cicc", "SG.orchid"
QUICK = Patience(connect=20.0, step=30.0, whole=40.0, answer=1 << 20)

Handle = Callable[[Inbound], Outbound]


def echo(message: Inbound) -> Outbound:
    """Answer with what was said."""
    return Outbound(200, b"<answer>" + message.raw + b"</answer>")


@dataclass
class Link:
    """Nodes of a world, each with a TLS pair and an address in everybody's directory."""

    nodes: Nodes
    folder: Path
    ports: dict[str, int] = field(default_factory=dict)
    identities: dict[str, Identity] = field(default_factory=dict)

    def enrol(self, *parties: str) -> None:
        """Give parties a TLS pair and an address, and tell everybody."""
        for party in parties:
            self.ports[party] = free_port()
            self.identities[party] = self.identity(party)
            self.change(party, exchange=entry(self.url(party), self.identities[party]))
        self.spread()

    def enrol_by_command(self, party: str) -> None:
        """Give a party a TLS pair in its node's home and an address, by `comity node tls`; `spread` tells everybody."""
        self.ports[party] = free_port()
        said = comity("node", "tls", "--home", self.nodes.home(party), "--url", self.url(party), "--json")
        assert said.code == 0, said.err
        self.identities[party] = Identity(self.nodes.home(party) / "tls.pem")
        self.change(party, exchange=said.data)

    def identity(self, name: str) -> Identity:
        """A new TLS pair."""
        return make(Identity(self.folder / f"{name}.pem"), self.url(VN), name, self.nodes.clock.now())

    def url(self, party: str) -> str:
        """A party's address."""
        return f"https://127.0.0.1:{self.ports.get(party, 8443)}/hi1"

    def change(self, party: str, **fields: Any) -> None:
        """Change a party's file in the directory; a field of None goes."""
        world = self.nodes.world
        document = {**world.registry.shelf.party(party).document(), **fields}
        document = {name: value for name, value in document.items() if value is not None}
        world.registry.update(document, vouchers=world.registries[party[:2]])

    def spread(self, *parties: str) -> None:
        """Bring the mirrors of parties up to date, of all unless some are named."""
        self.nodes.update(*(parties or (VN, PH, SG)))

    def node(self, party: str) -> Node:
        """A party's node."""
        return self.nodes.node(party)

    def peers(self, party: str) -> Peers:
        """Whom a party's node knows."""
        return Peers(self.node(party).mirror, self.nodes.clock)

    def peer(self, party: str, of: str = VN) -> Peer:
        """A party as a node knows it."""
        return self.peers(of).find(party)

    def courier(self, party: str = VN, *, identity: Identity | None = None, limits: Patience = QUICK) -> Courier:
        """A party's way to its peers."""
        return Courier(self.peers(party), identity or self.identities[party], limits)

    def outbox(self, party: str = VN, **changes: Any) -> Outbox:
        """A party's outbox, over the network unless *changes* say otherwise."""
        node = self.node(party)
        made = Outbox(node.store, node.ledger, self.courier(party), self.nodes.clock, lambda: 1.0, accept)
        return replace(made, **changes)

    @contextmanager
    def serving(
        self, party: str = SG, handle: Handle = echo, *, limits: Limits | None = None, files: Any = no_files
    ) -> Iterator[Endpoint]:
        """A party's endpoint, serving."""
        peers, limits = self.peers(party), limits or Limits()
        door = Door(party, "/hi1", peers.behind, handle, self.nodes.clock, files, limits)
        trust = Trust(self.identities[party], peers)
        endpoint = Endpoint(make_app(door), f"127.0.0.1:{self.ports[party]}", trust, limits)
        endpoint.start()
        try:
            yield endpoint
        finally:
            endpoint.stop()


@contextmanager
def scripted(link: Link, script: Callable[[ssl.SSLSocket], object], party: str = SG) -> Iterator[list[bytes]]:
    """A server with a party's own key that, for each connection, reads a request and goes by *script*."""
    context = server_context(link.identities[party], link.peers(party).certificates())
    got: list[bytes] = []
    over = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not over.is_set():
            with suppress(OSError):
                plain, _ = listener.accept()
                with context.wrap_socket(plain, server_side=True) as made:
                    got.append(_request(made))
                    script(made)

    with socket.create_server(("127.0.0.1", link.ports[party])) as listener:
        listener.settimeout(0.2)
        thread = threading.Thread(target=serve, args=(listener,))
        thread.start()
        try:
            yield got
        finally:
            over.set()
            thread.join()


def _request(made: ssl.SSLSocket) -> bytes:
    """A whole request, however many pieces it comes in: what is left unread may cut the answer off."""
    got = b""
    while not _whole(got) and (piece := made.recv(65536)):
        got += piece
    return got


def _whole(request: bytes) -> bool:
    head, end, body = request.partition(b"\r\n\r\n")
    said = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return bool(end) and len(body) >= (int(said[1]) if said else 0)


def accept(unit: Unit, message: Message, answer: bytes) -> None:
    """Take any answer."""


@contextmanager
def linked(nodes: Nodes, folder: Path) -> Iterator[Link]:
    """Two of a world's nodes, VN.a05 and SG.orchid, that know each other's address and certificate."""
    link = Link(nodes, folder)
    link.enrol(VN, SG)
    yield link
