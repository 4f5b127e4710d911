"""Options with which people name the keys they sign with; one passphrase file opens all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from .secret import open_signer

if TYPE_CHECKING:
    from comity.crypto.keys import FileSigner, PublicKey

F = TypeVar("F", bound=Callable[..., object])
KEY = click.Path(path_type=Path, dir_okay=False)

folder_argument = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
sign_option = click.option("--sign", type=KEY, multiple=True, help="Key file to sign with; once for each signer here.")
vouch_option = click.option("--vouch", type=KEY, multiple=True, help="Key file of a vouching registry; at least two.")
online_option = click.option("--online", type=KEY, help="Online key file, to publish at once; else run refresh later.")


def open_all(paths: Sequence[Path], passphrase_file: Path | None) -> list[FileSigner]:
    """Open each key file."""
    return [open_signer(path, passphrase_file) for path in paths]


def open_one(path: Path | None, passphrase_file: Path | None) -> FileSigner | None:
    """Open a key file, if one is named."""
    return open_signer(path, passphrase_file) if path else None


def publics(paths: Sequence[Path]) -> tuple[PublicKey, ...]:
    """Read public key files."""
    from comity.crypto.keys import read_public

    return tuple(read_public(path) for path in paths)
