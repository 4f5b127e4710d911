"""What takes long to play is played once a process."""

from __future__ import annotations

import pytest

from builders.touring import Tour
from builders.touring import toured as walked


@pytest.fixture(scope="session")
def toured(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """The README's tour, over a demonstration that was told to end."""
    return walked(tmp_path_factory.mktemp("tour"))
