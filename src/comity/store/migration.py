"""Brings a database's schema to this program's, with Alembic, inside the caller's unit of work.

The revisions are in `migrations/versions`; each is written out literally and never changed once released. `HEAD` is
the newest one, written here so that a start needs no Alembic (it is slow to import); a test compares the two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from .errors import WrongSchema

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0018"


def upgrade(unit: Connection) -> None:
    """Run the revisions that are missing.

    Raises:
        WrongSchema: the database was made by a newer program.
    """
    found = revision(unit)
    if found > HEAD:
        raise _wrong(found)
    if found == HEAD:
        return
    from alembic import command

    command.upgrade(_config(unit), HEAD)


def check(unit: Connection) -> None:
    """Find the database at `HEAD`.

    Raises:
        WrongSchema: it is not.
    """
    found = revision(unit)
    if found != HEAD:
        raise _wrong(found)


def revision(unit: Connection) -> str:
    """Name the revision the database is at; an empty text for an empty database."""
    if not inspect(unit).has_table("alembic_version"):
        return ""
    return str(unit.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def _config(unit: Connection) -> Config:
    from alembic.config import Config

    config = Config(attributes={"connection": unit})
    config.set_main_option("script_location", "comity.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _wrong(found: str) -> WrongSchema:
    newer = "Install the newer version of Comity that made this database."
    advice = newer if found > HEAD else "Make a backup, then run `comity node migrate`."
    return WrongSchema(f"got a database at revision {found or 'none'}, expected {HEAD}", advice=advice)
