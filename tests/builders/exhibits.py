"""What lies in the cases of a desk: returns whose records are read, and sealed items with a history."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from builders.desk import Served
from builders.records import START, got, logged, paid, written
from comity.evidence.acquiring import Order, acquire
from comity.evidence.custodyentry import Deed, Hand
from comity.evidence.model import Act
from comity.evidence.registering import arrival, bag_of
from comity.evidence.sealing import Seal
from comity.matching.model import Sighting
from comity.returns.coverage import Coverage, FileCoverage

ROOM = Hand("evidence room", "VN.a05", "Trần Thị Bình")
LAB = Hand("laboratory", "VN.a05", "Phạm Thị Dung")
SHARED = "192.0.2.77"


def kept(desk: Served, folder: Path, case: str, records: Iterable[tuple[str, dict[str, Any]]] = ()) -> str:
    """A return that the node keeps for a case, of a bank and of a platform; gives its name."""
    hour = timedelta(hours=1)
    every = list(records) or [
        paid("acct-victim", "acct-mule", "900.00", START),
        got("acct-mule", "acct-victim", "900.00", START),
        paid("acct-mule", "acct-exit", "850.00", START + hour),
        *(logged("nova", SHARED, START + hour * n) for n in range(6)),
        logged("mule", SHARED, START + timedelta(minutes=3)),
    ]
    written(folder, every)
    row = FileCoverage("return.csv", "ab" * 32, 1)
    row.reader, row.sha256, row.units, row.parsed = "test/1", secrets.token_hex(32), len(every), len(every)
    ledger = Coverage([row]).plain()
    kinds = [kind for kind, _values in every]
    ledger["records"] = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    (folder / "coverage.json").write_text(json.dumps(ledger), "utf-8")
    return desk.desk.node.catalogue.keep(folder, case=case, by="Evidence room")[0].id


def posted(desk: Served, case: str, *named: str) -> None:
    """Identifiers of a case, each as KIND:VALUE, posted for matching."""
    seen = [Sighting(kind, value) for kind, value in (one.split(":", 1) for one in named)]
    desk.desk.node.correlator.post(case, secrets.token_hex(8), seen)


def item(desk: Served, folder: Path, case: str, name: str, **texts: str) -> Path:
    """An item that the node acquired for a case, that went to the laboratory and came back; gives its bag."""
    source = folder / "phone"
    source.mkdir(parents=True, exist_ok=True)
    (source / "a.jpg").write_bytes(b"one" * 1000)
    node, clock = desk.desk.node, desk.nodes.clock
    act = replace(Act(name, by="Trần Thị Bình", place="Hà Nội", why="a fraud", case=case, party="VN.a05"), **texts)
    target = folder / f"bag-{secrets.token_hex(3)}"
    made = acquire(Order(act, (source,), target), Seal(secrets.token_bytes), clock=clock)
    who = Deed("noted", ROOM, why="a fraud", authority="Court of Example Province, warrant 12/2026")
    node.custodian.register(bag_of(made, target, at=clock.now()), *arrival(made, who))
    for deed in (
        Deed("transferred", ROOM, why="to be read", to=LAB),
        Deed("received", LAB),
        Deed("analysed", LAB, tool="example reader", result="two accounts found"),
        Deed("transferred", LAB, why="done", to=ROOM),
        Deed("received", ROOM),
    ):
        clock.advance(timedelta(minutes=1))
        node.custodian.note(name, deed)
    return target
