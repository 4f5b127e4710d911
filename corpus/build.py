"""Writing the corpus: `python -m corpus.build FOLDER [--seed N] [--size N]`.

The folder that is made holds the returns and `truth.jsonl`: a line for each file with what a reader must count, followed
by a line for each record with what it must hold. The same seed and size give the same bytes.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from . import bank, crypto, handover, telecom
from .truth import File
from .world import World

# Each gives the files of one field; a new format is a function in one of them, or a module more.
FIELDS: tuple[Callable[[World], Iterator[File]], ...] = (telecom.files, crypto.files, handover.files, bank.files)


def build(folder: Path, seed: int = 2026, size: int = 200) -> int:
    """Write the corpus into a new folder, and give the number of its files."""
    folder.mkdir(parents=True)
    count = 0
    with (folder / "truth.jsonl").open("w", encoding="utf-8") as truth:
        for files in FIELDS:
            for file in files(World(seed, size)):
                path = folder / file.path
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(file.data)
                truth.writelines(f"{line}\n" for line in file.lines())
                count += 1
    return count


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(prog="corpus", description="Write made-up returns with the truth about them.")
    parser.add_argument("folder", type=Path, help="a folder that is not there yet")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--size", type=int, default=200, help="acts in each file, at most 60000")
    given = parser.parse_args()
    build(given.folder, given.seed, given.size)


if __name__ == "__main__":
    main()
