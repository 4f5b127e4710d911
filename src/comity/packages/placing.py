"""Placing a file where a person asked for it: whole or not at all, and never over another one."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from comity.kernel.errors import BadInput

from .errors import PackageUnreadable


def check_place(target: Path) -> None:
    """See that a file could be placed at *target*, a new file or a folder to put it in, before there is one.

    Raises:
        BadInput: there is no such folder.
    """
    if not target.is_dir() and not target.parent.is_dir():
        advice = "Make the folder first, or name another one."
        raise BadInput("got a path in no folder, expected a new file or a folder", file=str(target), advice=advice)


def place(source: Path, target: Path) -> Path:
    """Copy a file to *target*; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    return place_made(target, lambda copy: shutil.copyfile(source, copy))


def place_bytes(data: bytes, target: Path) -> Path:
    """Write *data* to *target*; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    return place_made(target, lambda copy: copy.write_bytes(data))


def place_made(target: Path, write: Callable[[Path], object]) -> Path:
    """Let *write* make a file beside *target*, and put it there; the same bytes there already are no fault.

    Raises:
        BadInput: another file is there.
        PackageUnreadable: the machine cannot write it.
    """
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".comity-") as folder:
            copy = Path(folder) / "file"
            write(copy)
            with copy.open("rb") as f:
                os.fsync(f.fileno())
            try:
                os.link(copy, target)
            except FileExistsError as e:
                if not (target.is_file() and filecmp.cmp(copy, target, shallow=False)):
                    advice = "Choose another name."
                    raise BadInput("got an existing file, expected a new name", file=str(target), advice=advice) from e
    except OSError as e:
        advice = "Check that the folder exists, can be written, and has space."
        raise PackageUnreadable(f"got {e.strerror}, expected to write the file", file=str(target), advice=advice) from e
    return target
