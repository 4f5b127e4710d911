"""The provider's queue, and its figures: what waits at one glance, and counts that can be published."""

from __future__ import annotations

from starlette.responses import Response

from comity.exchange.figures import FEW, Figures

from ..acts import counting, publishing
from .arrivals import arrivals, waiting
from .routes import Route
from .visit import Visit


def listed(visit: Visit) -> Response:
    """Show what waits: emergencies first, then by what is due."""
    everything = visit.query("all") == "yes"
    found = arrivals(visit, everything=everything)
    return visit.page("queue.html", found=found, waiting=waiting(visit), everything=everything)


def counted(visit: Visit) -> Response:
    """Show the figures of a span of time, to be read or printed."""
    return visit.page("figures.html", found=_figures(visit), days=_days(visit), few=FEW)


def sheet(visit: Visit) -> Response:
    """Give the figures as CSV, every row of them."""
    found = _figures(visit)
    return _file(counting.table(found), "text/csv; charset=utf-8", counting.name(found))


def printed(visit: Visit) -> Response:
    """Give the report for the public as PDF."""
    found, staff = _figures(visit), visit.desk.staff
    made = publishing.print_report(found, party=staff.party, days=_days(visit), at=staff.now)
    return _file(made, "application/pdf", publishing.name(found, "pdf"))


def spread(visit: Visit) -> Response:
    """Give the report for the public as CSV."""
    found = _figures(visit)
    return _file(publishing.table(found), "text/csv; charset=utf-8", publishing.name(found, "csv"))


def _days(visit: Visit) -> tuple[str, str]:
    return counting.days(visit.actor, visit.query("since"), visit.query("until"))


def _figures(visit: Visit) -> Figures:
    return counting.count(visit.actor, visit.query("since"), visit.query("until"))


def _file(data: bytes, kind: str, name: str) -> Response:
    return Response(data, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


ROUTES = (
    Route("GET", "/queue", "provider.queue", listed, menu="Queue"),
    Route("GET", "/figures", "provider.figures", counted, menu="Figures"),
    Route("GET", "/figures.csv", "provider.figures", sheet),
    Route("GET", "/figures/report.pdf", "provider.figures", printed),
    Route("GET", "/figures/report.csv", "provider.figures", spread),
)
