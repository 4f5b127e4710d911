"""Attacks on the tables themselves: what may only grow is neither changed nor removed, and guards cannot be dodged."""

from __future__ import annotations

import pytest

from builders.databases import import_tables
from builders.logs import fill, ledger
from comity.store.engine import Store
from comity.store.errors import AppendOnly, GuardMissing, StoreError
from comity.store.schema import guarded

GROWING = ["ledger_leaf", "ledger_node", "ledger_checkpoint"]
COLUMN = {"ledger_leaf": "hash", "ledger_node": "hash", "ledger_checkpoint": "note", "ledger_detail": "event"}


def on_sqlite(store: Store) -> bool:
    """Tell which engine this is."""
    return store._engine.dialect.name == "sqlite"


def run(store: Store, *statements: str) -> None:
    """Run statements in one writing unit."""
    with store.write() as unit:
        for statement in statements:
            unit.exec_driver_sql(statement)


@pytest.fixture
def filled(store: Store) -> Store:
    """Give a store with a small log in it."""
    fill(store, ledger(), 5)
    return store


@pytest.mark.parametrize("table", [*GROWING, "ledger_detail"])
def test_an_update_is_refused(filled: Store, table: str) -> None:
    """No row of the log's tables can be changed."""
    with pytest.raises(AppendOnly):
        run(filled, f"UPDATE {table} SET {COLUMN[table]} = {COLUMN[table]}")


@pytest.mark.parametrize("table", GROWING)
def test_a_delete_is_refused(filled: Store, table: str) -> None:
    """No hash and no checkpoint can be removed."""
    with pytest.raises(AppendOnly):
        run(filled, f"DELETE FROM {table}")


@pytest.mark.parametrize("table", [*GROWING, "ledger_detail"])
def test_emptying_a_table_is_refused(filled: Store, table: str) -> None:
    """A table cannot be emptied in one stroke (SQLite has no such statement)."""
    with pytest.raises(StoreError if on_sqlite(filled) else AppendOnly):
        run(filled, f"TRUNCATE {table} CASCADE")


def test_replacing_a_row_is_refused(filled: Store) -> None:
    """A row cannot be put in the place of another by inserting it over the old one."""
    sqlite = "INSERT OR REPLACE INTO ledger_node SELECT position, 'x' FROM ledger_node"
    postgres = (
        "INSERT INTO ledger_node SELECT position, 'x' FROM ledger_node ON CONFLICT (position) DO UPDATE SET hash = 'x'"
    )
    with pytest.raises(AppendOnly):
        run(filled, sqlite if on_sqlite(filled) else postgres)


def test_playing_the_replica_does_not_help(filled: Store) -> None:
    """A PostgreSQL session that plays the replica is guarded as well; SQLite knows no such session."""
    statements = [] if on_sqlite(filled) else ["SET LOCAL session_replication_role = replica"]
    with pytest.raises(AppendOnly):
        run(filled, *statements, "DELETE FROM ledger_leaf")


def all_guards(store: Store) -> list[tuple[str, str]]:
    """Name every guard and its table."""
    import_tables()
    if on_sqlite(store):
        return [(f"guard_{table}_{act.lower()}", table) for table, acts in guarded() for act in acts]
    return [(f"guard_{table}", table) for table, _ in guarded()]


def refuses_to_start(store: Store) -> None:
    """See that the check at start fails, and that migrating heals it."""
    with pytest.raises(GuardMissing):
        store.check()
    store.migrate()
    store.check()


def test_each_missing_guard_refuses_the_start(store: Store) -> None:
    """Whichever guard was dropped, the store does not pass the check at start."""
    for guard, table in all_guards(store):
        run(store, f"DROP TRIGGER {guard}" + ("" if on_sqlite(store) else f" ON {table}"))
        refuses_to_start(store)


def test_a_guard_that_does_nothing_refuses_the_start(store: Store) -> None:
    """A guard of the right name that was made to do nothing is found."""
    body = "CREATE FUNCTION idle() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$"
    sqlite = [
        "DROP TRIGGER guard_ledger_leaf_delete",
        "CREATE TRIGGER guard_ledger_leaf_delete BEFORE DELETE ON ledger_leaf BEGIN SELECT 1; END",
    ]
    postgres = [
        "DROP TRIGGER guard_ledger_leaf ON ledger_leaf",
        body,
        "CREATE TRIGGER guard_ledger_leaf BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_leaf EXECUTE FUNCTION idle()",
        "ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER guard_ledger_leaf",
    ]
    run(store, *(sqlite if on_sqlite(store) else postgres))
    refuses_to_start(store)


def test_a_guard_of_fewer_acts_refuses_the_start(store: Store) -> None:
    """A guard that refuses less than it should is found."""
    sqlite = [
        "DROP TRIGGER guard_ledger_leaf_delete",
        "CREATE TRIGGER guard_ledger_leaf_delete BEFORE UPDATE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'no'); END",
    ]
    postgres = [
        "DROP TRIGGER guard_ledger_leaf ON ledger_leaf",
        "CREATE TRIGGER guard_ledger_leaf BEFORE UPDATE ON ledger_leaf EXECUTE FUNCTION comity_append_only()",
        "ALTER TABLE ledger_leaf ENABLE ALWAYS TRIGGER guard_ledger_leaf",
    ]
    run(store, *(sqlite if on_sqlite(store) else postgres))
    refuses_to_start(store)


@pytest.mark.parametrize("state", ["DISABLE TRIGGER", "ENABLE TRIGGER", "ENABLE REPLICA TRIGGER"])
def test_a_guard_switched_off_refuses_the_start(store: Store, state: str) -> None:
    """A guard that is off, or on for some sessions only, is found (on SQLite, where none can be, one is dropped)."""
    switched = f"ALTER TABLE ledger_leaf {state} guard_ledger_leaf"
    run(store, "DROP TRIGGER guard_ledger_leaf_update" if on_sqlite(store) else switched)
    refuses_to_start(store)
