"""A node that serves: its peers, its way to them, and the workers that deliver what is due.

Workers run in threads, each taking one message at a time by lease, so that a slow peer does not hold up the others; any
number of processes may do the same on one database. What goes wrong with one message is that message's affair; what goes
wrong with the round (a locked database, a full disk) is logged, and the next round tries again.
"""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass, field
from functools import cached_property, partial

from comity.exchange.identity import Identity
from comity.exchange.outbox import Outbox, Tried, deliver_due
from comity.exchange.peers import Peers
from comity.exchange.probe import Finding, probe
from comity.exchange.transport import Courier
from comity.kernel.clock import stamp
from comity.kernel.errors import ComityError

from .ports import Ports, ports
from .service import Node

PAUSE = 5.0
WORKERS = 4
_LOG = logging.getLogger("comity.node")


@dataclass(frozen=True)
class Serving:
    """A node with its way to its peers."""

    node: Node
    ports: Ports

    @cached_property
    def peers(self) -> Peers:
        """Give the node's peers."""
        return Peers(self.node.mirror, self.node.clock)

    @property
    def identity(self) -> Identity:
        """Give the node's TLS pair."""
        return identity_of(self.node)

    @cached_property
    def courier(self) -> Courier:
        """Give the way to the peers."""
        return Courier(self.peers, self.identity)

    @property
    def outbox(self) -> Outbox:
        """Give the outbox with that way."""
        node, ports = self.node, self.ports
        return Outbox(node.store, node.ledger, self.courier, node.clock, random.random, ports.on_answer, ports.on_stuck)

    def work(self) -> list[Tried]:
        """Deliver everything that is due, once, and do the chores."""
        tried = deliver_due(self.outbox)
        for chore in self.ports.chores:
            chore(self.courier)
        return tried

    def started(self) -> None:
        """Write down that the node was started; see that no secret of its people lies open in the database."""
        if self.node.settings.desk:
            try:
                self.node.staff.vault.prepare(self.node.store)
            except ComityError as e:
                _LOG.warning("nobody comes in by one-time codes: %s", e)
        with self.node.store.write(durable=True) as unit:
            self.node.ledger.append(unit, {"type": "node.started", "at": stamp(self.node.clock.now())})


@dataclass
class Workers:
    """The threads that deliver, from `start` to `stop`."""

    serving: Serving
    count: int = WORKERS
    pause: float = PAUSE
    _over: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def start(self) -> None:
        """Begin, one after the other, so that somebody looks more often than each of them does."""
        self._threads = [
            threading.Thread(target=self._run, args=(n * self.pause / self.count,), name=f"worker-{n}", daemon=True)
            for n in range(self.count)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float = 30.0) -> None:
        """Take nothing more, and wait for what is under way; what takes longer is left to its lease."""
        self._over.set()
        for thread in self._threads:
            thread.join(patience)

    def _run(self, after: float) -> None:
        self._over.wait(after)
        while not self._over.is_set():
            tried: list[Tried] = []
            try:
                tried = self.serving.work()
            except ComityError as e:
                _LOG.warning("a round of deliveries ended early: %s", e)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker
                _LOG.exception("a round of deliveries broke off")
            if not tried:
                self._over.wait(self.pause)


def serving(node: Node) -> Serving:
    """Give a node with its way to its peers."""
    return Serving(node, ports(node))


def check_peer(node: Node, party: str) -> list[Finding]:
    """Look at the way to a party step by step, up to the first that fails."""
    made = serving(node)
    offers = partial(made.ports.offers, made.courier) if made.ports.offers else None
    return probe(made.courier, node.settings.party, party, node.clock.now, offers)


def identity_of(node: Node) -> Identity:
    """Give where a node's TLS pair lies."""
    return Identity(node.settings.path(node.settings.tls))
