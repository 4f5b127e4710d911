"""Trusted roots of time authorities, as the files people keep them in."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from comity.kernel.input import read_input

MAX_CERTIFICATE = 64 * 1024


def read_authorities(paths: Iterable[Path]) -> tuple[bytes, ...]:
    """Read root certificates (PEM); what is in them is looked at when a token is checked.

    Raises:
        BadInput: a file is missing, is a folder, or is too large.
        Unavailable: a file cannot be read.
    """
    return tuple(read_input(path, MAX_CERTIFICATE, "a root certificate (PEM)") for path in paths)
