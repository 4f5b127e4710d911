"""The command line in this process: what it left with, and what it said."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.cli.main import main


@dataclass(frozen=True)
class Said:
    """The exit code of a command and what it printed."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        """What it printed with `--json`."""
        return json.loads(self.out)

    @property
    def problem(self) -> Any:
        """What it complained of with `--json`."""
        return json.loads(self.err)


def comity(*arguments: str | Path) -> Said:
    """Run one command line."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as e:
            return Said(int(e.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("the command did not leave with a code")
