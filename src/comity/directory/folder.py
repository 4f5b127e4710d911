"""Where a directory's files lie: a folder, or the zip of one. Read with limits, written so that no half file is seen.

The layout is TUF's with consistent snapshots, so every file but `timestamp.json` is written once and never changed:
replacing that one file is what publishes an update, and a reader sees the directory before or after it.

    metadata/VERSION.ROLE.json   metadata/timestamp.json   targets/CC/SHA256.SLUG.json
"""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from comity.kernel.disk import settle

from .errors import BadFolder, BadMetadata, NoAccess
from .metadata import LIMITS, MAX_ROOTS
from .trust import root_name

TIMESTAMP = "metadata/timestamp.json"
MAX_ENTRIES = 500_000
_METADATA = re.compile(r"([1-9][0-9]{0,15})\.(root|snapshot|targets|[A-Z]{2})\.json", re.ASCII)
_ENTRY = re.compile(
    rf"metadata/(timestamp\.json|{_METADATA.pattern})|targets/[A-Z]{{2}}/[0-9a-f]{{64}}\.[a-z0-9][a-z0-9-]{{0,40}}\.json",
    re.ASCII,
)


class Source(Protocol):
    """Somewhere a directory can be read from."""

    path: Path

    def read(self, name: str, limit: int) -> bytes | None:
        """Give a file of at most *limit* bytes, or nothing if there is none."""


class Folder:
    """A directory's files in a folder."""

    def __init__(self, path: Path) -> None:
        """Stand on a folder, which need not exist yet."""
        self.path = path

    def make(self) -> None:
        """Make the folder, or take an empty one.

        Raises:
            BadFolder: it holds something already.
            NoAccess: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if any(self.path.iterdir()):
                raise BadFolder("got a folder that is not empty, expected a new one", file=str(self.path))
        except OSError as e:
            raise NoAccess(f"got {e.strerror}, expected to make the folder", file=str(self.path)) from e

    def read(self, name: str, limit: int) -> bytes | None:
        """Give a file of at most *limit* bytes, or nothing if there is none.

        Raises:
            BadMetadata: it is no regular file, or larger.
            NoAccess: it cannot be read.
        """
        path = self.path / name
        try:
            with open(path, "rb", opener=lambda p, flags: os.open(p, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as f:
                if not stat.S_ISREG(os.fstat(f.fileno()).st_mode):
                    raise BadMetadata("got something else, expected a regular file", file=str(path))
                return _bounded(f.read(limit + 1), limit, str(path))
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as e:
            raise NoAccess(f"got {e.strerror}, expected to read the file", file=str(path)) from e

    def write(self, files: Mapping[str, bytes]) -> None:
        """Put files in place, in this order, each whole and durably, over an old one if there is one.

        Raises:
            NoAccess: one cannot be written; it and those after it have not changed then.
        """
        folders = {}
        for name, data in files.items():
            path = self.path / name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(path, data)
            except OSError as e:
                raise NoAccess(f"got {e.strerror}, expected to write the file", file=str(path)) from e
            folders[path.parent] = path
        for folder in folders:
            settle(folder)

    def remove(self, name: str) -> None:
        """Take a file away, if it is there.

        Raises:
            NoAccess: it cannot be removed.
        """
        try:
            (self.path / name).unlink(missing_ok=True)
        except OSError as e:
            raise NoAccess(f"got {e.strerror}, expected to remove the file", file=str(self.path / name)) from e

    def names(self) -> list[str]:
        """Name the directory's files that lie here, whether published or not."""
        found = (
            p.relative_to(self.path).as_posix()
            for part in ("metadata", "targets")
            for p in (self.path / part).rglob("*")
        )
        return sorted(name for name in found if _ENTRY.fullmatch(name))

    def state(self) -> frozenset[tuple[str, int, int, int]]:
        """Give a value that changes whenever a metadata file here does, whoever changes it.

        Raises:
            NoAccess: the folder cannot be read.
        """
        try:
            with os.scandir(self.path / "metadata") as found:
                rows = [(one.name, one.stat(follow_symlinks=False)) for one in found]
        except FileNotFoundError:
            return frozenset()
        except OSError as e:
            raise NoAccess(f"got {e.strerror}, expected to read the folder", file=str(self.path)) from e
        return frozenset((name, row.st_ino, row.st_ctime_ns, row.st_size) for name, row in rows)

    def newest(self, role: str) -> int:
        """Give the highest version of a role's file that lies here; 0 if there is none."""
        folder = self.path / "metadata"
        found = (_METADATA.fullmatch(p.name) for p in folder.iterdir()) if folder.is_dir() else iter(())
        return max((int(m[1]) for m in found if m and m[2] == role), default=0)

    @contextmanager
    def locked(self, *, exclusive: bool) -> Iterator[None]:
        """Keep others from writing, and if *exclusive* also from reading, as long as the block runs.

        Raises:
            BadFolder: the folder does not exist.
        """
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as e:
            raise BadFolder(f"got {e.strerror}, expected a folder", file=str(self.path)) from e
        try:
            fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
            yield
        finally:
            os.close(handle)


