"""The figures of a span of days: counts of what came in, which can be published."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from comity.exchange.figures import Figures, figures
from comity.kernel.clock import moment
from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .actor import Actor

YEAR = timedelta(days=365)
COLUMNS = ("country", "measure", "outcome", "code", "requests", "median_hours_to_answer")


def days(actor: Actor, since: str, until: str) -> tuple[str, str]:
    """Give the first and last day asked for, else of the last year."""
    now = actor.staff.now
    return since or f"{now - YEAR:%Y-%m-%d}", until or f"{now:%Y-%m-%d}"


def count(actor: Actor, since: str = "", until: str = "") -> Figures:
    """Count what came in from a day on up to another.

    Raises:
        BadInput: a day is none, or the last lies before the first.
    """
    first, last = days(actor, since, until)
    begin, end = (moment(f"{day[:10]}T00:00:00Z", field=name) for day, name in ((first, "since"), (last, "until")))
    if end < begin:
        raise BadInput(
            f"got {last[:10]}, expected a day after {first[:10]}", field="until", advice=_("Turn them round.")
        )
    with actor.staff.store.read() as unit:
        return figures(unit, begin, end + timedelta(days=1), actor.staff.now)


def table(found: Figures) -> bytes:
    """Give figures as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        hours = "" if row.hours is None else f"{row.hours:.1f}"
        writer.writerow([row.country, row.measure, row.outcome, row.code, row.requests, hours])
    return out.getvalue().encode()


def name(found: Figures) -> str:
    """Give the name of the file of figures."""
    return f"figures-{found.since:%Y%m%d}-{found.until:%Y%m%d}.csv"
