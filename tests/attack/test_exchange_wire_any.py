"""Good messages with anything changed, signed and sent over real TLS: always one signed answer, never a fault of ours."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from builders.exchange import SG, VN
from builders.interop import Across, against
from builders.nodes import Nodes
from builders.scriptedmessages import create, delivery, news, order, word
from builders.scriptedpeer import Tree, codes, every, from_bytes
from comity.exchange.sending import send

TRANSIENT = 3003
ANYTHING: tuple[Any, ...] = (
    "", 0, -1, 10**30, True, None, [], {}, "x" * 5000, "0000-00-00T00:00:00Z", "9999-12-31T23:59:59-14:00", "VN",
    "0001-01-01T00:00:00+14:00", "\u0007", "\U0001f98a", "../..", ["a"], {"a": 1}, 1.5, "NaN", "Approved",
)  # fmt: skip


@pytest.fixture(params=["json", "xml"])
def encoding(request: pytest.FixtureRequest) -> str:
    """Each encoding in turn."""
    return str(request.param)


def places(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every member and item."""
    rows = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in rows:
        yield (*at, key)
        yield from places(value, (*at, key))


def found(tree: Any, at: tuple[Any, ...]) -> Any:
    """What stands at a place."""
    for key in at:
        tree = tree[key]
    return tree


def changed(tree: Tree, chance: random.Random) -> Tree:
    """The same message with one member dropped, replaced by anything, by another member, or doubled."""
    made = copy.deepcopy(tree)
    ways = [one for one in places(made) if one[0] in ("Header", "Payload") and len(one) > 1]
    way = chance.choice(ways)
    holder, key = found(made, way[:-1]), way[-1]
    act = chance.choice(["drop", "anything", "another", "double"])
    if act == "drop":
        del holder[key]
    elif act == "anything":
        holder[key] = chance.choice(ANYTHING)
    elif act == "another":
        holder[key] = copy.deepcopy(found(tree, chance.choice(ways)))
    elif isinstance(holder, list):
        holder.append(copy.deepcopy(holder[key]))
    else:
        holder[key] = [holder[key], holder[key]]
    return made


def to_a_provider(wire: Across) -> list[list[Tree]]:
    """What an authority says to our provider's node, which took one order in before."""
    package = wire.package()
    assert codes(wire.peer.ask(*order(package))) == []
    query = {"LIST": {"LastChanged": "2026-01-01T00:00:00Z", "MaximumObjectCount": 3}}
    verbs: list[Tree] = [
        {"GET": {"Identifier": package.task()}},
        query,
        {"GETCSPCONFIG": {}},
        word(package.id, "Received"),
    ]
    return [order(wire.package("disclose_subscriber")), *([one] for one in verbs)]


def to_an_authority(wire: Across) -> list[list[Tree]]:
    """What a provider says to our authority's node, which sent it one order before."""
    request = wire.nodes.released("disclose_subscriber")
    send(wire.desk, request.id)
    wire.work()
    task = wire.packed(request).task()
    at, url = "2027-01-01T00:00:00.000000Z", f"{wire.link.url(SG)}/files/abcdefghijklmnopqrstuv"
    done = create(news(SG, {task: ("LDTaskStatus", "Disclosed")}))
    return [[delivery(task, b"data")], [delivery(task, b"data", url=url, expiry=at)], [done]]


@pytest.mark.parametrize("ours", [SG, VN])
@pytest.mark.parametrize("count", [40, pytest.param(2000, marks=pytest.mark.soak)], ids=["some", "many"])
def test_anything_that_a_party_signs_is_answered(
    ours: str, count: int, *, encoding: str, today: Nodes, tmp_path: Path
) -> None:
    """Whatever is changed in a good message, the answer is signed, valid by ETSI's schemas, and blames nobody but it."""
    chance = random.Random(f"{ours} {encoding} {count}")
    with against(today, tmp_path, ours=ours, encoding=encoding) as wire:
        known = to_a_provider(wire) if ours == SG else to_an_authority(wire)
        sent = 0
        for _ in range(count):
            tree = changed(wire.peer.request(*copy.deepcopy(chance.choice(known))), chance)
            try:
                raw = wire.peer.unchecked(tree)
            except (ValueError, TypeError, KeyError, AttributeError):
                continue  # this cannot be written down in that encoding
            sent += 1
            answer = said(wire, raw)
            assert TRANSIENT not in codes(answer), (codes(answer), raw)
            assert every(answer, "ActionResponse") or codes(answer)
        assert sent > count / 2


def said(wire: Across, raw: bytes) -> Tree:
    """Our node's answer: over the network as long as its patience with one peer lasts, then within this process."""
    response = wire.peer.post(raw)
    if response.status_code != 429:
        assert response.status_code == 200, (response.text, raw)
        return wire.peer.believed(response.content)
    from comity.exchange.inbound import Inbound, content_type

    arrived = Inbound(raw, content_type(raw), wire.nodes.clock.now(), (wire.peer.party,), wire.peer.tls.der)
    return from_bytes(wire.served.ports.handle(arrived).raw)
