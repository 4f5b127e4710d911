"""The pinned root that a person brings: a file got by a way one trusts."""

from __future__ import annotations

from pathlib import Path

from comity.kernel.errors import BadInput
from comity.kernel.input import read_input

from .errors import DirectoryError
from .metadata import LIMITS, read


def read_pin(path: Path) -> bytes:
    """Read a root to pin.

    Raises:
        BadInput: the file is no root of a directory.
    """
    data = read_input(path, LIMITS["root"], "the pinned root of a directory")
    try:
        read(data, "root", file=str(path))
    except DirectoryError as e:
        advice = "Get root.json from your registry by a way you trust."
        raise BadInput(e.message, file=str(path), field="root", advice=advice) from e
    return data
