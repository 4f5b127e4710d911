"""Matching: in which of the person's own cases identifiers stand, and which of them share some; no other case counts."""

from __future__ import annotations

from dataclasses import asdict

from starlette.responses import Response

from .answers import Hit, Listed, RelatedCase
from .asked import LookUp
from .call import Asked, Called, data, listed
from .operations import JSON, Operation, by_case


def look_up(call: Called, wanted: LookUp) -> Response:
    """Say in which of the person's cases identifiers stand."""
    pairs = [(one.kind, one.value) for one in wanted.identifiers]
    rows = [asdict(one) | {"common": one.common} for one in call.node.correlator.look_up(pairs, call.cases())]
    return data({"items": rows, "total": len(rows), "next": None})


def list_related(call: Called, case: str, piece: Asked) -> Response:
    """List the person's cases that share identifiers with a case, the strongest first, and what they share."""
    return listed([asdict(one) for one in call.node.correlator.related(case, call.cases())], piece)


OPERATIONS = (
    Operation("POST", "/matching/look-up", "search.run", look_up, Listed[Hit], takes=JSON, most=1 << 18),
    Operation("GET", "/matching/related", "case.read", list_related, Listed[RelatedCase], case=by_case),
)
