"""Who a peer is: the party in the directory, its address and certificates there, and nothing else.

What is read from the mirror is kept until the mirror changes, and counts only while it is fresh: an expired directory, or
an expired country in it, vouches for nobody. Which parties a pin belongs to is a set, because a registry could enrol
another country's certificate for a party of its own; the signature of a message then decides.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from comity.directory.errors import BadParty, Expired
from comity.directory.folder import TIMESTAMP
from comity.directory.mirror import Mirror, Status
from comity.directory.model import Exchange, Party, check_exchange
from comity.kernel.clock import Clock, stamp
from comity.ledger.service import Ledger
from comity.store.engine import Unit

from . import outbox, tables
from .errors import NoPeer
from .tables import OUT, QUEUED, STUCK, Standing

Signature = tuple[int, int, int]
_LOG = logging.getLogger("comity.exchange")


@dataclass(frozen=True)
class Peer:
    """A party that takes messages, and how."""

    party: Party
    exchange: Exchange

    @property
    def id(self) -> str:
        """Give the party's id."""
        return self.party.id

    @property
    def pins(self) -> tuple[str, ...]:
        """Give the pins of its certificates."""
        return tuple(one.pin for one in self.exchange.certificates)


@dataclass(frozen=True)
class _Known:
    """What one state of the mirror says."""

    signature: Signature
    status: Status
    peers: Mapping[str, Peer]
    pins: Mapping[str, tuple[str, ...]]


class Peers:
    """The parties of the directory that take messages."""

    def __init__(self, mirror: Mirror, clock: Clock) -> None:
        """Read from a node's mirror."""
        self._mirror = mirror
        self.clock = clock
        self._lock = threading.Lock()
        self._known: _Known | None = None

    def find(self, party: str) -> Peer:
        """Give the peer that a party is.

        Raises:
            NoPeer: the directory does not know it, or it takes no messages.
            Expired: the directory, or the country's part of it, is out of date.
        """
        known = self._read()
        if party not in known.peers:
            advice = "Send the package by hand, or ask the party to enrol its node; see: comity directory lookup."
            raise NoPeer(f"got {party}, expected a party with an exchange address in the directory", advice=advice)
        self._fresh(known.status, party)
        return known.peers[party]

    def behind(self, pin: str) -> tuple[str, ...]:
        """Name the parties a certificate's pin belongs to now.

        Raises:
            Expired: the directory is out of date.
        """
        known, now = self._read(), self.clock.now()
        if known.status.stale(now):
            self._fresh(known.status, "")
        return tuple(p for p in known.pins.get(pin, ()) if known.status.countries[p[:2]] > now)

    def all(self) -> tuple[Peer, ...]:
        """Give all parties that take messages."""
        return tuple(self._read().peers.values())

    def certificates(self) -> tuple[bytes, ...]:
        """Give all their certificates, which TLS may trust."""
        return tuple({one.der: None for peer in self.all() for one in peer.exchange.certificates})

    def signature(self) -> Signature:
        """Give a value that changes whenever the mirror does."""
        try:
            found = (self._mirror.folder.path / TIMESTAMP).stat()
        except OSError:
            return (0, 0, 0)
        return (found.st_ino, found.st_mtime_ns, found.st_size)

    def _fresh(self, status: Status, party: str) -> None:
        until = min(status.expires, status.countries.get(party[:2], status.expires))
        if self.clock.now() >= until:
            raise Expired(
                f"got a directory that counts until {stamp(until)}, expected a fresh one",
                advice="Bring it up to date: comity node update SOURCE.",
            )

    def _read(self) -> _Known:
        with self._lock:
            signature = self.signature()
            if self._known is None or self._known.signature != signature:
                self._known = self._load(signature)
            return self._known

    def _load(self, signature: Signature) -> _Known:
        peers: dict[str, Peer] = {}
        pins: dict[str, tuple[str, ...]] = {}
        status = self._mirror.status()
        for party in self._mirror.everybody():
            if party.exchange is None or not _sound(party):
                continue
            peers[party.id] = Peer(party, party.exchange)
            for one in party.exchange.certificates:
                pins[one.pin] = (*pins.get(one.pin, ()), party.id)
        return _Known(signature, status, peers, pins)


def _sound(party: Party) -> bool:
    """Tell whether a party's address and certificates are what they say; its registry should have seen to that."""
    try:
        check_exchange(party)
    except BadParty as e:
        _LOG.warning("%s takes no messages: %s", party.id, e)
        return False
    return True


def pause(unit: Unit, ledger: Ledger, party: str, now: datetime) -> Standing:
    """Hold messages to a party back until `resume`; that it is paused already is no fault."""
    return _set(unit, ledger, party, now, paused=True)


def resume(unit: Unit, ledger: Ledger, party: str, now: datetime) -> Standing:
    """Let messages to a party out again, now, also those that were stuck."""
    for state in (QUEUED, STUCK):
        for transaction in tables.find_transactions(unit, direction=OUT, peer=party, state=state):
            outbox.again(unit, outbox.find(unit, transaction), now)
    return _set(unit, ledger, party, now, paused=False)


def _set(unit: Unit, ledger: Ledger, party: str, now: datetime, *, paused: bool) -> Standing:
    before = tables.standing(unit, party)
    after = replace(before, paused=paused, failures=before.failures if paused else 0)
    if before.paused != paused:
        ledger.append(unit, {"type": "peer.paused" if paused else "peer.resumed", "at": stamp(now), "peer": party})
    tables.put_standing(unit, after)
    return after
