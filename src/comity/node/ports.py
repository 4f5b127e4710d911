"""What the exchange of a node does with messages: how one is answered, what an answer means, what else is to be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from comity.accounts import once
from comity.crypto.recipient import read_identity
from comity.exchange.arriving import clear as clear_evidence
from comity.exchange.arriving import fetch as fetch_evidence
from comity.exchange.capabilities import offers
from comity.exchange.custody import Custody, offered
from comity.exchange.deliveries import Offered
from comity.exchange.desk import Desk
from comity.exchange.emergency import keep_clocks
from comity.exchange.endpoint import handler
from comity.exchange.inbound import Handler
from comity.exchange.outbox import OnAnswer, OnStuck, nothing_more
from comity.exchange.peers import Peer
from comity.exchange.sending import on_answer, on_stuck
from comity.exchange.transport import Courier
from comity.hi1.capability import Capability, config, read_capability

from .errors import BadSettings
from .service import Node, open_key
from .settings import Settings


@dataclass(frozen=True)
class Ports:
    """The meaning of messages, as the transport needs it.

    *files* gives the path of a file on offer to one of the parties under a token; *chores* are done by the worker after
    each round of deliveries; *offers* says in a line what a peer offers, for `comity peer check`.
    """

    handle: Handler
    on_answer: OnAnswer
    files: Callable[[tuple[str, ...], str], Offered | None]
    chores: tuple[Callable[[Courier], object], ...] = ()
    offers: Callable[[Courier, Peer], str] | None = None
    on_stuck: OnStuck = nothing_more


def ports(node: Node) -> Ports:
    """Give the ports of a node."""
    desk = desk_of(node)
    chores = (
        Custody(desk).fetch, partial(fetch_evidence, desk), lambda _: clear_evidence(node.office),
        lambda _: keep_clocks(node.office), lambda _: once.sweep(node.staff),
    )  # fmt: skip
    return Ports(
        handler(desk), on_answer(desk), partial(offered, node.office), chores, partial(offers, desk), on_stuck(desk)
    )


def desk_of(node: Node) -> Desk:
    """Give the desk at which a node's exchange is done."""
    known = capability_of(node.settings)
    said = partial(config, known) if known else None
    settings = node.settings
    identity = read_identity(settings.path(settings.identity)) if settings.identity else None
    desk = Desk(node.office, open_key(settings), encoding=settings.encoding, config=said, identity=identity)
    return replace(desk, deliveries=Custody(desk))


def capability_of(settings: Settings) -> Capability | None:
    """Read what the node's party accepts, if its settings name the file.

    Raises:
        BadSettings: it is the file of another party.
    """
    if not settings.capability:
        return None
    path = settings.path(settings.capability)
    known = read_capability(path)
    if known.provider != settings.party:
        message = f"got the file of {known.provider}, expected that of {settings.party}"
        raise BadSettings(message, file=str(path), field="provider")
    return known
