"""What an HI-1 message says, as values: the wire bytes are the record, these are a view of them.

Members keep ETSI's element names without prefix and ETSI's JSON nesting (wrappers such as
``{"AssociatedObjects": {"AssociatedObject": [...]}}`` stay), so that XML and JSON read into the same tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Encoding = Literal["xml", "json"]
Tree = Mapping[str, Any]


@dataclass(frozen=True, order=True)
class Endpoint:
    """A party on the wire: country code and unique identifier; the party VN.a05 is ``Endpoint("VN", "a05")``."""

    country: str
    name: str

    @classmethod
    def of(cls, party: str) -> Endpoint:
        """Read a party's identifier such as ``VN.a05``."""
        country, _, name = party.partition(".")
        return cls(country, name)

    def __str__(self) -> str:
        return f"{self.country}.{self.name}"


@dataclass(frozen=True)
class Version:
    """Which ETSI text and which national profile the message follows."""

    etsi: str = "V1.23.1"
    owner: str = "comity"
    profile: str = "v1.0"


@dataclass(frozen=True, kw_only=True)
class Header:
    """Who writes to whom, in which transaction, when and by which version; *at* is UTC."""

    sender: Endpoint
    receiver: Endpoint
    transaction: str
    at: datetime
    version: Version = Version()
    workflow: str = ""


@dataclass(frozen=True)
class Thing:
    """An HI-1 object: its type (local name), its identifier and its other members in ETSI's names and nesting."""

    type: str
    id: str
    members: Tree = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """One numbered verb of a request: a thing to CREATE, UPDATE or DELIVER, an identifier to GET, a query to LIST."""

    n: int
    verb: str
    thing: Thing | None = None
    identifier: str = ""
    query: Tree | None = None


@dataclass(frozen=True)
class Fault:
    """Why a message or an action could not be done: a code from 3000 to 3022 and a text."""

    code: int
    text: str


@dataclass(frozen=True)
class Answer:
    """What came of one numbered action: its result or a fault."""

    n: int
    verb: str
    identifier: str = ""
    thing: Thing | None = None
    records: tuple[Tree, ...] = ()
    config: Tree | None = None
    fault: Fault | None = None


@dataclass(frozen=True)
class Message:
    """A whole message: a request with actions, or a response with answers or one fault for all of it."""

    header: Header
    actions: tuple[Action, ...] = ()
    answers: tuple[Answer, ...] = ()
    fault: Fault | None = None

    @property
    def is_request(self) -> bool:
        """Whether the message asks for something."""
        return bool(self.actions)
