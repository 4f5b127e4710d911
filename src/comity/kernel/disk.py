"""What is written outlasts a loss of power only once the disk has it."""

from __future__ import annotations

import os
from pathlib import Path


def settle(path: Path) -> None:
    """See a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
