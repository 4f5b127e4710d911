"""Fixtures for evidence that goes from one party to another."""

from __future__ import annotations

from pathlib import Path

import pytest

from builders.handover import Between
from builders.nodes import Nodes


@pytest.fixture
def between(nodes: Nodes, tmp_path: Path) -> Between:
    """Give three parties and an item at the first."""
    folder = tmp_path / "evidence"
    folder.mkdir()
    return Between(nodes, folder)
