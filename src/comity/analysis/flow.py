"""Following money: from an account or wallet, hop by hop, first in first out, down to where it may still lie.

1. What leaves the start within the time asked for is followed; each movement carries its amount of one asset.
2. At an account that it reaches, what arrived earlier leaves earlier (first in, first out): a payment out of it carries on
   what is left of the money followed, as far as that money stood in front.
3. Money that was there before, or came from elsewhere, stands in the same queue, and leaves in its turn.
4. What arrived and has not left by the records at hand *may still be there*. Of an account whose own statement is not among
   the records nothing is known but what others say of it, and that is told.

A method, not a finding of fact: other methods (pro rata, last in first out) give other figures.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from comity.kernel.clock import stamp

from .dataset import Dataset
from .errors import TooMuch

MAX_MOVEMENTS = 500_000
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Movement:
    """One movement as the records tell it; *own* is the account whose records tell it."""

    source: str
    target: str
    own: str
    asset: str
    amount: Decimal
    time: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a movement that carries money followed: the hop, and how much of the movement's amount it is."""

    hop: int
    movement: Movement
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Rest:
    """Money that arrived and has not left by the records: where, of what, how much, since when; *known* by its own records."""

    place: str
    asset: str
    amount: Decimal
    hop: int
    last: datetime
    known: bool


@dataclass(frozen=True)
class Flow:
    """The steps in order of time, and where the money may still lie."""

    start: str
    steps: tuple[Step, ...]
    rests: tuple[Rest, ...]
    method: str = "first in, first out"

    @property
    def main_asset(self) -> str:
        """The asset with most steps; empty without any."""
        return next(iter(dict(Counter(step.movement.asset for step in self.steps).most_common(1))), "")


@dataclass
class _Account:
    """What stands in the queue of an account, in one asset: amounts with the hop at which they arrived, 0 for others'."""

    queue: deque[tuple[Decimal, int]] = field(default_factory=deque)
    last: datetime | None = None

    def put(self, amount: Decimal, hop: int) -> None:
        self.queue.append((amount, hop))

    def take(self, amount: Decimal) -> dict[int, Decimal]:
        """Take *amount* from the front; gives by hop what of it is money followed. What was there before the records is not."""
        taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
        while amount > 0 and self.queue:
            front, hop = self.queue.popleft()
            used = min(front, amount)
            if hop:
                taken[hop] += used
            amount -= used
            if front > used:
                self.queue.appendleft((front - used, hop))
        return taken


def movements(data: Dataset) -> list[Movement]:
    """Give every movement in order of time, each once though both sides tell it.

    Raises:
        TooMuch: there are more than half a million.
    """
    rows = data.table("movements")
    if rows.num_rows > MAX_MOVEMENTS:
        advice = "Read fewer returns, or narrow the time."
        raise TooMuch(f"got {rows.num_rows} movements, expected at most {MAX_MOVEMENTS}", advice=advice)
    names = ("source", "target", "own", "asset", "amount", "time", "id")
    every = [Movement(*(row[name] for name in names)) for row in rows.to_pylist()]
    return list(_once(every))


def _once(every: Iterable[Movement]) -> Iterable[Movement]:
    """Leave out the second telling of a movement: same ends, asset, amount and day, told by the other side."""
    told: dict[tuple[object, ...], list[str]] = defaultdict(list)
    for one in every:
        what = (one.source, one.target, one.asset, one.amount, one.time.date())
        other = next((own for own in told[what] if own != one.own), None)
        if other is None:
            told[what].append(one.own)
            yield one
        else:
            told[what].remove(other)


def follow(
    every: Iterable[Movement], start: str, *, since: datetime, until: datetime, hops: int = 6, asset: str = ""
) -> Flow:
    """Follow what left *start* from *since* on and before *until*, at most *hops* hops."""
    accounts: dict[tuple[str, str], _Account] = defaultdict(_Account)
    steps: list[Step] = []
    owners: set[str] = set()
    for one in every:
        owners.add(one.own)
        if asset and one.asset != asset:
            continue
        followed = accounts[one.source, one.asset].take(one.amount)
        if one.source == start:
            followed = {0: one.amount} if since <= one.time < until else {}
        there = accounts[one.target, one.asset]
        carried = ZERO
        for hop, amount in sorted(followed.items()):
            if hop < hops:
                steps.append(Step(hop + 1, one, amount))
                there.put(amount, hop + 1)
                there.last = one.time
                carried += amount
        if one.amount > carried:
            there.put(one.amount - carried, 0)
    return Flow(start, tuple(steps), tuple(_rests(accounts, owners, start)))


def _rests(accounts: dict[tuple[str, str], _Account], owners: set[str], start: str) -> Iterable[Rest]:
    for (place, asset), account in accounts.items():
        amount = sum((part for part, hop in account.queue if hop), ZERO)
        if amount and place != start and account.last:
            hop = min(hop for _, hop in account.queue if hop)
            yield Rest(place, asset, amount, hop, account.last, place in owners)


def plain_flow(flow: Flow) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Give steps and rests as rows; amounts are text, exact."""
    steps = [
        {
            "hop": step.hop,
            "time": stamp(step.movement.time),
            "source": step.movement.source,
            "target": step.movement.target,
            "asset": step.movement.asset,
            "amount": f"{step.amount.normalize():f}",
            "of": f"{step.movement.amount.normalize():f}",
            "id": step.movement.id,
        }
        for step in flow.steps
    ]
    rests = [
        {
            "place": rest.place,
            "asset": rest.asset,
            "amount": f"{rest.amount.normalize():f}",
            "hop": rest.hop,
            "last": stamp(rest.last),
            "known": rest.known,
        }
        for rest in flow.rests
    ]
    return steps, rests
