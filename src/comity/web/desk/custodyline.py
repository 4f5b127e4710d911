"""The custody of an item as a line through time: a lane for each hand, a bar while it holds the item, a dashed line on the way."""

from __future__ import annotations

from comity.analysis.drawing.picture import INK, PALE, Picture
from comity.evidence.custodychain import Checked, Standing
from comity.evidence.custodyentry import CustodyEntry, Hand
from comity.evidence.custodysheet import done, standing
from comity.evidence.errors import WrongHand
from comity.kernel.clock import stamp
from comity.kernel.language import _, counted

LEFT, TOP, LANE, STEP = 240, 66, 46, 54
HELD, WAY, BAD = "#0072b2", "#d55e00", "#a3231f"
MOST = 100


def custody_line(item: str, checked: Checked) -> str:
    """Draw the last hundred entries of a chain; the newest is at the end."""
    entries = checked.entries[-MOST:]
    before = _stood(checked.entries[: -len(entries)] if entries else ())
    lanes = _lanes(entries, before)
    title = _("Custody of {item}").format(item=item)
    width = LEFT + STEP * max(len(entries), 1) + 30
    picture = Picture(title, words(checked), max(width, 480), TOP + LANE * max(len(lanes), 1) + 30)
    picture.text(10, 24, title, size=16, bold=True)
    note = _("Bar: holds it. Dashed: on the way. Dot: an entry, by its number.")
    picture.text(10, 43, note, size=11, colour=PALE, room=200)
    for place, (post, party) in enumerate(lanes):
        y = _height(place)
        picture.text(10, y + 4, f"{post}, {party}" if post else party, size=12, room=32)
        picture.line(LEFT, y, LEFT + STEP * max(len(entries), 1), y)
    _draw(picture, entries, lanes, before, {fault.number for fault in checked.faults})
    return picture.svg()


def words(checked: Checked) -> str:
    """Say the chain in words: how many entries, through whose hands, and where the item is."""
    hands = list(dict.fromkeys(entry.deed.by.text for entry in checked.entries))
    count = counted("{n} entry", "{n} entries", len(checked.entries))
    text = _("{count}, by {hands}; now: {where}.")
    return text.format(count=count, hands="; ".join(hands[:12]), where=standing(checked.standing) or "–")


def _draw(
    picture: Picture, entries: tuple[CustodyEntry, ...], lanes: list[tuple[str, str]], before: Standing, bad: set[int]
) -> None:
    stood = before
    for place, entry in enumerate(entries):
        x = LEFT + STEP * place + STEP / 2
        after = _after(stood, entry)
        lane = _height(lanes.index(_key(entry.deed.by)))
        if after.holder and not after.gone:
            held = _height(lanes.index(_key(after.holder)))
            if stood.coming and stood.holder and after.holder != stood.holder and place:
                picture.line(
                    x - STEP, _height(lanes.index(_key(stood.holder))), x, held, colour=WAY, width=2, dash="5 4"
                )
            if not after.coming:
                wide = STEP if place < len(entries) - 1 else STEP / 2
                picture.box(x, held - 5, wide, 10, HELD, tip=after.holder.text, opacity=0.55)
        wrong = entry.number in bad
        tip = f"{entry.number}: {done(entry.deed)}, {entry.deed.by.text}, {stamp(entry.at)}"
        picture.box(x - 5, lane - 5, 10, 10, BAD if wrong else INK, tip=tip)
        picture.text(x, lane - 10, f"{'✗ ' if wrong else ''}{entry.number}", size=11, anchor="middle")
        stood = after


def _lanes(entries: tuple[CustodyEntry, ...], before: Standing) -> list[tuple[str, str]]:
    hands = [one for one in (before.holder, before.coming) if one]
    for entry in entries:
        hands += [entry.deed.by, *([entry.deed.to] if entry.deed.to else [])]
    return list(dict.fromkeys(map(_key, hands)))


def _stood(entries: tuple[CustodyEntry, ...]) -> Standing:
    stood = Standing()
    for entry in entries:
        stood = _after(stood, entry)
    return stood


def _after(stood: Standing, entry: CustodyEntry) -> Standing:
    """Take a step; one that the rules refuse leaves the item where it was, and is a fault of the chain."""
    try:
        return stood.after(entry.deed)
    except WrongHand:
        return stood


def _key(hand: Hand) -> tuple[str, str]:
    return hand.post or hand.person, hand.party


def _height(lane: int) -> float:
    return TOP + LANE * lane + LANE / 2
