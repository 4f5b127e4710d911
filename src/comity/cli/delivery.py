"""What providers delivered: listed, looked into, and written out with sums that anybody can check."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from comity.kernel.language import _, counted

from .deliveryacquire import acquire
from .home import home_option
from .output import console, emit, json_option, plain

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def delivery() -> None:
    """What providers delivered on our requests."""


delivery.add_command(acquire)


@delivery.command("list")
@home_option
@json_option
def list_deliveries(home: Path, as_json: bool) -> None:
    """List the deliveries that came in: on which request, how many parts, whether whole."""
    from comity.exchange import deliverytables
    from comity.exchange.deliveries import by_delivery
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        groups = by_delivery(deliverytables.find_parts(unit, direction="in"))
        rows = [_row(parts, node.office.find(unit, parts[0].request).reference) for parts in groups]
    emit(rows, as_json, lambda: _print_rows(rows))


@delivery.command()
@home_option
@click.argument("name")
@json_option
def show(home: Path, name: str, as_json: bool) -> None:
    """Show the parts of the deliveries on request NAME, or of one delivery."""
    from comity.exchange.exporting import find
    from comity.node.service import open_node

    from .answerview import show_parts

    with open_node(home) as node, node.store.read() as unit:
        rows = [kept.plain() for parts in find(unit, node.office, name) for kept in parts]
    emit(rows, as_json, lambda: show_parts(rows))


@delivery.command()
@home_option
@click.argument("name")
@click.option("--to", type=FOLDER, required=True, help="Folder to write to; made if it is not there.")
@click.option("--identity", type=FILE, help="File with the age identity that opens sealed files.")
@json_option
def export(home: Path, name: str, to: Path, identity: Path | None, as_json: bool) -> None:
    """Write what was delivered on request NAME to a folder, with SHA256SUMS: check it with sha256sum -c SHA256SUMS."""
    from comity.crypto.recipient import read_identity
    from comity.exchange.exporting import export as write
    from comity.node.service import open_node

    opens = read_identity(identity) if identity else None
    with open_node(home) as node:
        done = write(node.office, name, to, opens)
    data = {"folder": str(done.folder), "files": dict(done.files), "not_whole": done.waiting}

    def people() -> None:
        out = console()
        for path, digest in done.files:
            out.print(f"{digest[:16]}  {plain(path)}")
        out.print(f"[green]{_('written')}[/] {plain(done.folder)}")
        if done.waiting:
            words = counted("{n} delivery is not whole yet", "{n} deliveries are not whole yet", done.waiting)
            out.print(f"[yellow]{words}[/]")

    emit(data, as_json, people)


def _row(parts: Any, reference: str) -> dict[str, Any]:
    from comity.exchange.receiving import whole
    from comity.kernel.clock import stamp

    return {
        "delivery": parts[0].part.delivery, "request": reference, "peer": parts[0].peer, "parts": len(parts),
        "bytes": sum(kept.part.size for kept in parts), "whole": whole(parts),
        "errors": sum(kept.state in ("Error", "Expired") for kept in parts), "at": stamp(parts[0].at),
    }  # fmt: skip


def _print_rows(rows: list[dict[str, Any]]) -> None:
    out = console()
    for row in rows:
        state = f"[green]{_('whole')}[/]" if row["whole"] else f"[yellow]{_('not whole yet')}[/]"
        if row["errors"]:
            state += " [red]" + counted("{n} part refused", "{n} parts refused", row["errors"]) + "[/]"
        parts = counted("{n} part", "{n} parts", row["parts"])
        out.print(
            f"{row['at']}  {row['delivery'][:8]}  {plain(row['request'])} ← {row['peer']}  {parts}, {row['bytes']} B  {state}"
        )
    if not rows:
        out.print(_("no deliveries"))
