"""What the exchange of a node does with messages: how one is answered, what an answer means, what else is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from comity.exchange.errors import PeerRefused
from comity.exchange.inbound import Handler, Inbound, Outbound
from comity.exchange.outbox import OnAnswer
from comity.exchange.peers import Peer
from comity.exchange.tables import Message
from comity.exchange.transport import Courier
from comity.store.engine import Unit

from .service import Node


@dataclass(frozen=True)
class Ports:
    """The meaning of messages, as the transport needs it.

    *files* gives the path of a file on offer to one of the parties under a token; *chores* are done by the worker after
    each round of deliveries; *offers* says in a line what a peer offers, for `comity peer check`.
    """

    handle: Handler
    on_answer: OnAnswer
    files: Callable[[tuple[str, ...], str], Path | None]
    chores: tuple[Callable[[Courier], object], ...] = ()
    offers: Callable[[Peer], str] | None = None


def ports(node: Node) -> Ports:
    """Give the ports of a node."""
    return Ports(_later, _unread, _no_files)


def _later(message: Inbound) -> Outbound:
    return Outbound(503, b"This node takes no messages yet.\n", "text/plain")


def _no_files(parties: tuple[str, ...], token: str) -> Path | None:
    return None


def _unread(unit: Unit, message: Message, answer: bytes) -> str | None:
    raise PeerRefused("got an answer that this program cannot read yet, expected none")
