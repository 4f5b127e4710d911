"""The ledger beside pymerkle, both on SQLite: append, sign a checkpoint, prove, at 10^3, 10^5 and 10^6 entries.

    python benchmarks/ledger.py [--quick]

An append is one durable transaction on both sides (here it also checks the event, salts it and keeps its details). A
root is, here, a signed and stored checkpoint, and a proof comes with its event and the checkpoint, verified. Many
appends in one unit show what an append costs without the disk. Ours verifies a whole log as well; the peer does not.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from pymerkle import SqliteTree

from comity.crypto.keys import FileSigner
from comity.kernel import canonical
from comity.kernel.clock import FixedClock, stamp
from comity.ledger import proof, tables
from comity.ledger.merkle import Frontier
from comity.ledger.model import commitment
from comity.ledger.service import Ledger
from comity.store.engine import Store, open_store

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
BATCH = 20_000
SECONDS = 2.0


@dataclass(frozen=True)
class Rates:
    """What one side does per second."""

    append: float
    root: float
    prove: float
    batch: float = 0.0
    verify: float = 0.0


def event(number: int) -> dict[str, object]:
    """Make an event as a node records it."""
    digest = hashlib.sha256(str(number).encode()).hexdigest()
    return {"type": "request.released", "at": stamp(NOW), "request": f"request-{number}", "package": digest}


def per_second(act: Callable[[], object], seconds: float = SECONDS) -> float:
    """Repeat an act for a while and give how often it was done in a second."""
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds or not done:
        act()
        done += 1
    return done / spent


def build(store: Store, size: int) -> None:
    """Fill a log in batches, writing the same rows that single appends write."""
    frontier = Frontier()
    numbers = iter(range(size))
    while batch := list(islice(numbers, BATCH)):
        leaves, details, nodes = [], [], []
        for number in batch:
            salt, data = os.urandom(32), canonical.dump(event(number))
            grown = frontier.append(commitment(salt, data))
            leaves.append({"index": number, "hash": grown[0][1], "appended_at": NOW})
            details.append({"index": number, "salt": salt, "event": data.decode()})
            nodes += [{"position": tables.position(place), "hash": digest} for place, digest in grown[1:]]
        with store.write() as unit:
            for table, rows in ((tables.leaf, leaves), (tables.detail, details), (tables.node, nodes)):
                unit.execute(table.insert(), rows)


def ours(folder: Path, size: int) -> Rates:
    """Measure Comity's ledger."""
    store = open_store(f"sqlite:///{folder}/ours.db")
    store.migrate()
    build(store, size)
    log = Ledger("comity/VN.a05", FileSigner.generate(), clock=FixedClock(NOW), random=os.urandom)
    pick = random.Random(1)
    with store.write(durable=True) as unit:
        log.checkpoint(unit)
        proof.verify(log.prove(unit, size - 1), [log.key])

    def append() -> None:
        with store.write(durable=True) as unit:
            log.append(unit, event(0))

    def append_and_sign() -> None:
        with store.write(durable=True) as unit:
            log.append(unit, event(0))
            log.checkpoint(unit)

    def prove() -> None:
        with store.read() as unit:
            log.prove(unit, pick.randrange(size))

    rates = per_second(append), per_second(append_and_sign), per_second(prove)
    with store.write(durable=True) as unit:
        batch = per_second(lambda: log.append(unit, event(0)))
    start = time.perf_counter()
    with store.read() as unit:
        verified = log.verify(unit).size / (time.perf_counter() - start)
    store.close()
    return Rates(*rates, batch, verified)


def theirs(folder: Path, size: int) -> Rates:
    """Measure pymerkle."""
    path, pick = str(folder / "theirs.db"), random.Random(1)
    entries: Iterator[bytes] = (canonical.dump(event(number)) for number in range(size))
    with SqliteTree(path) as tree:
        tree.append_entries(entries, chunksize=BATCH)
    with SqliteTree(path) as tree:

        def append_and_root() -> None:
            tree.append_entry(canonical.dump(event(0)))
            tree.get_root()

        append = per_second(lambda: tree.append_entry(canonical.dump(event(0))))
        root = per_second(append_and_root)
    with SqliteTree(path) as tree:
        prove = per_second(lambda: tree.prove_inclusion(pick.randrange(size) + 1))
    return Rates(append, root, prove)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="only 10^3 and 10^4 entries")
    sizes = (10**3, 10**4) if parser.parse_args().quick else (10**3, 10**5, 10**6)
    print(f"{'entries':>9} {'per second':<22} {'comity':>10} {'pymerkle':>10} {'ratio':>7}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            mine, peer = ours(Path(name), size), theirs(Path(name), size)
        for label, a, b in (
            ("append", mine.append, peer.append),
            ("append and root", mine.root, peer.root),
            ("prove", mine.prove, peer.prove),
        ):
            print(f"{size:>9} {label:<22} {a:>10.0f} {b:>10.1f} {a / b:>7.1f}")
        for label, a in (("append in one unit", mine.batch), ("verify, entries", mine.verify)):
            print(f"{size:>9} {label:<22} {a:>10.0f} {'-':>10} {'-':>7}", flush=True)


if __name__ == "__main__":
    main()
