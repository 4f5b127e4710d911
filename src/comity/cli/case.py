"""Commands on cases."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _

from .home import home_option
from .output import console, emit, json_option, plain


@click.group()
def case() -> None:
    """Import and read case files."""


@case.command("import")
@home_option
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def import_(home: Path, file: Path, as_json: bool) -> None:
    """Import a case from FILE (YAML); identifiers are checked and brought to their normal form."""
    from comity.node.service import open_node
    from comity.requests.cases import import_case, targets_of

    with open_node(home) as node:
        found, new = import_case(node.office, file)
    targets = targets_of(found.document)

    def people() -> None:
        word = _("imported") if new else _("known already, unchanged")
        console().print(f"[green]{word}[/] {found.reference}: {plain(found.document['title'])}")
        for target in targets:
            console().print(f"  {target['kind']:<8} {target['value']}", markup=False)

    emit({"reference": found.reference, "new": new, "targets": targets}, as_json, people)


@case.command()
@home_option
@click.argument("reference")
@click.argument("person")
@click.option("--reason", required=True, help="Why this person needs to know of it; it stands in the log.")
@json_option
def member(home: Path, reference: str, person: str, reason: str, as_json: bool) -> None:
    """Name PERSON, by the name he signs in with, the first member of the case REFERENCE, of which nobody at the desk knows yet.

    A case of a sender, taken in by command, is named PARTY:REFERENCE. Members bring in others at the desk.
    """
    from comity.accounts.knowledge import name_first
    from comity.node.service import open_node
    from comity.requests.cases import require_case

    with open_node(home) as node:
        require_case(node.office, reference)
        made = name_first(node.staff, reference, person, reason)

    def people() -> None:
        text = _("[green]{person}[/] knows of {case} and brings in whom it needs").format(
            person=plain(person), case=plain(reference)
        )
        console().print(text)

    emit({"case": reference, "person": person, "reason": made.reason}, as_json, people)


@case.command("list")
@home_option
@json_option
def list_(home: Path, as_json: bool) -> None:
    """List all cases."""
    from comity.node.service import open_node
    from comity.requests.cases import list_cases

    with open_node(home) as node:
        rows = [{"reference": c.reference, "title": c.document["title"]} for c in list_cases(node.office)]

    def people() -> None:
        for row in rows:
            console().print(f"{row['reference']:<24} {row['title']}", markup=False)
        if not rows:
            console().print(_("no cases yet: comity case import FILE"))

    emit(rows, as_json, people)


@case.command()
@home_option
@click.argument("reference")
@json_option
def show(home: Path, reference: str, as_json: bool) -> None:
    """Show the case REFERENCE."""
    from comity.node.service import open_node
    from comity.requests.cases import show_case, targets_of

    with open_node(home) as node:
        found = show_case(node.office, reference)

    def people() -> None:
        out = console()
        out.print(f"{found.reference}: {found.document['title']}", style="bold", markup=False)
        out.print(found.document["facts"], markup=False)
        for target in targets_of(found.document):
            out.print(f"  {target['kind']:<8} {target['value']}  ({target['relation']})", markup=False)
        for source in found.document.get("sources", []):
            out.print(f"  {_('source')}: {source}", markup=False)

    emit(dict(found.document), as_json, people)
