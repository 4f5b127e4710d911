"""Deliveries that arrived at the authority, with the message that carried them."""

from __future__ import annotations

from pathlib import Path

from builders.deliveries import SG, VN, Line
from comity.exchange import tables
from comity.exchange.inbound import received


def arrived(made: Line, *files: Path, only: int = 1000, **terms: object) -> str:
    """A delivery that arrived, or only its first parts; gives its identifier."""
    parts = made.offer(*files, **terms)  # type: ignore[arg-type]  # what a test says
    for thing in made.things(parts)[:only]:
        made.take(thing)
    made.work()
    keep_message(made)
    return parts[0].part.delivery


def keep_message(made: Line) -> None:
    """Keep the message that carried the parts, as the endpoint does."""
    now = made.nodes.clock.now()
    message = received(
        peer=SG, transaction="t-1", raw=b"{}", answer=b"{}", kind="actions", about="", at=now, answered_at=now
    )
    with made.nodes.office(VN).store.write() as unit:
        if not tables.find_messages(unit, transaction="t-1"):
            tables.add_message(unit, message)
