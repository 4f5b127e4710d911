"""The verdict on an item of evidence, as people read it: every layer, then every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

from comity.kernel.language import _, counted, said, word

from .output import console, plain

if TYPE_CHECKING:
    from comity.evidence.verification import Verdict

COLOURS = {"proved": "green", "failed": "red", "not checked": "yellow", "not there": "dim"}
SHOWN = 20


def show_verdict(verdict: Verdict) -> None:
    """Print a verdict."""
    out = console()
    for layer in verdict.layers:
        state, colour = word("layer state", layer.state), COLOURS[layer.state]
        out.print(f"[{colour}]{state:<12}[/] {word('layer', layer.name):<14} {plain(said(layer.found))}")
    for fault in verdict.faults[:SHOWN]:
        out.print(f"[red]✗[/] {plain(fault.file)}")
        out.print(f"    {_('expected')}: {plain(said(fault.expected))}")
        out.print(f"    {_('found')}: {plain(said(fault.found))}")
    if len(verdict.faults) > SHOWN:
        more = len(verdict.faults) - SHOWN
        out.print("[red]" + counted("{n} more fault; --json has all", "{n} more faults; --json has all", more) + "[/]")
    for note in verdict.notes[:SHOWN]:
        out.print(f"[yellow]![/] {plain(said(note))}")
    if verdict.sound:
        text = _("nothing failed in a sample") if verdict.sample else _("nothing failed")
        out.print(f"[green]{text}[/]")
    else:
        out.print(f"[red]{_('not as it should be')}[/]")
