"""A command starts quickly because it loads only what it uses; what is loaded is checked, not the time."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = [
    "alembic", "babel", "duckdb", "fastapi", "phonenumbers", "psycopg", "pyarrow", "pydantic", "pypdf", "rich", "schwifty", "sqlalchemy", "tuf",
    "typst",
]  # fmt: skip
RUN = """
import sys
from comity.cli.main import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
sys.stderr.write(" ".join(name for name in %r if name in sys.modules))
"""


def loaded(*arguments: str) -> list[str]:
    """Name the heavy libraries that a call of the program loads."""
    done = subprocess.run(
        [sys.executable, "-c", RUN % HEAVY, *arguments], capture_output=True, text=True, check=True, timeout=300
    )
    return done.stderr.split()


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["verify", "--help"], ["request", "--help"]])
def test_asking_for_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """The version and the help texts come without any heavy library."""
    assert loaded(*arguments) == []
