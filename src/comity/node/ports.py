"""What the exchange of a node does with messages: how one is answered, what an answer means, what else is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from comity.exchange.desk import Desk
from comity.exchange.endpoint import handler
from comity.exchange.inbound import Handler
from comity.exchange.outbox import OnAnswer
from comity.exchange.peers import Peer
from comity.exchange.sending import on_answer
from comity.exchange.transport import Courier

from .service import Node, open_key


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
    desk = desk_of(node)
    return Ports(handler(desk), on_answer(desk), _no_files)


def desk_of(node: Node) -> Desk:
    """Give the desk at which a node's exchange is done."""
    return Desk(node.office, open_key(node.settings))


def _no_files(parties: tuple[str, ...], token: str) -> Path | None:
    return None
