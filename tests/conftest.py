"""Fixtures for the whole suite: stores, on SQLite and on PostgreSQL, and nodes; and in which order and how long tests run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from builders.databases import current, fresh_database
from builders.nodes import Nodes, opened
from builders.trials import SOAK
from comity.store.engine import Store

FIRST = ("tests/world/", "tests/crash/", "tests/web/")

# A property that does not say how often it is tried is tried so often, on the same examples each time; `make soak` tries each longer
# and on others.
settings.register_profile("check", settings(), max_examples=30, deadline=None, derandomize=True)
settings.register_profile("soak", settings(), max_examples=SOAK, deadline=None, derandomize=False)
settings.load_profile("check")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits long for processes and pages, so that no worker is left alone with it at the end."""
    rank = {room: number for number, room in enumerate(FIRST)}
    items.sort(key=lambda one: next((rank[room] for room in FIRST if one.nodeid.startswith(room)), len(FIRST)))


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
