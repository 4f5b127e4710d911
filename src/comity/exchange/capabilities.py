"""What a peer accepts, asked of its node (GETCSPCONFIG) and said in a line."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from comity.hi1.model import Action

from .desk import Desk, expect
from .outbox import Carrier
from .peers import Peer


def ask(desk: Desk, carrier: Carrier, party: str) -> dict[str, Any]:
    """Ask a party's node what may be asked of it; nothing is kept of the question here. Empty if it does not say.

    Raises:
        ComityError: it cannot be reached, or what comes back is not its word.
    """
    raw = desk.letter(party, str(uuid4()), (Action(0, "GETCSPCONFIG"),))
    answer = desk.heard(party, carrier.deliver(party, raw))
    expect(answer, sender=party, receiver=desk.party)
    return next((dict(one.config) for one in answer.answers if one.config), {})


def line(config: dict[str, Any]) -> str:
    """Say in a line what a peer accepts: the formats of identifiers, and for which data."""
    rows = config.get("TargetingConfigurations", {}).get("TargetingConfiguration", [])
    said = []
    for row in rows:
        names = {
            word
            for kind in ("LD", "LP")
            for word in (e["Value"] for e in row.get(f"Associated{kind}RequestTypes", {}).get("DictionaryEntry", []))
        }
        said.append(f"{row['FormatName']} ({', '.join(sorted(names))})")
    return "; ".join(said) or "it does not say what it accepts"


def offers(desk: Desk, carrier: Carrier, peer: Peer) -> str:
    """Say in a line what a peer accepts, by its own word now."""
    return line(ask(desk, carrier, peer.id))
