"""The pages made from the program itself: `make docs` writes them, a test compares them."""

from __future__ import annotations

import os
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

import comity
from comity.cli.main import comity as program
from comity.kernel.errors import BadInput, ComityError, Corrupt, NotFound, Refused, Unavailable
from meta.tree import ROOT

FAMILIES = (BadInput, NotFound, Refused, Corrupt, Unavailable)
COMMANDS_PAGE = ROOT / "docs" / "user" / "commands.md"
ERRORS_PAGE = ROOT / "docs" / "develop" / "errors.md"
MARK = "<!-- made by `make docs`; all below this line is written by it -->\n"


def commands(command: click.Command = program, path: str = "comity") -> Iterator[tuple[str, click.Command]]:
    """Walk the program: each command with the words that call it, groups before what they hold."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from commands(below, f"{path} {name}")


def help_text(path: str, command: click.Command) -> str:
    """Give a command's own help in English at one fixed width."""
    context = click.Context(command, info_name=path, terminal_width=100, max_content_width=100)
    context.help_option_names = ["-h", "--help"]
    return command.get_help(context).rstrip()


def commands_page() -> str:
    """Write the page of all commands."""
    head = "# The commands\n\nWhat each command says of itself with `--help`.\n\n"
    parts = [f"## `{path}`\n\n```text\n{help_text(path, command)}\n```\n" for path, command in commands()]
    return head + MARK + "\n" + "\n".join(parts)


def errors() -> list[type[ComityError]]:
    """List every error of the program, in order of family and name."""
    for module in pkgutil.walk_packages(comity.__path__, "comity."):
        if ".migrations" not in module.name:
            import_module(module.name)

    def below(kind: type[ComityError]) -> Iterator[type[ComityError]]:
        for one in kind.__subclasses__():
            yield one
            yield from below(one)

    ours = {one for one in below(ComityError) if one.__module__.startswith("comity.")}
    return sorted(ours, key=lambda one: (family(one), one.__module__, one.__name__))


def family(kind: type[ComityError]) -> int:
    """Give the place of an error's family in the tree of errors.

    Raises:
        LookupError: it belongs to none.
    """
    for place, one in enumerate(FAMILIES):
        if issubclass(kind, one):
            return place
    raise LookupError(f"{kind.__name__} belongs to no family")


def errors_page(written: str) -> str:
    """Write the table of errors below what people wrote."""
    head = "| error | family | exit | HTTP | what it says |\n|---|---|---|---|---|\n"
    rows = [
        f"| `{kind.__module__.removeprefix('comity.')}.{kind.__name__}` | {FAMILIES[family(kind)].__name__} "
        f"| {kind.exit_code} | {kind.status} | {(kind.__doc__ or '').splitlines()[0]} |\n"
        for kind in errors()
    ]
    return written.partition(MARK)[0] + MARK + "\n" + head + "".join(rows)


def pages() -> dict[Path, str]:
    """Give each made page as it should be."""
    return {COMMANDS_PAGE: commands_page(), ERRORS_PAGE: errors_page(ERRORS_PAGE.read_text("utf-8"))}


if __name__ == "__main__":
    os.environ["COMITY_LANGUAGE"] = "en"
    for page, text in pages().items():
        page.write_text(text, "utf-8")
