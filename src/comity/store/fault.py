"""Turns what a database driver raises into the room's own errors, with advice for a person."""

from __future__ import annotations

from typing import Any

from comity.kernel.errors import ComityError

from .errors import AppendOnly, Conflict, StoreCorrupt, StoreError

APPEND_ONLY = "append-only"
APPEND_ONLY_STATE = "CM001"

_FULL = (
    StoreError,
    "a full disk",
    "room to write",
    "Free some space on the database's disk and try again; nothing was half-written.",
)
_READ_ONLY = (
    StoreError,
    "a read-only database",
    "one that can be written",
    "Give the node's user write access to the database and its folder.",
)
_LOCKED = (
    StoreError,
    "a database that another process holds",
    "a free one",
    "Another act is running; try again in a moment.",
)
_NO_ENTRY = (
    StoreError,
    "no connection to the database",
    "an open one",
    "Check the database address, that its folder exists, and that its server runs and lets this user in.",
)
_DAMAGED = (
    StoreCorrupt,
    "a damaged database",
    "a sound one",
    "Stop the node, keep a copy of the files, and restore the last backup.",
)
_DISK = (
    StoreError,
    "an error of the disk",
    "a working one",
    "Look at the machine's log for disk errors before going on.",
)
_TWICE = Conflict, "a row that stands already or points to nothing", "a new one", ""
_CHANGED = AppendOnly, "a change to an append-only table", "additions only", ""
_OTHER = (
    StoreError,
    "an unexpected answer of the database",
    "a plain one",
    "Run `comity doctor`; it checks the database.",
)

Kind = tuple[type[ComityError], str, str, str]

# Longest prefix first: SQLite's result names (sqlite.org/rescode.html) and PostgreSQL's SQLSTATE classes (appendix A).
_SQLITE: dict[str, Kind] = {
    "SQLITE_CONSTRAINT_TRIGGER": _CHANGED, "SQLITE_CONSTRAINT": _TWICE, "SQLITE_FULL": _FULL, "SQLITE_READONLY": _READ_ONLY,
    "SQLITE_BUSY": _LOCKED, "SQLITE_LOCKED": _LOCKED, "SQLITE_CANTOPEN": _NO_ENTRY, "SQLITE_PERM": _NO_ENTRY,
    "SQLITE_CORRUPT": _DAMAGED, "SQLITE_NOTADB": _DAMAGED, "SQLITE_IOERR": _DISK,
}  # fmt: skip
_POSTGRESQL: dict[str, Kind] = {
    APPEND_ONLY_STATE: _CHANGED, "23": _TWICE, "53100": _FULL, "25006": _READ_ONLY, "42501": _READ_ONLY, "55P03": _LOCKED,
    "57014": _LOCKED, "40": _LOCKED, "08": _NO_ENTRY, "28": _NO_ENTRY, "3D000": _NO_ENTRY, "53300": _NO_ENTRY,
    "57P": _NO_ENTRY, "58": _DISK, "XX001": _DAMAGED, "XX002": _DAMAGED,
}  # fmt: skip


def translate(original: BaseException) -> ComityError:
    """Give our error for what a driver raised."""
    kind, got, expected, advice = _kind(original)
    return kind(f"got {got} ({_words(original)}), expected {expected}", advice=advice)


def _kind(original: Any) -> Kind:
    if name := getattr(original, "sqlite_errorname", None):
        return _find(_SQLITE, name)
    state = getattr(original, "sqlstate", None)
    if state is None:
        return _NO_ENTRY if type(original).__name__ == "OperationalError" else _OTHER
    return _find(_POSTGRESQL, state)


def _find(table: dict[str, Kind], code: str) -> Kind:
    return next((kind for prefix, kind in table.items() if code.startswith(prefix)), _OTHER)


def _words(original: BaseException) -> str:
    return (str(original).strip() or type(original).__name__).splitlines()[0][:200]
