"""Returns: what companies send back, read into typed records; what was not read is said first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted, said

from .output import console, emit, json_option, wide
from .output import plain as escaped
from .returnskeep import keep, kept

if TYPE_CHECKING:
    from comity.returns.model import Given
    from comity.returns.taking import Watch

EXISTING = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
COLOURS = {"untouched": "red", "doubtful": "yellow", "read": "green"}


@click.group()
def returns() -> None:
    """Returns of companies: files, folders and archives become records that know their source."""


returns.add_command(keep)
returns.add_command(kept)


@returns.command("read")
@click.argument("paths", nargs=-1, required=True, type=EXISTING)
@click.option(
    "--to", type=click.Path(path_type=Path), required=True, help="New folder for records, coverage and findings."
)
@click.option("--mapping", "mappings", type=FILE, multiple=True, help="Mapping file of your own; may be given again.")
@click.option("--provider", default="", help="Who sent it; decides between mappings, and fills records that lack it.")
@click.option(
    "--zone", default="", help="Zone of times that state none, such as Asia/Manila or +07:00; marked as assumed."
)
@click.option(
    "--day-first/--month-first", "day_first", default=None, help="What 03/04 means where a layout leaves it open."
)
@click.option("--decimal", type=click.Choice([".", ","]), help="What 1,234 means where a mapping leaves it open.")
@click.option("--region", default="", help="Country (such as VN) of telephone numbers written in national form.")
@click.option("--encoding", default="", help="Encoding of text that does not prove its own, such as cp1258.")
@click.option("--case", default="", help="Case it belongs to.")
@click.option("--request", default="", help="Request it answers.")
@click.option("--item", default="", help="Item of evidence that holds the files.")
@click.option("--reader", default="", help="Reader to use, where two claim a file.")
@click.option("--accept-gaps", is_flag=True, help="Leave with 0 even when files are untouched or doubtful.")
@json_option
def read_(
    paths: tuple[Path, ...],
    to: Path,
    mappings: tuple[Path, ...],
    decimal: str | None,
    accept_gaps: bool,
    as_json: bool,
    **words: Any,
) -> None:
    """Read PATHS (files, folders, zip archives) into the new folder --to.

    It holds records/KIND.parquet, coverage.json and findings.jsonl. Every file has one line in the coverage: read; doubtful,
    when something in it needs a person; untouched, when no reader knows it. Leaves with 1 unless every file is read.
    """
    from comity.returns.opening import opened
    from comity.returns.taking import take_in

    given = _given(mappings, decimal or "", **words)
    with watching(as_json) as watch:
        coverage = take_in(opened(paths), given, to, watch)
    emit(coverage.plain() | {"folder": str(to)}, as_json, lambda: show_coverage(coverage.plain(), to))
    if not coverage.clean and not accept_gaps:
        raise click.exceptions.Exit(1)


@returns.command()
@click.argument("file", type=FILE)
@click.option("--encoding", default="", help="Encoding of text that does not prove its own.")
def propose(file: Path, encoding: str) -> None:
    """Print a mapping to start from, for FILE: a table that no mapping knows.

    Names hint at what columns mean; all values are looked at for layouts, the order of day and month, decimal marks. Read
    it, mend it, and use it by `comity returns read --mapping`.
    """
    from comity.returns.proposal import propose as write
    from comity.returns.source import on_disk

    click.echo(write(on_disk(file), _given((), "", encoding=encoding)), nl=False)


@returns.command()
@json_option
def readers(as_json: bool) -> None:
    """List the readers: one for each format."""
    from comity.returns.reader import readers as every

    rows = [{"reader": r.stamp, "label": r.label, "kinds": list(r.kinds)} for r in every().values()]
    emit(rows, as_json, lambda: _print_rows(["reader", "label", "kinds"], rows))


@returns.command("mappings")
@click.argument("name", required=False)
@json_option
def mappings_(name: str | None, as_json: bool) -> None:
    """List the mappings that come with the program; with NAME, print its file."""
    from comity.returns.mapping import file_of, kinds_of, shipped

    if name is not None:
        if name not in shipped():
            advice = "`comity returns mappings` lists them."
            raise BadInput(f"got the mapping {name[:60]!r}, expected one that there is", field="name", advice=advice)
        click.echo(file_of(name), nl=False)
        return
    rows = [
        {"mapping": m.stamp, "label": m.label, "provider": m.provider, "kinds": list(kinds_of([m]))}
        for m in shipped().values()
    ]
    emit(rows, as_json, lambda: _print_rows(["mapping", "label", "provider", "kinds"], rows))


@returns.command()
@click.argument("folder", type=FOLDER)
@json_option
def show(folder: Path, as_json: bool) -> None:
    """Show coverage and findings of FOLDER, which `comity returns read` left."""
    try:
        coverage = json.loads((folder / "coverage.json").read_text("utf-8"))
        findings = [json.loads(line) for line in (folder / "findings.jsonl").read_text("utf-8").splitlines()]
    except (OSError, ValueError) as e:
        advice = "Name a folder that `comity returns read ... --to FOLDER` has left."
        raise BadInput("got a folder without coverage, expected one of records", file=str(folder), advice=advice) from e
    emit(coverage | {"findings": findings}, as_json, lambda: show_coverage(coverage, folder))


def _given(mappings: tuple[Path, ...], decimal: str, **words: Any) -> Given:
    """Check what people say beside a return."""
    from comity.kernel.sheet import read_sheet
    from comity.returns.encoding import known
    from comity.returns.mapping import read_mapping
    from comity.returns.model import Given
    from comity.returns.moment import zone_of

    for path in mappings:
        read_mapping(path)
    if words.get("zone"):
        zone_of(words["zone"])
    if words.get("encoding") and not known(words["encoding"]):
        raise BadInput(f"got the encoding {words['encoding'][:40]!r}, expected one such as cp1258", field="encoding")
    return Given(mappings=tuple(map(read_sheet, mappings)), decimal=decimal, **words)


def show_coverage(coverage: Mapping[str, Any], folder: Path) -> None:
    """Print what became of each file, what needs a person first; then findings and what there is."""
    from rich.table import Table

    order = list(COLOURS)
    files = sorted(coverage["files"], key=lambda entry: order.index(entry["state"]))
    table = Table(box=None, header_style="bold")
    for title, justify in (
        (_("state"), "left"),
        (_("file"), "left"),
        (_("reader"), "left"),
        (_("units"), "right"),
        (_("parsed"), "right"),
        (_("aside"), "right"),
        (_("rejected"), "right"),
    ):
        table.add_column(title, justify=justify, overflow="fold")  # type: ignore[arg-type]  # words that rich knows
    for entry in files:
        colour = COLOURS[entry["state"]]
        units = "?" if entry["units"] is None else f"{entry['units']:,}"
        numbers = (units, f"{entry['parsed']:,}", f"{sum(entry['aside'].values()):,}", f"{entry['rejected']:,}")
        table.add_row(
            f"[{colour}]{_word(entry['state'])}[/]", plain(entry["file"]), plain(entry["reader"] or "-"), *numbers
        )
    wide().print(table)
    _print_findings(folder)
    _print_records(coverage, folder)


def plain(text: object) -> str:
    """Give text of a return so that it acts neither on markup nor on a terminal."""
    return escaped("".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(text)))


def _word(state: str) -> str:
    return {"untouched": _("untouched"), "doubtful": _("doubtful"), "read": _("read")}[state]


def _print_findings(folder: Path) -> None:
    """Print what was found, file by file: each code once with its number and its first case."""
    from comity.returns.vocabulary import label, serious

    coverage = json.loads((folder / "coverage.json").read_text("utf-8"))
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for line in (folder / "findings.jsonl").read_text("utf-8").splitlines():
        finding = json.loads(line)
        first.setdefault((finding["file"], finding["code"]), finding)
    for entry in coverage["files"]:
        for code, count in sorted(entry["codes"].items(), key=lambda pair: not serious(pair[0])):
            colour = "yellow" if serious(code) else "dim"
            finding = first.get((entry["file"], code), {})
            where = f" ({_('row')} {finding['row']})" if finding.get("row") else ""
            what = ": " + plain(finding["found"]) if finding.get("found") else ""
            console().print(f"[{colour}]{plain(entry['file'])}: {said(label(code))} × {count:,}[/]{what}{where}")
            if finding.get("advice"):
                console().print(f"  {_('what to do')}: {plain(said(finding['advice']))}")


def _print_records(coverage: Mapping[str, Any], folder: Path) -> None:
    from comity.returns.schema import kinds

    for kind, number in coverage["records"].items():
        console().print(
            f"{said(kinds()[kind].label)}: {number:,}  [dim]{plain(folder / 'records' / f'{kind}.parquet')}[/]"
        )
    total = sum(coverage["records"].values())
    files = len(coverage["files"])
    console().print(
        _("{records} out of {files}").format(
            records=counted("{n} record", "{n} records", total), files=counted("{n} file", "{n} files", files)
        )
    )


def _print_rows(titles: list[str], rows: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, header_style="bold")
    for title in titles:
        table.add_column(title, overflow="fold")
    for row in rows:
        table.add_row(*(plain(" ".join(value) if isinstance(value, list) else value) for value in row.values()))
    wide().print(table)


@contextmanager
def watching(as_json: bool) -> Iterator[Watch]:
    """Say on stderr which file is read, while somebody watches."""
    import sys

    if as_json or not sys.stderr.isatty():
        yield lambda _name: None
        return
    with console(stderr=True).status(_("reading")) as status:
        yield lambda name: status.update(f"{_('reading')} {plain(name)}")
