"""Commands on the directory: those of its readers here, those of its publishers in `registry` and `ceremony`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, counted

from . import ceremony, registry
from .output import console, emit, json_option

if TYPE_CHECKING:
    from comity.directory.mirror import Status

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
ANY = click.Path(path_type=Path)


@click.group()
def directory() -> None:
    """Who is who: publish the directory, keep a copy of it, look parties up."""


for command in (*ceremony.COMMANDS, *registry.COMMANDS):
    directory.add_command(command)


@directory.command()
@click.argument("mirror_folder", metavar="MIRROR", type=FOLDER)
@click.option("--from", "source", type=ANY, help="Publisher's folder, other mirror or export (zip) to take over.")
@click.option("--root", type=FILE, help="Pinned root, to start a new mirror; get it by a way that you trust.")
@json_option
def mirror(mirror_folder: Path, source: Path | None, root: Path | None, as_json: bool) -> None:
    """Keep a verified copy of the directory in MIRROR: start it, bring it up to date, say how old it is."""
    from comity.directory.mirror import Mirror
    from comity.kernel.clock import SystemClock

    now = SystemClock().now()
    copy = Mirror.create(mirror_folder, _root(root)) if root else Mirror(mirror_folder)
    status = copy.update(source, now) if source else copy.status()

    def people() -> None:
        _print_status(status, stale=status.stale(now))

    emit(_status_data(status, stale=status.stale(now)), as_json, people)


@directory.command()
@click.argument("party")
@click.option(
    "--mirror", "place", type=ANY, required=True, help="Mirror; with --root also a folder or an export (zip)."
)
@click.option("--root", type=FILE, help="Pinned root, to read a directory that is no mirror of yours.")
@json_option
def lookup(party: str, place: Path, root: Path | None, as_json: bool) -> None:
    """Show who PARTY is: call-back numbers, hours, and which key may sign what."""
    from comity.directory import reading
    from comity.directory.folder import opened
    from comity.kernel.clock import SystemClock, stamp

    from .card import card_data, print_card

    now = SystemClock().now()
    with opened(place) as source:
        copy = reading.pinned(source, _pinned(place, root), country=party[:2])
        found = reading.party(source, copy, party, None)
    expires = copy.expires(party[:2])
    stale = now >= expires
    warning = _("This copy is out of date since {at}: get a newer one; keys may have been revoked since.")
    data = card_data(found, now, expires, stale=stale)
    emit(data, as_json, lambda: print_card(found, now, warning.format(at=stamp(expires)) if stale else ""))


@directory.command("list")
@click.argument("place", metavar="DIRECTORY", type=ANY)
@click.option("--root", type=FILE, help="Pinned root, to read a directory that is no mirror of yours.")
@json_option
def list_(place: Path, root: Path | None, as_json: bool) -> None:
    """List all parties of a mirror, and with --root of any directory or export."""
    from comity.directory import reading
    from comity.directory.folder import opened

    from .card import label

    with opened(place) as source:
        copy = reading.pinned(source, _pinned(place, root))
        found = [reading.party(source, copy, one, None) for one in copy.parties()]

    def people() -> None:
        for one in found:
            console().print(f"{one.id:<24} {one.name}  ({label('kinds', one.kind)})", markup=False)

    emit([{"id": one.id, "name": one.name, "kind": one.kind} for one in found], as_json, people)


@directory.command()
@click.argument("place", metavar="DIRECTORY", type=FOLDER)
@click.argument("file", type=FILE)
@click.option("--root", type=FILE, help="Pinned root, to export a directory that is no mirror of yours.")
@json_option
def export(place: Path, file: Path, root: Path | None, as_json: bool) -> None:
    """Write a mirror, or with --root a publisher's folder, as one FILE (zip), to carry by hand."""
    from comity.directory import reading
    from comity.directory.folder import opened

    with opened(place) as source:
        copy = reading.pinned(source, _pinned(place, root))
        reading.export(source, copy, file)
    data = {"file": str(file), "parties": len(copy.parties()), "root": copy.chain.pinned}
    emit(data, as_json, lambda: console().print(_("written: {file}").format(file=file), markup=False))


def _root(file: Path) -> bytes:
    from comity.directory.errors import BadFolder
    from comity.directory.folder import Folder
    from comity.directory.metadata import LIMITS

    data = Folder(file.parent).read(file.name, LIMITS["root"])
    if data is None:
        raise BadFolder("got no such file, expected the pinned root", file=str(file))
    return data


def _pinned(place: Path, root: Path | None) -> bytes:
    from comity.directory.mirror import Mirror

    return _root(root) if root else Mirror(place).root


def _status_data(status: Status, *, stale: bool) -> dict[str, Any]:
    from comity.kernel.clock import stamp

    return {
        "root": status.root,
        "root_version": status.root_version,
        "timestamp_version": status.timestamp_version,
        "snapshot_version": status.snapshot_version,
        "expires": stamp(status.expires),
        "stale": stale,
        "countries": {code: stamp(expires) for code, expires in status.countries.items()},
        "parties": status.parties,
    }


def _print_status(status: Status, *, stale: bool) -> None:
    from comity.kernel.clock import stamp

    out = console()
    word = _("out of date since") if stale else _("valid until")
    out.print(f"{word} {stamp(status.expires)}", style="bold red" if stale else "green")
    out.print(counted("{n} party", "{n} parties", status.parties) + " (" + ", ".join(status.countries) + ")")
    out.print(_("root {version}, pinned {fingerprint}").format(version=status.root_version, fingerprint=status.root))
