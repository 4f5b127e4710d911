"""Reading a file that a person named: whole, within a limit."""

from __future__ import annotations

from pathlib import Path

from .errors import BadInput, Unavailable


def read_input(path: Path, limit: int, expected: str) -> bytes:
    """Read a file; *expected* says in words what it should be.

    Raises:
        BadInput: there is none, it is a folder, or it is larger than *limit*.
        Unavailable: it cannot be read.
    """
    try:
        with path.open("rb") as f:
            data = f.read(limit + 1)
    except FileNotFoundError as e:
        raise BadInput(f"got no such file, expected {expected}", file=str(path), advice="Check the path.") from e
    except IsADirectoryError as e:
        raise BadInput(f"got a folder, expected {expected}", file=str(path), advice="Name a file in it.") from e
    except OSError as e:
        advice = "Check that you may read it."
        raise Unavailable(f"got {e.strerror}, expected {expected}", file=str(path), advice=advice) from e
    if len(data) > limit:
        raise BadInput(f"got more than {limit} bytes, expected {expected}", file=str(path))
    return data
