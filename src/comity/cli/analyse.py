"""`comity analyse`: records of returns as timeline, links, flow of money, rhythm, meetings, and asked against returned."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .home import home_option
from .output import console, emit, json_option, plain, wide

if TYPE_CHECKING:
    import pyarrow as pa

SHOWN, MOST_ROWS = 50, 1_000_000

F = TypeVar("F", bound=Callable[..., object])


def folders_argument(f: F) -> F:
    """Add FOLDERS, or `--case` with the node that keeps its returns."""
    path = click.Path(exists=True, file_okay=False, path_type=Path)
    f = click.option("--case", "reference", default="", help="Case whose returns the node keeps, instead of FOLDERS.")(
        f
    )
    return click.argument("folders", nargs=-1, type=path)(home_option(f))


out_option = click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="New file for the whole answer: .csv, .json, .parquet, or .svg for the picture.",
)
since_option = click.option("--since", default="", help="From this time on, as 2026-03-01T00:00:00Z.")
until_option = click.option("--until", default="", help="Before this time, as 2026-04-01T00:00:00Z.")
zone_option = click.option("--zone", default="UTC", show_default=True, help="Zone whose clock is shown beside UTC.")


@click.group()
def analyse() -> None:
    """Look at records that `comity returns read` left in FOLDERS, or that the node keeps for a case.

    Every row of an answer leads to its record: `id`, file and row. Answers are what the records say, no more.
    """


@analyse.command()
@folders_argument
@since_option
@until_option
@zone_option
@out_option
@json_option
def timeline(
    folders: tuple[Path, ...],
    reference: str,
    home: Path,
    since: str,
    until: str,
    zone: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Show everything that has a time, over all sources, in one order."""
    from comity.analysis.drawing.timelinechart import timeline_chart

    first, last = _span(since, until)
    rows, table = _asked(_named(folders, reference, home), "timeline", since=first, until=last)
    _give(table, rows, out, as_json, lambda: timeline_chart(rows, zone=zone), ("time", "kind", "who", "whom", "what"))


@analyse.command()
@folders_argument
@out_option
@json_option
def links(folders: tuple[Path, ...], reference: str, home: Path, out: Path | None, as_json: bool) -> None:
    """Show which identifiers stand together in records, and how often."""
    from comity.analysis.drawing.linkchart import link_chart

    rows, table = _asked(_named(folders, reference, home), "links")
    _give(table, rows, out, as_json, lambda: link_chart(rows), ("a", "kind", "b", "records", "first", "last"))


@analyse.command()
@folders_argument
@click.option("--minutes", type=click.IntRange(1, 1440), default=10, show_default=True, help="How far apart at most.")
@out_option
@json_option
def meetings(
    folders: tuple[Path, ...], reference: str, home: Path, minutes: int, out: Path | None, as_json: bool
) -> None:
    """Show who was at one address, device, cell or place within some minutes of another."""
    rows, table = _asked(_named(folders, reference, home), "meetings", minutes=minutes)
    _give(table, rows, out, as_json, None, ("a", "b", "by_what", "place", "times", "first", "last"))


@analyse.command()
@folders_argument
@click.option("--who", default="", help="Account or number; else everybody.")
@zone_option
@out_option
@json_option
def rhythm(
    folders: tuple[Path, ...], reference: str, home: Path, who: str, zone: str, out: Path | None, as_json: bool
) -> None:
    """Show at which hours of the week somebody is active."""
    import pyarrow as pa

    from comity.analysis.dataset import Dataset
    from comity.analysis.drawing.weekchart import week_chart
    from comity.analysis.rhythm import rhythm as week_of

    with Dataset(_named(folders, reference, home)) as data:
        week = week_of(data, who=who, zone=zone)
    rows = [
        {"weekday": day + 1, "hour": hour, "records": n} for day, w in enumerate(week) for hour, n in enumerate(w) if n
    ]
    _give(
        pa.Table.from_pylist(rows) if rows else pa.table({"weekday": [], "hour": [], "records": []}),
        rows,
        out,
        as_json,
        lambda: week_chart(week, who=who, zone=zone),
        ("weekday", "hour", "records"),
    )


