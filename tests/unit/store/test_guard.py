"""Guards stand after every migration and a node does not start without them."""

from __future__ import annotations

import pytest

from builders.databases import import_tables
from comity.store.engine import Store
from comity.store.errors import GuardMissing
from comity.store.guard import create
from comity.store.schema import guarded


def test_the_ledger_is_guarded() -> None:
    """The tables of hashes and checkpoints can only grow; details can also be erased."""
    import_tables()
    acts = dict(guarded())
    assert all(acts[f"ledger_{name}"] == ("UPDATE", "DELETE") for name in ("leaf", "node", "checkpoint"))
    assert acts["ledger_detail"] == ("UPDATE",)


def test_guards_are_found_after_migration(store: Store) -> None:
    """A freshly migrated store passes the check."""
    store.check()


def test_guards_can_be_made_again(store: Store) -> None:
    """Making the guards again is no fault."""
    with store.write() as unit:
        create(unit)
    store.check()


def test_migrating_heals_a_missing_guard(store: Store) -> None:
    """A guard that was lost is refused at start and is back after migrating."""
    sqlite = "sqlite" in str(store._engine.url)
    with store.write() as unit:
        name = "guard_ledger_leaf_delete" if sqlite else "guard_ledger_leaf ON ledger_leaf"
        unit.exec_driver_sql(f"DROP TRIGGER {name}")
    with pytest.raises(GuardMissing):
        store.check()
    store.migrate()
    store.check()
