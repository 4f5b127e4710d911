"""Where the money went: a column a hop, a band for what went on, and at each place what may still be there."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from comity.kernel.clock import stamp
from comity.kernel.language import _

from ..flow import Flow, Rest, Step
from .picture import INK, PALE, Picture

COLUMN, LEFT, TOP, BAR, GAP, TALL = 350, 20, 84, 14, 26, 420
FILL, STILL, WORD = "#e69f00", "#009e73", "#00664b"
MOST = 40


def flow_chart(flow: Flow, asset: str) -> str:
    """Draw the flow of one asset; places beyond forty a column are drawn as one."""
    steps = [step for step in flow.steps if step.movement.asset == asset]
    rests = {rest.place: rest for rest in flow.rests if rest.asset == asset}
    hop_of = {flow.start: 0}
    for step in steps:
        hop_of.setdefault(step.movement.target, step.hop)
    through = _through(flow.start, steps)
    columns: dict[int, list[str]] = defaultdict(list)
    for place in sorted(hop_of, key=lambda place: (hop_of[place], -through[place], place)):
        columns[hop_of[place]].append(place)
    most = max((sum((through[p] for p in places), Decimal(0)) for places in columns.values()), default=Decimal(1))
    scale = TALL / float(most or 1)
    tallest = max((len(places) for places in columns.values()), default=1)
    height = TOP + TALL + GAP * min(tallest, MOST) + 40
    title = _("Where it went: {start}, {asset}").format(start=flow.start, asset=asset or "?")
    picture = Picture(title, words(flow, asset), LEFT + COLUMN * len(columns), height)
    picture.text(10, 24, title, size=16, bold=True)
    note = _("Method: {method}. Green: arrived and not seen leaving; it may still be there.").format(method=flow.method)
    picture.text(10, 44, note, size=11, colour=PALE, room=200)
    tops = _bars(picture, columns, through, scale, rests)
    _bands(picture, steps, tops, scale)
    return picture.svg()


def _through(start: str, steps: list[Step]) -> dict[str, Decimal]:
    """Say how much of the money followed came to each place, and left the start."""
    through: dict[str, Decimal] = defaultdict(Decimal)
    for step in steps:
        through[step.movement.target] += step.amount
        if step.movement.source == start:
            through[start] += step.amount
    return through


def _bars(
    picture: Picture, columns: dict[int, list[str]], through: dict[str, Decimal], scale: float, rests: dict[str, Rest]
) -> dict[str, tuple[float, float]]:
    tops: dict[str, tuple[float, float]] = {}
    for hop, places in sorted(columns.items()):
        x, y = LEFT + hop * COLUMN, float(TOP)
        picture.text(x, TOP - 14, _("hop {n}").format(n=hop) if hop else _("start"), size=12, bold=True)
        for number, place in enumerate(places):
            tall = float(through[place]) * scale
            picture.box(x, y, BAR, tall, INK, tip=f"{place}: {amount_text(through[place])}")
            if rest := rests.get(place):
                still = float(rest.amount) * scale
                picture.box(x, y + tall - still, BAR, still, STILL, tip=rest_text(rest))
            if number < MOST:
                picture.text(x + BAR + 4, y + 11, place, size=11)
                below = rest_text(rests[place]) if place in rests else amount_text(through[place])
                picture.text(x + BAR + 4, y + 23, below, size=10, colour=WORD if place in rests else PALE, room=80)
            tops[place] = (x, y)
            y += max(tall, 2) + (GAP if number < MOST else 0)
    return tops


def _bands(picture: Picture, steps: list[Step], tops: dict[str, tuple[float, float]], scale: float) -> None:
    left: dict[str, float] = defaultdict(float)
    right: dict[str, float] = defaultdict(float)
    for step in steps:
        one = step.movement
        tall = float(step.amount) * scale
        (x1, y1), (x2, y2) = tops[one.source], tops[one.target]
        tip = f"{stamp(one.time)} {one.source} \u2192 {one.target}: {amount_text(step.amount)} {one.asset} [{one.id}]"
        start, end = y1 + right[one.source] + tall / 2, y2 + left[one.target] + tall / 2
        picture.band(x1 + BAR, start, x2, end, width=tall, colour=FILL, tip=tip)
        right[one.source] += tall
        left[one.target] += tall


def amount_text(amount: Decimal) -> str:
    """Write an amount without the zeros that say nothing."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def rest_text(rest: Rest) -> str:
    """Say what may still be at a place, and what that rests on."""
    basis = _("by its own records") if rest.known else _("by what others sent")
    return _("may still hold {amount} {asset}, {basis}").format(
        amount=amount_text(rest.amount), asset=rest.asset, basis=basis
    )


def words(flow: Flow, asset: str) -> str:
    """Say the flow in words, hop by hop."""
    steps = [step for step in flow.steps if step.movement.asset == asset]
    if not steps:
        return _("Nothing left {start} in that time.").format(start=flow.start)
    listed = "; ".join(
        f"{stamp(s.movement.time)} {s.movement.source} \u2192 {s.movement.target} {amount_text(s.amount)}"
        for s in steps[:100]
    )
    still = "; ".join(f"{r.place}: {rest_text(r)}" for r in flow.rests if r.asset == asset)
    return f"{listed}. {still}"
