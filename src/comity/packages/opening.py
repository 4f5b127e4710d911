"""Opening a package, whichever of its two forms it has."""

from __future__ import annotations

import stat
from pathlib import Path

from .container import Container, Folder, unreadable
from .errors import BadContainer
from .zipfiles import Zip


def open_container(path: Path) -> Container:
    """Open a package file or folder.

    Raises:
        BadContainer: it is neither, or malformed.
        PackageUnreadable: it cannot be read.
    """
    with unreadable(path):
        mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        return Folder(path)
    if stat.S_ISREG(mode):
        return Zip(path)
    raise BadContainer("got something that is neither a file nor a folder, expected a package", file=str(path))
