"""Fixtures for the whole suite: stores, on SQLite and on PostgreSQL, and nodes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.databases import current, fresh_database
from builders.nodes import Nodes, opened
from comity.store.engine import Store


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty database, on each engine in turn; beside `store`, of the database that it opens."""
    with fresh_database(request.param, tmp_path, filled="store" in request.fixturenames) as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give a store with the newest schema, on each engine in turn."""
    with current(store_url) as made:
        yield made


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[Nodes]:
    """Give three nodes in a small world whose clock stands at an invented moment."""
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def today(tmp_path: Path) -> Iterator[Nodes]:
    """Give three nodes in a small world of today, for commands that go by the machine's own clock."""
    with opened(tmp_path, today=True) as made:
        yield made
