"""Verification for everybody: no node, no account, only a pinned root."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.crypto.authority import read_authorities
from comity.kernel.errors import BadInput
from comity.kernel.language import _

from .arrival import arrived
from .output import console, emit, json_option, plain, progress
from .resultview import show_result

if TYPE_CHECKING:
    from comity.packages.result import Result
    from comity.packages.verification import Given

FILE = click.Path(path_type=Path)
EXISTING = click.Path(path_type=Path, exists=True)


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--root", type=EXISTING, envvar="COMITY_ROOT", help="Pinned root of the directory (root.json); else COMITY_ROOT."
)
@click.option(
    "--directory", type=EXISTING, help="Your own copy of the directory (a mirror), for the latest revocations."
)
@click.option("--as", "acting_for", default="", help="The party you act for; a package for others is then refused.")
@click.option(
    "--at", default="", help="Check as of this time (UTC), when you have your own record of having received it then."
)
@click.option(
    "--time-authority", multiple=True, type=EXISTING, help="Trusted root certificate (PEM) of a time authority."
)
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    file: Path,
    root: Path | None,
    directory: Path | None,
    acting_for: str,
    at: str,
    time_authority: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Verify FILE, a package (file or folder) or a receipt, and leave with 0 if it is valid, 1 if it is refused."""
    from comity.kernel.clock import moment

    attested = moment(at, field="at") if at else None
    given = _given(root, directory, acting_for=acting_for, attested=attested, authorities=time_authority)
    kind, data = arrived(file)
    result = _verify_receipt(data, given) if kind == "receipt" else _verify_package(file, given, as_json)
    emit(result.plain() | {"file": str(file)}, as_json, lambda: show_result(result))
    ctx.exit(0 if result.valid else 1)


def _verify_package(file: Path, given: Given, as_json: bool) -> Result:
    from comity.packages.verification import verify as check

    size = file.stat().st_size if file.is_file() else 0
    with progress(_("verifying"), size, as_json) as advance:
        return check(file, replace(given, advance=advance))


def _verify_receipt(data: bytes, given: Given) -> Result:
    from comity.packages.receipt import Expected, verify_receipt

    return verify_receipt(data, Expected(root=given.root, at=given.attested or given.at, own=given.own))


def _given(
    root: Path | None,
    directory: Path | None,
    *,
    acting_for: str,
    attested: datetime | None,
    authorities: tuple[Path, ...],
) -> Given:
    """Bring together what the person brings: a pinned root or a mirror with one, a time, time authorities."""
    from comity.directory.pin import read_pin
    from comity.kernel.clock import SystemClock
    from comity.packages.owndirectory import OwnDirectory
    from comity.packages.verification import Given

    now = SystemClock().now()
    pems = read_authorities(authorities)
    if directory is None:
        if root is None:
            advice = "Get root.json from your registry by a way you trust, and give it with --root or COMITY_ROOT."
            raise BadInput("got no root, expected the pinned root of the directory", field="root", advice=advice)
        return Given(root=read_pin(root), at=now, acting_for=acting_for, attested=attested, authorities=pems)
    from comity.directory.mirror import Mirror

    mirror = Mirror(directory)
    pinned = read_pin(root) if root else mirror.root
    own = OwnDirectory(mirror, now)
    return Given(root=pinned, at=now, acting_for=acting_for, attested=attested, own=own, authorities=pems)


@click.command()
@click.argument("out", type=FILE)
@click.option(
    "--root", type=EXISTING, envvar="COMITY_ROOT", help="Root to pin in the page; without it the reader brings one."
)
@json_option
def page(out: Path, root: Path | None, as_json: bool) -> None:
    """Write the verification page to OUT: one HTML file that works from disk, without network or installation."""
    from comity.directory.pin import read_pin
    from comity.packages.placing import place_bytes
    from comity.packages.webpage import build_page

    data = build_page(read_pin(root) if root else None)
    file = place_bytes(data, out)
    text = _("[green]written[/] {file} ({size} bytes)").format(file=plain(file), size=len(data))
    emit({"file": str(file), "bytes": len(data)}, as_json, lambda: console().print(text))
