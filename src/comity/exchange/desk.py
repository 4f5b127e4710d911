"""The desk: what every act of exchange works with, and the two ways of a letter: written and signed, heard and believed.

What a peer says is believed only as far as a key signed it that the directory gives that peer in the role `node` now,
and only what the signature covers is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from comity.crypto.keys import Signer
from comity.crypto.recipient import Identity
from comity.hi1 import codec, signing
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Encoding, Endpoint, Header, Message, Thing, Version
from comity.hi1.signing import Trusted
from comity.kernel.errors import ComityError
from comity.requests.office import Office
from comity.store.engine import Unit

from .errors import PeerRefused

NODE = "node"
NEWEST = Version()


class Deliveries(Protocol):
    """What is done with deliveries, in the unit that takes the message in; a fault is raised as `BadMessage`."""

    def deliver(self, unit: Unit, peer: str, transaction: str, thing: Thing) -> None:
        """Take in an object that *peer* delivers on a task of ours."""

    def follow(self, unit: Unit, peer: str, thing: Thing) -> None:
        """Take the word of *peer* on an object that we delivered."""

    def refused(self, unit: Unit, peer: str, thing: Thing, error: BadMessage) -> None:
        """Put on record that an object that *peer* delivered was turned down."""

    def answered(self, unit: Unit, peer: str, kind: str, asked: Message, answer: Message) -> str:
        """Take the answer to a message of another kind than ours; gives what was refused, or nothing."""


@dataclass(frozen=True)
class Desk:
    """A node's office with the node's own key, and how it writes.

    *identity* opens packages that are sealed to the party; *config* says what may be asked here (GETCSPCONFIG), as
    a version has it.
    """

    office: Office
    signer: Signer
    encoding: Encoding = "json"
    identity: Identity | None = None
    deliveries: Deliveries | None = None
    config: Callable[[str], Mapping[str, Any]] | None = None

    @property
    def party(self) -> str:
        """Give the party that the desk works for."""
        return self.office.party

    def now(self) -> datetime:
        """Give the time."""
        return self.office.clock.now()

    def letter(self, to: str, transaction: str, actions: tuple[Action, ...]) -> bytes:
        """Write and sign a request to a party.

        Raises:
            BadMessage: the actions do not fit ETSI's tables.
        """
        return self.signed(Message(self.header(to, transaction), actions=actions), self.encoding)

    def header(self, to: str, transaction: str, version: Version = NEWEST) -> Header:
        """Write a header of now."""
        sender, receiver = Endpoint.of(self.party), Endpoint.of(to)
        return Header(sender=sender, receiver=receiver, transaction=transaction, at=self.now(), version=version)

    def signed(self, message: Message, encoding: Encoding) -> bytes:
        """Write and sign any message."""
        return signing.sign(codec.write(message, encoding), self.signer)

    def heard(self, peer: str, raw: bytes) -> Message:
        """Read what *peer* signed, and nothing else; any version is read.

        Raises:
            BadMessage: it is no message, is not signed, or not by a key of the peer's node.
            PeerRefused: the directory does not have the peer, or is too old to say.
        """
        signed = signing.verify(raw, self.trusted(peer))
        return codec.read(signed.content, lenient=True)

    def read_own(self, raw: bytes) -> Message:
        """Read a message of our own, as it was kept."""
        return codec.read(signing.verify(raw, self._own_keys()).content, lenient=True)

    def _own_keys(self) -> Trusted:
        """Give every key of ours that ever stood in the directory; one that has run out signed in its time."""
        known = self.office.known(self.party)
        return Trusted.of(self.signer.public, *(key.public for key in (known.keys if known else ())))

    def trusted(self, peer: str) -> Trusted:
        """Give the keys with which the peer's node may sign now.

        Raises:
            PeerRefused: the directory does not have the peer, or is too old to say.
        """
        now = self.now()
        try:
            party = self.office.mirror.lookup(peer, now)
        except ComityError as e:
            raise PeerRefused(e.message, file=e.file, field=e.field or "party", advice=e.advice) from e
        return Trusted.of(*(key.public for key in party.able(NODE, now)))


def expect(message: Message, *, sender: str, receiver: str) -> None:
    """Hold the two ends in a header against those that are known otherwise.

    Raises:
        BadMessage: it is from or for somebody else (3007).
    """
    ends = {
        "SenderIdentifier": (message.header.sender, sender),
        "ReceiverIdentifier": (message.header.receiver, receiver),
    }
    for name, (found, party) in ends.items():
        if str(found) != party:
            raise BadMessage(f"got {found}, expected {party}", code=3007, field=f"Header/{name}")
