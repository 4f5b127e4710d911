"""The week of somebody: a square for each hour of each weekday."""

from __future__ import annotations

from comity.kernel.language import _

from ..rhythm import Week
from .picture import INK, PAPER, Picture

SIDE, LEFT, TOP = 30, 60, 64
FILL = "#0072b2"


def week_chart(week: Week, *, who: str, zone: str) -> str:
    """Draw the records of a week by hour, with their number in each square."""
    most = max(map(max, week)) or 1
    title = _("When: {who}, hours of {zone}").format(who=who or _("everybody"), zone=zone)
    picture = Picture(title, words(week), LEFT + 24 * SIDE + 20, TOP + 7 * SIDE + 20)
    picture.text(10, 24, title, size=16, bold=True)
    for hour in range(24):
        picture.text(LEFT + hour * SIDE + SIDE / 2, TOP - 8, f"{hour:02}", size=11, anchor="middle")
    for day, hours in enumerate(week):
        picture.text(10, TOP + day * SIDE + 20, _days()[day])
        for hour, records in enumerate(hours):
            x, y = LEFT + hour * SIDE, TOP + day * SIDE
            picture.box(x + 1, y + 1, SIDE - 2, SIDE - 2, "#f1f3f5")
            if records:
                share = records / most
                tip = f"{_days()[day]} {hour:02}:00 {records}"
                picture.box(x + 1, y + 1, SIDE - 2, SIDE - 2, FILL, tip=tip, opacity=0.15 + 0.85 * share)
                colour = PAPER if share > 0.55 else INK
                picture.text(x + SIDE / 2, y + 19, _short(records), size=10, anchor="middle", colour=colour)
    return picture.svg()


def words(week: Week) -> str:
    """Say the week in words: how many, and the busiest hours."""
    total = sum(map(sum, week))
    if not total:
        return _("No record with a time known to the hour.")
    busy = sorted(((n, -d, -h) for d, hours in enumerate(week) for h, n in enumerate(hours) if n), reverse=True)[:5]
    listed = ", ".join(f"{_days()[-d]} {-h:02}:00 ({n})" for n, d, h in busy)
    return _("{total} records; most of them: {listed}.").format(total=total, listed=listed)


def _days() -> tuple[str, ...]:
    return (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))


def _short(number: int) -> str:
    return str(number) if number < 1000 else f"{number / 1000:.0f}k" if number < 10**6 else f"{number / 10**6:.0f}M"
