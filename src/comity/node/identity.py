"""The node's TLS pair: made, followed by another, and written out as the directory lists it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from comity.exchange.identity import entry, make, switch
from comity.kernel.clock import Clock, SystemClock

from .errors import BadSettings
from .service import open_node
from .serving import identity_of

_SYSTEM_CLOCK = SystemClock()


def tls_entry(
    home: Path, url: str, *, following: bool = False, change: bool = False, clock: Clock = _SYSTEM_CLOCK
) -> dict[str, Any]:
    """Make the pair if there is none, or the *following* one, or *change* to that; gives the entry for the directory.

    While there is a following pair, the entry lists both. Without *url* the address is the one that the directory has.

    Raises:
        BadSettings: there is no address, neither given nor in the directory.
        BadIdentity: a file cannot be read or written, or the address is malformed.
    """
    with open_node(home, clock=clock) as node:
        known, pair = node.office.me().exchange, identity_of(node)
        url = url or (known.url if known else "")
        if not url:
            raise BadSettings("got no address, expected one with --url", field="url")
        if change:
            switch(pair)
        elif following or not pair.file.exists():
            make(pair.following if following else pair, url, node.settings.party, node.clock.now())
        pairs = [pair, pair.following] if pair.following.file.exists() else [pair]
        made = entry(url, *pairs)
        if known and "max_bytes" in node.office.me().document()["exchange"]:
            made["max_bytes"] = known.max_bytes
        return made
