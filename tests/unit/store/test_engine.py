"""Units of work: one transaction each, the same promises on both engines."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import pytest

from comity.kernel.errors import BadInput
from comity.store.engine import Store, Unit, open_store
from comity.store.errors import Conflict, StoreCorrupt, StoreError

COUNT = "SELECT count(*) FROM t"


def fill(store: Store, *values: int, durable: bool = False) -> None:
    """Make a small table and put values in, in one unit."""
    with store.write(durable=durable) as unit:
        unit.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (n INTEGER PRIMARY KEY)")
        for value in values:
            unit.exec_driver_sql(f"INSERT INTO t VALUES ({value})")


def count(store: Store) -> int:
    """Count the values."""
    with store.read() as unit:
        return scalar(unit, COUNT)


def scalar(unit: Unit, statement: str) -> int:
    """Give the one number a statement answers."""
    return int(unit.exec_driver_sql(statement).scalar_one())


@pytest.mark.parametrize("durable", [False, True])
def test_a_unit_that_ends_is_kept(store: Store, durable: bool) -> None:
    """What a unit wrote is there for the next one."""
    fill(store, 1, 2, durable=durable)
    assert count(store) == 2


def test_a_unit_that_raises_leaves_nothing(store: Store) -> None:
    """When the block raises, nothing of the unit stays and the error comes out as it is."""
    fill(store, 1)
    with pytest.raises(ZeroDivisionError), store.write() as unit:
        unit.exec_driver_sql("INSERT INTO t VALUES (2)")
        _ = 1 / 0
    assert count(store) == 1


def test_a_reading_unit_cannot_write(store: Store) -> None:
    """A reading unit refuses to write, and a writing one on the same connection can again."""
    fill(store, 1)
    with pytest.raises(StoreError, match="read-only"), store.read() as unit:
        unit.exec_driver_sql("DELETE FROM t")
    fill(store, 2)
    assert count(store) == 2


def test_a_reading_unit_sees_one_state(store: Store) -> None:
    """What another unit commits meanwhile is not seen by a reading unit that began before."""
    fill(store, 1)
    with store.read() as unit:
        assert scalar(unit, COUNT) == 1
        fill(store, 2)
        assert scalar(unit, COUNT) == 1
    assert count(store) == 2


def test_writing_units_follow_each_other(store: Store) -> None:
    """Read, then write what depends on it, from several threads at once: no step is lost."""
    fill(store)

    def step() -> None:
        for _ in range(20):
            with store.write() as unit:
                unit.exec_driver_sql(f"INSERT INTO t VALUES ({scalar(unit, COUNT)})")

    threads = [Thread(target=step) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(store) == 60


def test_a_row_that_stands_twice_is_a_conflict(store: Store) -> None:
    """A second row under the same key is refused as a conflict."""
    fill(store, 1)
    with pytest.raises(Conflict):
        fill(store, 1)


def test_a_held_lock_is_waited_for_and_then_named(store_url: str) -> None:
    """A unit that cannot get the writer's turn in time fails with the advice to try again."""
    holding, waiting = open_store(store_url), open_store(store_url, patience=0.2)
    with holding.write(), pytest.raises(StoreError, match="another process holds") as caught, waiting.write():
        pass
    assert "try again" in caught.value.advice
    holding.close()
    waiting.close()


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://db/x", "oracle://db", "postgresql://host:port/x"],
)
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    """An address that is neither SQLite in a file nor PostgreSQL is refused, without showing what it may hold."""
    with pytest.raises(BadInput, match="expected SQLite in a file or PostgreSQL"):
        open_store(url)


def test_an_address_with_a_password_is_not_shown() -> None:
    """The message about a bad address does not repeat a password in it."""
    with pytest.raises(BadInput) as caught:
        open_store("mysql://node:hunter2@db/x")
    assert "hunter2" not in str(caught.value) + caught.value.advice


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A database in a folder that is not there cannot be opened, and the advice says to look at the folder."""
    store = open_store(f"sqlite:///{tmp_path}/missing/node.db")
    with pytest.raises(StoreError, match="no connection") as caught, store.read():
        pass
    assert "folder" in caught.value.advice
    store.close()


def test_a_server_that_is_not_there_is_named() -> None:
    """A PostgreSQL server that does not answer is a store error with advice."""
    store = open_store("postgresql://nobody@127.0.0.1:9/none", patience=0.1)
    with pytest.raises(StoreError, match="no connection") as caught, store.read():
        pass
    assert "server" in caught.value.advice


def test_a_file_that_is_no_database_is_damage(tmp_path: Path) -> None:
    """A file with other content is reported as a damaged database."""
    (tmp_path / "node.db").write_bytes(b"no database " * 700)
    store = open_store(f"sqlite:///{tmp_path}/node.db")
    with pytest.raises(StoreCorrupt), store.read():
        pass
    store.close()


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """When the database cannot grow, the unit fails with advice and leaves nothing behind."""
    store = open_store(f"sqlite:///{tmp_path}/node.db")
    fill(store, 1)
    with pytest.raises(StoreError, match="full disk") as caught, store.write(durable=True) as unit:
        unit.exec_driver_sql("PRAGMA max_page_count = 10")
        for n in range(2, 100_000):
            unit.exec_driver_sql(f"INSERT INTO t VALUES ({n})")
    assert "Free some space" in caught.value.advice
    assert count(store) == 1
    store.close()


def test_a_durable_unit_waits_for_the_disk(tmp_path: Path) -> None:
    """A durable unit on SQLite runs with full synchronisation, another one with less."""
    store = open_store(f"sqlite:///{tmp_path}/node.db")
    for durable, level in ((True, 2), (False, 1), (True, 2)):
        with store.write(durable=durable) as unit:
            assert scalar(unit, "PRAGMA synchronous") == level
    store.close()
