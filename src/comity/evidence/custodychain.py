"""The rules of a chain of custody, and what a check of it finds; pure.

An item begins with `acquired` or `received`. From then on one hand holds it: a post of a party. Only that post hands it
over; what was handed over is *under way* until the other hand says that it has it, or does not take it, and while it is under
way nobody handles it. An act by anybody of another party is refused. After `returned` or `destroyed` nothing but notes is entered.
Times go forward; where the node's clock stood behind, an entry of the node says so first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from comity.kernel import canonical
from comity.kernel.clock import stamp

from .custodyentry import CLOCK, CustodyEntry, Deed, Hand, acts, read
from .errors import BadCustody, WrongHand


@dataclass(frozen=True)
class Standing:
    """Where an item stands after some entries: who holds it, to whom it is under way, whether it is gone, on hold."""

    holder: Hand | None = None
    coming: Hand | None = None
    gone: bool = False
    holds: int = 0

    def dump(self) -> str:
        """Write it as JSON: what is kept with an entry, so that the next one need not read the chain."""
        hands = {name: one.plain() for name, one in (("holder", self.holder), ("coming", self.coming)) if one}
        return canonical.dump({**hands, "gone": self.gone, "holds": self.holds}).decode()

    @classmethod
    def load(cls, text: str) -> Standing:
        """Read what `dump` wrote."""
        row = canonical.load(text.encode())
        hands = {name: Hand(**{"post": "", **row[name]}) for name in ("holder", "coming") if name in row}
        return cls(**hands, gone=row["gone"], holds=row["holds"])

    def after(self, deed: Deed) -> Standing:
        """Give where it stands after a deed.

        Raises:
            WrongHand: the chain does not allow it.
        """
        kind = acts()[deed.act]
        if kind.effect == "none":
            return self._noted(deed)
        if self.gone:
            raise WrongHand("got an act on an item that is gone, expected only notes")
        if kind.effect in ("begin", "take"):
            return self._taken(deed)
        if self.holder is None:
            raise WrongHand(f"got {deed.act} as the first entry, expected acquired or received")
        if kind.effect in ("arrive", "back"):
            return self._answered(deed, came=kind.effect == "arrive")
        if self.coming:
            raise WrongHand(f"got {deed.act} while the item is under way to {self.coming.text}, expected its arrival")
        self._may(deed, kind.by)
        if kind.effect == "end":
            return self._ended()
        return replace(self, coming=deed.to) if kind.effect == "give" else self

    def _noted(self, deed: Deed) -> Standing:
        step = {"hold-set": 1, "hold-lifted": -1}.get(deed.act, 0)
        if self.holds + step < 0:
            raise WrongHand("got the end of a legal hold, expected one that was set")
        return replace(self, holds=self.holds + step)

    def _taken(self, deed: Deed) -> Standing:
        """Take an item into a hand: the first one, the one it was sent to, or back from another party."""
        if self.holder is None:
            return replace(self, holder=deed.by)
        back = deed.to is not None and deed.to.same(self.holder) and self.holder.party != deed.by.party
        arrives = self.coming.same(deed.by) if self.coming else back
        if deed.act == "received" and arrives:
            return replace(self, holder=deed.by, coming=None)
        holder = self.coming or self.holder
        raise WrongHand(f"got {deed.act} by {deed.by.text}, expected no second holder beside {holder.text}")

    def _answered(self, deed: Deed, *, came: bool) -> Standing:
        """End the way of an item by the other hand's word: it has it, or does not take it."""
        if not (self.coming and self.holder and deed.by.party == self.holder.party):
            raise WrongHand("got a receipt, expected one for what this party handed over")
        return replace(self, holder=self.coming if came else self.holder, coming=None)

    def _may(self, deed: Deed, by: str) -> None:
        assert self.holder is not None
        if by == "holder" and not self.holder.same(deed.by):
            raise WrongHand(f"got {deed.act} by {deed.by.text}, expected {self.holder.text}, who holds the item")
        if deed.by.party != self.holder.party:
            raise WrongHand(
                f"got {deed.act} by {deed.by.party}, expected somebody of {self.holder.party}, who holds it"
            )

    def _ended(self) -> Standing:
        if self.holds:
            advice = "Lift the legal hold first, if you may."
            raise WrongHand("got an item on legal hold, expected none that must be kept", advice=advice)
        return replace(self, gone=True)


