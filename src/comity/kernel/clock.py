"""Time comes in through a clock; it is always UTC, and always written with its offset."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from .errors import BadInput

_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", re.ASCII)


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Give the present moment in UTC, to the second."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Give the present moment in UTC, to the second."""
        return datetime.now(UTC).replace(microsecond=0)


class FixedClock:
    """A clock that stands still until it is moved: for exercises and tests."""

    def __init__(self, moment: datetime) -> None:
        """Start at *moment*."""
        self.moment = moment.astimezone(UTC).replace(microsecond=0)

    def now(self) -> datetime:
        """Give the moment the clock was last set to."""
        return self.moment

    def advance(self, span: timedelta) -> None:
        """Move by *span*, backwards if it is negative."""
        self.moment += span


def stamp(moment: datetime) -> str:
    """Write a moment as `YYYY-MM-DDTHH:MM:SSZ`.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("got a moment without a time zone, expected one in UTC")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def moment(text: str, *, field: str = "") -> datetime:
    """Read `YYYY-MM-DDTHH:MM:SSZ`, the only form Comity writes.

    Raises:
        BadInput: the text is not a moment in that form.
    """
    try:
        if not _STAMP.fullmatch(text):
            raise ValueError(text)
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError as e:
        advice = "Write times in UTC with the offset shown, for example 2026-03-01T09:30:00Z."
        raise BadInput(f"got {text!r}, expected a time as YYYY-MM-DDTHH:MM:SSZ", field=field, advice=advice) from e
