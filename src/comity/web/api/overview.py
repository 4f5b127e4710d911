"""What is looked at over all of one's cases: the provider's queue and figures, search, and the node itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from comity.exchange.worklist import queue
from comity.identifiers.model import Identifier
from comity.node.ports import capability_of
from comity.requests.searching import LONGEST, find

from ..acts import counting, doctoring
from .answers import CheckRow, FigureSheet, Found, Listed, QueueRow
from .call import Asked, Called, data, listed
from .log import Day
from .operations import Operation

CSV = "text/csv"


def list_queue(call: Called, piece: Asked, everything: bool = False) -> Response:
    """List what waits in the cases that the person knows of: emergencies first, then by what is due."""
    capability = capability_of(call.node.settings)
    rows = queue(call.desk.exchange, capability, everything=everything, cases=call.cases())
    now = call.desk.staff.now
    return listed([one.plain(now) for one in rows], piece)


def read_figures(call: Called, since: Day = "", until: Day = "") -> Response:
    """Count what came in, by country, measure and outcome, from a day on up to another; else in the last year."""
    return data(counting.count(call.actor, since, until).plain())


def read_figures_table(call: Called, since: Day = "", until: Day = "") -> Response:
    """Give the figures as CSV, to be published."""
    found = counting.count(call.actor, since, until)
    headers = {"content-disposition": f'attachment; filename="{counting.name(found)}"'}
    return Response(counting.table(found), media_type=CSV, headers=headers)


def search_cases(call: Called, q: Annotated[str, Query(min_length=1, max_length=LONGEST)]) -> Response:
    """Search the cases and requests that the person knows of, by words in any script or an identifier in any spelling."""
    with call.node.store.read() as unit:
        found = find(unit, q, call.cases(), region=call.desk.staff.party[:2])
    rows = [{"kind": one.kind, "ref": one.ref, "case": one.case} for one in found.pages]
    return data({"items": rows, "identifiers": [_plain(one) for one in found.identifiers]})


def read_node(call: Called, piece: Asked) -> Response:
    """See whether the node is in order, as far as is quickly told, without a word of any case."""
    return listed([one.plain() for one in doctoring.quick(call.actor)], piece)


def examine_node(call: Called) -> Response:
    """Examine all of the node, the whole log and every chain of custody too; one examination at a time."""
    rows = [one.plain() for one in doctoring.whole(call.actor)]
    return data({"items": rows, "total": len(rows), "next": None})


def _plain(one: Identifier) -> dict[str, Any]:
    return {"kind": one.kind, "value": one.value}


OPERATIONS = (
    Operation("GET", "/queue", "provider.queue", list_queue, Listed[QueueRow]),
    Operation("GET", "/figures", "provider.figures", read_figures, FigureSheet),
    Operation("GET", "/figures/table", "provider.figures", read_figures_table, CSV),
    Operation("GET", "/search", "search.run", search_cases, Found),
    Operation("GET", "/node", "node.read", read_node, Listed[CheckRow]),
    Operation("POST", "/node/examination", "node.read", examine_node, Listed[CheckRow]),
)
