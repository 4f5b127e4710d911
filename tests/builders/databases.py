"""Databases for tests: a fresh one for each test, in a file or on the test server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from uuid import uuid4

import psycopg
import pytest

import comity
from comity.store.engine import Store, open_store

SERVER = "COMITY_TEST_POSTGRES"


@contextmanager
def fresh_database(engine: str, folder: Path) -> Iterator[str]:
    """Give the URL of an empty database of that *engine*, and remove it afterwards."""
    if engine == "sqlite":
        yield f"sqlite:///{folder / 'node.db'}"
        return
    server = os.environ.get(SERVER, "")
    if not server:
        reason = f"{SERVER} names no PostgreSQL server; `.ci/postgres start FOLDER` starts one"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    name = f"test_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def migrated(url: str) -> Iterator[Store]:
    """Open the database at *url* with the newest schema of all rooms."""
    import_tables()
    store = open_store(url)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def import_tables() -> None:
    """Import the tables of every room, as a node does."""
    for module in walk_packages(comity.__path__, "comity."):
        if module.name.endswith("tables"):
            import_module(module.name)
