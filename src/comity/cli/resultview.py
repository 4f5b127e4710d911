"""How a verification reads in a terminal: the verdict, every step, who signed, whom to call back."""

from __future__ import annotations

from comity.kernel.language import _, said, word
from comity.packages.result import FAILED, OK, SKIPPED, Result

from .output import console, plain


def show_result(result: Result) -> None:
    """Print the outcome of a verification."""
    out = console()
    verdict = _("[bold green]VALID[/]") if result.valid else _("[bold red]REFUSED[/]")
    name = result.document.get("reference", "")
    out.print(f"{verdict} {name}")
    for step in result.steps:
        found = step.found if step.status == FAILED else said(step.found)
        out.print(f"  {step.number:>2} {word('step', step.name):<12} {_mark(step.status)} {plain(found)}")
    if result.valid:
        for signer in result.signers:
            validity = f"{signer.valid_from:%Y-%m-%d} – {signer.valid_until:%Y-%m-%d}"
            out.print(
                f"  {_('signed as')} {word('role', signer.role):<9} {plain(signer.holder)} ({_('key')} {signer.keyid[:12]}, {validity})"
            )
    if result.sender:
        for callback in result.sender.callback:
            out.print(
                f"  {_('call back')} [bold]{plain(callback.number)}[/] {plain(callback.desk)}, {plain(result.sender.name)}"
            )
        out.print(f"  [dim]{_('the number is from the directory; never use one from the package')}[/]")
    elif result.error:
        out.print(f"  {_('Do not act on it. Ask the sender by a way you know.')}")
    if result.error and result.error.advice:
        out.print(f"  {_('what to do')}: {plain(result.error.advice)}")


def _mark(status: str) -> str:
    words = {OK: ("green", _("ok")), FAILED: ("red", _("REFUSED")), SKIPPED: ("dim", _("n/a"))}
    colour, text = words.get(status, ("dim", "-"))
    return f"[{colour}]{text:<7}[/]"
