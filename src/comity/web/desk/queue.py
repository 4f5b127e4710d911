"""The provider's queue, and its figures: what waits at one glance, and counts that can be published."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from starlette.responses import Response

from comity.exchange.figures import Figures, figures
from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .arrivals import arrivals, waiting
from .routes import Route
from .visit import Visit

YEAR = timedelta(days=365)


def listed(visit: Visit) -> Response:
    """Show what waits: emergencies first, then by what is due."""
    everything = visit.query("all") == "yes"
    found = arrivals(visit, everything=everything)
    return visit.page("queue.html", found=found, waiting=waiting(visit), everything=everything)


def counted(visit: Visit) -> Response:
    """Show the figures of a span of time, to be read or printed as a report."""
    found = _figures(visit)
    return visit.page("figures.html", found=found, days=_days(visit))


def sheet(visit: Visit) -> Response:
    """Give the figures as CSV."""
    found, out = _figures(visit), io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["country", "measure", "outcome", "code", "requests", "median_hours_to_answer"])
    for row in found.rows:
        hours = "" if row.hours is None else f"{row.hours:.1f}"
        writer.writerow([row.country, row.measure, row.outcome, row.code, row.requests, hours])
    name = f"figures-{found.since:%Y%m%d}-{found.until:%Y%m%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue().encode(), media_type="text/csv; charset=utf-8", headers=headers)


def _days(visit: Visit) -> tuple[str, str]:
    """Give the first and last day asked for, else of the last year."""
    now = visit.desk.staff.now
    return (visit.query("since") or f"{now - YEAR:%Y-%m-%d}", visit.query("until") or f"{now:%Y-%m-%d}")


def _figures(visit: Visit) -> Figures:
    from comity.kernel.clock import moment

    first, last = _days(visit)
    since, until = (moment(f"{day[:10]}T00:00:00Z", field=name) for day, name in ((first, "since"), (last, "until")))
    if until < since:
        raise BadInput(
            f"got {last[:10]}, expected a day after {first[:10]}", field="until", advice=_("Turn them round.")
        )
    with visit.desk.staff.store.read() as unit:
        return figures(unit, since, until + timedelta(days=1), visit.desk.staff.now)


ROUTES = (
    Route("GET", "/queue", "provider.queue", listed, menu="Queue"),
    Route("GET", "/figures", "provider.figures", counted, menu="Figures"),
    Route("GET", "/figures.csv", "provider.figures", sheet),
)
