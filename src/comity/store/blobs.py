"""Files kept once and never changed: written aside first, then put in place whole.

A process writes in a folder of its own under `staging/`, which it holds locked; what a killed process left there is
unlocked by the system, and swept away at the next start. Keeping a file again under the same name with the same bytes
is no fault; with other bytes it is.
"""

from __future__ import annotations

import errno
import fcntl
import filecmp
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from comity.kernel.disk import settle
from comity.kernel.errors import BadInput, Unavailable

from .errors import Conflict, StoreCorrupt, StoreError

_PIECE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}", re.ASCII)
_ADVICE = {
    errno.ENOSPC: "Free some space on the node's disk and try again; nothing was half-written.",
    errno.EFBIG: "Raise the limit on the size of files of the node's user and try again; nothing was half-written.",
    errno.EDQUOT: "Raise the disk quota of the node's user and try again; nothing was half-written.",
    errno.EROFS: "The disk is mounted read-only; mount it for writing.",
    errno.EACCES: "Give the node's user write access to its folder.",
    errno.ENOENT: "Check that the node's folder exists.",
    errno.EPERM: "Put the node's folder on a file system that has hard links.",
}


@dataclass(frozen=True)
class Copied:
    """A copy set aside: where it is, its size and its SHA-256."""

    path: Path
    size: int
    sha256: str


class Blobs:
    """A folder of write-once files."""

    def __init__(self, folder: Path) -> None:
        """Keep files in *folder*, which is made if its parent is there."""
        self._folder = folder
        self._own: tuple[Path, int] | None = None

    def stage(self) -> Path:
        """Give a path, free to write to, on the same file system as the kept files."""
        with writing(self._folder):
            if self._own is None:
                self._own = self._claim()
            return Path(tempfile.mkdtemp(dir=self._own[0])) / "file"

    def unstage(self, path: Path) -> None:
        """Remove a staged file that is not wanted any more; one that was kept, or is gone, is no fault."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def copy(self, source: Path, expected: str) -> Copied:
        """Copy a file that a person named aside, on the same file system; *expected* says what it should be.

        Raises:
            BadInput: there is no such file.
            Unavailable: it cannot be read.
            StoreError: the disk is full or cannot be written.
        """
        digest, staged = hashlib.sha256(), self.stage()
        with _reading(source, expected), source.open("rb") as taken, writing(staged), staged.open("xb") as target:
            while piece := taken.read(_PIECE):
                digest.update(piece)
                target.write(piece)
            return Copied(staged, target.tell(), digest.hexdigest())

    def keep(self, path: Path, name: str) -> Path:
        """Put the staged file at *path* in place as *name*, durably; gives where it now is.

        Raises:
            StoreCorrupt: other bytes are kept under that name already.
            StoreError: the disk is full or cannot be written.
        """
        target = self.path(name)
        with writing(path):
            settle(path)
            path.chmod(0o400)
            try:
                os.link(path, target)
            except FileExistsError as e:
                if not filecmp.cmp(path, target, shallow=False):
                    raise StoreCorrupt(
                        "got other bytes than are kept already, expected the same", file=str(target)
                    ) from e
            settle(self._folder)
            path.unlink()
            return target

    def path(self, name: str) -> Path:
        """Give where the file *name* is, or would be.

        Raises:
            BadInput: that is no name for a kept file.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(f"got the file name {name[:80]!r}, expected letters, digits, dots, hyphens and underscores")
        return self._folder / name

    def names(self, prefix: str) -> list[str]:
        """Name the kept files whose names begin with *prefix*, in order."""
        return sorted(one.name for one in self._folder.glob("*") if one.name.startswith(prefix) and one.is_file())

    @contextmanager
    def partial(self, name: str) -> Iterator[Path]:
        """Give a file that grows over several tries, for one process at a time; what is in it outlives a killed process.

        It is put in place with `keep`, or taken away with `drop`.

        Raises:
            Conflict: somebody is at it.
            StoreError: the disk is full or cannot be written.
        """
        path = self._grown(name)
        with writing(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield path
        except BlockingIOError as e:
            raise Conflict(f"got {name}, which somebody is at, expected it to be free") from e
        finally:
            os.close(handle)

    def grown(self, name: str) -> int:
        """Tell how many bytes are in a file that grows; zero where there is none."""
        path = self._grown(name)
        return path.stat().st_size if path.is_file() else 0

    def drop(self, name: str) -> None:
        """Remove a file that grew and is not wanted any more; none of that name is no fault."""
        with writing(self._folder):
            self._grown(name).unlink(missing_ok=True)

    def _grown(self, name: str) -> Path:
        return self._folder / "partial" / self.path(name).name

    def discard(self, name: str) -> None:
        """Remove a kept file that nothing names any more; none of that name is no fault."""
        with writing(self._folder):
            self.path(name).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what killed processes left half-written."""
        with writing(self._folder):
            for left in (self._folder / "staging").glob("*"):
                if self._own is None or left != self._own[0]:
                    _remove_if_left(left)

    def close(self) -> None:
        """Remove what this process left half-written."""
        if self._own is not None:
            with writing(self._folder):
                shutil.rmtree(self._own[0], ignore_errors=True)
                os.close(self._own[1])
            self._own = None

    def _claim(self) -> tuple[Path, int]:
        """Make a staging folder of our own and lock it; again if a sweep took it in between."""
        staging = self._folder / "staging"
        for folder in (self._folder, staging):
            folder.mkdir(mode=0o700, exist_ok=True)
        while True:
            own = Path(tempfile.mkdtemp(dir=staging))
            handle = os.open(own, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            if own.exists():
                return own, handle
            os.close(handle)


def _remove_if_left(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(handle)


@contextmanager
def _reading(path: Path, expected: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as e:
        raise BadInput(f"got no such file, expected {expected}", file=str(path), advice="Check the path.") from e
    except IsADirectoryError as e:
        raise BadInput(f"got a folder, expected {expected}", file=str(path), advice="Name a file in it.") from e
    except OSError as e:
        advice = "Check that you may read it."
        raise Unavailable(f"got {e.strerror}, expected {expected}", file=str(path), advice=advice) from e


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn errors of the disk, while writing at *path*, into store errors with advice."""
    try:
        yield
    except OSError as e:
        advice = _ADVICE.get(e.errno or 0, "Look at the machine's log for disk errors.")
        raise StoreError(
            f"got {e.strerror or e}, expected to write", file=str(e.filename or path), advice=advice
        ) from e
