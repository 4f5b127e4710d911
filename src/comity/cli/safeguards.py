"""The safeguards questions on a request: shown, answered, and written as a form to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.kernel.language import _, counted, said, word

from .home import home_option
from .lawtable import lead
from .output import console, emit, json_option, plain
from .requestview import sources

if TYPE_CHECKING:
    from comity.law.gate import Asked
    from comity.requests.gatekeeping import Gatekeeping

FILE = click.Path(path_type=Path)


@click.command()
@home_option
@click.argument("name")
@click.option("--with", "sheet", type=FILE, help="A sheet (YAML) with answers.")
@click.option("--form", type=FILE, help="Write a form with every question still to be answered: a new file.")
@json_option
def safeguards(home: Path, name: str, sheet: Path | None, form: Path | None, as_json: bool) -> None:
    """Show what named persons answer on NAME before it is sent, or before a received one is executed; answer it."""
    from comity.node.service import open_node
    from comity.packages.placing import place_bytes
    from comity.requests.drafting import fill
    from comity.requests.gatekeeping import answer, look

    with open_node(home) as node:
        found = look(node.office, name)
        if sheet and found.stage == "sending":
            fill(node.office, name, [sheet])
            found = look(node.office, name)
        elif sheet:
            found = answer(node.office, name, sheet)
    file = place_bytes(_form(found).encode(), form) if form else None
    data = found.plain() | ({"file": str(file)} if file else {})
    emit(data, as_json, lambda: _show(found, file))


def _show(found: Gatekeeping, file: Path | None) -> None:
    out = console()
    open_ = len(found.missing)
    head = counted("[red]{n} item blocks[/]", "[red]{n} items block[/]", open_) if open_ else _("[green]complete[/]")
    stage = _("before it is sent") if found.stage == "sending" else _("before it is executed")
    out.print(f"{found.request.reference}  {word('measure', found.request.measure)}, {stage}: {head}")
    for one in found.asked:
        _question(found, one)
    for name, title in (("necessity", _("why it is necessary")), ("proportionality", _("why it is proportionate"))):
        mark = "[green]✓[/]" if found.record.get(name) else "[red]✗[/]"
        out.print(f"  {mark} [bold]{name}[/]  {title}: {plain(found.record.get(name) or '—')}")
    for lacking in found.missing:
        out.print(f"  [red]{plain(lacking.field)}[/]  {plain(said(lacking.text))}")
        out.print(f"           [dim]{sources(lacking.article)} · {sources(lacking.source)}[/]{lead(lacking.lead)}")
    if file:
        out.print(f"  {_('file')} {file}", markup=False)


def _question(found: Gatekeeping, one: Asked) -> None:
    out, answer = console(), found.answer(one.question.id)
    mark = "[green]✓[/]" if answer else ("[red]✗[/]" if one.required else "[dim]·[/]")
    free = "" if one.required or answer else f" [dim]{_('not asked for this measure')}[/]"
    out.print(f"  {mark} [bold]{one.question.id}[/]  {plain(said(one.question.question))}{free}")
    if answer:
        second = f", {plain(answer['second'])}" if answer.get("second") else ""
        concern = word("concern", answer.get("concern", ""))
        out.print(
            f"      {plain(answer['answer'])} [dim]{concern} · {plain(answer['by'])}{second} · {answer.get('on', '')}[/]"
        )
    elif one.required:
        for prompt in one.prompts:
            out.print(f"      [yellow]{plain(said(prompt.text))}[/]")


def _form(found: Gatekeeping) -> str:
    """Write a sheet in which a person fills in the answers; what each is about stands above it."""
    ours = found.stage == "sending"
    rows = [f"format: {'comity-draft/1' if ours else 'comity-safeguards/1'}"]
    rows += [
        "# Each answer: concern is none or raised; a concern needs a second person, named as: second.",
        "safeguards:",
    ]
    for one in found.asked:
        if one.required and not found.answer(one.question.id):
            rows += [f"# {_line(said(one.question.question))} ({one.question.ref})"]
            rows += [f"#   {_line(said(prompt.text))}" for prompt in one.prompts]
            rows += [f"- id: {one.question.id}", "  answer:", "  concern:", "  by:"]
    if rows[-1] == "safeguards:":
        rows.pop()
    titles = {
        "necessity": "Why this and nothing milder is needed.",
        "proportionality": "Why it is no more than the case is worth.",
    }
    for name, title in titles.items():
        if not found.record.get(name):
            rows += [f"# {title}", f"{name}:"]
    return "\n".join(rows) + "\n"


def _line(text: str) -> str:
    return " ".join(text.split())
