"""A skipped test fails the run in CI, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from meta.tree import ROOT

SKIPPED = "import pytest\ndef test_a(): pass\ndef test_b(): pytest.skip('no program')\n"


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)], ids=["in CI", "elsewhere"])
@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_skip_is_a_failure_in_ci_only(tmp_path: Path, ci: str, code: int, workers: str) -> None:
    """A run with one skipped test ends with 1 in CI and with 0 elsewhere, with and without workers."""
    (tmp_path / "test_it.py").write_text(SKIPPED)
    plugins = [word for name in ("xdist.plugin", "meta.strict", "no:cacheprovider") for word in ("-p", name)]
    line = [sys.executable, "-m", "pytest", *plugins, "-n", workers, str(tmp_path)]
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}  # loading every plugin takes longer than the run
    environment = {**os.environ, **bare, "CI": ci, "PYTHONPATH": str(ROOT / "tests")}
    done = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, "1 passed, 1 skipped" in done.stdout) == (code, True)
