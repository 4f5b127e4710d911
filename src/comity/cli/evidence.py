"""Evidence: acquire it as it is, seal it, verify it, show one file of it with proof."""

from __future__ import annotations

from pathlib import Path

import click

from comity.kernel.language import _

from . import evidencecapture, evidencecourt, evidencecustody, evidencehandover, evidenceretention
from .evidenceact import HOME_HELP, act_options, print_generation, sealing, watching
from .output import console, emit, json_option, plain
from .secret import passphrase_option

PATH = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)


@click.group()
def evidence() -> None:
    """Evidence: acquired with every name and time, sealed so that anyone can check it."""


for _command in (
    *evidencecapture.COMMANDS,
    *evidencecustody.COMMANDS,
    *evidencecourt.COMMANDS,
    *evidencehandover.COMMANDS,
    *evidenceretention.COMMANDS,
):
    evidence.add_command(_command)


@evidence.command()
@click.argument("sources", nargs=-1, type=PATH)
@click.option("--web", multiple=True, type=FOLDER, help="Folder of web pages that somebody else saved; may come again.")
@click.option(
    "--in-place",
    is_flag=True,
    help="Move the one folder into the item instead of copying it; for what your own tool wrote.",
)
@click.option("--no-listing", is_flag=True, help="Do not look into containers, mail and images: quicker.")
@act_options
@json_option
def acquire(
    sources: tuple[Path, ...],
    web: tuple[Path, ...],
    in_place: bool,
    no_listing: bool,
    to: Path,
    add_to: Path | None,
    sha512: bool,
    key: Path | None,
    home: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
    **texts: str,
) -> None:
    """Acquire SOURCES, files and folders, as an item of evidence and seal it.

    Images, containers and mailboxes are kept as the files they are, and what is in them is listed. Broken off, the same
    command goes on where it stood. What could not be read, changed while it was read, or is no file is a finding. Leaves
    with 0 when the item is sealed, whatever the findings are: read them.
    """
    from comity.evidence.acquiring import Order
    from comity.evidence.acquiring import acquire as take
    from comity.evidence.model import Act
    from comity.evidence.sealing import read_generation
    from comity.kernel.clock import SystemClock

    if not (sources or web):
        raise click.UsageError("Missing argument 'SOURCES...'.")
    former = read_generation(add_to) if add_to else None
    with sealing(home, key, passphrase_file) as (party, seal):
        act, paths = Act(**texts, party=party), (*sources, *web)
        order = Order(
            act, paths, to, sha512=sha512, former=former, in_place=in_place, saved=web, listing=not no_listing
        )
        with watching(_("acquiring"), as_json) as watch:
            generation = take(order, seal, clock=SystemClock(), watch=watch)
    emit(generation.plain() | {"folder": str(to)}, as_json, lambda: print_generation(generation, to))


@evidence.command()
@click.argument("item", type=FOLDER)
@click.option("--key", type=FILE, required=True, help="Key file of the post that seals (role custody).")
@click.option("--home", type=click.Path(path_type=Path, file_okay=False), envvar="COMITY_HOME", help=HOME_HELP)
@passphrase_option
@json_option
def sign(item: Path, key: Path, home: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """Sign ITEM, a sealed item that nobody has signed yet.

    With a node whose party acquired it, its seal says whose key it is, as the directory has it, and its log records it.
    """
    from comity.evidence.sealing import finish, read_generation
    from comity.evidence.sealing import sign as put
    from comity.evidence.statement import STATEMENT
    from comity.kernel.errors import BadInput

    if (item / STATEMENT).exists():
        raise BadInput("got an item that is signed already, expected one that is not", file=str(item))
    generation = read_generation(item)
    party = generation.act.party
    with sealing(home if party else None, key, passphrase_file) as (own, seal):
        if party and own and party != own:
            raise BadInput(f"got an item of {party}, expected one of {own}, whose node it is", file=str(item))
        put(item, generation, seal)
        finish(item, seal)
    emit(generation.plain(), as_json, lambda: console().print(_("[green]signed[/] {item}").format(item=plain(item))))


@evidence.command()
@click.argument("item", type=FOLDER)
@click.option("--question", type=PATH, help="New file for the question to send to the time authority.")
@click.option("--token", type=FILE, help="The time authority's answer.")
@click.option("--time-authority", multiple=True, type=FILE, help="Root certificate (PEM) of the time authority.")
@json_option
def stamp(
    item: Path, question: Path | None, token: Path | None, time_authority: tuple[Path, ...], as_json: bool
) -> None:
    """Ask for trusted time on ITEM with --question, then put the answer in with --token."""
    from comity.crypto.authority import read_authorities
    from comity.evidence import stamping
    from comity.kernel.clock import stamp as written
    from comity.kernel.errors import BadInput
    from comity.packages.placing import place_bytes

    if (question is None) == (token is None):
        raise BadInput("got both or none of --question and --token, expected one", field="token")
    if question:
        place_bytes(stamping.query(item), question)
        text = _("[green]question written[/] {out}").format(out=plain(question))
        emit({"file": str(question)}, as_json, lambda: console().print(text))
    elif token:
        moment = stamping.add_token(item, token, read_authorities(time_authority))
        data = {"file": str(item), "time": written(moment)}
        emit(data, as_json, lambda: console().print(_("[green]stamped[/] {file} at {time}").format(**data)))


@evidence.command()
@click.argument("path", type=EXISTING)
@click.option("--root", type=FILE, envvar="COMITY_ROOT", help="Pinned root of the directory, to know who signed.")
@click.option("--time-authority", multiple=True, type=FILE, help="Trusted root certificate (PEM) of a time authority.")
@click.option("--sample", type=click.IntRange(1), default=None, help="Read only so many files, drawn at random.")
@click.option("--tree-root", default="", help="Root of the item's tree, for files shown without its signed statement.")
@click.option("--quick", is_flag=True, help="Read all by BLAKE3 alone: quick, and not the legal anchor.")
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    path: Path,
    root: Path | None,
    time_authority: tuple[Path, ...],
    sample: int | None,
    tree_root: str,
    quick: bool,
    as_json: bool,
) -> None:
    """Verify PATH, an item of evidence, files shown of one, or any bag (folder or stored zip): offline, layer by layer.

    Leaves with 0 when nothing failed, 1 when something did. A layer that is not there or was not checked is no failure,
    and is said.
    """
    from comity.crypto.authority import read_authorities
    from comity.directory.pin import read_pin
    from comity.evidence.disclosure import check_disclosure, is_disclosure
    from comity.evidence.verification import Depth
    from comity.evidence.verification import verify as check
    from comity.evidence.witness import Given
    from comity.kernel.clock import SystemClock

    from .evidenceview import show_verdict

    authorities = read_authorities(time_authority)
    given = Given(SystemClock().now(), read_pin(root) if root else b"", authorities)
    if is_disclosure(path):
        verdict = check_disclosure(path, given, root=tree_root)
    else:
        with watching(_("verifying"), as_json) as watch:
            verdict = check(path, given, depth=Depth(sample or 0, quick), watch=watch)
    emit(verdict.plain(), as_json, lambda: show_verdict(verdict))
    ctx.exit(0 if verdict.sound else 1)
