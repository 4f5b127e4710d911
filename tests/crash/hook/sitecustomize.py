"""Kills the process that starts with it at the n-th point where something becomes lasting; with n = 0 it counts them.

A point is before a file in the test's folder is opened for writing, linked, moved, removed or a folder made, and before
and after each fsync and each commit. The program itself is not changed.
"""

from __future__ import annotations

import atexit
import functools
import os
import signal
import sqlite3.dbapi2
import sys
from pathlib import Path
from typing import Any

AT, FOLDER = "COMITY_TEST_KILL_AT", "COMITY_TEST_KILL_IN"
ACTS = {"os.link", "os.remove", "os.rename", "os.mkdir", "os.rmdir"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Points:
    """Counts the points passed, and ends the process at one of them."""

    def __init__(self, at: int, folder: str) -> None:
        """Kill at the point number *at*."""
        self.at = at
        self.folder = folder
        self.passed = 0

    def passing(self) -> None:
        """Pass a point, perhaps the last."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        """See what the interpreter is about to do."""
        lasting = event in ACTS or (event == "open" and int(arguments[2] or 0) & WRITING)
        if lasting and not isinstance(arguments[0], int):
            path = os.path.abspath(os.fsdecode(arguments[0]))
            if path.startswith(self.folder):
                self.passing()

    def around(self, act: Any) -> Any:
        """Make an act with a point before and after it."""

        @functools.wraps(act)
        def done(*arguments: Any, **named: Any) -> Any:
            self.passing()
            result = act(*arguments, **named)
            self.passing()
            return result

        return done


def arm(points: Points) -> None:
    """Put the points in place."""
    committing = type("Connection", (sqlite3.Connection,), {"commit": points.around(sqlite3.Connection.commit)})
    sqlite3.dbapi2.connect = functools.partial(sqlite3.dbapi2.connect, factory=committing)  # type: ignore[assignment]  # a test's trick
    os.fsync = points.around(os.fsync)
    sys.addaudithook(points.audit)


if AT in os.environ:
    armed = Points(int(os.environ[AT]), os.environ[FOLDER])
    arm(armed)
    if armed.at == 0:
        atexit.register(lambda: Path(os.environ[FOLDER], "points").write_text(str(armed.passed)))
