"""How a verification reads in a terminal: the verdict, every step, who signed, whom to call back."""

from __future__ import annotations

from comity.kernel.language import _
from comity.packages.result import FAILED, OK, SKIPPED, Result

from .output import console

MARK = {OK: "[green]ok     [/]", FAILED: "[red]REFUSED[/]", SKIPPED: "[dim]n/a    [/]"}


def show_result(result: Result) -> None:
    """Print the outcome of a verification."""
    from rich.markup import escape

    out = console()
    verdict = _("[bold green]VALID[/]") if result.valid else _("[bold red]REFUSED[/]")
    name = result.document.get("reference", "")
    out.print(f"{verdict} {name}")
    for step in result.steps:
        mark = MARK.get(step.status, "[dim]-      [/]")
        out.print(f"  {step.number:>2} {step.name:<12} {mark} {escape(step.found)}")
    if result.valid:
        for signer in result.signers:
            validity = f"{signer.valid_from:%Y-%m-%d} – {signer.valid_until:%Y-%m-%d}"
            out.print(
                f"  {_('signed as')} {signer.role:<9} {escape(signer.holder)} ({_('key')} {signer.keyid[:12]}, {validity})"
            )
    if result.sender:
        for callback in result.sender.callback:
            out.print(
                f"  {_('call back')} [bold]{escape(callback.number)}[/] {escape(callback.desk)}, {escape(result.sender.name)}"
            )
        out.print(f"  [dim]{_('the number is from the directory; never use one from the package')}[/]")
    elif result.error:
        out.print(f"  {_('Do not act on it. Ask the sender by a way you know.')}")
    if result.error and result.error.advice:
        out.print(f"  {_('what to do')}: {escape(result.error.advice)}")