@analyse.command()
@folders_argument
@click.option(
    "--start", required=True, help="Account or wallet as `links` names it, such as iban:DE89370400440532013000."
)
@click.option("--asset", default="", help="Currency or asset; else the one with most steps.")
@click.option("--hops", type=click.IntRange(1, 50), default=6, show_default=True, help="How far to follow.")
@since_option
@until_option
@out_option
@json_option
def flow(
    folders: tuple[Path, ...],
    reference: str,
    home: Path,
    start: str,
    asset: str,
    hops: int,
    since: str,
    until: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Follow what left START, first in first out, to where it may still lie."""
    import pyarrow as pa

    from comity.analysis.dataset import Dataset
    from comity.analysis.drawing.flowchart import flow_chart
    from comity.analysis.flow import follow, movements, plain_flow

    first, last = _span(since, until)
    with Dataset(_named(folders, reference, home)) as data:
        found = follow(movements(data), start, since=first, until=last, hops=hops, asset=asset)
    shown = asset or found.main_asset
    steps, rests = plain_flow(found)
    columns = ("hop", "time", "source", "target", "asset", "amount", "id")
    table = pa.Table.from_pylist(steps) if steps else pa.table({name: [] for name in columns})
    if as_json and not out:
        emit({"start": start, "method": found.method, "steps": steps, "rests": rests}, True, lambda: None)
        return
    _give(table, steps, out, as_json, lambda: flow_chart(found, shown), columns)
    if not as_json:
        _print_rests(rests)


@analyse.command()
@folders_argument
@click.option("--asked", multiple=True, help="KIND:VALUE[@SINCE/UNTIL] that was asked for; as often as needed.")
@click.option(
    "--package",
    type=click.Path(exists=True, path_type=Path),
    help="The request's package: its targets are what was asked for.",
)
@json_option
def reconcile(
    folders: tuple[Path, ...], reference: str, home: Path, asked: tuple[str, ...], package: Path | None, as_json: bool
) -> None:
    """Hold what was returned against what was asked for: gaps, what lies beyond, what was withheld, what came twice.

    Leaves with 1 when something is missing or lies beyond. The lack of a record proves nothing.
    """
    from comity.analysis.dataset import Dataset
    from comity.analysis.reconcile import plain_reconciliation
    from comity.analysis.reconcile import reconcile as held

    wanted = [_read_asked(text) for text in asked] + (_targets(package) if package else [])
    if not wanted:
        raise BadInput("got nothing that was asked for", field="--asked", advice="Give --asked or --package.")
    with Dataset(_named(folders, reference, home)) as data:
        found = held(data, wanted)
    result = plain_reconciliation(found)
    emit(result, as_json, lambda: _print_reconciliation(result))
    raise SystemExit(0 if found.complete else 1)


@analyse.command()
@folders_argument
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="New PDF file.")
@click.option(
    "--rows", type=click.Path(dir_okay=False, path_type=Path), help="New CSV file for all records behind the figures."
)
@click.option("--start", default="", help="Account or wallet to follow the money from.")
@click.option("--asked", multiple=True, help="KIND:VALUE[@SINCE/UNTIL] that was asked for; as often as needed.")
@zone_option
@json_option
def report(
    folders: tuple[Path, ...],
    reference: str,
    home: Path,
    out: Path,
    rows: Path | None,
    start: str,
    asked: tuple[str, ...],
    zone: str,
    as_json: bool,
) -> None:
    """Print a report: sources, timeline, links, meetings, hours, flow of money, asked against returned.

    Each figure in it leads to its records.
    """
    from comity.analysis.dataset import Dataset
    from comity.analysis.exporting import put
    from comity.analysis.flow import follow, movements
    from comity.analysis.reconcile import FIRST, LAST
    from comity.analysis.reconcile import reconcile as held
    from comity.analysis.report import Report, rows_csv
    from comity.kernel.clock import SystemClock

    named = _named(folders, reference, home)
    wanted = [_read_asked(text) for text in asked]
    with Dataset(named) as data:
        made = Report(data, named, SystemClock().now(), zone, reference, most=MOST_ROWS if rows else 41)
        made.flow = follow(movements(data), start, since=FIRST, until=LAST) if start else None
        made.held = held(data, wanted) if wanted else None
        put(made.print(), out)
    if rows:
        rows_csv(made.listed, rows)
    result = {"file": str(out), "figures": len(made.figures), "rows": len(made.listed)}
    emit(result, as_json, lambda: console().print(_("written: {f}").format(f=plain(out))))


def _named(folders: Sequence[Path], reference: str, home: Path) -> Sequence[Path]:
    """Give the folders named, or those of a case's returns."""
    if bool(folders) == bool(reference):
        advice = "Name folders that `comity returns read` made, or --case with --home."
        raise BadInput("got neither or both of FOLDERS and --case, expected one", field="FOLDERS", advice=advice)
    if folders:
        return folders
    from comity.node.service import open_node

    with open_node(home) as node:
        return node.catalogue.folders(reference)


def _read_asked(text: str) -> Any:
    from comity.analysis.reconcile import asked_from

    return asked_from(text)


def _targets(package: Path) -> list[Any]:
    """Read the targets of a request's package, after checking what it says of itself."""
    from comity.analysis.reconcile import Asked
    from comity.kernel.clock import moment
    from comity.packages.container import silent
    from comity.packages.contents import Contents

    read = Contents(package, silent)
    read.check_container()
    with read.container:
        for step in (read.check_bag, read.check_seal, read.check_statement, read.check_request):
            step()
    spans = [(one, one.get("since", ""), one.get("until", "")) for one in read.request.get("targets", [])]
    return [
        Asked(f"{one['kind']}:{one['value']}", moment(s) if s else None, moment(u) if u else None)
        for one, s, u in spans
    ]


def _span(since: str, until: str) -> tuple[datetime, datetime]:
    from comity.analysis.reconcile import FIRST, LAST
    from comity.kernel.clock import moment

    first = moment(since, field="--since") if since else FIRST
    return first, moment(until, field="--until") if until else LAST


def _asked(folders: Sequence[Path], query: str, **given: Any) -> tuple[list[dict[str, Any]], pa.Table]:
    from comity.analysis.dataset import Dataset

    with Dataset(folders) as data:
        table = data.table(query, **given)
    return table.to_pylist(), table


def _give(
    table: pa.Table,
    rows: Sequence[dict[str, Any]],
    out: Path | None,
    as_json: bool,
    draw: Callable[[], str] | None,
    columns: Sequence[str],
) -> None:
    """Write the whole answer to a file, print it as JSON, or print its beginning for people."""
    from comity.analysis.exporting import export, plain_rows

    if out:
        export(table, out, draw)
        emit(
            {"file": str(out), "rows": len(rows)},
            as_json,
            lambda: console().print(_("written: {f}").format(f=plain(out))),
        )
        return
    emit(
        plain_rows(rows) if as_json else None,
        as_json,
        lambda: _print_rows(plain_rows(rows[:SHOWN]), columns, len(rows)),
    )


def _print_rows(rows: Sequence[dict[str, Any]], columns: Sequence[str], total: int) -> None:
    from rich.table import Table

    shown = Table(box=None, pad_edge=False)
    for name in columns:
        shown.add_column(name.replace("_", " "), overflow="fold", max_width=46)
    for row in rows:
        shown.add_row(*(plain("" if row[name] is None else row[name]) for name in columns))
    wide().print(shown)
    if total > len(rows):
        console().print(_("{n} of {total} rows; --out FILE gives all.").format(n=len(rows), total=total))
    if not total:
        console().print(_("Nothing in the records answers that."))


def _print_rests(rests: Sequence[dict[str, Any]]) -> None:
    for rest in rests:
        basis = _("by its own records") if rest["known"] else _("by what others sent")
        words = _("{place}: may still hold {amount} {asset} ({basis})").format(**{**rest, "basis": basis})
        console().print(plain(words))


def _print_reconciliation(result: dict[str, Any]) -> None:
    out = console()
    for answer in result["answers"]:
        words = _("{key}: {records} records within the time asked for, {beyond} beyond it").format(**answer)
        out.print(plain(words))
        for since, until in answer["empty"]:
            out.print("  " + _("no record from {since} to {until}").format(since=since, until=until))
    if result["others"]:
        out.print(_("{n} records stand with nobody who was asked for: keep them apart.").format(n=result["others"]))
    for gap in result["withheld"]:
        out.print(
            plain(_("withheld by the sender: {about} ({reason})").format(about=gap["about"], reason=gap["reason"]))
        )
    if result["twice"]:
        out.print(_("{n} happenings are told in more than one file.").format(n=len(result["twice"])))
