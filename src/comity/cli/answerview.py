"""How the provider's desk reads in a terminal: the queue, one request at a glance, what was said and delivered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from comity.kernel.language import _, counted, said, word

from .output import console, plain
from .requestview import COLOUR, act, deadline

_PART = {"Available": "yellow", "Acknowledged": "cyan", "Received": "green", "Error": "red", "Expired": "red"}
_CALL = {"confirmed": "green", "overridden": "yellow"}


def show_queue(rows: Sequence[dict[str, Any]]) -> None:
    """Print what waits, a line each."""
    out = console()
    for row in rows:
        state = f"[{COLOUR[row['state']]}]{word('state', row['state']):<12}[/]"
        due = (row["due_at"] or "—") if not row["overdue"] else f"[bold red]{row['due_at']} {_('overdue')}[/]"
        measure = word("measure", row["measure"])
        mark = "[bold red]![/]" if row["callback"] else " "
        out.print(f"{mark} {plain(row['reference']):<22} ← {row['peer']:<16} {measure:<24} {state} {due}")
        if notes := list(_notes(row)):
            out.print("    " + "  ".join(notes))
    if not rows:
        out.print(_("nothing waits"))


def show_sheet(sheet: dict[str, Any]) -> None:
    """Print one request: identity, what is asked, what is unusual, what is due, what was recorded and delivered."""
    out = console()
    state = f"[{COLOUR[sheet['state']]}]{word('state', sheet['state'])}[/]"
    out.print(f"[bold]{plain(sheet['reference'])}[/]  {word('measure', sheet['measure'])} ← {sheet['peer']}  {state}")
    if sheet["withdrawn"]:
        out.print(f"  [bold red]{_('withdrawn by its sender: deliver nothing')}[/]")
    _identity(sheet)
    _asked(sheet)
    for remark in sheet["remarks"]:
        out.print(f"  [yellow]? {plain(said(remark['text']))}[/]")
    for clock in sheet["clocks"]:
        mark = "[bold red]![/]" if clock["overdue"] else ("•" if clock["open"] else "[dim]✓[/]")
        source = plain(said(clock["source"]))
        out.print(f"  {mark} {clock['due_at']}  {deadline(clock['kind'])}  [dim]{source}[/]")
    if sheet["safeguards"]:
        lacking = ", ".join(sheet["safeguards"])
        out.print(f"  [red]{_('safeguards not answered')}[/]: {plain(lacking)}")
    for note in sheet["notes"]:
        out.print(f"  {note['at']}  {word('note', note['kind'])} {_('by')} {plain(note['who'])}  {plain(_said(note))}")
    show_parts(sheet["deliveries"])
    for entry in sheet["history"]:
        who = f" {_('by')} {plain(entry['who'])}" if entry["who"] else ""
        out.print(f"  [dim]{entry['at']}  {plain(act(entry['act']))}{who} {plain(said(entry['note']))}[/]")


def show_parts(rows: Sequence[dict[str, Any]]) -> None:
    """Print the parts of deliveries, a line each."""
    out = console()
    for row in rows:
        state = f"[{_PART[row['state']]}]{word('delivery', row['state'])}[/]"
        head = f"  {row['delivery'][:8]} {_('part')} {row['part']}{'.' if row['last'] else ''}"
        if "exists" in row:
            out.print(f"{head}  {_('data exist') if row['exists'] else _('no data exist')}  {state}")
            continue
        sealed = f" {_('sealed')}" if row["sealed"] else ""
        out.print(f"{head}  {plain(row['name'])}  {row['size']} B{sealed}  {state}  [dim]{row['sha256'][:16]}[/]")
        if row.get("reason"):
            out.print(f"      [red]{plain(row['reason'])}[/]")


def show_taken(data: dict[str, Any]) -> None:
    """Print what was said, and that it is on its way."""
    out, receipt = console(), data["receipt"]
    detail = " ".join(part for part in (receipt["code"], receipt["reason"], receipt["preserved_until"]) if part)
    head = _("[green]signed[/]") if data["new"] else _("[yellow]said before, nothing changed[/]")
    out.print(f"{head} {plain(data['reference'])}  [bold]{word('state', receipt['state'])}[/] {plain(detail)}")
    out.print(f"  {_('by')} {plain(receipt['holder'])}")


def show_emergencies(rows: Sequence[dict[str, Any]]) -> None:
    """Print the counts of emergencies."""
    out = console()
    names = (
        ("called_back", _("called back")), ("overridden", _("without a call back")), ("denied", _("denied")),
        ("refused", _("refused")), ("followed", _("followed by a formal request")), ("awaited", _("awaited")),
        ("overdue", _("overdue")),
    )  # fmt: skip
    for row in rows:
        arrow = "←" if row["direction"] == "in" else "→"
        head = counted("{n} emergency", "{n} emergencies", row["requests"])
        out.print(f"{arrow} {row['peer']}  {head}")
        for name, label in names:
            if row[name]:
                colour = "red" if name in ("overdue", "denied") else "default"
                out.print(f"    [{colour}]{row[name]:>4}  {label}[/]")
    if not rows:
        out.print(_("no emergencies"))


def _said(note: dict[str, Any]) -> str:
    """Give what a note says: its text, and the number that was called with what came of it."""
    verdict = ""
    if "number" in note:
        outcome = "confirmed" if note["confirmed"] else ("denied" if note["reached"] else "not reached")
        verdict = " ".join(part for part in (note["number"], note["spoke_to"], word("callback", outcome)) if part)
    return "  ".join(part for part in (verdict, note["text"]) if part)


def _notes(row: dict[str, Any]) -> list[str]:
    found = []
    if row["callback"]:
        colour = _CALL.get(row["callback"], "bold red")
        found.append(f"[{colour}]{word('callback', row['callback'])}[/]")
    if row["withdrawn"]:
        found.append(f"[red]{_('withdrawn by its sender')}[/]")
    if row["agency_flagged"]:
        found.append(f"[red]{_('a formal request of this agency is overdue')}[/]")
    if row["remarks"]:
        found.append("[yellow]" + counted("{n} remark", "{n} remarks", row["remarks"]) + "[/]")
    if row["reviewed"]:
        found.append(f"[green]{_('reviewed')}[/]")
    if row["delivered"]:
        found.append(f"{_('delivery')}: {word('delivered', row['delivered'])}")
    return found


def _identity(sheet: dict[str, Any]) -> None:
    """Print in one glance whether the sender is who it says: the verification, the way, the number to call."""
    out, who, checked = console(), sheet["identity"], sheet["verification"]
    verdict = _("[bold green]VALID[/]") if checked["verdict"] == "valid" else _("[bold red]REFUSED[/]")
    steps = " ".join(f"{row['name']}:{row['status']}" for row in checked["steps"] if row["status"] == "failed")
    out.print(f"  {verdict} {plain(who['name'])}  {plain(steps)}")
    way = who["signed_message"]
    came = _("signed message of its node, {at}").format(at=way["at"]) if way else _("brought as a file")
    out.print(f"  {_('came as')}: {came}")
    for number in who["call_back"]:
        out.print(
            f"  {_('call back')} [bold]{plain(number['number'])}[/] {plain(number['desk'])} ({plain(who['hours'])})"
        )
    out.print(f"  {_('read-back code')} [bold]{sheet['read_back_code']}[/]")
    if sheet["callback"]["standing"]:
        colour = _CALL.get(sheet["callback"]["standing"], "bold red")
        out.print(f"  {_('call back')}: [{colour}]{word('callback', sheet['callback']['standing'])}[/]")
    for reference in sheet["agency_flags"]:
        out.print(f"  [red]{_('formal request overdue after the emergency')} {plain(reference)}[/]")


def _asked(sheet: dict[str, Any]) -> None:
    out, asked = console(), sheet["asked"]
    if asked["data"]:
        out.print(f"  {_('data')}: [bold]{', '.join(word('data', kind) for kind in asked['data'])}[/]")
    out.print(f"  {_('basis')}: {plain(asked['basis'].get('text', ''))}")
    for target in asked["targets"]:
        span = " – ".join(part for part in (target.get("since"), target.get("until")) if part)
        status = f"  [dim]{plain(target['status'])}[/]" if target["status"] else ""
        out.print(
            f"  {target['number']}. {word('kind', target['kind'])} [bold]{plain(target['value'])}[/] {span}{status}"
        )
    if sheet["secrecy"]:
        until, reason = sheet["secrecy"]["until"], sheet["secrecy"]["reason"]
        out.print(f"  {_('secrecy until')} {until}: {plain(reason)}")
