"""One node of ours and one peer without our code, at two ports of loopback, each in the other's directory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from builders.exchange import SG, VN, Link
from builders.nodes import Nodes
from builders.patience import free_port
from builders.scriptedmessages import Package
from builders.scriptedpeer import WITH_ETSIS_PREFIXES, WITH_OTHER_PREFIXES, Known, ScriptedPeer, Tls
from comity.exchange import deliverytables
from comity.exchange.desk import Desk
from comity.exchange.identity import entry as identity_entry
from comity.exchange.objecttables import objects_of
from comity.exchange.outbox import Tried
from comity.node.ports import desk_of
from comity.node.serving import Serving, serving
from comity.requests.model import Request
from comity.web.hi1.serving import endpoint


@dataclass
class Across:
    """A node of ours, at work, and the peer across."""

    link: Link
    party: str
    peer: ScriptedPeer

    @property
    def nodes(self) -> Nodes:
        """The world's nodes; that of the peer's party only makes packages and receipts, as a command line would."""
        return self.link.nodes

    @cached_property
    def served(self) -> Serving:
        """Our node with its way to its peers."""
        return serving(self.link.node(self.party))

    @property
    def desk(self) -> Desk:
        """Our node's desk."""
        return desk_of(self.link.node(self.party))

    @contextmanager
    def up(self) -> Iterator[None]:
        """Both listen, our node in this process."""
        door = endpoint(self.served, f"127.0.0.1:{self.link.ports[self.party]}")
        door.start()
        try:
            with self.peer.listening(self.link.ports[self.peer.party]):
                yield
        finally:
            door.stop()

    @contextmanager
    def up_as_process(self) -> Iterator[None]:
        """Both listen, our node as `comity serve`, which is stopped afterwards and leaves in order."""
        port, home = self.link.ports[self.party], self.nodes.home(self.party)
        program = "from comity.cli.main import main; main()"
        line = [sys.executable, "-c", program, "serve", "--json", "--home", str(home), "--listen", f"127.0.0.1:{port}"]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as running:
            try:
                assert running.stdout is not None and running.stdout.readline()
                with self.peer.listening(self.link.ports[self.peer.party]):
                    yield
            finally:
                running.terminate()
        assert running.returncode == 0

    def work(self) -> list[Tried]:
        """Let our node deliver and fetch until nothing is due; give what it tried."""
        tried: list[Tried] = []
        while made := self.served.work():
            tried += made
        return tried

    def package(self, measure: str = "preserve") -> Package:
        """A package of VN.a05 that two people signed and released, as a file."""
        return self.packed(self.nodes.released(measure))

    def packed(self, request: Request) -> Package:
        """The package of a released request, as a file."""
        return Package(self.nodes.carried(request).read_bytes())

    def statuses(self, request: str, side: str) -> dict[str, str]:
        """The statuses of a request's objects at our node, by type."""
        with self.link.node(self.party).store.read() as unit:
            return {one.type: one.status for one in objects_of(unit, request, side=side)}

    def parts(self, request: str) -> list[str]:
        """The states of the parts delivered on a request, at our node."""
        with self.link.node(self.party).store.read() as unit:
            return [kept.state for kept in deliverytables.find_parts(unit, request=request)]

    def request(self, name: str, party: str = "") -> Request:
        """A request as a node has it."""
        office = self.nodes.office(party or self.party)
        with office.store.read() as unit:
            return office.find(unit, name)

    def state(self, name: str, party: str = "") -> str:
        """The state of a request."""
        return self.request(name, party).state


@contextmanager
def against(nodes: Nodes, folder: Path, *, ours: str, encoding: str, **exchange: Any) -> Iterator[Across]:
    """Our node and a peer that speaks *encoding*, both listening; *exchange* is added to our entry in the directory."""
    across = facing(nodes, folder, ours=ours, encoding=encoding, **exchange)
    with across.up():
        yield across


def facing(nodes: Nodes, folder: Path, *, ours: str, encoding: str, **exchange: Any) -> Across:
    """Our node and a peer that know each other, before either listens."""
    theirs = VN if ours == SG else SG
    link = Link(nodes, folder)
    settings = nodes.home(ours) / "comity.toml"
    settings.write_text(settings.read_text("utf-8").replace('encoding = "json"', f'encoding = "{encoding}"'), "utf-8")
    link.enrol_by_command(ours)
    link.change(ours, exchange=identity_entry(link.url(ours), link.identities[ours]) | exchange)
    peer = _scripted(link, theirs, ours, encoding)
    link.spread(ours, theirs)
    return Across(link, ours, peer)


@contextmanager
def beside(across: Across, party: str) -> Iterator[ScriptedPeer]:
    """A second peer of our node."""
    peer = _scripted(across.link, party, across.party, across.peer.encoding)
    across.link.spread(across.party)
    with peer.listening(across.link.ports[party]):
        yield peer


def _scripted(link: Link, party: str, ours: str, encoding: str) -> ScriptedPeer:
    """A peer with a new TLS pair in the directory, and the node key that its party enrolled."""
    link.ports[party] = free_port()
    tls = Tls.make(link.folder / f"scripted-{party}.pem", with_rsa=encoding == "xml")
    link.change(party, exchange=tls.entry(link.url(party)))
    key = serialization.load_ssh_private_key(link.nodes.key_file("node", party).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    public = Ed25519PublicKey.from_public_bytes(link.nodes.key("node", ours).public.raw)
    known = Known(ours, link.url(ours), link.identities[ours].der, public)
    prefixes = WITH_OTHER_PREFIXES if encoding == "xml" else WITH_ETSIS_PREFIXES
    return ScriptedPeer(party, key, tls, known, encoding=encoding, prefixes=prefixes, now=link.nodes.clock.now)
