"""What is done about peers: the way to one is tried, and messages to it are held back or let out."""

from __future__ import annotations

from comity.exchange import peers
from comity.exchange.tables import PeerCheck, put_check
from comity.kernel.clock import stamp
from comity.node.serving import check_peer

from .actor import Actor
from .auditing import one_at_a_time


def try_way(actor: Actor, party: str) -> PeerCheck:
    """Look at the way to a peer step by step, and keep what was found.

    Raises:
        Busy: somebody else checks something.
    """
    node = actor.node
    with one_at_a_time(actor.place):
        found = [one.plain() for one in check_peer(node, party)]
    check = PeerCheck(party, actor.staff.now, actor.person.label, found)
    with node.store.write() as unit:
        put_check(unit, check)
        event = {"type": "peer.checked", "at": stamp(check.at), "peer": party, "person": actor.person.id}
        node.ledger.append(unit, event | {"good": check.good})
    return check


def hold(actor: Actor, party: str, *, paused: bool) -> None:
    """Hold messages to a peer back, or let them out again."""
    act = peers.pause if paused else peers.resume
    with actor.node.store.write(durable=True) as unit:
        act(unit, actor.node.ledger, party, actor.staff.now)
