"""A desk to be attacked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.desk import Served, served


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Served]:
    """A desk at work, of its own for each attack."""
    with served(tmp_path) as made:
        yield made
