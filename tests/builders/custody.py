"""Custody for tests: a custodian on a store, hands of invented people, and an item with a short history."""

from __future__ import annotations

from datetime import datetime, timedelta

from builders.logs import NOON, counting, ledger
from comity.evidence.custody import Custodian
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.custodytables import Bag
from comity.kernel.clock import FixedClock
from comity.store.engine import Store

ITEM = "E-2026-17"
DIGEST = "ab" * 32
ROOM = Hand("evidence room", "VN.a05", "Trần Thị Bình")
NIGHT = Hand("evidence room", "VN.a05", "Lê Văn Cường")
LAB = Hand("laboratory", "VN.a05", "Phạm Thị Dung")
ABROAD = Hand("digital evidence desk", "PH.cicc", "Maria Santos")
WARRANT = "Court of Example Province, warrant 12/2026"


def custodian(store: Store, clock: FixedClock | None = None) -> Custodian:
    """A custodian whose clock stands at noon unless another is given."""
    clock = clock or FixedClock(NOON)
    return Custodian("VN.a05", store, ledger(clock=clock), clock, counting())


def bag(item: str = ITEM, digest: str = DIGEST, at: datetime = NOON, number: int = 1, former: str = "") -> Bag:
    """A sealed bag."""
    return Bag(digest, item, "cd" * 32, 3, 4096, f"/evidence/{item}-{number}", at, number, former)


def deed(act: str, by: Hand = ROOM, **more: object) -> Deed:
    """A deed with a reason."""
    return Deed(act, by, **{"why": "investigation 7 of 2026", **more})  # type: ignore[arg-type]  # mypy cannot see keyword types through **


def begun(store: Store, clock: FixedClock | None = None, item: str = ITEM) -> Custodian:
    """A custodian with one item that was acquired, sealed, handed to the laboratory, analysed and handed back."""
    clock = clock or FixedClock(NOON)
    keeper = custodian(store, clock)
    digest = DIGEST if item == ITEM else f"{len(item):064x}"
    acquired = deed(
        "acquired", place="Hà Nội, 12 Example Street", authority=WARRANT, happened=NOON - timedelta(hours=2)
    )
    keeper.register(
        bag(item, digest), acquired, deed("sealed", tool="comity", version="0.1", result="3 files, 4096 bytes")
    )
    for one in (
        deed("transferred", to=LAB),
        deed("received", LAB),
        deed("analysed", LAB, tool="example reader", version="4.2", result="two accounts found"),
        deed("transferred", LAB, to=ROOM),
        deed("received", NIGHT),
    ):
        clock.advance(timedelta(minutes=10))
        keeper.note(item, one)
    return keeper
