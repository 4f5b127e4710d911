"""The time limits of the basis that a request is bound to, as clocks: what the instrument sets, and local targets.

A limit runs from what it says: the release, the receipt of the request, or the preservation. What starts with an act
that this node does not see (an order, service on a provider) is printed in the request and starts no clock here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from comity.law.dates import Period

from .model import Deadline, Request
from .states import REFUSED, WITHDRAWN

PREFIX = "basis."
RELEASE = frozenset({"release"})
RECEIPT = frozenset({"receipt by the provider", "receipt by the state"})
PRESERVATION = frozenset({"preservation"})


def limits(request: Request, starts: frozenset[str], at: datetime) -> list[Deadline]:
    """Give the clocks of a request's basis that one of *starts* sets going, begun at a moment.

    A clock that every request has anyway is not begun twice. The rows may come from anybody: each has a name of its own
    kind, so that none takes the place of another clock, and one that ends beyond all calendars is none.
    """
    running = request.state not in (REFUSED, WITHDRAWN)
    found: dict[str, Deadline] = {}
    for row in _rows(request):
        kind, due = PREFIX + row["id"], _after(row["period"], at)
        if row.get("starts") in starts and row["id"] != "receipt_expected" and due and kind not in found:
            found[kind] = Deadline(request.id, kind, due, _source(row), open=running)
    return list(found.values())


def _rows(request: Request) -> Iterator[Mapping[str, Any]]:
    basis = request.document.get("basis", {})
    return (row for row in basis.get("limits", []) if basis.get("candidate"))


def _after(period: str, at: datetime) -> datetime | None:
    try:
        day = Period.parse(period).after(at.date())
        return at + timedelta(days=(day - at.date()).days)
    except (ValueError, OverflowError):
        return None


def _source(row: Mapping[str, Any]) -> str:
    if row["local"]:
        return f"local target, binds nobody: {row['text']}"
    lead = " (not yet compared with the certified text: a lead)" if row["lead"] else ""
    return f"named in the request: {row['text']} {row['source']}{lead}"
