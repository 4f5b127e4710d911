"""Commands on the root of a directory: made, signed and changed by several people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.language import _, counted

from .output import console, emit, json_option
from .secret import passphrase_option
from .signing import KEY, folder_argument, open_all, publics, sign_option

if TYPE_CHECKING:
    from comity.directory.ceremony import Keyholders, Signed

root_key = click.option("--root-key", type=KEY, multiple=True, help="Public key of a root holder; once for each.")
root_threshold = click.option("--threshold", type=click.IntRange(2), help="Root signatures needed; at least two.")
targets_key = click.option(
    "--targets-key", type=KEY, multiple=True, help="Public key of who delegates countries; once for each."
)
targets_threshold = click.option("--targets-threshold", type=click.IntRange(2), help="Signatures needed to delegate.")
online_key = click.option("--online-key", type=KEY, help="Public key of the machine that publishes.")


@click.command()
@folder_argument
@root_key
@root_threshold
@targets_key
@targets_threshold
@online_key
@sign_option
@passphrase_option
@json_option
def create(folder: Path, sign: tuple[Path, ...], passphrase_file: Path | None, as_json: bool, **named: Any) -> None:
    """Start a directory in a new FOLDER; the root counts when enough of its holders have signed."""
    from comity.directory import ceremony
    from comity.kernel.clock import SystemClock

    holders = _holders(None, **named)
    _report(ceremony.create(folder, holders, open_all(sign, passphrase_file), clock=SystemClock()), as_json)


@click.command("sign-root")
@folder_argument
@sign_option
@passphrase_option
@json_option
def sign_root(folder: Path, sign: tuple[Path, ...], passphrase_file: Path | None, as_json: bool) -> None:
    """Add signatures to the root version that waits for them in FOLDER."""
    from comity.directory import ceremony

    _report(ceremony.sign_root(folder, open_all(sign, passphrase_file)), as_json)


@click.command("rotate-root")
@folder_argument
@root_key
@root_threshold
@targets_key
@targets_threshold
@online_key
@sign_option
@passphrase_option
@json_option
def rotate_root(
    folder: Path, sign: tuple[Path, ...], passphrase_file: Path | None, as_json: bool, **named: Any
) -> None:
    """Make the next root of FOLDER: for another year, and with other keys where they are given."""
    from comity.directory import ceremony
    from comity.directory.folder import Folder
    from comity.kernel.clock import SystemClock

    holders = _holders(ceremony.keyholders(ceremony.history(Folder(folder))[-1]), **named)
    _report(ceremony.rotate(folder, holders, open_all(sign, passphrase_file), clock=SystemClock()), as_json)


COMMANDS = (create, sign_root, rotate_root)


def _holders(
    old: Keyholders | None,
    *,
    root_key: tuple[Path, ...],
    threshold: int | None,
    targets_key: tuple[Path, ...],
    targets_threshold: int | None,
    online_key: Path | None,
) -> Keyholders:
    """Put the keys together: as given, else as they were; who delegates is who holds the root, unless said."""
    from comity.directory.ceremony import Keyholders

    online = publics([online_key])[0] if online_key else old.online if old else None
    root = publics(root_key) or (old.root if old else ())
    least = threshold or (old.root_threshold if old else 2)
    if online is None or not root:
        raise click.UsageError(_("give at least two --root-key, and one --online-key"))
    targets = publics(targets_key) or (old.targets if old else root)
    return Keyholders(root, least, targets, targets_threshold or (old.targets_threshold if old else least), online)


def _report(state: Signed, as_json: bool) -> None:
    def people() -> None:
        if state.complete:
            words = _("root {version} is complete; its fingerprint, to be told to every reader: {fingerprint}")
            console().print(words.format(version=state.version, fingerprint=state.fingerprint), markup=False)
        else:
            more = counted("{n} more signature", "{n} more signatures", state.missing)
            words = _("root {version} waits for {more}: comity directory sign-root")
            console().print(words.format(version=state.version, more=more), markup=False)

    data = {"version": state.version, "complete": state.complete, "missing": state.missing}
    emit({**data, "fingerprint": state.fingerprint if state.complete else None}, as_json, people)
