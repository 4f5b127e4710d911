"""The report for the public: what came in within a span of days, by country, measure and outcome; small numbers told together.

What has fewer than five requests is counted as *others*, so that no single case can be told from the report; rows of several
properties, and names of agencies, are not in it at all.
"""

from __future__ import annotations

import csv
import io
from datetime import datetime

from comity.evidence.paper import Paper, facts, heading, print_paper, text
from comity.exchange.figures import FEW, Figures
from comity.kernel.language import _, counted, language, word

PARTS = ("country", "measure", "outcome")
OTHERS = "others"


def table(found: Figures) -> bytes:
    """Give the report as CSV: a row for each part and name, and the total."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["by", "name", "requests"])
    for part in PARTS:
        writer.writerows([part, name or OTHERS, number] for name, number in found.published(part))
    writer.writerow(["total", "", found.total])
    return out.getvalue().encode()


def print_report(found: Figures, *, party: str, days: tuple[str, str], at: datetime) -> bytes:
    """Print the report as PDF/A in the person's language.

    Raises:
        PrintError: it has a sign that no font on this machine has.
    """
    titles = {"country": _("By country"), "measure": _("By measure"), "outcome": _("By outcome")}
    blocks = [text(counted("{n} request", "{n} requests", found.total))]
    for part in PARTS:
        rows = [(_named(part, name), str(number)) for name, number in found.published(part)]
        blocks += [heading(titles[part]), facts(rows)] if rows else []
    note = _("Whatever has fewer than {n} requests is counted together as others. Counts alone; nothing of any person.")
    blocks += [heading(_("How to read this")), text(note.format(n=FEW))]
    subtitle = _("{party}: requests that came in from {first} to {last}.")
    subtitle = subtitle.format(party=party, first=days[0], last=days[1])
    return print_paper(Paper(_("Requests for data: a report for the public"), subtitle, at, language(), blocks))


def name(found: Figures, form: str) -> str:
    """Give the name of the report's file."""
    return f"report-{found.since:%Y%m%d}-{found.until:%Y%m%d}.{form}"


def _named(part: str, code: str) -> str:
    if not code:
        return _("others")
    if part == "outcome":
        return {"delivered": _("delivered"), "waiting": _("waiting")}.get(code) or word("state", code)
    return word("measure", code).replace("_", " ") if part == "measure" else code
