"""The roster of peers: who can be reached, when it was last heard, what waits for it, and what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from comity.kernel.clock import stamp
from comity.requests.office import Office
from comity.store.engine import Unit

from .emergency import flags
from .peers import Peers
from .tables import OUT, QUEUED, STUCK, Standing, count_messages, standing, standings


@dataclass(frozen=True)
class Neighbour:
    """A party, its address if it takes messages, how it stands with us, and how many messages wait or are stuck."""

    party: str
    url: str
    standing: Standing
    waiting: int
    stuck: int
    overdue: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """Give the row as JSON data."""
        one = self.standing
        return {
            "party": self.party, "url": self.url, "paused": one.paused,
            "seen_at": stamp(one.seen_at) if one.seen_at else "",
            "failed_at": stamp(one.failed_at) if one.failed_at else "",
            "failures": one.failures, "error": one.error, "sent": one.sent, "received": one.received,
            "waiting": self.waiting, "stuck": self.stuck, "formal_requests_overdue": list(self.overdue),
        }  # fmt: skip


def roster(unit: Unit, office: Office) -> list[Neighbour]:
    """List every party that takes messages, or with which there were some."""
    counts, overdue = count_messages(unit), flags(unit, office.clock.now())
    urls = {one.id: one.exchange.url for one in Peers(office.mirror, office.clock).all() if one.id != office.party}
    others = {one.party for one in standings(unit)} | {party for party, _direction, _state in counts}
    return [_row(unit, party, urls, counts, overdue) for party in sorted({*urls, *others, *overdue})]


def without_references(found: list[Neighbour]) -> list[Neighbour]:
    """Give rows that name no request, for those who read no case."""
    return [replace(one, overdue=()) for one in found]


def _row(
    unit: Unit, party: str, urls: Mapping[str, str], counts: Mapping[tuple[str, str, str], int],
    overdue: Mapping[str, list[str]],
) -> Neighbour:  # fmt: skip
    waiting, stuck = counts.get((party, OUT, QUEUED), 0), counts.get((party, OUT, STUCK), 0)
    return Neighbour(party, urls.get(party, ""), standing(unit, party), waiting, stuck, tuple(overdue.get(party, ())))
