"""The desk: a node with its people, under its own name; what every page works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from comity.accounts.staff import Staff
from comity.node.service import Node

from .site import Site


@dataclass(frozen=True)
class Desk:
    """A node with its desk's site; *proxied* tells that a proxy on this machine stands before it."""

    node: Node
    site: Site
    proxied: bool = False
    body_time: float = 60.0
    upload_time: float = 900.0
    people: Staff | None = field(default=None)

    @cached_property
    def staff(self) -> Staff:
        """Give the people who work here."""
        return self.people or self.node.staff
