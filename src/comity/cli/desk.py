"""Commands on the desk: its first administrator, and who works there."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _

from .home import home_option
from .output import console, emit, json_option, plain


@click.group()
def desk() -> None:
    """Begin with the pages of a node: its first administrator, and who works there."""


@desk.command()
@home_option
@click.option("--name", default="admin", show_default=True, help="Name with which the administrator signs in.")
@json_option
def first(home: Path, name: str, as_json: bool) -> None:
    """Make a code for the first administrator, while no administrator can sign in."""
    made = first_code(home, name)
    emit(made, as_json, lambda: setup(made))


@desk.command("people")
@home_option
@json_option
def people_(home: Path, as_json: bool) -> None:
    """List the people who work at the desk, with their roles."""
    from comity.accounts.access import roles_of
    from comity.accounts.people import all_people
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        rows = [
            {
                "name": one.name,
                "label": one.label,
                "state": one.state,
                "roles": sorted(roles_of(node.staff, unit, one.id)),
            }
            for one in all_people(unit)
        ]

    def people() -> None:
        for row in rows:
            line = f"{row['name']:<20} {row['label']:<30} {row['state']:<12} {', '.join(row['roles'])}"
            console().print(plain(line.rstrip()))

    emit(rows, as_json, people)


def first_code(home: Path, name: str) -> dict[str, str]:
    """Make a code for the first administrator of the node in *home*; gives where to use it."""
    from comity.accounts import people
    from comity.node.service import open_node

    with open_node(home) as node:
        person, code = people.first(node.staff, name)
        at = node.settings.desk_url.rstrip("/")
    return {"name": person.name, "code": code, "setup": f"{at}/join?code={code}"}


def setup(made: dict[str, str]) -> None:
    """Say where the first administrator sets up his account."""
    console().print(
        _("Run `comity serve`, then set up the account of {name} within a day at:").format(name=made["name"])
    )
    console().print(plain(made["setup"]))
