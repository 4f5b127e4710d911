"""Commands on the law: who is bound by what, what a national law lacks, countries side by side, articles and sheets."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from comity.kernel.language import _

from .lawbasis import basis, dual
from .lawoptions import law_options, on_option, today, write
from .output import console, emit

STATES = ("met", "partly", "gap", "not_applicable")


@click.group()
def law() -> None:
    """Say who is bound by what, what a law lacks, what articles ask, and which basis serves."""


law.add_command(basis)
law.add_command(dual)


@law.command()
@click.argument("country", default="")
@click.option("--instrument", default="", help="One instrument, such as hanoi or budapest.")
@on_option
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="Write a tile map to this file.")
@law_options
def status(
    country: str, instrument: str, day: datetime | None, svg: Path | None, overlay: Path | None, as_json: bool
) -> None:
    """Show who is bound by which instrument on a day."""
    from comity.law import standing
    from comity.law.library import load
    from comity.law.plain import plain

    from .lawstatus import show_country, show_overview, show_roll

    library, on = load(overlay), today(day)
    if svg:
        from comity.law import tiles

        write(svg, tiles.svg(tiles.tile_map(library, instrument or "hanoi", on)).encode())
    if country:
        sheet = standing.of_country(library, country, on, instrument)
        emit(plain(sheet), as_json, lambda: show_country(sheet))
    elif instrument:
        roll = standing.of_instrument(library, instrument, on)
        emit(plain(roll), as_json, lambda: show_roll(roll))
    else:
        rows = standing.overview(library, on)
        emit(plain(rows), as_json, lambda: show_overview(rows, on))
    if svg and not as_json:
        console().print(_("tile map of {name} written to {file}").format(name=instrument or "hanoi", file=svg))


@law.command()
@click.argument("country")
@on_option
@click.option("--all", "everything", is_flag=True, help="Also questions on which nobody has said anything.")
@click.option("--csv", "as_csv", is_flag=True, help="Print a table for a spreadsheet (CSV), with every question.")
@click.option("--pdf", type=click.Path(path_type=Path, dir_okay=False), help="Write a report (PDF/A) to this file.")
@law_options
def gaps(
    country: str,
    day: datetime | None,
    everything: bool,
    as_csv: bool,
    pdf: Path | None,
    overlay: Path | None,
    as_json: bool,
) -> None:
    """Rank what the law of COUNTRY lacks under the Convention."""
    from comity.law.gaps import gaps as rank
    from comity.law.gaps import table
    from comity.law.library import load
    from comity.law.matrix import matrix
    from comity.law.plain import plain

    from .lawgaps import show_gaps, typeset_gaps

    if as_csv and (pdf or as_json):
        raise click.UsageError(_("--csv goes alone: name it without --pdf and --json."))
    library = load(overlay)
    found = matrix(library, country, today(day))
    ranked = rank(found, unknown=everything or as_csv)
    if pdf:
        write(pdf, typeset_gaps(library, found, everything))
        say = _("report on {country} written to {file}").format(country=found.country, file=pdf)
        emit({"country": found.country, "on": str(found.on), "file": str(pdf)}, as_json, lambda: console().print(say))
        return
    if as_csv:
        click.echo(table(ranked), nl=False)
        return
    data = {"country": found.country, "on": found.on, "counts": found.counts(), "gaps": ranked}
    penalties = {str(row.article.number): row.penalties for row in found.rows if row.penalties}
    emit(plain(data | {"penalties": penalties}), as_json, lambda: show_gaps(found, ranked, everything))


@law.command()
@click.argument("country")
@click.argument("question", default="")
@click.option("--state", type=click.Choice(STATES), help="Your answer.")
@click.option("--by", default="", help="Who answers: name and office.")
@click.option("--source", default="", help="What the answer rests on.")
@click.option("--provision", default="", help="The provision of national law, if there is one.")
@click.option("--note", default="", help="What else a reader must know.")
@click.option("--blank", is_flag=True, help="Print a sheet (YAML) of the questions that have no answer, to fill in.")
@on_option
@law_options
def answer(
    country: str,
    question: str,
    state: str | None,
    by: str,
    source: str,
    provision: str,
    note: str,
    blank: bool,
    day: datetime | None,
    overlay: Path | None,
    as_json: bool,
) -> None:
    """Answer a QUESTION on the law of COUNTRY, or show what has been answered."""
    from comity.law import answers
    from comity.law.library import load
    from comity.law.matrix import matrix
    from comity.law.plain import plain

    from .lawgaps import show_answers

    library = load(overlay)
    if blank:
        sheet = answers.blank(library, country)
        data = {"country": library.code(country), "sheet": sheet}
        emit(data, as_json, lambda: click.echo(sheet, nl=False))
        return
    if state and question:
        verdict = answers.Verdict(state)
        more = {key: text for key, text in (("provision", provision), ("note", note)) if text}
        made = answers.make(library, question, state=verdict, by=by, on=today(day), source=source, **more)
        path = answers.record(library, country, question, made)
        say = _("{question} answered as {state} in {file}").format(question=question, state=state, file=path)
        emit({"question": question, "file": str(path)} | plain(made), as_json, lambda: console().print(say))
        return
    if state or question:
        raise click.UsageError(_("An answer needs both a question and --state."))
    found = matrix(library, country, today(day))
    cells = [cell for row in found.rows for cell in row.cells]
    emit(plain({"country": found.country, "answers": cells}), as_json, lambda: show_answers(found))


@law.command()
@click.argument("countries", nargs=-1, required=True)
@click.option("--article", "number", type=int, required=True, help="One of Articles 7 to 17 and 25 to 30.")
@law_options
def compare(countries: tuple[str, ...], number: int, overlay: Path | None, as_json: bool) -> None:
    """Set the law of several COUNTRIES on one article side by side."""
    from comity.law.comparison import compare as side_by_side
    from comity.law.library import load
    from comity.law.plain import plain

    from .lawsheet import show_comparison

    found = side_by_side(load(overlay), countries, number)
    emit(plain(found), as_json, lambda: show_comparison(found))


@law.command()
@click.argument("number", type=int)
@law_options
def article(number: int, overlay: Path | None, as_json: bool) -> None:
    """Show what an article says, in own words, and what it asks."""
    from comity.law.library import load
    from comity.law.plain import plain

    from .lawsheet import show_article

    library = load(overlay)
    found = library.article(number)
    emit(plain(found), as_json, lambda: show_article(library, found))


@law.command()
@click.argument("code")
@on_option
@law_options
def country(code: str, day: datetime | None, overlay: Path | None, as_json: bool) -> None:
    """Show the sheet of a country: authorities, languages, powers, periods, assistance."""
    from comity.law import standing
    from comity.law.library import load
    from comity.law.plain import plain

    from .lawsheet import show_sheet

    library = load(overlay)
    found, treaties = library.country(code), standing.of_country(library, code, today(day))
    data = {"profile": found, "treaties": treaties.rows}
    emit(plain(data), as_json, lambda: show_sheet(found, treaties))
