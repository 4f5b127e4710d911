"""What came back for a case: the returns kept, how much of them was read, and what the records say, drawn and in tables.

Every figure leads to its record. What the page shows is bounded and says so; files of any length are `comity analyse`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from starlette.responses import Response

from comity.accounts.access import cases_of
from comity.analysis.catalogue import covered
from comity.analysis.dataset import Dataset
from comity.analysis.drawing.flowchart import flow_chart
from comity.analysis.drawing.linkchart import link_chart
from comity.analysis.drawing.timelinechart import timeline_chart
from comity.analysis.drawing.weekchart import week_chart
from comity.analysis.errors import NoRecords
from comity.analysis.exporting import plain_rows
from comity.analysis.flow import follow, movements, plain_flow
from comity.analysis.model import Kept
from comity.analysis.reconcile import FIRST, LAST
from comity.analysis.rhythm import rhythm
from comity.kernel.errors import ComityError
from comity.kernel.language import _
from comity.matching.errors import NoLink
from comity.matching.model import Related

from .errors import Busy, NoPage
from .routes import Route, by_name
from .visit import Visit

SHOWN, DRAWN = 100, 2000
MEMORY = "512MB"
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "timeline": ("time", "kind", "who", "whom", "what"),
    "links": ("a", "kind", "b", "records", "first", "last"),
    "meetings": ("a", "b", "by_what", "place", "times", "first", "last"),
    "movements": ("time", "source", "target", "amount", "asset"),
}


def listed(visit: Visit) -> Response:
    """List the returns of one's cases."""
    staff = visit.desk.staff
    with staff.store.read() as unit:
        mine = cases_of(staff, unit, visit.me)
    found = visit.desk.node.catalogue.of(mine)
    return visit.page("returns.html", returns=found[:SHOWN], count=len(found))


def shown(visit: Visit) -> Response:
    """Show what came back for a case."""
    case = visit.given["case"]
    kept = visit.desk.node.catalogue.of([case])
    start, found, starts = visit.query("start")[:200], None, []
    if kept:
        with _opened(visit, kept) as data:
            steps = data.rows("movements", limit=DRAWN)
            starts = list(dict.fromkeys(row["source"] for row in steps))[:40]
            found = follow(movements(data), start, since=FIRST, until=LAST) if start else None
    flow, rests = plain_flow(found) if found else ([], [])
    return visit.page(
        "casereturns.html",
        case=case,
        returns=[(one, _coverage(visit, one)) for one in kept],
        start=start,
        starts=starts,
        flow=flow[:SHOWN],
        rests=rests[:SHOWN],
        related=_related(visit, case),
        tables=_tables(),
    )


def table(visit: Visit) -> Response:
    """Show the beginning of an answer as a table; each row leads to its record."""
    case, name = visit.given["case"], visit.given["name"]
    if name not in COLUMNS:
        raise NoPage("got a table that there is none of, expected one", field="name")
    with _opened(visit, _kept(visit)) as data:
        rows = plain_rows(data.rows(name, limit=SHOWN + 1, since=FIRST, until=LAST, minutes=10))
    return visit.page(
        "recordtable.html",
        case=case,
        name=name,
        title=dict(_tables())[name],
        columns=COLUMNS[name],
        rows=rows[:SHOWN],
        more=len(rows) > SHOWN,
    )


def record(visit: Visit) -> Response:
    """Show a record: what it says, and in which file and row it stands."""
    with _opened(visit, _kept(visit)) as data:
        found = data.record(visit.given["record"])
    if found is None:
        raise NoPage("got a record that is not there, expected one of the case", field="record")
    kind, row = found
    values = [(name, value) for name, value in plain_rows([row])[0].items() if value not in (None, "")]
    return visit.page("record.html", case=visit.given["case"], kind=kind, values=values, row=row)


def picture(visit: Visit) -> Response:
    """Draw the records of a case."""
    draw = PICTURES.get(visit.given["name"])
    if draw is None:
        raise NoPage("got a picture that there is none of, expected one", field="name")
    with _opened(visit, _kept(visit)) as data:
        drawing = draw(visit, data)
    return Response(drawing.encode(), media_type="image/svg+xml")


def _timeline(visit: Visit, data: Dataset) -> str:
    return timeline_chart(data.rows("timeline", limit=DRAWN, since=FIRST, until=LAST), zone=visit.person.zone)


def _links(visit: Visit, data: Dataset) -> str:
    return link_chart(data.rows("links", limit=DRAWN))


def _week(visit: Visit, data: Dataset) -> str:
    who = visit.query("who")[:200]
    return week_chart(rhythm(data, who=who, zone=visit.person.zone), who=who, zone=visit.person.zone)


def _flow(visit: Visit, data: Dataset) -> str:
    found = follow(movements(data), visit.query("start")[:200], since=FIRST, until=LAST)
    return flow_chart(found, found.main_asset)


PICTURES: Mapping[str, Callable[[Visit, Dataset], str]] = {
    "timeline": _timeline,
    "links": _links,
    "week": _week,
    "flow": _flow,
}


@contextmanager
def _opened(visit: Visit, kept: list[Kept]) -> Iterator[Dataset]:
    """Open the records of returns within bounds of memory; two visits at once.

    Raises:
        Busy: others took too long.
    """
    if not visit.desk.drawing.acquire(timeout=20):
        raise Busy("got more questions than can be answered at once, expected fewer", advice="Try again in a moment.")
    try:
        folders = [visit.desk.node.catalogue.folder / one.id for one in kept]
        with Dataset(folders, memory=MEMORY, threads=1) as data:
            yield data
    finally:
        visit.desk.drawing.release()


def _kept(visit: Visit) -> list[Kept]:
    kept = visit.desk.node.catalogue.of([visit.given["case"]])
    if not kept:
        raise NoRecords("got a case without a return, expected one", field="case")
    return kept


def _coverage(visit: Visit, one: Kept) -> list[dict[str, Any]]:
    """Give each file of a return with what became of it; nothing where its ledger cannot be read."""
    try:
        return list(covered(visit.desk.node.catalogue.folder / one.id)["files"])[:SHOWN]
    except ComityError:
        return []


def _related(visit: Visit, case: str) -> tuple[Related, ...]:
    staff = visit.desk.staff
    with staff.store.read() as unit:
        mine = cases_of(staff, unit, visit.me)
    try:
        return visit.desk.node.correlator.related(case, mine)[:20]
    except NoLink:
        return ()


def _tables() -> list[tuple[str, str]]:
    return [
        ("timeline", _("Timeline")),
        ("links", _("Links between identifiers")),
        ("meetings", _("At one place at one time")),
        ("movements", _("Money that moved")),
    ]


ROUTES = (
    Route("GET", "/returns", "evidence.list", listed),
    Route("GET", "/records/drawn/{name}/{case:path}", "evidence.read", picture, case=by_name, quiet=True),
    Route("GET", "/records/table/{name}/{case:path}", "evidence.read", table, case=by_name),
    Route("GET", "/records/one/{record}/{case:path}", "evidence.read", record, case=by_name),
    Route("GET", "/returns/{case:path}", "evidence.read", shown, case=by_name),
)
