"""The clock of a request, drawn as a line: what was done, now, and what is due; each mark has its number in the list beside it.

Marks stand where their time is, but never so close that they cannot be told apart. The picture repeats the list and says
nothing that the list does not.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from comity.kernel.language import _, said
from comity.requests.model import Deadline, Entry

from .languages import worded
from .trail import told

DONE, NOW, DUE, LATE, STOPPED = "done", "now", "due", "late", "stopped"
QUIET = frozenset({"change"})
WIDTH, MARGIN, APART, Y = 720, 22, 30, 30


@dataclass(frozen=True)
class Mark:
    """One moment of a request: something done, something due, or now."""

    at: datetime
    kind: str
    text: str
    note: str = ""


def marks(history: Iterable[Entry], clocks: Iterable[Deadline], now: datetime) -> list[Mark]:
    """Give the moments of a request in order of time."""
    found = [Mark(one.at, DONE, told(one.act, one.who), said(one.note)) for one in history if one.act not in QUIET]
    found += [Mark(one.due_at, _kind(one, now), deadline(one.kind), said(one.source)) for one in clocks]
    return sorted([*found, Mark(now, NOW, _("now"))], key=lambda one: one.at)


def deadline(kind: str) -> str:
    """Give a clock in words; one that the basis of a request sets is called so."""
    name = kind.removeprefix("basis.")
    return worded("clock", kind) if name == kind else f"{_('basis')}: {name.replace('_', ' ')}"


def drawn(found: list[Mark], *, mirrored: bool) -> Markup:
    """Draw the moments as a line, from the right where people read so."""
    width = max(WIDTH, 2 * MARGIN + APART * (len(found) - 1))
    places = _places(found, width)
    if mirrored:
        places = [width - one for one in places]
    now = next(place for place, one in zip(places, found, strict=True) if one.kind == NOW)
    start, end = (width, 0) if mirrored else (0, width)
    parts = [
        f'<line class="gone" x1="{start}" y1="{Y}" x2="{now:.0f}" y2="{Y}"/>',
        f'<line class="coming" x1="{now:.0f}" y1="{Y}" x2="{end}" y2="{Y}"/>',
    ]
    for number, (place, one) in enumerate(zip(places, found, strict=True), 1):
        parts.append(_mark(one.kind, place))
        parts.append(f'<text x="{place:.0f}" y="{Y + 5}" text-anchor="middle" class="{one.kind}">{number}</text>')
    head = '<svg class="clockline" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
    return Markup(head.format(width, 2 * Y) + "".join(parts) + "</svg>")  # noqa: S704 - numbers and names of ours alone


def _mark(kind: str, place: float) -> str:
    if kind == NOW:
        return f'<rect class="now" x="{place - 12:.0f}" y="{Y - 24}" width="24" height="48" rx="4"/>'
    if kind == DONE:
        return f'<circle class="done" cx="{place:.0f}" cy="{Y}" r="12"/>'
    points = f"{place:.0f},{Y - 15} {place + 15:.0f},{Y} {place:.0f},{Y + 15} {place - 15:.0f},{Y}"
    return f'<polygon class="{kind}" points="{points}"/>'


def _places(found: list[Mark], width: int) -> list[float]:
    """Put each moment at its time, pushed on where it would cover the one before, and back from the end."""
    first, last = found[0].at, found[-1].at
    span = (last - first).total_seconds() or 1.0
    room = width - 2 * MARGIN
    places: list[float] = []
    for one in found:
        wanted = MARGIN + room * (one.at - first).total_seconds() / span
        places.append(max(wanted, places[-1] + APART) if places else wanted)
    limit = float(width - MARGIN)
    for i in reversed(range(len(places))):
        places[i] = min(places[i], limit)
        limit = places[i] - APART
    return places


def _kind(clock: Deadline, now: datetime) -> str:
    if not clock.open:
        return STOPPED
    return LATE if clock.due_at < now else DUE
