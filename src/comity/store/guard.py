"""Triggers that refuse to change or remove rows of append-only tables.

They are dropped before a migration and made anew after it, because rebuilding a table loses its triggers silently; a
node does not start when one is missing or reads otherwise than written here.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from .errors import GuardMissing
from .fault import APPEND_ONLY, APPEND_ONLY_STATE
from .schema import guarded

_FUNCTION = "comity_append_only"
_BODY = (
    f"BEGIN RAISE EXCEPTION USING MESSAGE = '{APPEND_ONLY}: ' || TG_TABLE_NAME, ERRCODE = '{APPEND_ONLY_STATE}'; END"
)


def create(unit: Connection) -> None:
    """Make every guard anew."""
    drop(unit)
    if unit.dialect.name == "sqlite":
        for statement in _sqlite().values():
            unit.exec_driver_sql(statement)
        return
    unit.exec_driver_sql(f"CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_BODY}$$")
    for table, acts in guarded():
        events = " OR ".join((*acts, "TRUNCATE"))
        call = f"FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"
        unit.exec_driver_sql(f'CREATE TRIGGER "guard_{table}" BEFORE {events} ON "{table}" {call}')
        # ALWAYS: it also fires in a session that plays the replica.
        unit.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE ALWAYS TRIGGER "guard_{table}"')


def drop(unit: Connection) -> None:
    """Take every guard away: for a migration, which makes them anew."""
    sqlite = unit.dialect.name == "sqlite"
    for name, table in unit.execute(text(_NAMES_SQLITE if sqlite else _NAMES_POSTGRESQL)).all():
        unit.exec_driver_sql(f'DROP TRIGGER "{name}"' if sqlite else f'DROP TRIGGER "{name}" ON "{table}"')


def check(unit: Connection) -> None:
    """Find every guard in place, word for word.

    Raises:
        GuardMissing: one is missing, switched off or altered.
    """
    sqlite = unit.dialect.name == "sqlite"
    found = unit.execute(text(_FOUND_SQLITE)) if sqlite else unit.execute(text(_FOUND_POSTGRESQL), {"body": _BODY})
    missing = (_sqlite() if sqlite else _postgresql()).items() - {(name, kind) for name, kind in found}
    if missing:
        name = min(missing)[0]
        advice = "Someone changed the database by hand. Keep a copy of it, run `comity node migrate`, then `comity log verify`."
        raise GuardMissing(
            f"got no sound guard {name}, expected it to refuse changes to what is recorded", advice=advice
        )


_NAMES_SQLITE = "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger' AND substr(name, 1, 6) = 'guard_'"
_FOUND_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_NAMES_POSTGRESQL = """
    SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = current_schema()::regnamespace AND starts_with(tgname, 'guard_')"""
_FOUND_POSTGRESQL = """
    SELECT tgname, tgtype FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE relnamespace = current_schema()::regnamespace AND tgname = 'guard_' || relname
    AND prosrc = :body AND tgenabled = 'A' AND tgqual IS NULL AND tgattr = ''"""

# The bits of pg_trigger.tgtype (PostgreSQL's catalog/pg_trigger.h).
_BITS = {"BEFORE": 2, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


def _sqlite() -> dict[str, str]:
    """Give the statement that makes each guard, by name."""
    return {
        f"guard_{table}_{act.lower()}": f'CREATE TRIGGER "guard_{table}_{act.lower()}" BEFORE {act} ON "{table}"'
        f" BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY}: {table}'); END"
        for table, acts in guarded()
        for act in acts
    }


def _postgresql() -> dict[str, int]:
    """Give the type bits each guard must have, by name."""
    return {f"guard_{table}": sum(_BITS[act] for act in ("BEFORE", *acts, "TRUNCATE")) for table, acts in guarded()}
