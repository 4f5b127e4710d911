"""A crowded desk: requests that came in, at random, with clocks, receipts, parts, tasks, members; and what a list of them is, said plainly."""

from __future__ import annotations

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from builders.directory import START
from builders.requests import example_request
from comity.accounts import tables as accounts
from comity.accounts.model import Glass, Member
from comity.exchange import deliverytables as deliveries
from comity.exchange.cancelling import CANCELLED
from comity.exchange.deliverytables import Kept
from comity.exchange.mapping import task_id
from comity.exchange.objecttables import THEIRS, Object, put_object
from comity.exchange.outcomes import LDTASK, WORDS
from comity.exchange.part import Part
from comity.requests import tables
from comity.requests.model import Answer, Deadline, Entry, Request
from comity.store.engine import Unit

MEASURES = ("preserve", "disclose_subscriber", "disclose_emergency", "mutual_assistance")
STATES = ("received", "info_needed", "accepted", "refused")
PEERS = ("PH.cicc", "DE.bka")
LAN, MINH = "lan", "minh"
FAR = START + timedelta(days=36500)


@dataclass
class Crowd:
    """Requests that came in, each with what else the tables say of it."""

    unit: Unit
    seed: int
    requests: list[Request] = field(default_factory=list)
    came: dict[str, datetime] = field(default_factory=dict)
    due: dict[str, datetime] = field(default_factory=dict)
    answers: dict[str, list[Answer]] = field(default_factory=dict)
    states: dict[str, set[str]] = field(default_factory=dict)
    objects: dict[str, list[Object]] = field(default_factory=dict)
    members: dict[str, list[Member]] = field(default_factory=dict)
    glasses: list[Glass] = field(default_factory=list)

    def fill(self, count: int) -> None:
        """Keep so many requests, one after the other."""
        self._chance = random.Random(self.seed)
        for number in range(count):
            self._request(number)
        for case in sorted({case_of(one) for one in self.requests}):
            self._known(case)

    def _request(self, number: int) -> None:
        chance, at = self._chance, START + timedelta(hours=self._chance.randrange(5))
        measure, peer = chance.choice(MEASURES), chance.choice(PEERS)
        request = Request(
            f"id-{chance.randrange(10**9):09}-{number}", "in", f"R-{number}", f"C{number % 9}", peer, measure, "received",
            example_request() | {"measure": measure}, at, f"package-{number}",
        )  # fmt: skip
        tables.add_request(self.unit, request)
        came = at + timedelta(minutes=chance.randrange(3))
        tables.add_entry(self.unit, Entry(request.id, came, "receive", "received", peer))
        self.came[request.id] = came
        self._clocks(request)
        self.requests.append(self._answered(request))
        self._delivered(request)

    def _clocks(self, request: Request) -> None:
        kinds = self._chance.sample(("reply_by", "emergency_due", "secrecy_until"), self._chance.randrange(4))
        running = [
            Deadline(request.id, kind, START + timedelta(hours=self._chance.randrange(-9, 9)), "s") for kind in kinds
        ]
        tables.put_clocks(self.unit, request.id, running, instead=["secrecy_until"])
        if kinds and self._chance.random() < 0.4:
            tables.stop_clocks(self.unit, request.id, kinds[:1])
            running = running[1:]
        if running:
            self.due[request.id] = min(one.due_at for one in running)

    def _answered(self, request: Request) -> Request:
        state = self._chance.choice(STATES)
        for n, one in enumerate(dict.fromkeys(("received", self._chance.choice(STATES), state))):
            at = request.changed_at + timedelta(hours=self._chance.randrange(1, 50))
            answer = Answer(f"{request.id}-{n}", request.id, "p", one, f"code{n}", "", at, signed=True, holder="Desk")
            tables.add_answer(self.unit, answer)
            self.answers.setdefault(request.id, []).append(answer)
        changed = Request(**{**vars(request), "state": state})
        tables.change_request(self.unit, changed)
        return changed

    def _delivered(self, request: Request) -> None:
        chance = self._chance
        for n in range(chance.choice((0, 0, 1, 2))):
            state = chance.choice(("Received", "Received", "Available", "Error"))
            part = Part(
                id=f"part-{request.id}-{n}", delivery="d", task="", sequence=n + 1, last=True, way="inline", exists=True
            )
            kept = Kept(
                direction="out",
                peer=request.peer,
                request=request.id,
                part=part,
                at=START,
                changed_at=START,
                state=state,
            )
            deliveries.put_part(self.unit, kept)
            self.states.setdefault(request.id, set()).add(state)
        tasks = [task_id(request.id, n) for n in range(1, len(request.document["targets"]) + 1)]
        for name in (request.id, *tasks)[: chance.choice((0, 1, 9))]:
            thing = Object(
                peer=request.peer, side=THEIRS, id=name, type=LDTASK if name in tasks else "AuthorisationObject",
                generation=1, status=chance.choice(("", *WORDS.values())),
                desired=chance.choice(("", "", "", CANCELLED)), request=request.id, changed_at=START, members={},
                transaction="",
            )  # fmt: skip
            put_object(self.unit, thing)
            self.objects.setdefault(request.id, []).append(thing)

    def _known(self, case: str) -> None:
        for who in (LAN, MINH):
            if self._chance.random() < 0.4:
                ended = START if self._chance.random() < 0.3 else None
                member = Member(f"{case}-{who}", case, who, who, "why", START, ended)
                accounts.add(self.unit, member)
                self.members.setdefault(case, []).append(member)
        if self._chance.random() < 0.2:
            until = START + timedelta(hours=self._chance.choice((-1, 1)))
            glass = Glass(f"glass-{case}", LAN, case, "why", START, until, until)
            accounts.add(self.unit, glass)
            self.glasses.append(glass)

    def known(self, *ids: str) -> set[str]:
        """The cases that somebody knows of who stands for these persons, the first of them himself."""
        inside = {
            case for case, found in self.members.items() for one in found if one.person in ids and not one.ended_at
        }
        return inside | {one.case for one in self.glasses if one.person == ids[0] and one.until > START}

    def ordered(self, requests: Collection[Request]) -> list[str]:
        """The ids of requests in the order in which people work."""
        return [one.id for one in sorted(requests, key=self._key)]

    def _key(self, one: Request) -> tuple[bool, datetime, datetime, str]:
        return one.measure != "disclose_emergency", self.due.get(one.id, FAR), self.came[one.id], one.id


def case_of(request: Request) -> str:
    """The case of a request, as need-to-know names it."""
    return f"{request.peer}:{request.case}"
