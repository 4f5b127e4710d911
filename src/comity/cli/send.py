"""Sending a released request to its addressee's node: into the outbox, or also into a file to be carried."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _, word

from .home import home_option
from .output import console, emit, json_option


@click.command()
@home_option
@click.argument("name")
@click.option("--confidential", is_flag=True, help="Seal the package to the addressee's age recipients first.")
@click.option(
    "--file",
    "out",
    type=click.Path(path_type=Path),
    help="Also write the message to a new file, to be carried by hand.",
)
@json_option
def send(home: Path, name: str, confidential: bool, out: Path | None, as_json: bool) -> None:
    """Send the released request NAME to its addressee's node. Sending it again sends nothing twice."""
    from comity.exchange.byhand import write_out
    from comity.exchange.sending import send as queue
    from comity.node.ports import desk_of
    from comity.node.service import open_node
    from comity.packages.placing import check_place

    if out:
        check_place(out)
    with open_node(home) as node:
        message = queue(desk_of(node), name, confidential=confidential)
        if out:
            write_out(node.store, message.transaction, out)
        with node.store.read() as unit:
            request = node.office.find(unit, message.about)
    data = {
        "request": request.id, "reference": request.reference, "to": message.peer, "transaction": message.transaction,
        "state": message.state, "reason": message.reason,
    } | ({"file": str(out)} if out else {})  # fmt: skip

    def people() -> None:
        con = console()
        con.print(
            f"[green]{_('in the outbox')}[/] {request.reference} → {message.peer}  {word('message', message.state)}"
        )
        con.print(f"  {_('transaction')} {message.transaction}", markup=False)
        if out:
            con.print(f"  {_('file')} {out}", markup=False)

    emit(data, as_json, people)
