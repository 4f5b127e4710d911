"""Evidence for others to see: some files of an item with proof, and everything a court needs in one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted

from .evidencecustody import deed_of
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.evidence.disclosure import Disclosed

EXISTING = click.Path(path_type=Path, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command()
@click.argument("item", type=EXISTING)
@click.argument("files", nargs=-1, required=True)
@click.option("--to", type=FOLDER, required=True, help="New folder for what is shown.")
@click.option(
    "--home", type=FOLDER, envvar="COMITY_HOME", help="Node that keeps the item's custody: it is entered there."
)
@click.option("--person", default="", help="Who shows it; needed with a node.")
@click.option("--post", default="", help="Their post; needed with a node.")
@click.option("--why", default="", help="Why.")
@click.option("--authority", default="", help="Under which authority.")
@click.option("--for", "recipient", default="", help="To whom it is shown.")
@json_option
def disclose(
    item: Path,
    files: tuple[str, ...],
    to: Path,
    home: Path | None,
    recipient: str,
    as_json: bool,
    **who: str,
) -> None:
    """Show FILES of ITEM (paths as in its manifest) with proof that they belong to it, and nothing of its other files."""
    from comity.evidence.disclosure import disclose as show

    if home and not (who["person"] and who["post"]):
        raise BadInput("got a node and nobody, expected who shows the files", field="person and post")
    shown = show(item, files, to)
    if home:
        _enter(home, item, shown, recipient, **who)
    data = {"folder": str(to), "tree_root": shown.root, "files": shown.files, "of": shown.of}

    def people() -> None:
        out = console()
        for path, digest in shown.files.items():
            out.print(f"{digest[:16]}  {plain(path)}")
        number = counted("{n} file", "{n} files", shown.of)
        out.print(_("[green]written[/] {folder}; the item has {number}").format(folder=plain(to), number=number))

    emit(data, as_json, people)


def _enter(home: Path, item: Path, shown: Disclosed, recipient: str, **who: str) -> None:
    """Enter in the item's custody which files were shown; many are named by their bag alone."""
    from hashlib import sha256

    from comity.evidence.custodyentry import MAX_HASHES
    from comity.evidence.sealing import TAG_MANIFEST, read_generation
    from comity.node.service import open_node

    generation = read_generation(item)
    bag = {TAG_MANIFEST: sha256((shown.folder / TAG_MANIFEST).read_bytes()).hexdigest()}
    hashes = shown.files if len(shown.files) <= MAX_HASHES else bag
    number = counted("{n} file", "{n} files", len(shown.files))
    with open_node(home) as node:
        deed = deed_of("disclosed", node.settings.party, **who)
        done = replace(deed, digest=generation.digest, hashes=hashes, result=number, note=recipient)
        node.custodian.note(generation.act.item, done)


COMMANDS = (disclose,)
