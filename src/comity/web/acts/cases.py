"""A case carried out of the node: everything of it that its member may read, as one document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from comity.kernel.clock import stamp
from comity.requests import tables
from comity.requests.cases import show_case, targets_of
from comity.requests.model import OUT, Request
from comity.store.engine import Unit

from .actor import Actor


def export_case(actor: Actor, reference: str) -> dict[str, Any]:
    """Give a case with its requests and returns.

    Raises:
        NoCase: there is none.
    """
    office, now = actor.office, actor.staff.now
    case = show_case(office, reference)
    with office.store.read() as unit:
        asked = [_whole(unit, one, now) for one in tables.requests_of(unit, [reference], OUT)]
    return {
        "format": "comity-case-export/1",
        "party": office.party,
        "case": dict(case.document),
        "identifiers": targets_of(case.document),
        "requests": asked,
        "returns": [
            {"id": one.id, "request": one.request, "item": one.item, "records": dict(one.records), "at": stamp(one.at)}
            for one in actor.node.catalogue.every(reference)
        ],
        "exported_at": stamp(now),
        "exported_by": actor.person.label,
    }


def _whole(unit: Unit, request: Request, now: datetime) -> dict[str, Any]:
    return request.plain() | {
        "document": dict(request.document),
        "history": [one.plain() for one in tables.history_of(unit, request.id)],
        "receipts": [one.plain() for one in tables.answers_of(unit, request.id)],
        "clocks": [one.plain(now) for one in tables.clocks_of(unit, request.id)],
    }
