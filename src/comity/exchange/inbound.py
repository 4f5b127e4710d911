"""What comes in: the bytes as the transport hands them over, what goes back, and each transaction's one effect.

A handler gets an `Inbound` and gives an `Outbound`. The transport has made sure of the peer before: *parties* are those
(one, as a rule) under whose certificate in the directory the connection was made. A message brought in by hand came over
no connection; it names none, and who sent it is known from its signature alone.

The same message again gets the answer that was given before, also when two arrive at once: what `answer_once` is given
to do may run twice after a crash, so it has to bear that, and the first answer that was kept stands.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from comity.store.engine import Store, Unit

from . import tables
from .errors import ReplayRefused
from .tables import ANSWERED, IN, Message

XML, JSON = "application/xml", "application/json"


@dataclass(frozen=True)
class Inbound:
    """Bytes that came in, when, and of which parties the TLS certificate (DER) is."""

    raw: bytes
    content_type: str
    at: datetime
    parties: tuple[str, ...] = ()
    certificate: bytes = b""

    @property
    def by_hand(self) -> bool:
        """Tell whether a person brought it, so that no connection vouches for the party."""
        return not self.certificate

    def may_be_from(self, party: str) -> bool:
        """Tell whether the connection was made by *party*; a message brought by hand may be from anybody."""
        return self.by_hand or party in self.parties


@dataclass(frozen=True)
class Outbound:
    """What goes back: an HTTP status (200 whatever the message says) and the answer's bytes."""

    status: int
    raw: bytes
    content_type: str = XML


Handler = Callable[[Inbound], Outbound]


def content_type(raw: bytes) -> str:
    """Give the media type of a message by its first sign."""
    return JSON if raw.lstrip()[:1] == b"{" else XML


def recall(unit: Unit, *, peer: str, transaction: str, raw: bytes) -> bytes | None:
    """Give the answer that this message got before, or nothing if it is new.

    Raises:
        ReplayRefused: another message came from that peer under this transaction.
    """
    found = tables.find_messages(unit, direction=IN, peer=peer, transaction=transaction)
    if not found:
        return None
    if not secrets.compare_digest(found[0].sha256, hashlib.sha256(raw).hexdigest()):
        raise ReplayRefused(
            f"got other bytes under the transaction {transaction}, expected the message known already",
            field="TransactionIdentifier",
            advice="Use a new transaction for another message.",
        )
    return found[0].answer


def remember(unit: Unit, message: Message) -> bytes:
    """Keep an answered message from a peer, and give the answer that stands: an earlier one if there is one.

    Raises:
        ReplayRefused: another message came from that peer under this transaction.
    """
    known = recall(unit, peer=message.peer, transaction=message.transaction, raw=message.raw)
    if known is not None:
        return known
    tables.add_message(unit, message)
    before = tables.standing(unit, message.peer)
    tables.put_standing(unit, replace(before, seen_at=message.at, received=before.received + 1))
    assert message.answer is not None
    return message.answer


def received(
    *,
    peer: str,
    transaction: str,
    raw: bytes,
    answer: bytes,
    kind: str,
    about: str,
    at: datetime,
    answered_at: datetime,
) -> Message:
    """Make the record of an incoming message and its answer."""
    digest = hashlib.sha256(raw).hexdigest()
    return Message(IN, peer, transaction, kind, about, raw, digest, at, ANSWERED, "", answer, answered_at)


def answer_once(store: Store, *, peer: str, transaction: str, raw: bytes, act: Callable[[], Message]) -> bytes:
    """Give the answer to a message: the one given before, or what *act* makes now, kept first.

    *act* does what the message asks in units of its own, and bears being run twice.

    Raises:
        ReplayRefused: another message came from that peer under this transaction.
    """
    with store.read() as unit:
        known = recall(unit, peer=peer, transaction=transaction, raw=raw)
    if known is not None:
        return known
    message = act()
    with store.write(durable=True) as unit:
        return remember(unit, message)
