"""Sealing and verifying beside bagit's create and validate, on the same files, and against the speed of SHA-256.

    PYTHONPATH=tests python benchmarks/packages.py [--quick] [--rounds N] [--folder DIR]

Two loads: 2,000 attachments of 50 KiB, and one of 1 GiB. The rounds alternate; medians are shown. See README.md.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import bagit

from builders.directory import build_directory
from builders.packages import TOP, Maker
from comity.kernel.clock import FixedClock, SystemClock
from comity.packages.bag import read_bag, write_tags
from comity.packages.container import silent
from comity.packages.opening import open_container
from comity.packages.sealing import seal
from comity.packages.verification import Given, verify
from comity.packages.writer import FolderWriter, Writer, ZipWriter
from comity.packages.zipfiles import append

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
CORES = os.cpu_count() or 1
Times = TypeVar("Times")
INFO = {
    "Source-Organization": "VN.a05",
    "External-Identifier": "01939f3c-7a2e-7c11-9b52-6d1f0c8e4a77",
    "Bagging-Date": "2026-11-25",
    "Comity-Renderer": "none",
}


@dataclass(frozen=True)
class Load:
    """Files on disk that are sealed, by their names in the package."""

    label: str
    files: Mapping[str, Path]
    folder: Path
    size: int


def load(folder: Path, label: str, count: int, size: int) -> Load:
    """Write *count* files of *size* random bytes, twenty folders of them."""
    files = {}
    for number in range(count):
        name = f"{number % 20:02}/{number:05}.bin"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as out:
            for start in range(0, size, MIB):
                out.write(os.urandom(min(MIB, size - start)))
        files[name] = path
    return Load(label, files, folder, count * size)


def timed(act: Callable[[], object]) -> float:
    """Give the seconds an act takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


class Comity:
    """What is measured of Comity: the same job as bagit's, and the whole of it with the print and the signatures."""

    def __init__(self, folder: Path, what: Load) -> None:
        """Make a world in which requests can be sealed, and a request that lists the files."""
        world = build_directory(folder, FixedClock(SystemClock().now()))
        self.what = what
        self.maker = Maker(world, folder)
        self.given = Given(root=world.root, at=self.maker.now)
        rows = []
        for name, path in sorted(what.files.items()):
            with path.open("rb") as f:
                digest = hashlib.file_digest(f, "sha256").hexdigest()
            rows.append({"path": name, "size": path.stat().st_size, "sha256": digest})
        self.request = self.maker.request(attachments=rows)

    def folder(self, target: Path) -> tuple[float, float]:
        """Seal into a folder, then check every hash in it."""
        return timed(lambda: self._bag(FolderWriter(target))), timed(lambda: self._check(target))

    def zip(self, target: Path) -> tuple[float, float]:
        """Seal into a zip and bring it to disk, then check every hash and CRC in it."""

        def write() -> None:
            with ZipWriter(target, TOP) as writer:
                self._bag(writer)

        return timed(write), timed(lambda: self._check(target))

    def whole(self, target: Path) -> tuple[float, float]:
        """Seal a request with its print and sign it, then verify it by every step."""

        def write() -> None:
            with ZipWriter(target, TOP) as writer:
                stated = seal(writer, self.request, self.what.files, sealed_at=self.maker.now)
            append(target, self.maker.finish(stated))

        return timed(write), timed(lambda: self._verify(target))

    def _bag(self, writer: Writer) -> None:
        files = [(f"data/attachments/{name}", path) for name, path in self.what.files.items()]
        write_tags(writer, writer.copy(files, silent), INFO)

    def _check(self, target: Path) -> None:
        with open_container(target) as container:
            read_bag(container)

    def _verify(self, target: Path) -> None:
        result = verify(target, self.given)
        if not result.valid:
            raise SystemExit(f"the package is not valid: {result.error}")


def peer(what: Load, target: Path, processes: int) -> tuple[float, float, float]:
    """Copy the files, which bagit would otherwise move away; then create and validate a bag there."""
    copied = timed(lambda: shutil.copytree(what.folder, target))
    made = timed(lambda: bagit.make_bag(str(target), processes=processes, checksums=["sha256"]))
    return copied, made, timed(lambda: bagit.Bag(str(target)).validate(processes=processes))


