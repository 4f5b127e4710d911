"""Where messages and what we know of peers are kept, and the few queries on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from comity.store.engine import Unit
from comity.store.schema import Json, UtcDateTime, metadata

OUT, IN = "out", "in"
QUEUED, ANSWERED, STUCK = "queued", "answered", "stuck"

_messages = sa.Table(
    "exchange_message",
    metadata,
    sa.Column("direction", sa.Text, primary_key=True),
    sa.Column("peer", sa.Text, primary_key=True),
    sa.Column("transaction", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("answer", sa.LargeBinary),
    sa.Column("answered_at", UtcDateTime),
    sa.Index(None, "about"),
    sa.Index(None, "transaction"),
    sa.Index(None, "direction", "state"),
)
_peers = sa.Table(
    "exchange_peer",
    metadata,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("seen_at", UtcDateTime),
    sa.Column("failed_at", UtcDateTime),
    sa.Column("error", sa.Text, nullable=False),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("received", sa.Integer, nullable=False),
    sa.Column("failures", sa.Integer, nullable=False),
)
_checks = sa.Table(
    "peer_check",
    metadata,
    sa.Column("party", sa.Text, primary_key=True),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("findings", Json, nullable=False),
)


@dataclass(frozen=True)
class PeerCheck:
    """What came of looking at the way to a peer: when, by whom, and each step as `probe.Finding` says it."""

    party: str
    at: datetime
    by: str
    findings: list[dict[str, Any]]

    @property
    def good(self) -> bool:
        """Tell whether every step went well."""
        return all(one["good"] for one in self.findings)


@dataclass(frozen=True)
class Message:
    """A message to or from a peer, byte for byte, with its answer: `queued`, `answered` or `stuck`.

    *about* is the request it belongs to, *kind* what it carries; both mean nothing here.
    """

    direction: str
    peer: str
    transaction: str
    kind: str
    about: str
    raw: bytes
    sha256: str
    at: datetime
    state: str
    reason: str = ""
    answer: bytes | None = None
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What this node knows of a peer by itself: paused or not, last word, last failure since then, counts."""

    party: str
    paused: bool = False
    seen_at: datetime | None = None
    failed_at: datetime | None = None
    error: str = ""
    sent: int = 0
    received: int = 0
    failures: int = 0


def add_message(unit: Unit, message: Message) -> None:
    """Keep a new message."""
    unit.execute(sa.insert(_messages).values(**vars(message)))


def change_message(unit: Unit, message: Message) -> None:
    """Keep a message's new state."""
    values = {name: getattr(message, name) for name in ("state", "reason", "answer", "answered_at")}
    unit.execute(sa.update(_messages).where(_is(message.direction, message.peer, message.transaction)).values(**values))


def find_messages(unit: Unit, **wanted: str) -> list[Message]:
    """List messages whose columns have the *wanted* values, the oldest first."""
    query = sa.select(_messages).filter_by(**wanted).order_by(_messages.c.at, _messages.c.transaction)
    return [Message(**row) for row in unit.execute(query).mappings()]


def letters(unit: Unit, about: Iterable[str]) -> dict[str, list[Message]]:
    """List our messages about some requests, by request, the oldest first; without their bytes and answers."""
    c = _messages.c
    query = sa.select(*(one for one in c if one.name not in ("raw", "answer")))
    query = query.where(c.direction == OUT, c.about.in_(sorted(about))).order_by(c.at, c.transaction)
    found: dict[str, list[Message]] = {}
    for row in unit.execute(query).mappings():
        found.setdefault(row["about"], []).append(Message(raw=b"", **row))
    return found


def find_transactions(unit: Unit, **wanted: str) -> list[str]:
    """Name the transactions of such messages, without reading what is in them."""
    query = sa.select(_messages.c.transaction).filter_by(**wanted).order_by(_messages.c.at, _messages.c.transaction)
    return [str(one) for one in unit.scalars(query)]


def count_messages(unit: Unit) -> Mapping[tuple[str, str, str], int]:
    """Count the messages by peer, direction and state."""
    columns = (_messages.c.peer, _messages.c.direction, _messages.c.state)
    query = sa.select(*columns, sa.func.count()).group_by(*columns)
    return {(peer, direction, state): count for peer, direction, state, count in unit.execute(query)}


def standing(unit: Unit, party: str) -> Standing:
    """Give what is known of a peer; nothing yet is a standing too."""
    row = unit.execute(sa.select(_peers).where(_peers.c.party == party)).mappings().one_or_none()
    return Standing(**row) if row else Standing(party)


def standings(unit: Unit) -> list[Standing]:
    """List all peers of which something is known."""
    return [Standing(**row) for row in unit.execute(sa.select(_peers).order_by(_peers.c.party)).mappings()]


def put_standing(unit: Unit, standing: Standing) -> None:
    """Keep what is known of a peer."""
    changed = sa.update(_peers).where(_peers.c.party == standing.party).values(**vars(standing))
    if not unit.execute(changed).rowcount:
        unit.execute(sa.insert(_peers).values(**vars(standing)))


def put_check(unit: Unit, check: PeerCheck) -> None:
    """Keep what came of a check, in the place of the one before."""
    changed = sa.update(_checks).where(_checks.c.party == check.party).values(**vars(check))
    if not unit.execute(changed).rowcount:
        unit.execute(sa.insert(_checks).values(**vars(check)))


def last_checks(unit: Unit) -> dict[str, PeerCheck]:
    """Give what came of the last check of each peer, by party."""
    return {row["party"]: PeerCheck(**row) for row in unit.execute(sa.select(_checks)).mappings()}


def _is(direction: str, peer: str, transaction: str) -> Any:
    c = _messages.c
    return (c.direction == direction) & (c.peer == peer) & (c.transaction == transaction)
