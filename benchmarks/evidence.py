"""Acquiring and verifying evidence beside bagit's create and validate, on the same files, and against SHA-256's speed.

    PYTHONPATH=tests python benchmarks/evidence.py [--quick | --long] [--rounds N] [--folder DIR]

Two loads: 2,000 files of 50 KiB (20,000 with --long), and one of 1 GiB (4 GiB); warm, and with the system's memory of
them dropped. Then the CASE/UCO graph of 10,000 objects. The rounds alternate; medians are shown, with the processor time
of each and of all other programs meanwhile. See README.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import resource
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from statistics import median

import bagit

from builders.casecheck import amiss
from builders.caseitems import file_entry, generation
from comity.crypto.keys import FileSigner
from comity.evidence.acquiring import Order, acquire
from comity.evidence.casegraph import VERSION, Described, write_graph
from comity.evidence.model import Act
from comity.evidence.sealing import Seal
from comity.evidence.verification import WHOLE, Depth, verify
from comity.evidence.witness import Given
from comity.kernel.clock import SystemClock

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
CORES = os.cpu_count() or 1
CLOCK = SystemClock()
# What each act of ours is to be compared with: the same act of the peer, in words.
PEER = {
    "copy": "copy and create",
    "in place": "create",
    "check": "check",
    "check, cold": "check, cold",
    "quick": "check",
    "quick, cold": "check, cold",
}


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


def chilled(folder: Path) -> None:
    """Let the system forget what it remembers of the files in a folder; one in memory has nothing to forget."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as f:
                os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def ours(source: Path, target: Path) -> dict[str, Cost]:
    """Acquire and seal with a signature, by a copy and where it stands; then verify whole, and by BLAKE3 alone."""
    seal = Seal(secrets.token_bytes, FileSigner.generate())
    found = {"copy": cost(lambda: acquire(Order(Act("bench"), (source,), target), seal, clock=CLOCK))}
    shutil.rmtree(target)
    own = Path(shutil.copytree(source, target.with_name("own")))
    order = Order(Act("bench"), (own,), target, in_place=True)
    found["in place"] = cost(lambda: acquire(order, seal, clock=CLOCK))
    for depth, what in ((WHOLE, "check"), (Depth(quick=True), "quick")):
        _check(target, depth)
        found[what] = cost(partial(_check, target, depth))
        chilled(target)
        found[f"{what}, cold"] = cost(partial(_check, target, depth))
    return found


def _check(target: Path, depth: Depth) -> None:
    verdict = verify(target, Given(CLOCK.now()), depth=depth)
    if not verdict.sound:
        raise SystemExit(f"the item is not sound: {verdict.faults[:3]}")


def peer(source: Path, target: Path, processes: int) -> dict[str, Cost]:
    """Copy the files, which bagit would otherwise move away; then create and validate a bag there."""
    copied = cost(lambda: shutil.copytree(source, target))
    made = cost(lambda: bagit.make_bag(str(target), processes=processes, checksums=["sha256"]))

    def check() -> None:
        bagit.Bag(str(target)).validate(processes=processes)

    check()
    warm = cost(check)
    chilled(target)
    return {"create": made, "copy and create": copied + made, "check": warm, "check, cold": cost(check)}


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

    return {"memory": cost(spread)}


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
    begun, own = busy(), used()
    for number in range(count + 1):
        for label, run in contenders.items():
            for what, found in run().items():
                if number:  # the first round warms up
                    seen.setdefault(f"{label}: {what}", []).append(found)
            shutil.rmtree(target, ignore_errors=True)
    middle = {key: Cost(median(c.wall for c in costs), median(c.cpu for c in costs)) for key, costs in seen.items()}
    return middle, busy() - begun - (used() - own)


def busy() -> float:
    """Give the processor seconds that the whole machine has used, what the system does for programs included."""
    fields = Path("/proc/stat").read_text().split("\n")[0].split()[1:9]
    return sum(int(field) for number, field in enumerate(fields) if number not in (3, 4)) / os.sysconf("SC_CLK_TCK")


