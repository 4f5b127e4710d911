"""The folder order is the architecture."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meta.tree import ROOT


def judge(root: Path) -> subprocess.CompletedProcess[str]:
    """Run the import contracts over the tree at *root*."""
    call = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    return subprocess.run(
        [sys.executable, "-c", call], cwd=root, capture_output=True, text=True, check=False, timeout=300
    )


def test_imports_point_down_only() -> None:
    """Every import contract of the project is kept."""
    done = judge(ROOT)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [("kernel/ids.py", "import comity.crypto"), ("ledger/__init__.py", "import comity.directory"),
     ("packages/__init__.py", "import sqlalchemy"), ("identifiers/__init__.py", "import tuf")],
    ids=["up", "sideways", "SQL above the store", "HTTP in a pure room"],
)  # fmt: skip
def test_a_forbidden_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    """An import that points up, sideways or at a library that the room may not use breaks a contract."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "src" / "comity" / module).open("a") as file:
        file.write(f"\n{line}\n")
    assert judge(tmp_path).returncode == 1
