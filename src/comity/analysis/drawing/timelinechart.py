"""What happened when: a lane for each who, a mark for each record, a bar where a time is known only as a span."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from comity.kernel.clock import stamp
from comity.kernel.language import _
from comity.returns.moment import zone_of

from .picture import COLOURS, PALE, Picture

LEFT, WIDE, LANE, TOP = 230, 900, 30, 110
LANES = 40


def timeline_chart(rows: Sequence[dict[str, Any]], *, zone: str = "UTC") -> str:
    """Draw the timeline of the forty busiest; the axis is told in UTC and in *zone*."""
    busy = Counter(row["who"] or "?" for row in rows)
    lanes = [who for who, _n in busy.most_common(LANES)]
    title = _("Timeline")
    picture = Picture(title, words(rows, len(busy)), LEFT + WIDE + 70, TOP + LANE * max(len(lanes), 1) + 40)
    picture.text(10, 24, title, size=16, bold=True)
    if len(busy) > LANES:
        picture.text(10, 42, _("The {n} busiest of {all} are drawn.").format(n=LANES, all=len(busy)), size=11, room=200)
    if rows:
        start, end = rows[0]["time"], max(row["time_latest"] for row in rows)
        _axis(picture, start, end, zone, TOP + LANE * len(lanes))
        _legend(picture, {row["kind"] for row in rows})
        _marks(picture, rows, lanes, start, end)
    return picture.svg()


def _place(moment: datetime, start: datetime, end: datetime) -> float:
    whole = (end - start).total_seconds() or 1
    return LEFT + WIDE * (moment - start).total_seconds() / whole


def _axis(picture: Picture, start: datetime, end: datetime, zone: str, foot: float) -> None:
    where = zone_of(zone)
    for part in range(7):
        at = start + (end - start) * part / 6
        x = _place(at, start, end)
        picture.line(x, TOP - 6, x, foot)
        shown = at.strftime("%Y-%m-%d") if end - start > timedelta(days=12) else at.strftime("%m-%d %H:%M")
        picture.text(x, TOP - 26, f"{shown}Z", size=10, anchor="middle")
        if zone != "UTC":
            picture.text(x, TOP - 12, f"{at.astimezone(where):%m-%d %H:%M%z}", size=10, anchor="middle", colour=PALE)


def _legend(picture: Picture, kinds: set[str]) -> None:
    for number, kind in enumerate(sorted(kinds)):
        x = LEFT + number * 95
        picture.box(x, 52, 10, 10, COLOURS.get(kind, PALE))
        picture.text(x + 14, 61, kind, size=11)


def _marks(picture: Picture, rows: Sequence[dict[str, Any]], lanes: list[str], start: datetime, end: datetime) -> None:
    """Draw at most one mark a kind and half pixel in a lane, with how many stand there."""
    lane_of = {who: number for number, who in enumerate(lanes)}
    for who, number in lane_of.items():
        picture.text(LEFT - 8, TOP + number * LANE + 19, who, size=11, anchor="end")
        picture.line(LEFT, TOP + number * LANE + LANE, LEFT + WIDE, TOP + number * LANE + LANE)
    groups: dict[tuple[int, int, str, bool], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        lane = lane_of.get(row["who"] or "?")
        if lane is not None:
            spot = int(_place(row["time"], start, end) * 2)
            groups[lane, spot, row["kind"], row["time"] == row["time_latest"]].append(row)
    for (lane, spot, kind, exact), held in groups.items():
        first = held[0]
        x = spot / 2
        width = 3.0 if exact else _place(first["time_latest"], start, end) - x
        tip = f"{stamp(first['time'])} {kind} {first['whom'] or ''} {first['what'] or ''}"[:200]
        more = f" (+{len(held) - 1})" if len(held) > 1 else ""
        opacity = 1 if exact else 0.3
        picture.box(
            x, TOP + lane * LANE + 6, width, LANE - 12, COLOURS.get(kind, PALE), tip=tip + more, opacity=opacity
        )


def words(rows: Sequence[dict[str, Any]], people: int) -> str:
    """Say the timeline in words: how many records, of how many, from when to when."""
    if not rows:
        return _("No record with a time.")
    kinds = ", ".join(f"{kind} {n}" for kind, n in Counter(row["kind"] for row in rows).most_common())
    return _("{n} records of {people}, from {first} to {last}: {kinds}.").format(
        n=len(rows), people=people, first=stamp(rows[0]["time"]), last=stamp(rows[-1]["time"]), kinds=kinds
    )
