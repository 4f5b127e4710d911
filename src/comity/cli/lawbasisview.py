"""How a decision on legal bases, and a work sheet on dual criminality, read in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from comity.kernel.language import _, counted, said, word

from .lawtable import lead, rest, spoken, table, told
from .output import console, plain

if TYPE_CHECKING:
    from rich.console import Console

    from comity.law.candidate import Candidate, Clock, Decision, DualQuestion
    from comity.law.condition import Condition, Line
    from comity.law.worksheet import Cell, WorkSheet

STANDING = {"citable": "green", "open": "yellow", "not_citable": "red"}
STATE = {"met": "[green]✓[/]", "open": "[yellow]?[/]", "lead": "[yellow]~[/]", "not_met": "[red]✗[/]"}


class Notes:
    """The sources of what is printed, numbered in the order in which they come up."""

    def __init__(self) -> None:
        """Start with none."""
        self.sources: dict[str, int] = {}

    def mark(self, source: str) -> str:
        """Give the number of a source."""
        return f"[dim]{plain(f'[{self.sources.setdefault(source, len(self.sources) + 1)}]')}[/]"

    def show(self, out: Console) -> None:
        """Print the sources."""
        out.print(f"\n[bold]{_('Sources')}[/]")
        for source, number in self.sources.items():
            out.print(f"  [dim]{number:>2} {plain(source)}[/]")


def show_decision(found: Decision) -> None:
    """Print the candidates: first the list, then each with its reasons and what it asks."""
    out, asked = console(), found.question
    to = _("a provider in {code}") if asked.addressee == "provider" else _("{code}")
    out.print(
        f"[bold]{plain(asked.here)} → {plain(to.format(code=asked.there))}[/]  {word('measure', asked.measure)}, "
        f"{told(asked.offence.name)}, {asked.on}" + (f"  [red]{_('emergency')}[/]" if asked.urgent else "")
    )
    out.print(f"{_('tier of the offence')}: {rest(found.tier.name)}\n")
    for place, one in enumerate(found.candidates, 1):
        out.print(f"{place:>3} {_standing(one)}  [bold]{told(one.title)}[/]")
    notes = Notes()
    for place, one in enumerate(found.candidates, 1):
        _Page(out, notes).show(place, one)
    notes.show(out)
    out.print("")
    for line in found.remarks:
        out.print(told(line.text))
    legend = _(
        "✓ met  ? open  ~ would be met if a lead is confirmed  ✗ not met. A person chooses; this list decides nothing."
    )
    out.print(f"[dim]{legend}[/]")


def show_sheet(found: WorkSheet) -> None:
    """Print two laws side by side, what is open, and the place for the finding."""
    out = console()
    title = _("Work sheet on dual criminality: Article {number} {title}").format(
        number=found.article, title=said(found.title, surely=True)
    )
    out.print(f"[bold]{plain(title)}[/]  {found.on}")
    out.print(told(found.summary))
    out.print(f"[dim]{told(found.rule.text)} {told(found.rule.article)}{lead(found.rule.lead)}[/]\n")
    grid = table("", ["", found.here, found.there, ""])
    for row in found.rows:
        if row.here.lines or row.there.lines:
            grid.add_row(told(row.element), _cell(row.here), _cell(row.there), _("differs") if row.differs else "")
    out.print(grid)
    empty = [row.element for row in found.rows[2:] if not (row.here.lines or row.there.lines)]
    out.print(f"  {_('nothing is recorded in either on')}: {', '.join(map(told, empty))}\n")
    sources = [line for row in found.rows for cell in (row.here, row.there) for line in cell.lines]
    for text in dict.fromkeys(f"{line.article} · {line.source}" for line in sources):
        out.print(f"  [dim]{plain(text)}[/]")
    out.print(f"\n[bold]{_('Open')}[/]")
    for one in found.open:
        out.print(f"  [yellow]?[/] {told(one.text)} [dim]· {told(one.who)} · {spoken(one.article)}[/]")
    out.print(f"\n[bold]{_('Finding of the officer')}[/]  {told(found.finding.question)}")
    for label in (_("finding"), _("reason"), _("name and office"), _("day")):
        out.print(f"  {label}: ______________________")


class _Page:
    """One candidate on the terminal."""

    def __init__(self, out: Console, notes: Notes) -> None:
        self.out, self.notes = out, notes

    def show(self, place: int, one: Candidate) -> None:
        """Print a candidate; of one that may not be cited only why, and what would have to be asked."""
        head = f"\n[bold]{place}. {told(one.title)}[/]  {_standing(one)}  [dim]{spoken(one.article)}[/]"
        self.out.print(f"{head}{lead(one.lead)} {self.notes.mark(one.source)}")
        self.out.print(f"   {_why(one)}")
        if one.standing == "not_citable":
            for condition in (each for each in one.open if each.policy == "AskDepositary"):
                self._condition(condition)
            return
        self.out.print(f"   {_('to')}: {', '.join(rest(name) for name in one.addressees)}")
        for condition in one.leaves():
            self._condition(condition)
        self._lines(_("channel"), one.channel)
        self._lines(_("the request states"), [each.line for each in one.requires], [each.need for each in one.requires])
        self._clocks(one.clocks)
        self._lines(
            _("grounds for refusal"), [each.line for each in one.refusal], [rest(g.nature) for g in one.refusal]
        )
        self._dual(one.dual_criminality)
        self._lines(_("limits of use"), one.use_limits)
        self._lines(_("safeguards"), one.safeguards)

    def _condition(self, one: Condition) -> None:
        who = f" [cyan]→ {told(one.who)}[/]" if one.who else ""
        self.out.print(f"   {STATE[one.state]} {told(one.question)}{who}{lead(one.lead)}")
        self.out.print(f"       [dim]{told(one.why)} · {spoken(one.article)}[/] {self.notes.mark(one.source)}")

    def _lines(self, title: str, lines: Sequence[Line], notes: Sequence[str] = ()) -> None:
        if lines and title:
            self.out.print(f"   [bold]{title}[/]")
        for place, one in enumerate(lines):
            self._line(one, note=notes[place] if notes else "")

    def _line(self, one: Line, *, note: str = "", before: str = "", after: str = "") -> None:
        text = f"{before}{told(one.text)}" + (f" [dim]({told(note)})[/]" if note else "")
        yields = f" [magenta]{_('gives way to')} {told(one.yields_to)}[/]" if one.yields_to else ""
        number = self.notes.mark(one.source)
        self.out.print(f"     · {text} [dim]· {spoken(one.article)}[/]{lead(one.lead)} {number}{yields}{after}")

    def _clocks(self, clocks: Sequence[Clock]) -> None:
        if clocks:
            self.out.print(f"   [bold]{_('time limits')}[/]")
        for one in clocks:
            local = f" [cyan]{_('local target, binds nobody')}[/]" if one.local else ""
            self._line(one.line, before=f"[bold]{_span(one.period)}[/] " if one.period else "", after=local)

    def _dual(self, dual: DualQuestion) -> None:
        self.out.print(f"   [bold]{_('dual criminality')}[/]" + ("" if dual.asked else f": {_('not asked')}"))
        if dual.asked:
            self.out.print(f"     [yellow]?[/] {told(dual.question)} [cyan]→ {told(dual.who)}[/]")
        self._lines("", dual.rules)


def _why(one: Candidate) -> str:
    parts = [said(text, surely=True) for text in one.reasons]
    if one.standing == "not_citable":
        return plain(_("Not citable, because {reasons}").format(reasons="; ".join(parts)))
    if one.standing == "open":
        return plain(_("To be answered before it is cited: {reasons}").format(reasons=" ".join(parts)))
    return told(one.why)


def _span(period: str) -> str:
    number, unit = int(period[1:-1]), period[-1]
    if unit == "D":
        return counted("{n} day", "{n} days", number)
    if unit == "W":
        return counted("{n} week", "{n} weeks", number)
    if unit == "M":
        return counted("{n} month", "{n} months", number)
    return counted("{n} year", "{n} years", number)


def _standing(one: Candidate) -> str:
    return f"[{STANDING[one.standing]}]{rest(one.standing)}[/]"


def _cell(cell: Cell) -> str:
    return "\n".join(plain(line.text) + lead(line.lead) for line in cell.lines) or f"[dim]{_('nothing recorded')}[/]"
