"""What is looked at over all of one's cases: the provider's queue and figures, search, and the node itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from comity.exchange.worklist import PAGE
from comity.identifiers.model import Identifier
from comity.requests.searching import LONGEST, find

from ..acts import arrivals, counting, doctoring, publishing
from .answering import After, Limit
from .answers import CheckRow, FigureSheet, Found, Listed, QueueCount, QueuePage
from .call import Asked, Called, data, listed
from .log import Day
from .operations import Operation
from .requests import PDF

CSV = "text/csv"


def list_queue(call: Called, after: After = "", limit: Limit = PAGE, everything: bool = False) -> Response:
    """List what waits in the cases that the person knows of, in the order in which people work; or everything there is."""
    found = arrivals.mine(call.actor, after=after, everything=everything, most=limit)
    rows = [one.plain(call.desk.staff.now) for one in found.rows]
    return data({"items": rows, "after": found.after})


def count_queue(call: Called) -> Response:
    """Count what waits, of one's own and of what nobody knows of yet."""
    return data(asdict(arrivals.waiting(call.actor)))


def read_figures(call: Called, since: Day = "", until: Day = "") -> Response:
    """Count what came in, by country, measure and outcome, from a day on up to another; else in the last year."""
    return data(counting.count(call.actor, since, until).plain())


def read_figures_table(call: Called, since: Day = "", until: Day = "") -> Response:
    """Give the figures as CSV, to be published."""
    found = counting.count(call.actor, since, until)
    return _file(counting.table(found), CSV, counting.name(found))


def print_report(call: Called, since: Day = "", until: Day = "") -> Response:
    """Print the report for the public as PDF/A: small numbers are told together, so that nobody is recognised."""
    found, staff = counting.count(call.actor, since, until), call.desk.staff
    days = counting.days(call.actor, since, until)
    return _file(
        publishing.print_report(found, party=staff.party, days=days, at=staff.now), PDF, publishing.name(found, "pdf")
    )


def read_report_table(call: Called, since: Day = "", until: Day = "") -> Response:
    """Give the report for the public as CSV."""
    found = counting.count(call.actor, since, until)
    return _file(publishing.table(found), CSV, publishing.name(found, "csv"))


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


def _file(made: bytes, kind: str, name: str) -> Response:
    return Response(made, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _plain(one: Identifier) -> dict[str, Any]:
    return {"kind": one.kind, "value": one.value}


OPERATIONS = (
    Operation("GET", "/queue", "provider.queue", list_queue, QueuePage),
    Operation("GET", "/queue/count", "provider.queue", count_queue, QueueCount),
    Operation("GET", "/figures", "provider.figures", read_figures, FigureSheet),
    Operation("GET", "/figures/table", "provider.figures", read_figures_table, CSV),
    Operation("GET", "/figures/report", "provider.figures", print_report, PDF),
    Operation("GET", "/figures/report/table", "provider.figures", read_report_table, CSV),
    Operation("GET", "/search", "search.run", search_cases, Found),
    Operation("GET", "/node", "node.read", read_node, Listed[CheckRow]),
    Operation("POST", "/node/examination", "node.read", examine_node, Listed[CheckRow]),
)
