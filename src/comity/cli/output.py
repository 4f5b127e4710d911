"""What a command prints: for people with rich, for machines as JSON; data to stdout, complaints to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from comity.kernel.errors import ComityError
from comity.kernel.language import _, said

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 240
json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON for machines instead of text for people."
)


def console(*, stderr: bool = False) -> Console:
    """Give the console for people: plain when it is not a terminal, never wrapping what a script may read.

    Signs such as `:key:` stay what they are: what people wrote is evidence, not decoration.
    """
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True, emoji=False)


def wide() -> Console:
    """Give the console for tables of long words: as wide as the terminal, and wide where none folds the lines."""
    made = console()
    if not made.is_terminal:
        made.width = WIDE
    return made


def plain(text: object) -> str:
    """Give text to be printed within markup as it stands, square brackets and all."""
    from rich.markup import escape

    return escape(str(text))


def emit(data: Any, as_json: bool, people: Callable[[], None]) -> None:
    """Print *data* as JSON, or let *people* print it."""
    if as_json:
        json.dump(data, sys.stdout, indent=2, ensure_ascii=False)
        sys.stdout.write("\n")
    else:
        people()


def emit_each(rows: Iterable[Any], as_json: bool, person: Callable[[Any], None]) -> None:
    """Print rows as they come: as one list of JSON, or each by *person*."""
    if not as_json:
        for row in rows:
            person(row)
        return
    before = "["
    for row in rows:
        sys.stdout.write(f"{before}\n{json.dumps(row, indent=2, ensure_ascii=False)}")
        before = ","
    sys.stdout.write("[]\n" if before == "[" else "\n]\n")


def complain(error: ComityError | str, *, as_json: bool) -> None:
    """Print an error: one line saying what, where and expected; a second one with the remedy."""
    if as_json and isinstance(error, ComityError):
        json.dump(error.problem(), sys.stderr, indent=2, ensure_ascii=False)
        sys.stderr.write("\n")
        return
    sys.stderr.write(f"comity: {error}\n")
    if isinstance(error, ComityError) and error.advice:
        sys.stderr.write(f"  {_('what to do')}: {said(error.advice)}\n")


@contextmanager
def progress(title: str, total: int, as_json: bool = False) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr for long work; gives the function that advances it. Silent when no one watches."""
    if as_json or not sys.stderr.isatty():
        yield _silent
        return
    from rich.progress import Progress

    with Progress(console=console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda n: bar.advance(task, n)


def _silent(done: int) -> None:
    """Show no progress."""
