"""A report on the records of a case, for print: what was read, and what it says, each figure with its records.

A figure in a table leads to the list of its records at the end: file and row, at most forty of each. Up to *most* of each
are noted for a file beside the report. The report says what records say. It names nobody guilty and nothing proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from comity.kernel.clock import stamp
from comity.kernel.language import _, language
from comity.kernel.typesetting import PrintError, typeset

from .catalogue import covered
from .dataset import Dataset
from .drawing.flowchart import amount_text, flow_chart, rest_text, words
from .drawing.linkchart import link_chart
from .drawing.timelinechart import timeline_chart
from .drawing.weekchart import week_chart
from .flow import Flow
from .reconcile import FIRST, LAST, Reconciliation
from .rhythm import rhythm

Block = dict[str, Any]
SHOWN, LISTED = 30, 40


@dataclass
class Report:
    """A report under way: its blocks, and the figures whose records it lists at the end."""

    data: Dataset
    folders: Sequence[Path]
    at: datetime
    zone: str = "UTC"
    case: str = ""
    flow: Flow | None = None
    held: Reconciliation | None = None
    most: int = LISTED + 1
    figures: list[Block] = field(default_factory=list)
    listed: list[dict[str, Any]] = field(default_factory=list)

    def print(self) -> bytes:
        """Set the report as PDF/A-2b.

        Raises:
            PrintError: it has a sign that no font on this machine has.
        """
        given = self._given()
        try:
            return typeset(_template(), {**given, "system": False}, system_fonts=False)
        except PrintError:
            return typeset(_template(), {**given, "system": True}, system_fonts=True)

    def _given(self) -> dict[str, Any]:
        title = _("Records of the case {case}").format(case=self.case) if self.case else _("What the records say")
        units = ("year", "month", "day", "hour", "minute", "second")
        body = [*self._sources(), *self._timeline(), *self._links(), *self._meetings(), *self._rhythm()]
        body += [*self._flow(), *self._answers(), *self._appendix()]
        return {
            "title": title,
            "subtitle": _("Made {at}. What records say is no finding of fact.").format(at=stamp(self.at)),
            "language": language() if language().isalpha() and len(language()) in (2, 3) else "en",
            "date": {unit: getattr(self.at, unit) for unit in units},
            "footer": f"{title} \u00b7 {stamp(self.at)}",
            "blocks": body,
        }

    def _figure(self, title: str, rows: Sequence[dict[str, Any]]) -> str:
        """Note the records behind a figure; gives the name by which the table leads to them."""
        name = f"figure-{len(self.figures) + 1}"
        places = [f"{row['file']}:{row['row']} [{row['id']}]" for row in rows[:LISTED]]
        more = [_("and more")] if len(rows) > LISTED else []
        self.figures.append({"kind": "figure", "name": name, "title": title, "rows": places + more})
        self.listed += [
            {"figure": name, "what": title, "id": r["id"], "file": r["file"], "row": r["row"]} for r in rows
        ]
        return name

    def _sources(self) -> Iterator[Block]:
        yield _heading(_("What was read"))
        head = [_("file"), _("SHA-256"), _("reader"), _("state"), _("units"), _("parsed"), _("rejected")]
        rows = [
            [
                e["file"],
                e["sha256"][:16],
                e["reader"] or "\u2013",
                e["state"],
                *(str(e[n]) for n in ("units", "parsed", "rejected")),
            ]
            for folder in self.folders
            for e in covered(folder)["files"]
        ]
        yield _table(head, rows, (6, 3, 2, 2, 1, 1, 1))

    def _timeline(self) -> Iterator[Block]:
        rows = self.data.rows("timeline", since=FIRST, until=LAST)
        yield _heading(_("Timeline"))
        yield _picture(timeline_chart(rows, zone=self.zone), "")

    def _links(self) -> Iterator[Block]:
        rows = self.data.rows("links")
        yield _heading(_("Links between identifiers"))
        if not rows:
            yield _text(_("No two identifiers stand together in a record."))
            return
        yield _picture(link_chart(rows), "")
        cells = []
        for row in rows[:SHOWN]:
            title = f"{row['a']} {row['kind']} {row['b']}"
            given = {name: row[name] for name in ("a", "b", "kind")}
            name = self._figure(title, self.data.rows("linkrows", **given, most=self.most))
            cells.append([row["a"], row["kind"], row["b"], {"text": str(row["records"]), "figure": name}, *_times(row)])
        head = [_("identifier"), _("how"), _("identifier"), _("records"), _("first"), _("last")]
        yield _table(head, cells, (5, 2, 5, 1.5, 4, 4))

    def _meetings(self) -> Iterator[Block]:
        rows = self.data.rows("meetings", minutes=10)
        yield _heading(_("At one place within ten minutes"))
        if not rows:
            yield _text(_("Nobody was, by these records."))
            return
        cells = []
        for row in rows[:SHOWN]:
            title = f"{row['a']}, {row['b']}: {row['place']}"
            examples = [self.data.rows("record", id=row[name])[0] for name in ("example_a", "example_b")]
            name = self._figure(title, examples)
            cells.append([row["a"], row["b"], row["place"], {"text": str(row["times"]), "figure": name}, *_times(row)])
        yield _table([_("one"), _("other"), _("place"), _("times"), _("first"), _("last")], cells, (4, 4, 5, 1.5, 4, 4))

    def _rhythm(self) -> Iterator[Block]:
        yield _heading(_("Hours of the week"))
        yield _picture(week_chart(rhythm(self.data, zone=self.zone), who="", zone=self.zone), "")

    def _flow(self) -> Iterator[Block]:
        if self.flow is None:
            return
        yield _heading(_("Where the money went"))
        asset = self.flow.main_asset
        if not self.flow.steps:
            yield _text(words(self.flow, asset))
            return
        yield _picture(flow_chart(self.flow, asset), "")
        cells = []
        for step in self.flow.steps[: SHOWN * 3]:
            one = step.movement
            name = self._figure(f"{one.source} \u2192 {one.target}", self.data.rows("record", id=one.id))
            amount = {"text": f"{amount_text(step.amount)} {one.asset}", "figure": name}
            cells.append([str(step.hop), stamp(one.time), one.source, one.target, amount])
        yield _table([_("hop"), _("time"), _("from"), _("to"), _("amount")], cells, (1, 4, 5, 5, 4))
        for rest in self.flow.rests:
            yield _text(f"{rest.place}: {rest_text(rest)}.")

    def _answers(self) -> Iterator[Block]:
        if self.held is None:
            return
        yield _heading(_("Asked for and returned"))
        cells = []
        for answer in self.held.answers:
            empty = "; ".join(f"{stamp(since)} \u2013 {stamp(until)}" for since, until in answer.empty)
            cells.append([answer.asked.key, str(answer.records), str(answer.beyond), empty or "\u2013"])
        head = [_("asked for"), _("records"), _("beyond the time"), _("whole days without a record")]
        yield _table(head, cells, (5, 1.5, 2, 8))
        yield _text(_("Records with nobody who was asked for: {n}.").format(n=self.held.others))
        yield _text(_("The lack of a record proves nothing."))

    def _appendix(self) -> Iterator[Block]:
        if self.figures:
            yield _heading(_("The records behind the figures"))
            yield from self.figures


def _heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def _text(text: str) -> Block:
    return {"kind": "text", "text": text}


def _picture(svg: str, words: str) -> Block:
    return {"kind": "picture", "svg": svg, "words": words or _("The table or text beside it says the same.")}


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]], widths: Sequence[float]) -> Block:
    return {"kind": "table", "head": list(head), "rows": [list(row) for row in rows], "widths": list(widths)}


def _times(row: dict[str, Any]) -> list[str]:
    return [stamp(row[name]) if row[name] else "\u2013" for name in ("first", "last")]


@cache
def _template() -> bytes:
    return files("comity.analysis").joinpath("data", "report.typ").read_bytes()


def rows_csv(listed: Sequence[dict[str, Any]], path: Path) -> None:
    """Write every record behind every figure to a new file, as CSV."""
    import pyarrow as pa

    from .exporting import export

    names = ("figure", "what", "id", "file", "row")
    table = pa.Table.from_pylist(list(listed)) if listed else pa.table({name: [] for name in names})
    export(table, path)
