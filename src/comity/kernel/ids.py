"""Identifiers made here: sortable by time, unguessable, the same length always (RFC 9562 version 7)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

Random = Callable[[int], bytes]


def new_id(now: datetime, random: Random = secrets.token_bytes) -> str:
    """Make a UUID version 7 for the moment *now*."""
    milliseconds = int(now.timestamp() * 1000)
    value = milliseconds << 80 | int.from_bytes(random(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(UUID(int=value))
