"""Addresses and names that nobody on the public internet holds (IANA special-purpose registries)."""

from __future__ import annotations

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import NamedTuple

from .vocabulary import load


class _Block(NamedTuple):
    network: IPv4Network | IPv6Network
    label: str
    source: str


@cache
def _blocks() -> tuple[_Block, ...]:
    rows = load("reserved")["networks"]
    return tuple(_Block(ip_network(row["network"]), row["label"], row["source"]) for row in rows)


def address_doubt(address: IPv4Address | IPv6Address) -> str:
    """Say for what *address* is reserved and what follows; empty for an address that can be held in public."""
    for block in _blocks():
        if address in block.network:
            return f"{address} is {block.label} ({block.source}): no provider can tell from it alone who used it"
    if isinstance(address, IPv6Address) and address not in IPv6Network("2000::/3"):
        return f"{address} is outside the range handed out so far (RFC 4291): check it"
    return ""


def name_doubt(name: str) -> str:
    """Say for what the domain *name* is reserved; empty for a name that can be registered."""
    for row in load("reserved")["names"]:
        if name == row["name"] or name.endswith("." + row["name"]):
            return f"{name} is {row['label']} ({row['source']}): no registrar can tell who holds it"
    return ""
