"""Passphrases: asked for at a terminal, or from a file, or from COMITY_PASSPHRASE; never on the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from comity.crypto.errors import KeyFileError
from comity.kernel.language import _

if TYPE_CHECKING:
    from comity.crypto.keys import FileSigner

F = TypeVar("F", bound=Callable[..., object])
MAX_PASSPHRASE = 1024


def passphrase_option(f: F) -> F:
    """Add `--passphrase-file` to a command."""
    help_text = "File whose first line is the passphrase of the key. Else COMITY_PASSPHRASE, else you are asked."
    path = click.Path(path_type=Path, dir_okay=False)
    return click.option("--passphrase-file", type=path, help=help_text)(f)


def passphrase(file: Path | None, prompt: str, *, confirm: bool = False) -> str:
    """Find the passphrase; an empty one when nobody can be asked and none is given.

    Raises:
        KeyFileError: the passphrase file cannot be read.
    """
    if file is not None:
        try:
            return file.read_text("utf-8")[:MAX_PASSPHRASE].partition("\n")[0].rstrip("\r")
        except (OSError, UnicodeDecodeError) as e:
            raise KeyFileError("got an unreadable file, expected one with a passphrase", file=str(file)) from e
    if "COMITY_PASSPHRASE" in os.environ:
        return os.environ["COMITY_PASSPHRASE"]
    if not sys.stdin.isatty():
        return ""
    return str(
        click.prompt(prompt, hide_input=True, default="", show_default=False, confirmation_prompt=confirm, err=True)
    )


def open_signer(path: Path, file: Path | None = None) -> FileSigner:
    """Open a private key, trying no passphrase first so that unsealed machine keys need no question.

    Raises:
        KeyFileError: the key cannot be opened.
    """
    from comity.crypto.keys import FileSigner

    try:
        return FileSigner.open(path, "")
    except KeyFileError:
        return FileSigner.open(path, passphrase(file, _("Passphrase for {name}").format(name=path.name)))
