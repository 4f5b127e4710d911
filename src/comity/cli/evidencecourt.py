"""Evidence for others to see: some files of an item with proof, and everything a court needs in one folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.kernel.errors import BadInput
from comity.kernel.language import _, counted

from .evidencecustody import deed_of, who_options
from .evidencehandover import show_marks
from .home import home_option
from .output import console, emit, json_option, plain

if TYPE_CHECKING:
    from comity.evidence.disclosure import Disclosed
    from comity.evidence.holding import Marks
    from comity.store.engine import Unit

EXISTING = click.Path(path_type=Path, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
LANGUAGES = click.Choice(["ar", "en", "es", "fr", "ru", "vi", "zh"])


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
    if home:
        _allowed(home, item)
    shown = show(item, files, to)
    marks = _enter(home, item, shown, recipient, **who) if home else None
    data = {"folder": str(to), "tree_root": shown.root, "files": shown.files, "of": shown.of}
    data |= marks.plain() if marks else {}

    def people() -> None:
        out = console()
        for path, digest in shown.files.items():
            out.print(f"{digest[:16]}  {plain(path)}")
        number = counted("{n} file", "{n} files", shown.of)
        out.print(_("[green]written[/] {folder}; the item has {number}").format(folder=plain(to), number=number))
        if marks:
            show_marks(marks)

    emit(data, as_json, people)


@click.command()
@click.argument("items", nargs=-1, required=True)
@click.option("--to", type=FOLDER, required=True, help="New folder for the bundle.")
@click.option("--language", default="en", show_default=True, type=LANGUAGES, help="Language of the court.")
@click.option(
    "--paper", "papers", multiple=True, type=FILE, help="A request, order or receipt to put in; once for each."
)
@click.option("--root", type=FILE, envvar="COMITY_ROOT", help="Pinned root of the directory, to know who signed.")
@click.option("--time-authority", multiple=True, type=FILE, help="Trusted root certificate (PEM) of a time authority.")
@who_options
@home_option
@json_option
def bundle(
    items: tuple[str, ...],
    to: Path,
    language: str,
    papers: tuple[Path, ...],
    root: Path | None,
    time_authority: tuple[Path, ...],
    home: Path,
    as_json: bool,
    **who: str,
) -> None:
    """Put ITEMS, their custody, papers, reports and a hash list for paper into one folder for a court.

    Leaves with 1 when something is wrong with an item or its custody: the bundle is made all the same, and says so.
    """
    from comity.crypto.authority import read_authorities
    from comity.directory.pin import read_pin
    from comity.evidence.bundle import SUMS, Order, make_bundle
    from comity.evidence.holding import marks_on
    from comity.evidence.witness import Given
    from comity.node.service import open_node
    from comity.packages.webpage import build_page

    pinned = read_pin(root) if root else None
    with open_node(home) as node:
        given = Given(node.clock.now(), pinned or b"", read_authorities(time_authority))
        page = build_page(pinned)
        made = make_bundle(node.custodian, Order(items, to, given, language=language, papers=papers, page=page))
        deed = deed_of("exported", node.settings.party, **who)
        for one in made.exhibits:
            if one.checked.faults:
                continue  # nothing is entered in a chain that does not hold
            node.custodian.note(one.item, replace(deed, hashes={SUMS: made.digest}, result=str(to)))
        with node.store.read() as unit:
            marked = {one.item: marks_on(unit, one.item) for one in made.exhibits}
    data = {"folder": str(to), "sha256": made.digest, "items": [one.item for one in made.exhibits], "sound": made.sound}
    data |= {"marks": {item: marks.plain() for item, marks in marked.items()}}

    def people() -> None:
        out = console()
        out.print(_("[green]written[/] {folder}; print hash-list.pdf and keep it apart").format(folder=plain(to)))
        out.print(f"SHA-256 (SHA256SUMS)  {made.digest}")
        for marks in marked.values():
            show_marks(marks)
        if not made.sound:
            out.print(f"[red]{_('something is wrong with an item: see report.pdf')}[/]")

    emit(data, as_json, people)
    click.get_current_context().exit(0 if made.sound else 1)


def _allowed(home: Path, item: Path) -> None:
    """See that the limits under which an item came let it be shown to others."""
    from comity.evidence.holding import check_not_recalled, limits_here
    from comity.evidence.limits import combined
    from comity.node.service import open_node

    with open_node(home) as node, node.store.read() as unit:
        name = _name(unit, item)
        check_not_recalled(unit, name)
        combined(limits_here(unit, name)).check_onward(node.clock.now().date())


def _name(unit: Unit, item: Path) -> str:
    """Give the name that an item has at this node, which may be another than its bag says."""
    from comity.evidence.custodytables import find_bags
    from comity.evidence.sealing import read_generation

    generation = read_generation(item)
    known = find_bags(unit, digest=generation.digest)
    return known[0].item if known else generation.act.item


def _enter(home: Path, item: Path, shown: Disclosed, recipient: str, **who: str) -> Marks:
    """Enter in the item's custody which files were shown, many by their bag alone; gives what must be seen with them."""
    from hashlib import sha256

    from comity.evidence.custodyentry import MAX_HASHES
    from comity.evidence.holding import marks_on
    from comity.evidence.sealing import TAG_MANIFEST, read_generation
    from comity.node.service import open_node

    generation = read_generation(item)
    bag = {TAG_MANIFEST: sha256((shown.folder / TAG_MANIFEST).read_bytes()).hexdigest()}
    hashes = shown.files if len(shown.files) <= MAX_HASHES else bag
    number = counted("{n} file", "{n} files", len(shown.files))
    with open_node(home) as node:
        deed = deed_of("disclosed", node.settings.party, **who)
        done = replace(deed, digest=generation.digest, hashes=hashes, result=number, note=recipient)
        with node.store.read() as unit:
            name = _name(unit, item)
            marks = marks_on(unit, name)
        node.custodian.note(name, done)
    return marks


COMMANDS = (bundle, disclose)
