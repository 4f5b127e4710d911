"""The schema that the revisions make is the one the tables describe."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from builders.databases import import_tables
from comity.store.engine import Store, open_store
from comity.store.errors import WrongSchema
from comity.store.migration import HEAD, revision
from comity.store.schema import metadata


def test_the_head_is_the_newest_revision() -> None:
    """The head written in the program is the only newest revision there is."""
    config = Config()
    config.set_main_option("script_location", "comity.store:migrations")
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_revisions_make_what_the_tables_say(store: Store) -> None:
    """Alembic finds no difference between the migrated database and the tables of all rooms."""
    import_tables()
    with store.read() as unit:
        context = MigrationContext.configure(unit, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    """A second migration is no fault and leaves the store ready."""
    store.migrate()
    store.check()
    with store.read() as unit:
        assert revision(unit) == HEAD


def test_an_empty_database_is_not_worked_on(store_url: str) -> None:
    """A database that was never migrated does not pass the check, and the advice says how to migrate."""
    store = open_store(store_url)
    with pytest.raises(WrongSchema, match="revision none") as caught:
        store.check()
    assert "migrate" in caught.value.advice
    store.close()


@pytest.mark.parametrize("act", ["check", "migrate"])
def test_a_newer_database_is_left_alone(store: Store, act: str) -> None:
    """A database of a newer program is neither used nor migrated."""
    with store.write() as unit:
        unit.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(WrongSchema, match="9999") as caught:
        getattr(store, act)()
    assert "newer version" in caught.value.advice