def show(title: str, size: int, found: Mapping[str, Cost], others: float) -> None:
    """Print a table: seconds, processor seconds, MB/s, and times as fast as the better of the peers and as the limit."""
    cores = "1 core" if title.startswith("one") else f"{CORES} cores"
    limit = found[f"SHA-256, {cores}: memory"]
    print(f"\n{title}; others used {others:.1f} processor seconds meanwhile")
    print(f"{'':<36}{'s':>8}{'cpu s':>8}{'MB/s':>8}{'/bagit':>9}{'/limit':>8}")
    for label, each in found.items():
        act = PEER.get(label.removeprefix("comity: "), "")
        peers = [found[f"bagit, {who}: {act}"].wall for who in ("1 process", "2 processes")] if act else []
        print(f"{label:<36}{each.wall:>8.2f}{each.cpu:>8.2f}{size / each.wall / 1e6:>8.0f}", end="")
        print(f"{min(peers) / each.wall:>9.2f}" if peers else f"{'':>9}", end="")
        print(f"{limit.wall / each.wall:>8.2f}")
    print(f"most memory so far: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


def graphs(count: int, few: int, folder: Path) -> None:
    """Write and check the graph of *count* files; let case_validate check one of *few*, as many as it can bear."""

    def written(number: int) -> bytes:
        out = BytesIO()
        write_graph(Described(generation(), [file_entry(b"%d" % n) for n in range(number)]), out)
        return out.getvalue()

    wrote, data = cost(lambda: written(count)), written(count)
    checked = cost(lambda: _sound(data))
    small = folder / "few.jsonld"
    small.write_bytes(written(few))
    program = Path(sys.executable).with_name("case_validate")
    line = [str(program), "--built-version", f"case-{VERSION}", str(small)]
    print(f"\nCASE/UCO graph\n{'':<36}{'objects':>8}{'s':>8}{'cpu s':>8}{'ms each':>9}")
    rows: list[tuple[str, int, Cost]] = [("written", count, wrote), ("structure checked", count, checked)]
    if program.exists():
        judged = cost(lambda: subprocess.run(line, check=True, capture_output=True))
        rows.append(("case_validate", few, judged))
    for label, number, each in rows:
        print(f"{label:<36}{number:>8}{each.wall:>8.2f}{each.cpu:>8.2f}{each.wall / number * 1000:>9.3f}")


def _sound(data: bytes) -> None:
    if found := amiss(data):
        raise SystemExit(f"the graph is not sound: {found[:3]}")


def loads(*, quick: bool, long: bool) -> Iterator[tuple[str, int, int]]:
    """Give the loads: in words, how many files, and of what size."""
    many, big = (200, 64 * MIB) if quick else (20_000, 4 * GIB) if long else (2000, GIB)
    yield f"{many} files of 50 KiB", many, 50 * KIB
    yield f"one file of {big // MIB} MiB", 1, big


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="200 files of 50 KiB, and one of 64 MiB")
    parser.add_argument("--long", action="store_true", help="20,000 files of 50 KiB, and one of 4 GiB")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--folder", type=Path, help="where to write; needs three times the larger load")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # bagit tells of every file
    for title, count, size in loads(quick=given.quick, long=given.long):
        with tempfile.TemporaryDirectory(dir=given.folder, prefix="bench-") as name:
            source = load(Path(name) / "source", count, size)
            found, others = rounds(source, count * size, Path(name) / "target", given.rounds)
            show(title, count * size, found, others)
    with tempfile.TemporaryDirectory(dir=given.folder, prefix="bench-") as name:
        graphs(10_000, 50 if given.quick else 100, Path(name))
    print("\nOne file is one stream of SHA-256, which cannot be split: its limit is one core.")


if __name__ == "__main__":
    main()
