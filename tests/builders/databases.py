"""Databases for tests: a fresh one for each test, in a file or on the test server."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
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
def fresh_database(engine: str, folder: Path, *, filled: bool = False) -> Iterator[str]:
    """Give the URL of a database of that *engine*, empty or *filled* with the newest schema, and remove it afterwards."""
    if engine == "sqlite":
        yield copied(folder / "node.db") if filled else f"sqlite:///{folder / 'node.db'}"
        return
    server = os.environ.get(SERVER, "")
    if not server:
        reason = f"{SERVER} names no PostgreSQL server; `.ci/postgres start FOLDER` starts one"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    name = f"test_{uuid4().hex}"
    like = f' TEMPLATE "{_model_name(server)}" STRATEGY file_copy' if filled else ""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"{like}'.encode())
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@contextmanager
def migrated(url: str) -> Iterator[Store]:
    """Open the database at *url* and bring it to the newest schema of all rooms."""
    with current(url) as store:
        store.migrate()
        yield store


@contextmanager
def current(url: str) -> Iterator[Store]:
    """Open the database at *url*, which has the newest schema."""
    import_tables()
    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def copied(file: Path) -> str:
    """Put a database with the newest schema into *file*; gives its URL."""
    shutil.copy(_model_file(), file)
    return f"sqlite:///{file}"


@cache
def _model_file() -> Path:
    """Make a database with the newest schema in a file, once in this process; the others are copies."""
    place = tempfile.TemporaryDirectory(prefix="model-")
    atexit.register(place.cleanup)
    file = Path(place.name) / "node.db"
    with migrated(f"sqlite:///{file}"):
        return file


@cache
def _model_name(server: str) -> str:
    """Make a database with the newest schema on the server, once in this process; gives its name. It goes with the server."""
    name = f"model_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    with migrated(f"{server.rpartition('/')[0]}/{name}"):
        return name


@cache
def import_tables() -> None:
    """Import the tables of every room, as a node does."""
    for module in walk_packages(comity.__path__, "comity."):
        if module.name.endswith("tables"):
            import_module(module.name)
