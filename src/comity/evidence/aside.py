"""Where something is made before it is put in its place: a folder beside the place, known by its name.

One that a killed run has left is taken away by the next run for the same place. A run that is still at work holds its
folder, so it is left alone.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import OtherAcquisition


@contextmanager
def made_aside(target: Path) -> Iterator[Path]:
    """Give an empty folder beside *target*; it is gone afterwards.

    Raises:
        OtherAcquisition: another process makes something for the same place.
    """
    folder = target.with_name(f".comity-{target.name}")
    fd = _held(folder)
    try:
        for left in folder.iterdir():
            shutil.rmtree(left) if left.is_dir() and not left.is_symlink() else left.unlink()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(fd)


def _held(folder: Path) -> int:
    """Make a folder, or take over one that nobody holds, and hold it."""
    while True:
        folder.mkdir(exist_ok=True, mode=0o700)
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.exists() and os.path.samestat(os.fstat(fd), folder.stat()):
                return fd
        except BlockingIOError as e:
            os.close(fd)
            advice = "Wait until it is done."
            raise OtherAcquisition("got a place that another process writes to", file=str(folder), advice=advice) from e
        os.close(fd)  # whoever held it has taken it away