@dataclass(frozen=True)
class Fault:
    """Something wrong with a chain: a code, at which entry (0 for the whole), and what was got and expected."""

    code: str
    number: int
    message: str

    def plain(self) -> dict[str, str | int]:
        """Give the fault as JSON data."""
        return {"code": self.code, "number": self.number, "message": self.message}


@dataclass(frozen=True)
class Timed:
    """The number of an entry, and when a time authority saw it."""

    number: int
    at: datetime

    def plain(self) -> dict[str, str | int]:
        """Give it as JSON data."""
        return {"number": self.number, "at": stamp(self.at)}


@dataclass(frozen=True)
class Checked:
    """A chain as it was checked: its readable entries, where the item stands, what is wrong, and what has trusted time.

    *untested* is how many time tokens there are that were not checked.
    """

    entries: tuple[CustodyEntry, ...]
    standing: Standing
    faults: tuple[Fault, ...]
    timed: tuple[Timed, ...] = ()
    untested: int = 0

    @property
    def behind(self) -> tuple[int, ...]:
        """Give the numbers of the entries that say that the node's clock stood behind."""
        return tuple(entry.number for entry in self.entries if entry.deed.act == CLOCK)


def stand(deeds: Iterable[Deed]) -> Standing:
    """Give where an item stands after *deeds*.

    Raises:
        WrongHand: they are no proper chain.
    """
    standing = Standing()
    for deed in deeds:
        standing = standing.after(deed)
    return standing


class Walk:
    """A chain as it is walked, entry by entry; it keeps no entry, so that a chain of any length needs little memory."""

    def __init__(self, item: str) -> None:
        """Begin before the first entry of *item*."""
        self.item, self.place, self.standing = item, 0, Standing()
        self._before = ""
        self._last: datetime | None = None

    def step(self, row: bytes) -> tuple[CustodyEntry | None, list[Fault]]:
        """Take the next entry as it is written: no gap, no change, no two holders, no time back; gives what is wrong."""
        self.place += 1
        try:
            entry = read(row)
        except BadCustody as e:
            self._before, self._last = "", None
            return None, [Fault("malformed", self.place, str(e))]
        faults = [*_links(self.item, entry, place=self.place, before=self._before), *_time(entry, self._last)]
        try:
            self.standing = self.standing.after(entry.deed)
        except WrongHand as e:
            faults.append(Fault("hands", self.place, str(e)))
        self._before, self._last = entry.digest, entry.at
        return entry, faults


def check_chain(item: str, rows: Iterable[bytes], standings: Sequence[str] = ()) -> Checked:
    """Check the chain of an item from its entries as they are written, and the *standings* that were kept with them."""
    walk = Walk(item)
    entries: list[CustodyEntry] = []
    faults: list[Fault] = []
    for row in rows:
        entry, found = walk.step(row)
        faults += [*found, *differing(walk, standings[walk.place - 1] if standings else "")]
        entries += [entry] if entry else []
    if not walk.place:
        faults.append(Fault("empty", 0, "got no entries, expected at least one"))
    return Checked(tuple(entries), walk.standing, tuple(faults))


def differing(walk: Walk, kept: str) -> list[Fault]:
    """Hold where a chain stands against what was kept with its last entry; an old entry has nothing kept with it."""
    if not kept or kept == walk.standing.dump():
        return []
    return [Fault("standing", walk.place, f"got {kept[:200]} kept with it, expected {walk.standing.dump()[:200]}")]


def _links(item: str, entry: CustodyEntry, *, place: int, before: str) -> list[Fault]:
    found = []
    if entry.item != item:
        found.append(Fault("item", place, f"got an entry of {entry.item!r}, expected one of {item!r}"))
    if entry.number != place:
        found.append(Fault("gap", place, f"got the number {entry.number}, expected {place}"))
    if entry.previous != before:
        message = f"got {entry.previous[:16] or 'no hash'} as the entry before, expected {before[:16] or 'none'}"
        found.append(Fault("link", place, message))
    return found


def _time(entry: CustodyEntry, last: datetime | None) -> list[Fault]:
    if last and entry.at < last and entry.deed.act != CLOCK:
        return [Fault("time", entry.number, f"got {entry.at}, expected none before {last}, the entry before")]
    if entry.deed.happened and entry.deed.happened > entry.at:
        return [
            Fault(
                "time", entry.number, f"got {entry.deed.happened} as when it was done, expected none after {entry.at}"
            )
        ]
    return []
