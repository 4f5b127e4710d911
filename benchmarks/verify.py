"""`comity verify` of a typical package as a process, beside what a process of Python costs anyway and beside bagit.

    PYTHONPATH=tests python benchmarks/verify.py [--quick] [--runs N]

The package has two attachments of 200 KiB and a ledger proof. The runs alternate; median and minimum are shown. Modules
are compiled beforehand, as they are wherever the program has been started once.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from builders.attacks_on_people import proven
from builders.directory import build_directory
from builders.packages import TOP, Maker
from comity.kernel.clock import FixedClock, SystemClock
from comity.packages.sealing import seal
from comity.packages.writer import ZipWriter
from comity.packages.zipfiles import append

PYTHON = sys.executable
COMITY = str(Path(PYTHON).with_name("comity"))
IMPORTS = "import click, cryptography.hazmat.primitives.serialization, rich.console, tuf.api.metadata, typst, yaml"


def package(folder: Path) -> tuple[Path, Path]:
    """Make a package as a node releases it, and the root that its reader has pinned."""
    maker = Maker(build_directory(folder, FixedClock(SystemClock().now())), folder)
    sources, rows = {}, []
    for name in ("order.pdf", "translation.pdf"):
        data = os.urandom(200 * 1024)
        sources[name] = folder / name
        sources[name].write_bytes(data)
        rows.append({"path": name, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()})
    path, root = folder / f"{TOP}.comity.zip", folder / "root.json"
    with ZipWriter(path, TOP) as writer:
        stated = seal(writer, maker.request(attachments=rows), sources, sealed_at=maker.now)
    append(path, maker.finish(stated, proof=proven(maker, package=stated.package)))
    root.write_bytes(maker.world.root)
    return path, root


def seconds(line: Sequence[str], environment: Mapping[str, str]) -> float:
    """Give the wall time of one process, which must succeed."""
    start = time.perf_counter()
    subprocess.run(line, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="three runs")
    parser.add_argument("--runs", type=int, default=15, help="how often each is run")
    given = parser.parse_args()
    runs = 3 if given.quick else given.runs
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        path, root = package(folder)
        with zipfile.ZipFile(path) as z:
            z.extractall(folder / "bag")
        verify = [COMITY, "verify", str(path), "--root", str(root)]
        lines = {
            "python -c pass": [PYTHON, "-c", "pass"],
            "python -c 'import click'": [PYTHON, "-c", "import click"],
            "python -c 'import' of the libraries": [PYTHON, "-c", IMPORTS],
            "python -m bagit --validate": [PYTHON, "-m", "bagit", "--validate", str(folder / "bag" / TOP)],
            "comity --version": [COMITY, "--version"],
            "comity --help": [COMITY, "--help"],
            "comity verify": verify,
            "comity verify --json": [*verify, "--json"],
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        environment = kept | {"PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        for line in lines.values():
            seconds(line, environment)
        found = [{label: seconds(line, environment) for label, line in lines.items()} for _ in range(runs)]
    print(f"wall time of a process in ms, {runs} runs of each in turn")
    print(f"{'':<38}{'median':>7}{'min':>7}{'/pass':>7}{'/imports':>9}{'/bagit':>8}")
    for label in lines:
        times = [one[label] for one in found]
        peers = ("python -c pass", "python -c 'import' of the libraries", "python -m bagit --validate")
        ratios = [median(one[label] / one[peer] for one in found) for peer in peers]
        print(f"{label:<38}{median(times) * 1e3:>7.0f}{min(times) * 1e3:>7.0f}", end="")
        print(f"{ratios[0]:>7.1f}{ratios[1]:>9.2f}{ratios[2]:>8.2f}")


if __name__ == "__main__":
    main()
