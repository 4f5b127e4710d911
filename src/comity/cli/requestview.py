"""How requests read in a terminal: findings, lists, clocks, the whole dossier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from comity.kernel.language import _, counted, said, word

from .lawbasisview import STATE
from .output import console, plain

if TYPE_CHECKING:
    from comity.directory.model import Party
    from comity.requests.model import Finding, Request

COLOUR = {
    "draft": "yellow",
    "sealed": "yellow",
    "released": "cyan",
    "received": "cyan",
    "accepted": "green",
    "info_needed": "magenta",
    "refused": "red",
    "withdrawn": "red",
}


def show_findings(request: Request, findings: Sequence[Finding]) -> None:
    """Print what the preflight found, what blocks first."""
    out = console()
    blocking = sum(f.blocks for f in findings)
    head = (
        _("[green]complete[/]")
        if not blocking
        else counted("[red]{n} item blocks[/]", "[red]{n} items block[/]", blocking)
    )
    out.print(f"{request.reference}  {word('measure', request.measure)} → {request.peer}: {head}")
    for finding in findings:
        colour = "red" if finding.blocks else "yellow"
        out.print(
            f"  [{colour}]{word('level', finding.level):<8}[/] [bold]{plain(finding.field)}[/]  {_told(finding.reason)}"
        )
        out.print(f"           → {_told(finding.remedy)}")
        if finding.source:
            lead = _(" (not yet compared with the certified text: a lead)") if finding.verified is False else ""
            out.print(f"           [dim]{sources(finding.source)}{lead}[/]")


def show_basis(request: Request) -> None:
    """Print the basis that was chosen for a request, with its questions by number and its time limits."""
    out, basis = console(), request.document["basis"]
    named = " ".join(plain(basis[one]) for one in ("instrument", "article") if one in basis)
    out.print(f"{request.reference}  [green]{_('basis chosen')}[/] [bold]{plain(basis['candidate'])}[/]  {named}")
    for number, row in enumerate(basis.get("reasons", []), 1):
        who = f" [cyan]→ {plain(row['who'])}[/]" if "who" in row else ""
        out.print(f"  {number:>2} {STATE[row['state']]} {_told(row['question'])}{who}")
        if "answer" in row:
            out.print(f"       {plain(row['answer'])} [dim]{plain(row['by'])}, {row['on']}[/]")
    for row in basis.get("limits", []):
        local = _("local target, binds nobody") if row["local"] else plain(row["source"])
        out.print(f"  {row['period']:>5}  {_told(row['text'])} [dim]{local}[/]")


def show_rows(rows: Sequence[dict[str, Any]]) -> None:
    """Print a list of requests."""
    out = console()
    for row in rows:
        arrow = "→" if row["direction"] == "out" else "←"
        state = f"[{COLOUR[row['state']]}]{word('state', row['state']):<12}[/]"
        measure = word("measure", row["measure"])
        out.print(f"{row['reference']:<22} {arrow} {row['peer']:<16} {measure:<20} {state} {row['changed_at']}")
    if not rows:
        out.print(_("no requests yet"))


def show_due(rows: Sequence[dict[str, Any]]) -> None:
    """Print the running clocks, the next first."""
    out = console()
    for row in rows:
        when = f"[red]{row['due_at']} {_('overdue')}[/]" if row["overdue"] else row["due_at"]
        kind = deadline(row["kind"])
        out.print(f"{when}  {kind:<17} {row['reference']:<22} {row['peer']:<14} [dim]{_told(row['source'])}[/]")
    if not rows:
        out.print(_("nothing is due"))


def show_dossier(data: dict[str, Any], party: Party | None) -> None:
    """Print one request: state, who acts next, clocks, receipts, history, call-back numbers."""
    out = console()
    arrow = "→" if data["direction"] == "out" else "←"
    state = f"[{COLOUR[data['state']]}]{word('state', data['state'])}[/]"
    out.print(f"[bold]{data['reference']}[/]  {word('measure', data['measure'])} {arrow} {data['peer']}  {state}")
    if data["package"]:
        out.print(f"  {_('package')} {data['package']}")
        out.print(f"  {_('read-back code')} {data['read_back_code']}")
    if party:
        for callback in party.callback:
            out.print(
                f"  {_('call back')} [bold]{plain(callback.number)}[/] {plain(callback.desk)} ({plain(party.hours.open)}, {plain(party.hours.zone)})"
            )
    if data["acts"]:
        out.print(f"  {_('possible now')}: {', '.join(map(act, data['acts']))}")
    for clock in data["clocks"]:
        mark = "[red]![/]" if clock["overdue"] else ("•" if clock["open"] else "[dim]✓[/]")
        out.print(f"  {mark} {clock['due_at']}  {deadline(clock['kind'])}  [dim]{_told(clock['source'])}[/]")
    for receipt in data["receipts"]:
        signed = (
            _("signed by {who}").format(who=plain(receipt["holder"]))
            if receipt["signed"]
            else _("[yellow]by phone, not signed[/]")
        )
        detail = " ".join(part for part in (receipt["code"], receipt["reason"]) if part)
        out.print(
            f"  {receipt['at']}  {_('receipt')} [bold]{word('state', receipt['state'])}[/] {plain(detail)} {signed}"
        )
    for entry in data["history"]:
        who = f" {_('by')} {plain(entry['who'])}" if entry["who"] else ""
        done = f"{plain(act(entry['act']))} → {word('state', entry['state'])}"
        out.print(f"  [dim]{entry['at']}  {done}{who} {_told(entry['note'])}[/]")


def deadline(kind: str) -> str:
    """Give a clock in words; one that the basis of a request sets is called so."""
    name = kind.removeprefix("basis.")
    return word("clock", kind) if name == kind else f"{_('basis')}: {plain(name.replace('_', ' '))}"


def act(name: str) -> str:
    """Give what was done to a request in words."""
    known = word("act", name)
    return known if known != name else said(name)


def sources(text: str) -> str:
    """Give sources in words, the longest known first, for a source may hold a semicolon itself."""
    whole, (head, cut, tail) = said(text), text.partition("; ")
    return plain(whole) if whole != text or not cut else f"{plain(said(head))}; {sources(tail)}"


def _told(text: str) -> str:
    return plain(said(text))
