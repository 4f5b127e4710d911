"""A node after years of work, for measuring: many cases with their requests, clocks, history, receipts, tasks and words, and a long log."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from itertools import islice
from typing import Any

import sqlalchemy as sa

from builders.fullrows import bags, lines, messages, people
from builders.nodes import Nodes
from builders.world import CASE
from comity.accounts.model import Member
from comity.exchange.mapping import task_id
from comity.exchange.objecttables import THEIRS
from comity.kernel import canonical
from comity.kernel.clock import stamp
from comity.ledger import tables as ledger
from comity.ledger.merkle import Frontier
from comity.ledger.model import commitment
from comity.requests.model import IN, OUT, Request
from comity.store.engine import Store, Unit
from comity.store.schema import metadata

PEERS = ("SG.orchid", "DE.bka", "FR.ocl", "US.c3")
EACH, OWN, BATCH = 20, 10, 5_000
DAYS = 30
STATES = {
    OUT: [
        "draft",
        "sealed",
        "released",
        "released",
        "received",
        "accepted",
        "accepted",
        "accepted",
        "refused",
        "withdrawn",
    ],
    IN: [
        "received",
        "info_needed",
        "accepted",
        "accepted",
        "accepted",
        "accepted",
        "refused",
        "refused",
        "refused",
        "refused",
    ],
}
MEASURES = ("preserve", "disclose_subscriber", "preserve", "disclose_traffic", "mutual_assistance")
OTHERS = [f"00000000-0000-7000-8000-{n:012d}" for n in range(40)]
LONG = 2  # the request with many lines of history and messages


@dataclass(frozen=True)
class Full:
    """What was filled in: *requests* in cases of *EACH*, half of them that came in, and *events* in the log.

    Every *OWN*-th case is known to *asking* or *answering*, the others to other people; some that came in to nobody.
    """

    requests: int
    events: int
    asking: str
    answering: str

    def fill(self, nodes: Nodes, model: Request) -> None:
        """Fill VN.a05's node with copies of a *model*, a draft, and let the days pass that the log tells of."""
        store = nodes.node().store
        began = nodes.clock.now()
        with store.write() as unit:
            _many(unit, "case_file", self._cases(began))
            _many(unit, "account_person", people(OTHERS, began))
            _many(unit, "account_member", self._members(began))
            _many(unit, "request", self._requests(model, began))
            _many(unit, "request_clock", self._clocks(began))
            _many(unit, "receipt", self._receipts(began))
            _many(unit, "hi1_object", self._objects(began))
            _many(unit, "delivery_part", self._parts(began))
            for line in CONSEQUENCES:
                unit.execute(sa.text(line))
            _many(unit, "request_history", lines(LONG, began))
            _many(unit, "exchange_message", messages(LONG, PEERS[0], began))
            _many(unit, "evidence_bag", bags([self.case(n * OWN)[2] for n in range(20)], began))
            _many(unit, "request_docket", _docket(unit))
            _words(unit, model)
        self._log(store, began)
        nodes.clock.advance(timedelta(days=DAYS))
        nodes.update()
        with store.write() as unit:
            unit.execute(sa.text("ANALYZE"))

    def case(self, number: int) -> tuple[str, str, str]:
        """Name a case by direction, peer and reference: the first half are ours."""
        if number < self.requests // EACH // 2:
            return OUT, "", f"VA-2026-{number:06}"
        return IN, PEERS[number % len(PEERS)], f"KA-2025-{number:06}"

    def _known(self) -> Iterator[tuple[int, str]]:
        for number in range(self.requests // EACH):
            direction, peer, reference = self.case(number)
            yield number, reference if direction == OUT else f"{peer}:{reference}"

    def _cases(self, at: datetime) -> Iterator[dict[str, Any]]:
        for _number, name in self._known():
            if ":" not in name:
                document = CASE | {"reference": name, "title": f"Savings moved, {os.urandom(4).hex()}"}
                yield {"reference": name, "document": document, "imported_at": at}

    def _members(self, at: datetime) -> Iterator[dict[str, Any]]:
        for number, name in self._known():
            own = self.answering if ":" in name else self.asking
            if ":" not in name or number % 100 != 1:
                who = own if number % OWN == 0 else OTHERS[number % len(OTHERS)]
                yield vars(Member(f"member-{number:08}", name, who, who, "filled", at))

    def _requests(self, model: Request, at: datetime) -> Iterator[dict[str, Any]]:
        for n in range(self.requests):
            direction, peer, case = self.case(n // EACH)
            measure = self._measure(n)
            name = f"{case}/{n % EACH:02}"
            about = dict(model.document["case"]) | {"reference": case, "facts": f"Facts {os.urandom(8).hex()}"}
            document = dict(model.document) | {
                "reference": name, "measure": measure, "case": about, "id": f"request-{n:08}",
            }  # fmt: skip
            yield {
                "id": f"request-{n:08}", "direction": direction, "reference": name, "case": case,
                "peer": peer or PEERS[0], "measure": measure, "state": STATES[direction][n % 10], "document": document,
                "changed_at": at - timedelta(minutes=n % 500_000), "package": f"{n:064x}", "file": "", "envelope": "",
            }  # fmt: skip

    def _measure(self, n: int) -> str:
        return "disclose_emergency" if n % 499 == 7 else MEASURES[n // 10 % len(MEASURES)]

    def _state(self, n: int) -> str:
        return STATES[self.case(n // EACH)[0]][n % 10]

    def _clocks(self, at: datetime) -> Iterator[dict[str, Any]]:
        for n in range(self.requests):
            due, running = (
                at + timedelta(hours=n * 7919 % 2000),
                self._state(n) in ("released", "received", "info_needed"),
            )
            yield {"request": f"request-{n:08}", "kind": "reply_by", "due_at": due, "source": "filled", "open": running}

    def _receipts(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Answer what came in, some hours later."""
        texts = dict.fromkeys(("reason", "preserved_until", "reply_by"), "") | {"holder": "Desk", "raw": "{}"}
        for n in range(self.requests // 2, self.requests):
            if (state := self._state(n)) != "received":
                code = {"refused": "basis_missing", "info_needed": "unclear"}.get(state, "")
                yield texts | {
                    "id": f"receipt-{n:08}", "request": f"request-{n:08}", "package": f"{n:064x}", "state": state,
                    "code": code, "at": at - timedelta(minutes=n % 500_000 - n % 3000), "signed": True,
                }  # fmt: skip

    def _objects(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Give what came in its order's objects; a few were withdrawn."""
        for n in range(self.requests // 2, self.requests):
            name, wish = f"request-{n:08}", "Cancelled" if n % 100 == 0 else "SubmittedToCSP"
            for kind, one in (("AuthorisationObject", name), ("LDTaskObject", task_id(name, 1))):
                yield {
                    "peer": self.case(n // EACH)[1], "side": THEIRS, "id": one, "type": kind, "generation": 1,
                    "status": "", "desired": wish, "request": name, "changed_at": at, "members": {}, "transaction": "",
                }  # fmt: skip

    def _parts(self, at: datetime) -> Iterator[dict[str, Any]]:
        """Deliver what was disclosed, but for some of it."""
        for n in range(self.requests // 2, self.requests):
            disclosed = self._measure(n).startswith("disclose") and STATES[IN][n % 10] == "accepted"
            if disclosed and n % 7:
                texts = ["name", "type", "url", "reference", "reason", "file", "original", "token", "transaction"]
                yield dict.fromkeys(texts, "") | {
                    "direction": OUT, "peer": self.case(n // EACH)[1], "id": f"part-{n}", "delivery": f"delivery-{n}",
                    "request": f"request-{n:08}", "task": f"task-{n}", "sequence": 1, "last": True, "way": "inline",
                    "size": 1, "sha256": "", "sealed": True, "state": "Received", "offset": 0, "at": at,
                    "changed_at": at,
                }  # fmt: skip

    def _log(self, store: Store, began: datetime) -> None:
        """Write the rows that single appends write."""
        frontier, chance = Frontier(), random.Random(1)
        with store.read() as unit:
            size = ledger.last(unit)[0]
            for entry in ledger.entries(unit, 0, size):
                frontier.append(entry.leaf)
        step = timedelta(days=DAYS) / self.events
        numbers = iter(range(self.events))
        while batch := list(islice(numbers, BATCH * 4)):
            leaves, details, nodes = [], [], []
            for number in batch:
                at, salt = began + number * step, chance.randbytes(32)
                data = canonical.dump(self._event(number, at, chance))
                grown = frontier.append(commitment(salt, data))
                leaves.append({"index": size + number, "hash": grown[0][1], "appended_at": at})
                details.append({"index": size + number, "salt": salt, "event": data.decode()})
                nodes += [{"position": ledger.position(place), "hash": digest} for place, digest in grown[1:]]
            with store.write() as unit:
                for table, rows in ((ledger.leaf, leaves), (ledger.detail, details), (ledger.node, nodes)):
                    unit.execute(table.insert(), rows)

    def _event(self, number: int, at: datetime, chance: random.Random) -> dict[str, Any]:
        direction, peer, case = self.case(chance.randrange(self.requests // EACH))
        if number % 3:
            who = self.asking if number % 97 == 0 else chance.choice(OTHERS)
            name = case if direction == OUT else f"{peer}:{case}"
            return {"type": "account.read", "at": stamp(at), "person": who, "case": name, "act": "request.read"}
        request = f"request-{chance.randrange(self.requests):08}"
        return {"type": "request.released", "at": stamp(at), "request": request, "package": chance.randbytes(32).hex()}


CONSEQUENCES = (
    (
        "INSERT INTO request_history (request, at, act, state, who, note) SELECT id, changed_at,"
        " CASE WHEN direction = 'in' THEN 'receive' WHEN state IN ('draft', 'sealed') THEN 'draft' ELSE 'release' END,"
        " 'received', 'somebody', '' FROM request"
    ),
    (
        "INSERT INTO request_history (request, at, act, state, who, note) SELECT id, changed_at,"
        " 'change', state, 'somebody', '' FROM request"
    ),
)


def _many(unit: Unit, table: str, rows: Iterable[dict[str, Any]]) -> None:
    each = iter(rows)
    while batch := list(islice(each, BATCH)):
        unit.execute(metadata.tables[table].insert(), batch)


def _docket(unit: Unit) -> Iterator[dict[str, Any]]:
    """Say of each request what its revision says; one by one as writing does would take minutes."""
    unit.execute(sa.delete(metadata.tables["request_docket"]))
    found: Iterator[dict[str, Any]] = import_module("comity.store.migrations.versions.0016_docket").rows(unit)
    for row in found:
        yield row | {name: _utc(row[name]) for name in ("came_at", "changed_at", "due_at")}


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at and at.tzinfo is None else at


def _words(unit: Unit, model: Request) -> None:
    """Let each request be found by the model's words and one of its own."""
    for line in (
        (
            "INSERT INTO search_page (kind, ref, \"case\") SELECT 'request', id, CASE direction WHEN 'out' THEN \"case\""
            " ELSE peer || ':' || \"case\" END FROM request WHERE id LIKE 'request-%'"
        ),
        (
            "INSERT INTO search_page (kind, ref, \"case\") SELECT 'case', reference, reference FROM case_file WHERE"
            " reference LIKE 'VA-2026-______'"
        ),
        (
            "INSERT INTO search_word (page, word) SELECT new.number, word FROM search_page AS new, search_word JOIN"
            " search_page AS old ON old.number = search_word.page AND old.ref = :model WHERE new.number > old.number"
        ),
        "INSERT INTO search_word (page, word) SELECT number, 'own' || number FROM search_page",
    ):
        unit.execute(sa.text(line), {"model": model.id} if ":model" in line else {})
