"""A delivery becomes an item of evidence in one command: written out, sealed, and entered in custody as received."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _

from .evidenceact import FILE, KEY_HELP, PATH, seal_of, watching
from .evidencecustody import deed_of, who_options
from .home import home_option
from .output import console, emit, json_option, plain
from .secret import open_signer, passphrase_option


@click.command()
@click.argument("name")
@click.option("--to", type=PATH, required=True, help="New folder for the item.")
@click.option("--item", default="", help="Name of the item; else the identifier of the delivery.")
@click.option("--case", default="", help="Case it belongs to.")
@who_options
@click.option("--sha512", is_flag=True, help="Make a SHA-512 manifest too.")
@click.option("--identity", type=FILE, help="File with the age identity that opens sealed files.")
@click.option("--key", type=FILE, help=KEY_HELP)
@passphrase_option
@home_option
@json_option
def acquire(
    name: str,
    to: Path,
    item: str,
    case: str,
    sha512: bool,
    identity: Path | None,
    key: Path | None,
    passphrase_file: Path | None,
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Make the delivery NAME, or the one on request NAME, an item of evidence, and enter it in custody as received.

    The signed messages that announced it go into the item too. Broken off, the same command goes on where it stood. A
    delivery that is an item already stays that item, which is said.
    """
    from comity.crypto.recipient import read_identity
    from comity.evidence.acquiring import Order
    from comity.evidence.model import Act
    from comity.exchange.acquiring import Intake, acquire_delivery
    from comity.node.service import open_node

    opens = read_identity(identity) if identity else None
    signer = open_signer(key, passphrase_file) if key else None
    with open_node(home) as node:
        party = node.settings.party
        texts = {label: who[label] for label in ("place", "why", "authority")}
        act = Act(item, by=f"{who['person']} ({who['post']})", case=case, party=party, **texts)
        intake = Intake(
            deed_of("received", party, **who), Order(act, (), to, sha512=sha512), seal_of(node, signer), opens
        )
        with watching(_("acquiring"), as_json) as watch:
            became = acquire_delivery(node.office, node.custodian, name, intake, watch=watch)

    def people() -> None:
        text = _("{item} was made of it before") if became.known else _("[green]sealed and registered[/] {item}")
        out = console()
        out.print(text.format(item=plain(became.item)))
        out.print(f"  {_('digest')}: {became.digest}")
        out.print(f"  {_('folder')}: {plain(became.folder)}")

    emit(became.plain(), as_json, people)
