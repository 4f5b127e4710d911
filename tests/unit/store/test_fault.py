"""What the drivers raise becomes the room's own errors."""

from __future__ import annotations

import sqlite3

import psycopg
import pytest
from psycopg import errors as pg

from comity.kernel.errors import ComityError
from comity.store.errors import AppendOnly, Conflict, StoreCorrupt, StoreError
from comity.store.fault import translate


def sqlite_error(name: str) -> sqlite3.Error:
    """Make an error as the sqlite3 module raises it."""
    error = sqlite3.OperationalError("words of the engine")
    error.sqlite_errorname = name
    return error


CASES = [
    (sqlite_error("SQLITE_FULL"), StoreError, "full disk"),
    (sqlite_error("SQLITE_READONLY_DIRECTORY"), StoreError, "read-only"),
    (sqlite_error("SQLITE_BUSY_SNAPSHOT"), StoreError, "another process holds"),
    (sqlite_error("SQLITE_CANTOPEN"), StoreError, "no connection"),
    (sqlite_error("SQLITE_IOERR_WRITE"), StoreError, "error of the disk"),
    (sqlite_error("SQLITE_CORRUPT_INDEX"), StoreCorrupt, "damaged"),
    (sqlite_error("SQLITE_CONSTRAINT_PRIMARYKEY"), Conflict, "stands already"),
    (sqlite_error("SQLITE_CONSTRAINT_TRIGGER"), AppendOnly, "append-only"),
    (sqlite_error("SQLITE_SOMETHING_NEW"), StoreError, "unexpected"),
    (pg.DiskFull("words"), StoreError, "full disk"),
    (pg.ReadOnlySqlTransaction("words"), StoreError, "read-only"),
    (pg.LockNotAvailable("words"), StoreError, "another process holds"),
    (pg.DeadlockDetected("words"), StoreError, "another process holds"),
    (pg.AdminShutdown("words"), StoreError, "no connection"),
    (pg.InvalidPassword("words"), StoreError, "no connection"),
    (pg.DataCorrupted("words"), StoreCorrupt, "damaged"),
    (pg.UniqueViolation("words"), Conflict, "stands already"),
    (pg.ForeignKeyViolation("words"), Conflict, "points to nothing"),
    (psycopg.OperationalError("no route"), StoreError, "no connection"),
    (psycopg.ProgrammingError("words"), StoreError, "unexpected"),
]


@pytest.mark.parametrize(("raised", "kind", "words"), CASES, ids=lambda value: getattr(value, "sqlite_errorname", None))
def test_an_error_of_a_driver_is_translated(raised: Exception, kind: type[ComityError], words: str) -> None:
    """Each error of an engine has its family and says what was found."""
    error = translate(raised)
    assert type(error) is kind
    assert words in error.message


def test_only_the_first_line_is_kept() -> None:
    """The engine's own words are kept short."""
    assert len(translate(pg.DiskFull("x" * 1000 + "\nDETAIL: row (secret)")).message) < 300
