"""A node's endpoint: the door of its party, with what its node does behind it."""

from __future__ import annotations

from urllib.parse import urlsplit

from comity.exchange.errors import NoPeer
from comity.node.serving import Serving

from .app import Door, make_app
from .limits import Limits
from .server import Endpoint, Trust


def endpoint(serving: Serving, listen: str) -> Endpoint:
    """Make the endpoint of a node; its path, and the largest message, are those that the directory names.

    Raises:
        NoPeer: the directory names no address of the node's party.
    """
    node = serving.node
    exchange = node.office.me().exchange
    if exchange is None:
        raise NoPeer(
            f"got no address of {node.settings.party} in the directory, expected one",
            advice="Make a TLS pair with `comity node tls`, and let your registry enrol what it prints.",
        )
    # Twice what the directory promises is read, so that what is somewhat too large gets a signed answer (3022).
    limits = Limits(message=2 * exchange.max_bytes)
    door = Door(
        party=node.settings.party,
        path=urlsplit(exchange.url).path,
        behind=serving.peers.behind,
        handle=serving.ports.handle,
        clock=node.clock,
        files=serving.ports.files,
        limits=limits,
    )
    return Endpoint(make_app(door), listen, Trust(serving.identity, serving.peers), limits)
