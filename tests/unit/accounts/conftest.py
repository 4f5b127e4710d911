"""People of a node on each engine."""

from __future__ import annotations

import pytest

from builders.staff import Crew
from builders.staff import crew as made
from comity.store.engine import Store


@pytest.fixture
def crew(store: Store) -> Crew:
    """People on a store, on each engine in turn."""
    return made(store)
