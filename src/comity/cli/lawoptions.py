"""Options that commands on the law share, and the day and the file that they name."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

import click

from .output import json_option

F = TypeVar("F", bound=Callable[..., object])


def law_options(f: F) -> F:
    """Add `--overlay` and `--json` to a command."""
    path = click.Path(path_type=Path, file_okay=False)
    help_text = "Folder with your own corrections and answers; else COMITY_OVERLAY."
    return json_option(click.option("--overlay", type=path, envvar="COMITY_OVERLAY", help=help_text)(f))


def on_option(f: F) -> F:
    """Add `--on` to a command."""
    day = click.DateTime(["%Y-%m-%d"])
    return click.option("--on", "day", type=day, metavar="DATE", help="The day asked for; else today (UTC).")(f)


def today(day: datetime | None) -> date:
    """Give the day asked for, else today in UTC."""
    from comity.kernel.clock import SystemClock

    return (day or SystemClock().now()).date()


def write(path: Path, data: bytes) -> None:
    """Write a file that was asked for.

    Raises:
        Unavailable: it cannot be written.
    """
    from comity.kernel.errors import Unavailable

    try:
        path.write_bytes(data)
    except OSError as e:
        raise Unavailable(f"got {e.strerror}, expected a file to write", file=str(path)) from e
