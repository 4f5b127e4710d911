"""Returns that the node keeps for a case, and the questions that their records answer, a piece at a time."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from comity.analysis.dataset import Dataset
from comity.analysis.exporting import plain_rows
from comity.analysis.flow import follow, movements, plain_flow
from comity.analysis.reconcile import FIRST, LAST
from comity.analysis.rhythm import rhythm
from comity.kernel.clock import moment, stamp

from .answers import Listed, Record, ReturnRow
from .call import Asked, Call, Called, Piece, listed
from .operations import Operation, by_case

Moment = Annotated[str, Query(max_length=30, description="A moment in UTC, as 2026-03-01T00:00:00Z.")]
Text = Annotated[str, Query(max_length=300)]


def list_returns(call: Called, case: str, piece: Asked) -> Response:
    """List the returns that the node keeps for a case."""
    names = ("id", "case", "request", "item", "records", "states", "by")
    rows = call.node.catalogue.every(case)
    return listed([{n: getattr(one, n) for n in names} | {"at": stamp(one.at)} for one in rows], piece)


def list_timeline(call: Called, case: str, piece: Asked, since: Moment = "", until: Moment = "") -> Response:
    """List everything that has a time, over all sources of a case, in one order."""
    first, last = _span(since, until)
    return _rows(call, "timeline", piece, since=first, until=last)


def list_links(call: Called, case: str, piece: Asked) -> Response:
    """List which identifiers stand together in records, and how often."""
    return _rows(call, "links", piece)


def list_meetings(
    call: Called, case: str, piece: Asked, minutes: Annotated[int, Query(ge=1, le=1440)] = 10
) -> Response:
    """List who was at one address, device, cell or place within some minutes of another."""
    return _rows(call, "meetings", piece, minutes=minutes)


def list_rhythm(call: Called, case: str, piece: Asked, who: Text = "", zone: Text = "UTC") -> Response:
    """List at which hours of the week somebody, or everybody, is active; weekdays begin with Monday as 1."""
    with _dataset(call) as found:
        week = rhythm(found, who=who, zone=zone)
    rows = [{"weekday": d + 1, "hour": h, "records": n} for d, day in enumerate(week) for h, n in enumerate(day) if n]
    return listed(rows, piece)


def list_flow(
    call: Called,
    case: str,
    piece: Asked,
    start: Annotated[str, Query(min_length=3, max_length=300, description="As `links` names it: iban:...")],
    hops: Annotated[int, Query(ge=1, le=50)] = 6,
    asset: Text = "",
    since: Moment = "",
    until: Moment = "",
) -> Response:
    """Follow what left an account or wallet, first in first out, step by step."""
    first, last = _span(since, until)
    with _dataset(call) as found:
        steps, _rests = plain_flow(follow(movements(found), start, since=first, until=last, hops=hops, asset=asset))
    return listed(steps, piece)


def _rows(call: Call, query: str, piece: Piece, **given: Any) -> Response:
    with _dataset(call) as found:
        table = found.table(query, **given)
    shown = table.slice(min(piece.skip, table.num_rows), piece.limit).to_pylist()
    return listed(plain_rows(shown), piece, table.num_rows)


def _dataset(call: Call) -> Dataset:
    return Dataset(call.node.catalogue.folders(call.case))


def _span(since: str, until: str) -> tuple[datetime, datetime]:
    first = moment(since, field="since") if since else FIRST
    return first, moment(until, field="until") if until else LAST


OPERATIONS = (
    Operation("GET", "/returns", "evidence.read", list_returns, Listed[ReturnRow], case=by_case),
    Operation("GET", "/analysis/timeline", "evidence.read", list_timeline, Listed[Record], case=by_case),
    Operation("GET", "/analysis/links", "evidence.read", list_links, Listed[Record], case=by_case),
    Operation("GET", "/analysis/meetings", "evidence.read", list_meetings, Listed[Record], case=by_case),
    Operation("GET", "/analysis/rhythm", "evidence.read", list_rhythm, Listed[Record], case=by_case),
    Operation("GET", "/analysis/flow", "evidence.read", list_flow, Listed[Record], case=by_case),
)
