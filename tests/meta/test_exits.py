"""The exit codes are those of the developer guide: 0 done, 1 refused or unable, 2 wrong use or malformed input."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def call(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Call the program as a process in an empty folder."""
    code = "import sys; from comity.cli.main import main; main(sys.argv[1:])"
    line = [sys.executable, "-c", code, *arguments]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["verify", "--help"]], ids=" ".join)
def test_a_question_ends_with_0(arguments: list[str], tmp_path: Path) -> None:
    """A question about the program ends with 0 and says nothing on stderr."""
    done = call(*arguments, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["--nonsense"], ["verify"], ["verify", "missing.comity.zip"]], ids=" ".join
)
def test_wrong_use_ends_with_2(arguments: list[str], tmp_path: Path) -> None:
    """A wrong word, a missing argument and a missing file end with 2, with a complaint and without a traceback."""
    done = call(*arguments, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr
    assert "Traceback" not in done.stderr
