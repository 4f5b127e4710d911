"""`comity evidence retention`: how long items are kept, what is due, and destroying what was looked at, no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, said

from .evidencecustody import deed_of, who_options
from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.evidence.retention import Plan


@click.group()
def retention() -> None:
    """How long evidence is kept, and how it ends."""


@retention.command("set")
@click.argument("item")
@click.argument("kind", metavar="CLASS")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Last day it is kept; else by the class.")
@who_options
@home_option
@json_option
def set_(item: str, kind: str, until: Any, home: Path, as_json: bool, **who: str) -> None:
    """Set how long ITEM is kept: preserved, inquiry, case or permanent, or until a day."""
    from comity.evidence.retention import SET, set_class
    from comity.node.service import open_node

    with open_node(home) as node:
        deed = deed_of(SET, node.settings.party, **who)
        made = set_class(node.custodian, item, kind, deed, until.date() if until else None)
    text = f"{plain(item)}: {plain(made.deed.result)}"
    emit({"item": item, "number": made.number, "kept": made.deed.result}, as_json, lambda: console().print(text))


@retention.command("plan")
@home_option
@json_option
def show_plan(home: Path, as_json: bool) -> None:
    """Show what would be destroyed today and what is kept, and why; nothing is done."""
    from comity.evidence.retention import plan
    from comity.node.service import open_node

    with open_node(home) as node, node.store.write() as unit:
        found = plan(node.custodian, unit)
    data = {"plan": found.digest, "items": [one.plain() for one in found.decisions]}
    emit(data, as_json, lambda: _print(found))


@retention.command()
@click.option("--plan", "digest", required=True, help="The plan's digest, as `retention plan` showed it.")
@who_options
@home_option
@json_option
def run(digest: str, home: Path, as_json: bool, **who: str) -> None:
    """Destroy what the plan with that digest says; refused when the plan has changed since."""
    from comity.evidence.retention import DESTROYED, carry_out
    from comity.node.service import open_node

    with open_node(home) as node:
        gone = carry_out(node.custodian, deed_of(DESTROYED, node.settings.party, **who), digest)

    def people() -> None:
        for item in gone:
            console().print(_("{item} destroyed; its tombstone stands in its place").format(item=plain(item)))
        if not gone:
            console().print(_("nothing was due"))

    emit({"destroyed": gone}, as_json, people)


def _print(found: Plan) -> None:
    out = console()
    for one in found.decisions:
        word = f"[red]{_('destroy')}[/]" if one.act == "destroy" else f"[green]{_('keep')}[/]"
        out.print(f"{word}  {plain(one.item)}  {plain(said(one.reason))}")
    out.print(_("plan {digest}").format(digest=found.digest))


COMMANDS = (retention,)
