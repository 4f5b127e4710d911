"""What is given a piece at a time: few at once, and only for so long, so that a slow reader holds nothing for ever."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import monotonic

from ..errors import Busy

AT_ONCE, LONGEST = 2, 600.0
_PLACES = threading.BoundedSemaphore(AT_ONCE)


def bounded(begin: Callable[[], Iterator[bytes]], *, longest: float = LONGEST) -> Iterator[bytes]:
    """Give pieces on while a place is held, at most so many seconds long; what breaks off has no last line.

    Raises:
        Busy: all places are taken.
    """
    if not _PLACES.acquire(blocking=False):
        raise Busy("got another export while others are under way, expected fewer", advice="Wait for their end.")
    try:
        given = _given(begin(), monotonic() + longest)
    except BaseException:
        _PLACES.release()
        raise
    next(given)
    return given


def _given(pieces: Iterator[bytes], end: float) -> Iterator[bytes]:
    """Give pieces on, after an empty one: who has had that gives the place back, also if nobody reads on."""
    try:
        yield b""
        for piece in pieces:
            if monotonic() > end:
                return
            yield piece
    finally:
        _PLACES.release()
