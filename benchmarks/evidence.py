"""Acquiring and verifying evidence beside bagit's create and validate, on the same files, and against SHA-256's speed.

    PYTHONPATH=tests python benchmarks/evidence.py [--quick | --long] [--rounds N] [--folder DIR]

Two loads: 2,000 files of 50 KiB (20,000 with --long), and one of 1 GiB (4 GiB). The rounds alternate; medians are shown,
with the processor time of each and of all other programs meanwhile. See README.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median

import bagit

from comity.crypto.keys import FileSigner
from comity.evidence.acquiring import Order, acquire
from comity.evidence.model import Act
from comity.evidence.sealing import Seal
from comity.evidence.verification import WHOLE, Depth, verify
from comity.evidence.witness import Given
from comity.kernel.clock import SystemClock

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
CORES = os.cpu_count() or 1
CLOCK = SystemClock()


@dataclass(frozen=True)
class Cost:
    """What an act took: seconds by the wall clock, and of the processors."""

    wall: float
    cpu: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)


def used() -> float:
    """Give the processor seconds of this program and its children."""
    return sum(os.times()[:4])


def cost(act: Callable[[], object]) -> Cost:
    """Measure an act."""
    wall, cpu = time.perf_counter(), used()
    act()
    return Cost(time.perf_counter() - wall, used() - cpu)


def load(folder: Path, count: int, size: int) -> Path:
    """Write *count* files of *size* random bytes, twenty folders of them."""
    for number in range(count):
        path = folder / f"{number % 20:02}" / f"{number:05}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            for start in range(0, size, MIB):
                out.write(os.urandom(min(MIB, size - start)))
    return folder


def ours(source: Path, target: Path) -> dict[str, Cost]:
    """Acquire and seal with a signature; then verify whole, and by BLAKE3 alone."""
    seal = Seal(secrets.token_bytes, FileSigner.generate())
    made = cost(lambda: acquire(Order(Act("bench"), (source,), target), seal, clock=CLOCK))
    return {
        "make": made,
        "check": cost(partial(_check, target)),
        "quick": cost(partial(_check, target, Depth(quick=True))),
    }


def _check(target: Path, depth: Depth = WHOLE) -> None:
    verdict = verify(target, Given(CLOCK.now()), depth=depth)
    if not verdict.sound:
        raise SystemExit(f"the item is not sound: {verdict.faults[:3]}")


def peer(source: Path, target: Path, processes: int) -> dict[str, Cost]:
    """Copy the files, which bagit would otherwise move away; then create and validate a bag there."""
    copied = cost(lambda: shutil.copytree(source, target))
    made = cost(lambda: bagit.make_bag(str(target), processes=processes, checksums=["sha256"]))
    checked = cost(lambda: bagit.Bag(str(target)).validate(processes=processes))
    return {"make": made, "copy and make": copied + made, "check": checked}


def hashing(size: int, threads: int) -> dict[str, Cost]:
    """Hash *size* bytes of memory with SHA-256 on so many cores at once."""
    block = bytes(8 * MIB)
    share = size // threads

    def work(_: int) -> None:
        digest = sha256()
        for start in range(0, share, len(block)):
            digest.update(memoryview(block)[: share - start])

    def spread() -> None:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(threads)))

    once = cost(spread)
    return {"make": once, "check": once}


def rounds(source: Path, size: int, target: Path, count: int) -> tuple[dict[str, Cost], float]:
    """Measure every contender once a round; give the medians, and the processor seconds others used meanwhile."""
    contenders: dict[str, Callable[[], Mapping[str, Cost]]] = {
        "comity": partial(ours, source, target),
        "bagit, 1 process": partial(peer, source, target, 1),
        "bagit, 2 processes": partial(peer, source, target, 2),
        "SHA-256, 1 core": partial(hashing, size, 1),
        f"SHA-256, {CORES} cores": partial(hashing, size, CORES),
    }
    seen: dict[str, list[Cost]] = {}
    begun, own = _busy(), used()
    for number in range(count + 1):
        for label, run in contenders.items():
            for what, found in run().items():
                if number:  # the first round warms up
                    seen.setdefault(f"{label}: {what}", []).append(found)
            shutil.rmtree(target, ignore_errors=True)
    middle = {key: Cost(median(c.wall for c in costs), median(c.cpu for c in costs)) for key, costs in seen.items()}
    return middle, _busy() - begun - (used() - own)


def _busy() -> float:
    """Give the processor seconds that the whole machine has used."""
    fields = Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    return sum(int(field) for number, field in enumerate(fields) if number not in (3, 4)) / os.sysconf("SC_CLK_TCK")


def show(title: str, size: int, found: Mapping[str, Cost], others: float) -> None:
    """Print a table: seconds, processor seconds, MB/s, and times as fast as the peer and the limit."""
    print(f"\n{title}; others used {others:.1f} processor seconds meanwhile")
    print(f"{'':<34}{'s':>8}{'cpu s':>8}{'MB/s':>8}{'/bagit1':>9}{'/copied':>9}{'/bagit2':>9}{'/limit':>8}")
    for label, each in found.items():
        what = label.rpartition(": ")[2]
        act = "check" if what in ("check", "quick") else "make"
        copied = "copy and make" if act == "make" else "check"
        peers = (
            found[f"bagit, 1 process: {act}"],
            found[f"bagit, 1 process: {copied}"],
            found[f"bagit, 2 processes: {copied}"],
            found[f"SHA-256, {CORES if 'file ' not in title else 1} core{'s' * ('file ' not in title)}: make"],
        )
        print(f"{label:<34}{each.wall:>8.2f}{each.cpu:>8.2f}{size / each.wall / 1e6:>8.0f}", end="")
        print("".join(f"{one.wall / each.wall:>{width}.2f}" for one, width in zip(peers, (9, 9, 9, 8), strict=True)))
    print(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="200 files of 50 KiB, and one of 64 MiB")
    parser.add_argument("--long", action="store_true", help="20,000 files of 50 KiB, and one of 4 GiB")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--folder", type=Path, help="where to write; needs three times the larger load")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # bagit tells of every file
    many, big = (200, 64 * MIB) if given.quick else (20_000, 4 * GIB) if given.long else (2000, GIB)
    for title, count, size in ((f"{many} files of 50 KiB", many, 50 * KIB), (f"one file of {big // MIB} MiB", 1, big)):
        with tempfile.TemporaryDirectory(dir=given.folder, prefix="bench-") as name:
            source = load(Path(name) / "source", count, size)
            found, others = rounds(source, count * size, Path(name) / "target", given.rounds)
            show(title, count * size, found, others)
    print("\nOne file is one stream of SHA-256, which cannot be split: its limit is one core.")


if __name__ == "__main__":
    main()