class Export:
    """A directory's files in a zip, as `export` writes it; entries are read one by one and never unpacked to disk."""

    def __init__(self, path: Path) -> None:
        """Open the zip and look through the names of its entries.

        Raises:
            BadFolder: it is no zip, or holds a name that has no place in a directory, or one twice.
        """
        self.path = path
        try:
            self._zip = zipfile.ZipFile(path)
        except OSError as e:
            raise BadFolder(f"got {e.strerror}, expected a folder or a directory export (zip)", file=str(path)) from e
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as e:
            raise BadFolder(f"got {e}, expected a directory export (zip)", file=str(path)) from e
        names = self._zip.namelist()
        odd = next((name for name in names if not _ENTRY.fullmatch(name)), None)
        if odd is not None or len(set(names)) != len(names) or len(names) > MAX_ENTRIES:
            self.close()
            got = f"the entry {odd[:80]!r}" if odd is not None else f"{len(names)} entries, some twice or too many"
            raise BadFolder(f"got {got}, expected only files of a directory", file=str(path))

    def read(self, name: str, limit: int) -> bytes | None:
        """Give a file of at most *limit* bytes, or nothing if there is none.

        Raises:
            BadMetadata: it is larger or damaged.
        """
        try:
            with self._zip.open(name) as f:
                return _bounded(f.read(limit + 1), limit, name)
        except KeyError:
            return None
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as e:
            raise BadMetadata(f"got {e}, expected an undamaged entry", file=f"{self.path}: {name}") from e

    def close(self) -> None:
        """Close the file."""
        self._zip.close()


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a folder or an export to read from.

    Raises:
        BadFolder: it is neither.
    """
    if path.is_dir():
        yield Folder(path)
        return
    export = Export(path)
    try:
        yield export
    finally:
        export.close()


def metadata_name(role: str, version: int) -> str:
    """Give the name of a role's file of that version."""
    return f"metadata/{version}.{role}.json"


def target_name(path: str, sha256: str) -> str:
    """Give the name under which a party file lies: `VN/a05.json` as `targets/VN/SHA256.a05.json`."""
    country, _, file = path.partition("/")
    return f"targets/{country}/{sha256}.{file}"


def require(source: Source, name: str, limit: int) -> bytes:
    """Give a file that must be there.

    Raises:
        BadMetadata: it is not, or is too large.
    """
    data = source.read(name, limit)
    if data is None:
        raise BadMetadata(
            "got no such file, expected it in the directory", file=name, advice="Copy the whole directory again."
        )
    return data


def roots(source: Source) -> list[bytes]:
    """Give the root versions from the first to the newest that lies there."""
    found: list[bytes] = []
    while len(found) <= MAX_ROOTS:
        data = source.read(f"metadata/{root_name(len(found) + 1)}", LIMITS["root"])
        if data is None:
            break
        found.append(data)
    return found


def _bounded(data: bytes, limit: int, file: str) -> bytes:
    if len(data) > limit:
        raise BadMetadata(f"got more than {limit} bytes, expected at most that", file=file)
    return data


def _write(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as f:
        try:
            f.write(data)
            f.flush()
            os.fchmod(f.fileno(), 0o644)
            os.fsync(f.fileno())
            Path(f.name).replace(path)
        except BaseException:
            Path(f.name).unlink(missing_ok=True)
            raise
