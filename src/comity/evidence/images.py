"""Disk images in the EWF form (E01): the content hashed and held against the digests that the image itself states.

The image stays the files that it is; what is hashed is the disk within it, over all its segments. It is read by libewf in
a process of its own, with limits: what its reader makes of a hostile image ends there. Without the library, and for
images in other forms (AFF4, AFF, Ex01, L01), a finding says plainly that the content was not read.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import Any

LIBRARY = "pyewf"
MAX_ANSWER = 1024 * 1024
_SEGMENT = re.compile(r"(.*)\.[^./]*", re.DOTALL)
Report = Callable[[str, str], object]
Row = dict[str, Any]


def sets(paths: Iterable[str]) -> Iterator[list[str]]:
    """Put segments of images together: files of one name but for the ending, each set in the order of its endings."""
    ordered = sorted(paths, key=lambda path: (_stem(path), path))
    for _, files in groupby(ordered, key=_stem):
        yield list(files)


def read_image(folder: Path, files: Sequence[str], report: Report, *, library: str = LIBRARY) -> Row | None:
    """Hash the disk within an image whose segments are *files* of *folder*; tells *report* of findings."""
    if not find_spec(library):
        report("image-closed", "E01: the library libewf-python is not installed")
        return None
    command = [sys.executable, "-m", "comity.evidence.imagereading", *(str(folder / file) for file in files)]
    done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)  # noqa: S603 - our own module
    try:
        said = json.loads(done.stdout[:MAX_ANSWER]) if not done.returncode else {}
    except ValueError:
        said = {}
    if not isinstance(said, dict) or not said:
        report("image-damaged", f"its reader ended with {done.returncode}")
        return None
    row: Row = {"files": list(files), "kind": "ewf"} | said
    if faults := row.get("faults"):
        report("image-damaged", "; ".join(map(str, faults[:5])))
    stated, found = row.get("stated", {}), row.get("digests", {})
    for name in sorted(stated.keys() & found.keys()):
        if stated[name] != found[name]:
            report("image-digest", f"{name} stated {stated[name]}, found {found[name]}")
    if found and not stated:
        report("image-unstated", "")
    return row


def _stem(path: str) -> str:
    match = _SEGMENT.fullmatch(path)
    return match[1] if match else path
