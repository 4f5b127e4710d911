"""What every command that makes an item of evidence asks for and prints: who acts and why, the seal, the progress, the item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from comity.kernel.language import _, counted, said

from .output import console, plain
from .secret import open_signer, passphrase_option

if TYPE_CHECKING:
    from comity.crypto.keys import Signer
    from comity.evidence.acquiring import Watch
    from comity.evidence.model import Generation
    from comity.evidence.sealing import Seal
    from comity.node.service import Node

F = TypeVar("F", bound=Callable[..., object])
PATH = click.Path(path_type=Path)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
KEY_HELP = "Key file of the post that seals (role custody); without one the item is whole but unsigned."
HOME_HELP = "Folder of a node: its party seals, its log records it; else COMITY_HOME."
ACT = (
    click.option("--item", required=True, help="Name of the item, such as the number on the evidence bag."),
    click.option("--to", type=PATH, required=True, help="New folder for the item."),
    click.option("--by", default="", help="Post or person who acquires."),
    click.option("--authority", default="", help="Authority under which it is taken: warrant, order, consent."),
    click.option("--case", default="", help="Case it belongs to."),
    click.option("--request", default="", help="Request it answers."),
    click.option("--place", default="", help="Where it is taken."),
    click.option("--why", default="", help="What it is taken for."),
    click.option("--add-to", type=FOLDER, help="Former generation of the item, to which this one is an addition."),
    click.option("--sha512", is_flag=True, help="Make a SHA-512 manifest too."),
)
SEAL = (
    click.option("--key", type=FILE, help=KEY_HELP),
    click.option("--home", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_HOME", help=HOME_HELP),
    passphrase_option,
)


def act_options(f: F) -> F:
    """Add what is said of an acquisition, and with what it is sealed."""
    for option in reversed((*ACT, *SEAL)):
        f = option(f)
    return f


@contextmanager
def sealing(home: Path | None, key: Path | None, passphrase_file: Path | None) -> Iterator[tuple[str, Seal]]:
    """Give the party that seals, if there is a node, and with what."""
    import secrets

    from comity.evidence.sealing import Seal

    signer = open_signer(key, passphrase_file) if key else None
    if home is None:
        yield "", Seal(secrets.token_bytes, signer)
        return
    from comity.node.service import open_node

    with open_node(home) as node:
        yield node.settings.party, seal_of(node, signer)


def seal_of(node: Node, signer: Signer | None) -> Seal:
    """Give with what a node seals: a post's key, if its directory lets that seal, and the node's log."""
    import secrets

    from comity.evidence.recording import recorder
    from comity.evidence.sealer import require_sealer
    from comity.evidence.sealing import Seal

    party, now, role = node.settings.party, node.clock.now(), {}
    if signer:
        require_sealer(node.mirror.lookup(party, now), signer.public.keyid, at=now)
        role = node.mirror.slice(party)
    return Seal(secrets.token_bytes, signer, role, recorder(node.store, node.ledger, node.clock))


@contextmanager
def watching(title: str, as_json: bool) -> Iterator[Watch]:
    """Show bytes done, rate and time left on stderr; silent when no one watches."""
    import sys

    from comity.evidence.acquiring import unwatched

    if as_json or not sys.stderr.isatty():
        yield unwatched
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = "{task.description}", BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:

        def watch(total: int) -> Callable[[int], None]:
            task = bar.add_task(title, total=total)
            return lambda n: bar.advance(task, n)

        yield watch


def print_generation(generation: Generation, folder: Path) -> None:
    """Print what was sealed, and how many findings of which kind there are."""
    from comity.evidence.vocabulary import label, serious

    out = console()
    files = counted("{n} file", "{n} files", generation.files)
    out.print(f"[green]{_('sealed')}[/] {plain(folder)}: {files}, {generation.size} B")
    out.print(f"  {_('item')}: {plain(generation.act.item)}, {_('generation')} {generation.number}")
    out.print(f"  {_('digest')}: {generation.digest}")
    for code, count in generation.findings.items():
        colour = "yellow" if serious(code) else "dim"
        out.print(f"  [{colour}]{count} × {plain(said(label(code)))}[/]")
    if generation.findings:
        out.print(f"  {_('each finding')}: {plain(folder / 'metadata' / 'findings.jsonl')}")
