"""The stage of the demonstration: runs real commands, shows them with what they print, and stops if one surprises."""

from __future__ import annotations

import io
import json
import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from comity.kernel.errors import Refused

from .output import console, plain


class DemoError(Refused):
    """A command of the demonstration did not do what it should."""


class Stage:
    """Runs commands in a folder, as different people on different nodes."""

    def __init__(self, folder: Path) -> None:
        """Play in *folder*."""
        self.folder = folder
        self.out = console()

    def scene(self, text: str) -> None:
        """Announce what comes."""
        self.out.print(f"\n[bold cyan]■ {text}[/]")

    def say(self, text: str) -> None:
        """Tell something."""
        self.out.print(f"  {text}")

    def run(self, line: str, *, expect: int = 0, home: str = "", show: bool = True) -> str:
        """Run one command line, as the node in *home* if said; gives what it printed.

        Raises:
            DemoError: it leaves with another exit code than expected.
        """
        arguments = shlex.split(line)
        code, printed = self._call(arguments, home)
        if show:
            where = f"[dim]{home}[/] " if home else ""
            self.out.print(f"  {where}[bold]$ comity {plain(line)}[/]")
            for row in printed.rstrip().splitlines():
                self.out.print(f"    [red]{plain(row)}[/]" if expect else f"    {plain(row)}")
        if code != expect:
            raise DemoError(f"got exit code {code} from `comity {line}`, expected {expect}: {printed.strip()}")
        return printed

    def data(self, line: str, *, home: str = "") -> Any:
        """Run one command for its JSON."""
        return json.loads(self.run(f"{line} --json", home=home, show=False))

    def _call(self, arguments: list[str], home: str) -> tuple[int, str]:
        from .main import main

        printed = io.StringIO()
        with _at(self.folder, home), redirect_stdout(printed), redirect_stderr(printed):
            try:
                main(arguments)
            except SystemExit as e:
                return int(e.code or 0), printed.getvalue()
        return 0, printed.getvalue()


@contextmanager
def _at(folder: Path, home: str) -> Iterator[None]:
    """Stand in a folder with the settings of one node, for the length of one command."""
    before, kept = Path.cwd(), dict(os.environ)
    os.chdir(folder)
    os.environ |= {"COMITY_PASSPHRASE": "demonstration"} | ({"COMITY_HOME": home} if home else {})
    argv, sys.argv = sys.argv, ["comity"]
    try:
        yield
    finally:
        os.chdir(before)
        sys.argv = argv
        os.environ.clear()
        os.environ.update(kept)
