"""The node's returns: their records in files under `returns/`, one folder each, and a catalogue in the database.

A folder is copied aside and put in place with one rename before the catalogue names it; what a killed process left is
adopted by the next try, or swept away. The same return twice has one effect.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comity.kernel.clock import Clock, stamp
from comity.kernel.disk import settle
from comity.kernel.errors import Unavailable
from comity.kernel.input import read_input
from comity.ledger.service import Ledger
from comity.store.engine import Store

from . import tables
from .dataset import parquet_files
from .errors import BadQuestion, NoRecords, NotTheSame
from .model import Kept

LEDGER = "coverage.json"
MAX_LEDGER = 1 << 30


@dataclass(frozen=True)
class Catalogue:
    """The returns that a node keeps in a *folder* of its own."""

    folder: Path
    store: Store
    ledger: Ledger
    clock: Clock

    def keep(self, source: Path, *, case: str, request: str = "", item: str = "", by: str = "") -> tuple[Kept, bool]:
        """Keep a return that was read into *source*; gives it, and whether it is new.

        Raises:
            NoRecords: the folder holds none.
            BadQuestion: no case is named.
            NotTheSame: the return is kept for another case.
            Unavailable: it cannot be copied.
        """
        if not case.strip():
            raise BadQuestion("got no case, expected its reference", field="case")
        parquet_files([source])
        ledger = covered(source)
        name = digest_of(ledger)
        with self.store.read() as unit:
            known = tables.find(unit, name)
        if known:
            return _same(known, case), False
        self._copy(source, name)
        now = self.clock.now()
        kept = Kept(name, case, request, item, ledger["records"], ledger["states"], by, now)
        with self.store.write(durable=True) as unit:
            known = tables.find(unit, name)
            if known:
                return _same(known, case), False
            tables.add(unit, kept)
            event = {"type": "return.kept", "at": stamp(now), "case": case, "return": name, "records": kept.records}
            self.ledger.append(unit, event | {"by": by, "item": item})
        return kept, True

    def every(self, case: str = "") -> list[Kept]:
        """Give the returns of a case, or all."""
        with self.store.read() as unit:
            return tables.every(unit, case)

    def of(self, cases: Collection[str]) -> list[Kept]:
        """Give the returns of some cases, the newest first."""
        with self.store.read() as unit:
            return tables.among(unit, cases)

    def folders(self, case: str) -> list[Path]:
        """Give the folders of a case's returns.

        Raises:
            NoRecords: it has none.
        """
        found = [self.folder / kept.id for kept in self.every(case)]
        if not found:
            advice = "`comity returns keep FOLDER --case CASE` keeps one."
            raise NoRecords(f"got the case {case[:60]!r} without a return, expected one", field="case", advice=advice)
        return found

    def lost(self) -> Sequence[str]:
        """Name the returns of the catalogue whose records are not there."""
        return [kept.id for kept in self.every() if not (self.folder / kept.id / "records").is_dir()]

    def _copy(self, source: Path, name: str) -> None:
        target = self.folder / name
        if target.exists():
            return
        aside = self.folder / f".comity-{name}.{os.getpid()}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.rmtree(aside, ignore_errors=True)
            shutil.copytree(source, aside)
            for path in aside.rglob("*"):
                settle(path)
            aside.rename(target)
            settle(self.folder)
        except OSError as e:
            if target.exists():
                return
            advice = "Free some space or give the node's user access, and try again; nothing was half-written."
            raise Unavailable(f"got {e.strerror}, expected to keep the return", file=str(target), advice=advice) from e
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def digest_of(covered: dict[str, Any]) -> str:
    """Name a return by the digests and readers of the files that its ledger of coverage lists."""
    rows = sorted((entry["sha256"], entry["reader"]) for entry in covered["files"])
    return hashlib.sha256(json.dumps(["comity-return/1", rows]).encode()).hexdigest()


def covered(folder: Path) -> dict[str, Any]:
    """Read a return's ledger of coverage."""
    try:
        covered = json.loads(read_input(folder / LEDGER, MAX_LEDGER, "the ledger of a return"))
        rows = [(entry["sha256"], entry["reader"]) for entry in covered["files"]]
        if not rows or not isinstance(covered["records"], dict) or not isinstance(covered["states"], dict):
            raise ValueError("no files")
    except (ValueError, KeyError, TypeError, RecursionError) as e:
        raise NoRecords("got a ledger of coverage that is none, expected one", file=str(folder / LEDGER)) from e
    return dict(covered)


def _same(known: Kept, case: str) -> Kept:
    if known.case != case:
        advice = "Look it up there; evidence of one case is taken into another by a decision, not by a copy."
        message = f"got a return that is kept for the case {known.case!r}, expected one for {case!r}"
        raise NotTheSame(message, field="case", advice=advice)
    return known
