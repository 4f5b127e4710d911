"""What all of somebody's own cases share, gone through at once; no other case counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from comity.matching.across import across
from comity.matching.model import Met, Pair

from .actor import Actor
from .auditing import one_at_a_time

MOST = 1000


@dataclass(frozen=True)
class Common:
    """What cases share: identifiers, those of the fewest cases first, or pairs of cases, the strongest first.

    *shared* is how many identifiers stand in two cases or more, *common* how many in so many that they say little.
    """

    cases: int
    shared: int
    common: int
    met: list[Met]
    pairs: list[Pair]


def common(actor: Actor, *, pairs: bool = False, since: datetime | None = None, top: int = MOST) -> Common:
    """Go through everything that the cases share which somebody knows of, one at a time; at most *top* rows.

    With *since*, only what a case shares to which something was added from then on.

    Raises:
        Busy: somebody else goes through something.
    """
    with one_at_a_time(actor.place), across(actor.staff.store, actor.cases(), since) as found:
        rows = [] if pairs else list(found.met(top))
        return Common(found.cases, found.shared, found.common, rows, list(found.pairs(top)) if pairs else [])
