"""People of a node; the ways in and out of the database are tried on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.staff import Crew, at_work


@pytest.fixture
def crew(tmp_path: Path) -> Iterator[Crew]:
    """People at work, on SQLite."""
    with at_work(tmp_path) as made:
        yield made
