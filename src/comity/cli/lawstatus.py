"""How treaty status reads in a terminal."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from comity.kernel.language import _

from .lawtable import land, lead, lines, mark, rest, spoken, table
from .output import console, plain

if TYPE_CHECKING:
    from comity.law.model import Participation
    from comity.law.standing import Roll, Summary, Treaties
    from comity.law.status import Finding

COLOUR = {"yes": "green", "no": "red", "unknown": "yellow"}


def show_overview(rows: tuple[Summary, ...], on: date) -> None:
    """Print all instruments."""
    grid = table(
        _("Instruments on {date}").format(date=on), ["", _("in force"), _("bound"), _("listed"), _("list as of")]
    )
    for row in rows:
        grid.add_row(
            f"[bold]{row.id}[/]\n{spoken(row.name)}", force(row.force), str(row.bound), str(row.signed), age(row)
        )
    console().print(grid)
    for row in rows:
        if row.progress.needed:
            console().print("[dim]" + counted(row) + "[/]")
    console().print("[dim]" + _("One of them: --instrument NAME. One country: comity law status CC.") + "[/]")


def show_roll(roll: Roll) -> None:
    """Print one instrument and its list."""
    out, one = console(), roll.summary
    out.print(f"[bold]{spoken(one.name)}[/]  {plain(one.reference)}  {_('on')} {roll.on}")
    out.print(f"  {_('in force')}: {force(one.force)}  {plain(one.entry.condition)}")
    if one.progress.needed:
        out.print(f"  {counted(one)}")
    for text in (one.entry.note, roll.note, *one.coverage.gaps):
        lines(out, text)
    grid = table("", [_("party"), _("status"), _("signed"), _("consent"), _("in force from"), _("statements")])
    for name, row in roll.rows:
        record = row.record
        grid.add_row(
            f"{row.country} {land(row.country, name)}",
            f"{rest(row.standing or '')}{mark(record)}",
            _day(record, "signed"),
            _day(record, "deposited") or _day(record, "consent") or _day(record, "completed"),
            _day(record, "in_force"),
            "\n".join(plain(f"{', '.join(s.articles)}: {s.text}") + mark(s) for s in row.statements),
        )
    out.print(grid)
    out.print(f"[dim]{_('list as of')} {age(one)}. {_('Source')}: {plain(one.coverage.source)}[/]")


def show_country(sheet: Treaties) -> None:
    """Print how one country stands to each instrument, with reasons and open questions."""
    out = console()
    out.print(f"[bold]{sheet.country} {land(sheet.country, sheet.name)}[/]  {_('on')} {sheet.on}")
    for one, row in sheet.rows:
        out.print(
            f"\n[bold]{spoken(one.name)}[/]  {rest(row.standing) if row.standing else _('not on the list')}"
            f"  {_('bound')}: {answer(row.bound)}  {_('in force')}: {force(one.force)}"
        )
        show_finding(row.bound)
        for statement in row.statements:
            lines(out, f"{rest(statement.kind)}, {', '.join(statement.articles)}: {statement.text}", mark(statement))


def show_finding(found: Finding) -> None:
    """Print the reasons and the open questions of an answer."""
    out = console()
    for reason in found.reasons:
        out.print(f"  {spoken(reason.text)}{lead(reason.lead)} [dim]· {plain(reason.source)}[/]")
    for question in found.open:
        out.print(f"  [yellow]?[/] {spoken(question)}")


def answer(found: Finding) -> str:
    """Give an answer in its colour."""
    return f"[{COLOUR[found.answer]}]{rest(found.answer)}[/]"


def force(found: Finding) -> str:
    """Give whether an instrument is in force."""
    return answer(found) + lead(found.leads)


def age(one: Summary) -> str:
    """Give how old and how whole a list is."""
    if one.coverage.as_of is None:
        return _("not collected")
    return f"{one.coverage.as_of}{'' if one.coverage.complete else ', ' + _('not complete')}"


def counted(one: Summary) -> str:
    """Give how many consents are recorded of how many that are needed."""
    return _("{name}: {seen} of {needed} consents recorded").format(
        name=spoken(one.name), seen=one.progress.recorded, needed=one.progress.needed
    )


def _day(record: Participation | None, name: str) -> str:
    value = getattr(record, name) if record else None
    return str(value) if value else ""
