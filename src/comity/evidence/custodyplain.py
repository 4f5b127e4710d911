"""A chain of custody as JSON data: the same for the command line and for programs."""

from __future__ import annotations

from typing import Any

from comity.kernel import canonical

from .custodychain import Checked
from .custodyentry import CustodyEntry


def plain_chain(item: str, checked: Checked) -> dict[str, Any]:
    """Give where an item stands and what the check of its chain found."""
    where = checked.standing
    return {
        "item": item,
        "length": len(checked.entries),
        "holder": where.holder.plain() if where.holder and not where.gone else None,
        "under_way_to": where.coming.plain() if where.coming else None,
        "gone": where.gone,
        "legal_hold": bool(where.holds),
        "timed": [one.plain() for one in checked.timed],
        "times_not_checked": checked.untested,
        "clock_behind": list(checked.behind),
        "whole": not checked.faults,
        "faults": [fault.plain() for fault in checked.faults],
    }


def plain_entry(entry: CustodyEntry) -> dict[str, Any]:
    """Give an entry with its hash."""
    data: dict[str, Any] = canonical.load(entry.dump())
    return data | {"sha256": entry.digest}
