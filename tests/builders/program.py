"""The program as a person or a script runs it, in this process: what it prints, and the code with which it ends."""

from __future__ import annotations

import json
from typing import Any

import pytest

from comity.cli.main import main


class Program:
    """Runs `comity` in the present folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Read the output through *capsys*."""
        self.capsys = capsys

    def end(self, *arguments: object) -> tuple[int, str, str]:
        """Run it; give its exit code, its output and its complaints."""
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = self.capsys.readouterr()
        code = ended.value.code
        return code if isinstance(code, int) else 1, out, err

    def run(self, *arguments: object) -> str:
        """Run it, expecting success; give its output."""
        code, out, err = self.end(*arguments)
        assert code == 0, err
        return out

    def json(self, *arguments: object) -> Any:
        """Run it with `--json`, expecting success; give the data."""
        return json.loads(self.run(*arguments, "--json"))

    def refused(self, expected: int, *arguments: object) -> str:
        """Run it, expecting that exit code and no output; give its complaints."""
        code, out, err = self.end(*arguments)
        assert (code, out) == (expected, ""), err
        return err
