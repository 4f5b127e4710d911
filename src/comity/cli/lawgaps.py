"""How gaps and answers read in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.kernel.language import _, counted, said

from .lawtable import land, lead, lines, named, rest, told
from .output import console, plain

if TYPE_CHECKING:
    from comity.law.gaps import Gap
    from comity.law.library import Library
    from comity.law.matrix import Cell, Matrix, PenaltyLine

COLOUR = {
    "gap": "red",
    "partly": "yellow",
    "to_confirm": "magenta",
    "unknown": "dim",
    "met": "green",
    "not_applicable": "dim",
}


def show_gaps(found: Matrix, ranked: tuple[Gap, ...], everything: bool) -> None:
    """Print the gaps of a country, first what is needed to comply, and its penalties against four years."""
    out = console()
    out.print(
        f"[bold]{found.country} {land(found.country, found.name)}[/]  {_('under the Convention, law as of')} {found.on}"
    )
    out.print("  " + "  ".join(f"{_state(name)} {number}" for name, number in found.counts().items() if number))
    for gap in ranked:
        cell = gap.cell
        out.print(
            f"\n{gap.rank:>3} {_state(cell.state)}  [bold]{_('Article')} {gap.article.number} {told(gap.article.title)}[/]"
            f"  {plain(cell.question.para)}  [dim]{rest(gap.article.force)}, {rest(cell.question.level)}  {cell.question.id}[/]"
        )
        lines(out, said(cell.question.question, surely=True))
        _say(cell)
        for text in gap.may_reserve:
            out.print(f"  [dim]{_('leeway')}: {told(text)}[/]")
    if not everything:
        silent = sum(cell.says == "nobody" for row in found.rows for cell in row.cells)
        silence = counted("{n} question has no answer yet: --all", "{n} questions have no answer yet: --all", silent)
        out.print(f"\n[dim]{silence}[/]")
    _show_penalties(found)


def typeset_gaps(library: Library, found: Matrix, everything: bool) -> bytes:
    """Set the report on a country's gaps; with the fonts of this machine only where others lack a sign.

    Raises:
        PrintError: no font here has a sign that the report needs.
    """
    from importlib.resources import files

    from comity.kernel.typesetting import PrintError, typeset
    from comity.law.report import report

    template = files("comity.law").joinpath("data", "report.typ").read_bytes()
    given = report(library, found, name=named(found.country, found.name), everything=everything)
    try:
        return typeset(template, given, system_fonts=False)
    except PrintError:
        return typeset(template, given, system_fonts=True)


def show_answers(found: Matrix) -> None:
    """Print what drafters have answered, article by article."""
    out = console()
    out.print(f"[bold]{found.country} {land(found.country, found.name)}[/]")
    for row in found.rows:
        given = [cell for cell in row.cells if cell.says == "drafter"]
        if given:
            out.print(f"[bold]{_('Article')} {row.article.number} {told(row.article.title)}[/]")
        for cell in given:
            out.print(f"  {_state(cell.state)}  {cell.question.id}  {told(cell.question.question)}")
            _say(cell)
    total = sum(len(row.cells) for row in found.rows)
    answered = sum(cell.says == "drafter" for row in found.rows for cell in row.cells)
    out.print(f"[dim]{_('{answered} of {total} questions answered').format(answered=answered, total=total)}[/]")


def years(figure: float | None, serious: bool | None, kind: str, doubt: bool) -> str:
    """Give a maximum and on which side of four years it lies."""
    side = {True: f"[green]≥ 4[/] {_('serious crime')}", False: "[yellow]< 4[/]", None: f"[dim]{_('not known')}[/]"}
    shown = rest(kind) if figure is None or kind != "fixed" else f"{figure:g} {_('years')}"
    return f"{shown} {side[serious]}{lead(doubt)}"


def _say(cell: Cell) -> None:
    if cell.says == "nobody":
        return
    who = f"{plain(cell.by)} {cell.on}" if cell.says == "drafter" else _("suggested by the profile, to be confirmed")
    why = f": {told(cell.why)}" if cell.why else ""
    console().print(f"  [italic]{who}[/]{lead(cell.lead)}{why} [dim]· {plain(cell.source)}[/]")


def _state(name: str) -> str:
    return f"[{COLOUR[name]}]{rest(name)}[/]"


def _show_penalties(found: Matrix) -> None:
    out = console()
    if not any(row.penalties for row in found.rows):
        return
    out.print(f"\n[bold]{_('Maximum penalties and the line of four years (Article 2(h))')}[/]")
    for row in found.rows:
        for line in row.penalties:
            out.print(f"  {row.article.number:>2}  {maximum(line)}  {plain(line.provision)}")


def maximum(line: PenaltyLine) -> str:
    """Give the maxima of a provision, base and aggravated form apart."""
    base = f"{_('base')} {years(line.base, line.base_serious, line.kind, line.base_lead)}"
    if line.aggravated is None:
        return base
    return f"{base}  {_('aggravated')} {years(line.aggravated, line.aggravated_serious, 'fixed', line.aggravated_lead)}"
