"""Requests over links that fail between nodes that are killed: every one ends alike on both sides, once, and is proven."""

from __future__ import annotations

import faulthandler
import hashlib
import json
import time
from collections import Counter
from math import inf
from pathlib import Path
from typing import Any

import pytest

from builders.chaos import ENDS, STATES, Crowd, crowd
from builders.commands import comity
from builders.exchange import SG, VN
from builders.trials import chance
from comity.exchange import deliverytables, tables
from comity.exchange.outcomes import tasks
from comity.requests.tables import answers_of, find_requests


def test_a_few_requests_through_chaos(tmp_path: Path) -> None:
    """A request of each kind ends alike on both sides although links fail and nodes are killed."""
    play(tmp_path, len(ENDS), seconds=480, lives=4.0, kills=2)


@pytest.mark.soak
def test_five_hundred_requests_through_chaos(tmp_path: Path) -> None:
    """Five hundred requests end alike on both sides although links fail and nodes are killed all the time."""
    faulthandler.cancel_dump_traceback_later()  # it takes longer than a test that hangs
    play(tmp_path, 500, seconds=1800, lives=12.0)


def play(folder: Path, count: int, *, seconds: float, lives: float, kills: float = inf) -> None:
    """Let requests go through chaos, each node killed so often at most, then compare everything on both sides."""
    seed, begun = chance("chaos").randrange(1 << 32), time.monotonic()
    print(f"seed {seed}")
    with crowd(folder, seed) as made:
        made.play(count, seconds=seconds, lives=lives, kills=kills)
        assert made.faults == []
        spent, fates = time.monotonic() - begun, sum((p.fates for p in made.proxies.values()), Counter[str]())
        print(f"{count} requests in {spent:.0f} s; kills {dict(made.kills)}, links {dict(fates)}, {dict(made.replays)}")
    alike(made, count)
    for party in (VN, SG):
        in_order(made, party)


def alike(made: Crowd, count: int) -> None:
    """Hold each request against what was decided, and the two sides against each other."""
    asked, answered = (snapshot(made, party) for party in (VN, SG))
    assert len(made.ends) == len(asked["requests"]) == len(answered["requests"]) == count
    for name, end in made.ends.items():
        assert asked["requests"][name]["state"] == STATES.get(end, end), (name, end)
        assert asked["requests"][name] == answered["requests"][name], (name, end)
        assert len(asked["requests"][name]["receipts"]) == 1
        if end in ("delivered", "fetched"):
            files = [hashlib.sha256(made.file(name, n).read_bytes()).hexdigest() for n in range(2)]
            assert [part[2] for part in asked["requests"][name]["parts"]] == files == asked["requests"][name]["files"]
            assert {part[3] for part in asked["requests"][name]["parts"]} == {"Received"}
    assert asked["out"] == answered["in"]
    assert answered["out"] == asked["in"]


def snapshot(made: Crowd, party: str) -> dict[str, Any]:
    """Everything that both sides must agree on, as one of them has it."""
    node = made.nodes.node(party)
    with node.store.read() as unit:
        found: dict[str, Any] = {"requests": {one.id: _request(node, unit, one, party) for one in find_requests(unit)}}
        for direction in ("out", "in"):
            known = tables.find_messages(unit, direction=direction)
            assert {one.state for one in known} <= {"answered"}
            found[direction] = {one.transaction: (one.sha256, one.answer) for one in known}
    return found


def _request(node: Any, unit: Any, request: Any, party: str) -> dict[str, Any]:
    side = "ours" if party == VN else "theirs"
    parts = sorted(deliverytables.find_parts(unit, request=request.id), key=lambda one: one.part.sequence)
    return {
        "state": request.state,
        "package": request.package,
        "receipts": [(one.id, one.raw) for one in answers_of(unit, request.id)],
        "tasks": [(one.id, one.status) for one in tasks(unit, request, side=side)],
        "parts": [(one.part.id, one.part.sequence, one.part.sha256, one.state) for one in parts],
        "files": [_digest(node, one) for one in parts if one.file],
    }


def _digest(node: Any, kept: Any) -> str:
    data = node.blobs.path(kept.file).read_bytes()
    return hashlib.sha256(data[kept.offset : kept.offset + kept.part.size]).hexdigest()


def in_order(made: Crowd, party: str) -> None:
    """Find a node whole: its log verifies, and what must be in it once is in it once."""
    home = made.nodes.home(party)
    assert comity("log", "verify", "--home", home).code == 0
    checks = comity("doctor", "--home", home, "--json").data
    assert [check for check in checks if not check["good"] and check["name"] != "disk"] == []
    node = made.nodes.node(party)
    with node.store.read() as unit:
        entries = node.ledger.entries(unit, 0, node.ledger.size(unit))
        messages = tables.find_messages(unit)
    events = [json.loads(entry.event) for entry in entries]
    once = Counter((e["type"], e.get("request") or e.get("transaction")) for e in events)
    wanted = {"out": ("message.queued", "message.answered"), "in": ("message.taken",)}
    for message in messages:
        for kind in wanted[message.direction]:
            assert once[(kind, message.transaction)] == 1, (kind, message)
    kinds = {VN: ("request.released", "request.queued", "receipt.received"), SG: ("package.received", "receipt.issued")}
    for kind in kinds[party]:
        assert {one: once[(kind, one)] for one in made.ends} == dict.fromkeys(made.ends, 1), kind
    assert not any(e["type"] in ("message.stuck", "message.refused", "delivery.refused") for e in events)
