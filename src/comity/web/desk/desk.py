"""The desk: a node with its people, under its own name; what every page works with."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

from comity.accounts.issuer import Issuer
from comity.accounts.staff import Staff
from comity.exchange.desk import Desk as Exchange
from comity.node.ports import desk_of
from comity.node.service import Node
from comity.node.signin import issuer_of

from .site import Site
from .strangers import Strangers


@dataclass(frozen=True)
class Desk:
    """A node with its desk's site; *proxied* tells that a proxy on this machine stands before it.

    A token may make *token_calls* calls at once and *token_rate* a second after that.
    """

    node: Node
    site: Site
    proxied: bool = False
    body_time: float = 60.0
    upload_time: float = 900.0
    people: Staff | None = field(default=None)
    strangers: Strangers = field(default_factory=Strangers)
    stranger_time: float = 120.0
    token_calls: int = 120
    token_rate: float = 5.0
    drawing: threading.BoundedSemaphore = field(default_factory=partial(threading.BoundedSemaphore, 2))
    checking: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def checked(self) -> dict[Any, dict[str, Any]]:
        """Give the verifications of packages that were run lately."""
        return {}

    @cached_property
    def exchange(self) -> Exchange:
        """Give the desk at which messages with peers are written and heard."""
        return desk_of(self.node)

    @cached_property
    def issuer(self) -> Issuer | None:
        """Give the identity provider of the organisation, if there is one."""
        return issuer_of(self.node.settings, self.node.clock)

    @cached_property
    def staff(self) -> Staff:
        """Give the people who work here."""
        return self.people or self.node.staff
