"""One database by URL, SQLite or PostgreSQL, and the units of work on it.

A unit is one transaction. Writing units run one after the other on both engines (`BEGIN IMMEDIATE` on SQLite, one
advisory lock on PostgreSQL), so what a unit has read stays true until it commits; keep them short and stream files
outside. Reading units see one unmoving state and cannot write. A *durable* unit survives a loss of power once it has
committed; another one may be lost with the last few, never torn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from comity.kernel.errors import BadInput, ComityError

from . import guard, migration
from .errors import StoreError
from .fault import translate

Unit = Connection

PATIENCE = 10.0
_WRITER_LOCK = 0x436F6D697479  # "Comity" in ASCII


class Store:
    """A node's database."""

    def __init__(self, engine: Engine) -> None:
        """Work on *engine*; use `open_store`."""
        self._engine = engine

    @contextmanager
    def write(self, *, durable: bool = False) -> Iterator[Unit]:
        """Open a writing unit: it commits when the block ends, and leaves nothing when the block raises."""
        with self._unit(comity_unit="durable" if durable else "write") as unit:
            yield unit

    @contextmanager
    def read(self) -> Iterator[Unit]:
        """Open a reading unit: one unmoving state."""
        with self._unit(comity_unit="read") as unit:
            yield unit

    def migrate(self) -> None:
        """Bring the schema to this program's and set all guards anew; every room's tables must be imported before.

        Raises:
            WrongSchema: the database was made by a newer program.
        """
        with self.write(durable=True) as unit:
            guard.drop(unit)
            migration.upgrade(unit)
            guard.create(unit)

    def check(self) -> None:
        """Find the schema and the guards as this program expects them; a node calls it before it works.

        Raises:
            WrongSchema: the database is older or newer than the program.
            GuardMissing: an append-only table has lost its guard.
        """
        with self.read() as unit:
            migration.check(unit)
            guard.check(unit)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    @contextmanager
    def _unit(self, **options: Any) -> Iterator[Unit]:
        try:
            connection = self._engine.connect()
        except PoolTimeout as e:
            raise StoreError("got no free connection, expected one in time", advice="Try again in a moment.") from e
        with connection:
            connection = connection.execution_options(**options)
            with connection.begin():
                yield connection


def open_store(url: str, *, patience: float = PATIENCE) -> Store:
    """Open the database at *url*: `sqlite:///FILE` or `postgresql://...`; nothing is connected yet.

    *patience* is how many seconds to wait for another process's lock.

    Raises:
        BadInput: the URL is none of these.
    """
    try:
        parsed = make_url(url)
        opened = _open(parsed, patience)
    except (ArgumentError, NoSuchModuleError, ValueError) as e:
        raise _bad_url(url) from e
    except ModuleNotFoundError as e:
        raise BadInput("got a PostgreSQL address, expected its driver", advice="Install `comity[postgres]`.") from e
    if opened is None:
        raise _bad_url(url)
    event.listen(opened, "handle_error", _ours)
    return Store(opened)


def _open(url: URL, patience: float) -> Engine | None:
    match url.get_backend_name():
        case "sqlite" if url.database and url.database != ":memory:":
            engine = create_engine(url, connect_args={"timeout": patience})
            event.listen(engine, "connect", _connect_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
            return engine
        case "postgresql":
            # A plan for any value is no plan for a rare word: each query is planned for what it asks.
            planned = "-c plan_cache_mode=force_custom_plan"
            options = f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC {planned}"
            engine = create_engine(
                url, connect_args={"options": options, "connect_timeout": max(2, int(patience))}, pool_pre_ping=True
            )
            event.listen(engine, "begin", _begin_postgresql)
            return engine
    return None


def _bad_url(url: str) -> BadInput:
    advice = "Write sqlite:///relative/file, sqlite:////absolute/file, or postgresql://user@host/name."
    return BadInput(
        f"got the database address {url.partition(':')[0]}:..., expected SQLite in a file or PostgreSQL", advice=advice
    )


def _connect_sqlite(connection: Any, record: Any) -> None:
    """Prepare a connection: transactions begin where we say, REPLACE fires the guards too, what is deleted is wiped."""
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "recursive_triggers = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("comity_unit", "read")
    if connection.info.get("comity_unit") != kind:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if kind == 'durable' else 'NORMAL'}")
        connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if kind == 'read' else 'OFF'}")
        connection.info["comity_unit"] = kind
    connection.exec_driver_sql("BEGIN" if kind == "read" else "BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    kind = connection.get_execution_options().get("comity_unit", "read")
    if kind == "read":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return
    connection.exec_driver_sql(f"SET LOCAL synchronous_commit = {'on' if kind == 'durable' else 'off'}")
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER_LOCK})")


def _ours(context: ExceptionContext) -> ComityError | None:
    """Translate what the driver raised; a mistake in our own statement stays what it is."""
    return translate(context.original_exception) if isinstance(context.sqlalchemy_exception, DBAPIError) else None
