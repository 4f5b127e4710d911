"""Where the node is: `--home`, else COMITY_HOME, else `comity-node` in the present folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

F = TypeVar("F", bound=Callable[..., object])


def home_option(f: F) -> F:
    """Add `--home` to a command."""
    path = click.Path(path_type=Path, file_okay=False)
    help_text = "Folder of the node; else COMITY_HOME."
    return click.option(
        "--home", type=path, envvar="COMITY_HOME", default="comity-node", help=help_text, show_default=True
    )(f)
