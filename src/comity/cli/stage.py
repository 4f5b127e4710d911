"""The stage of the demonstration: runs real commands, shows them with what they print, and stops if one surprises."""

from __future__ import annotations

import io
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from comity.kernel.errors import Refused

from .output import console, plain

PASSPHRASE = "demonstration"  # noqa: S105 - everybody is told
PATIENCE = 60.0
PAUSE = 0.25
WIDEST = 240


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

    def typed(self, line: str, home: str = "") -> None:
        """Show a command line as it is typed at the node in *home*."""
        where = f"[dim]{home}[/] " if home else ""
        self.out.print(f"  {where}[bold]$ {plain(line)}[/]")

    def printed(self, text: str, *, bad: bool = False, rows: int = 0) -> None:
        """Show what a command printed, or its first *rows*; a row that no reader would read to its end is cut."""
        lines = text.rstrip().splitlines()
        shown = [*lines[:rows], "…"] if 0 < rows < len(lines) else lines
        for row in shown:
            short = row if len(row) <= WIDEST else row[:WIDEST] + "…"
            self.out.print(f"    [red]{plain(short)}[/]" if bad else f"    {plain(short)}")

    def run(self, line: str, *, expect: int = 0, home: str = "", show: bool = True, rows: int = 0) -> str:
        """Run one command line, as the node in *home* if said, and show it, or its first *rows*; gives what it printed.

        Raises:
            DemoError: it leaves with another exit code than expected.
        """
        arguments = shlex.split(line)
        code, printed = self._call(arguments, home)
        if show:
            self.typed(f"comity {line}", home)
            self.printed(printed, bad=bool(expect), rows=rows)
        if code != expect:
            raise DemoError(f"got exit code {code} from `comity {line}`, expected {expect}: {printed.strip()}")
        return printed

    def data(self, line: str, *, home: str = "") -> Any:
        """Run one command for its JSON."""
        return json.loads(self.run(f"{line} --json", home=home, show=False))

    def until(self, line: str, come: Callable[[Any], bool], *, home: str) -> Any:
        """Ask a node for some JSON again and again until what was awaited has come.

        Raises:
            DemoError: it does not come.
        """
        over = time.monotonic() + PATIENCE
        while not come(found := self.data(line, home=home)):
            if time.monotonic() > over:
                raise DemoError(f"got nothing new from `comity {line}` for {PATIENCE:.0f} s, expected it to change")
            time.sleep(PAUSE)
        return found

    def tool(self, line: str, *, within: str) -> None:
        """Run a command of the machine in a folder of the stage, and show it.

        Raises:
            DemoError: it does not leave with 0.
        """
        folder = self.folder / within
        arguments = shlex.split(line)
        done = subprocess.run(arguments, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 - ours
        self.typed(f"cd {within} && {line}")
        self.printed(done.stdout + done.stderr)
        if done.returncode:
            raise DemoError(f"got exit code {done.returncode} from `{line}`, expected 0")

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
    os.environ |= {"COMITY_PASSPHRASE": PASSPHRASE} | ({"COMITY_HOME": home} if home else {})
    argv, sys.argv = sys.argv, ["comity"]
    try:
        yield
    finally:
        os.chdir(before)
        sys.argv = argv
        os.environ.clear()
        os.environ.update(kept)
