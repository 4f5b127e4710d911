"""Capturing web pages on the command line: each address that the officer names is asked for once, and sealed as it came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from comity.kernel.language import _

from .evidenceact import FILE, act_options, print_generation, sealing, watching
from .output import console, emit, json_option, plain

MEGABYTE = 1024 * 1024


@click.command()
@click.argument("addresses", nargs=-1, required=True)
@click.option("--screenshot", is_flag=True, help="Take a picture of each page too, by Chromium; loads the page again.")
@click.option("--limit", type=click.IntRange(1, 4096), default=64, show_default=True, help="Most of an answer, in MiB.")
@click.option(
    "--timeout", type=click.IntRange(1, 3600), default=120, show_default=True, help="Longest time, in seconds."
)
@click.option("--agent", default="", help="What to say as User-Agent; else comity and its version.")
@click.option("--trust", multiple=True, type=FILE, help="Root certificate (PEM) to trust beside those of the system.")
@click.option("--allow-private", is_flag=True, help="Reach machines that are not on the public internet, too.")
@act_options
@json_option
def capture(
    addresses: tuple[str, ...],
    screenshot: bool,
    limit: int,
    timeout: int,
    agent: str,
    trust: tuple[Path, ...],
    allow_private: bool,
    to: Path,
    add_to: Path | None,
    sha512: bool,
    key: Path | None,
    home: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
    **texts: str,
) -> None:
    """Capture the web pages at ADDRESSES as an item of evidence and seal it.

    Each address is asked for once, without cookies or credentials; request and answer are kept byte for byte, with the
    certificates, the machines that the name gave, and the times. A redirect is told and not followed: name the next
    address yourself. Leaves with 0 when the item is sealed, whatever the pages answered: read the findings.
    """
    from comity.evidence.acquiring import Order
    from comity.evidence.capturing import Manner
    from comity.evidence.capturing import capture as take
    from comity.evidence.model import Act
    from comity.evidence.sealing import read_generation
    from comity.evidence.wire import AGENT, Bounds
    from comity.kernel.clock import SystemClock

    manner = Manner(
        bounds=Bounds(limit * MEGABYTE, float(timeout)),
        private=allow_private,
        picture=screenshot,
        agent=agent or AGENT,
        trust=b"\n".join(path.read_bytes() for path in trust),
    )
    former = read_generation(add_to) if add_to else None
    with sealing(home, key, passphrase_file) as (party, seal):
        order = Order(Act(**texts, party=party), (), to, sha512=sha512, former=former)
        with watching(_("acquiring"), as_json) as watch:
            generation, rows = take(addresses, manner, order, seal, clock=SystemClock(), watch=watch)

    def people() -> None:
        print_generation(generation, to)
        for row in rows:
            _print_page(row)

    emit(generation.plain() | {"folder": str(to), "captures": rows}, as_json, people)


def _print_page(row: dict[str, Any]) -> None:
    """Print what one page answered."""
    out = console()
    out.print(f"  {row['status']} {plain(row['address'])}  ({row['machine']}, {row['answer_bytes']} B)")
    if "tls" in row:
        trusted = (
            _("trusted") if row["tls"]["trusted"] else _("not trusted: {reason}").format(reason=row["tls"]["reason"])
        )
        out.print(f"      {row['tls']['protocol']}, {plain(trusted)}")
    if "redirect" in row:
        text = _("it sends on to {address}, which was not asked for").format(address=row["redirect"]["to"])
        out.print(f"      [yellow]{plain(text)}[/]")


COMMANDS = (capture,)
