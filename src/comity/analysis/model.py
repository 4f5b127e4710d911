"""A return that a node keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Kept:
    """A return that was read and is kept: named by the digests of its files; records and states of files, counted."""

    id: str
    case: str
    request: str
    item: str
    records: dict[str, int]
    states: dict[str, int]
    by: str
    at: datetime