def hashing(size: int, threads: int) -> float:
    """Give the seconds that SHA-256 of *size* bytes in memory takes on so many cores at once."""
    block = bytes(8 * MIB)
    share = max(size // threads, 1)

    def work(_: int) -> None:
        digest = hashlib.sha256()
        for start in range(0, share, len(block)):
            digest.update(memoryview(block)[: share - start])

    with ThreadPoolExecutor(threads) as pool:
        return timed(lambda: list(pool.map(work, range(threads))))


def rounds(what: Load, scratch: Path, count: int) -> dict[str, tuple[float, float]]:
    """Measure every contender once a round; give the median seconds of sealing and verifying."""
    ours = Comity(scratch, what)
    seen: dict[str, list[tuple[float, float]]] = {}
    target = scratch / "target"
    for _ in range(count):
        for label, run in (("folder", ours.folder), ("zip", ours.zip), ("zip, printed and signed", ours.whole)):
            seen.setdefault(f"comity, {label}", []).append(second(run, target))
        for processes in (1, 2):
            copied, made, validated = second(partial(peer, what, processes=processes), target)
            label = f"bagit, {processes} process" + "es" * (processes > 1)
            seen.setdefault(label, []).append((made, validated))
            seen.setdefault(f"{label}, after a copy", []).append((copied + made, validated))
        one, every = hashing(what.size, 1), hashing(what.size, CORES)
        seen.setdefault("SHA-256, one core", []).append((one, one))
        seen.setdefault(f"SHA-256, that × {CORES}", []).append((one / CORES, one / CORES))
        seen.setdefault(f"SHA-256, {CORES} at once", []).append((every, every))
    return {label: (median(a for a, _ in pairs), median(b for _, b in pairs)) for label, pairs in seen.items()}


def second(run: Callable[[Path], Times], target: Path) -> Times:
    """Run twice and measure the second: none pays for memory that a virtual machine's host took back meanwhile."""
    for _ in range(2):
        times = run(target)
        remove(target)
    return times


def remove(target: Path) -> None:
    """Take away what was made."""
    if target.is_dir():
        shutil.rmtree(target)
    else:
        target.unlink()


def show(what: Load, found: Mapping[str, tuple[float, float]], count: int) -> None:
    """Print a table: MB/s, and how many times as fast as the peer and the limit."""
    named = (
        ("/bagit", "bagit, 1 process"),
        ("/copied", "bagit, 1 process, after a copy"),
        ("/1 core", "SHA-256, one core"),
        ("/cores", f"SHA-256, that × {CORES}"),
    )
    print(f"\n{what.label}; median of {count} rounds; MB/s; ratios are of seal and verify together")
    print(f"{'':<33}{'seal':>7}{'verify':>8}{'both':>7}" + "".join(f"{head:>9}" for head, _ in named))
    for label, (sealing, verifying) in found.items():
        speeds = (what.size / sealing, what.size / verifying, 2 * what.size / (sealing + verifying))
        ratios = [sum(found[other]) / (sealing + verifying) for _, other in named]
        print(f"{label:<33}{speeds[0] / 1e6:>7.0f}{speeds[1] / 1e6:>8.0f}{speeds[2] / 1e6:>7.0f}", end="")
        print("".join(f"{ratio:>9.2f}" for ratio in ratios))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="200 files of 50 KiB, and one of 64 MiB")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--folder", type=Path, help="where to write; needs 4 GiB")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # bagit tells of every file
    many, big = (200, 64 * MIB) if given.quick else (2000, GIB)
    loads = (f"{many} files of 50 KiB", many, 50 * KIB), (f"one file of {big // MIB} MiB", 1, big)
    for label, number, size in loads:
        with tempfile.TemporaryDirectory(dir=given.folder, prefix="bench-") as name:
            folder = Path(name)
            (folder / "scratch").mkdir()
            what = load(folder / "files", label, number, size)
            show(what, rounds(what, folder / "scratch", given.rounds), given.rounds)
    print("\nOne file is one SHA-256 stream: it cannot use a second core, so /1 core is the limit that counts for it.")


if __name__ == "__main__":
    main()
