"""A provider's whole day between two nodes over HTTPS: preserved, extended, disclosed, delivered, acknowledged, exported."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.served import Served, served
from comity.exchange import emergency
from comity.exchange import provider as acts
from comity.exchange.deliveries import Terms
from comity.exchange.emergency import Called
from comity.exchange.errors import PeerRefused
from comity.exchange.exporting import export
from comity.exchange.fetching import LEASE
from comity.exchange.outcomes import Outcome
from comity.exchange.part import MAX_BINARY
from comity.kernel.clock import SystemClock
from comity.requests.model import Request

TWO = [
    {"kind": "email", "value": "one@example.org", "relation": "Received the money."},
    {"kind": "email", "value": "two@example.org", "relation": "Sent the mail."},
]
HALF = 16 << 20
# The machine itself kills it at that byte of a file, and writes no core, be it to a file or to a program.
WORK = f"""
import resource, signal
resource.setrlimit(resource.RLIMIT_CORE, (1, 1))
resource.setrlimit(resource.RLIMIT_FSIZE, ({HALF}, {HALF}))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
from comity.cli.main import main
main(["work"])
"""


@pytest.fixture
def world(today: Nodes, tmp_path: Path) -> Iterator[Served]:
    """VN.a05 and SG.orchid, serving each other."""
    today.clock.moment = SystemClock().now()
    with served(today, tmp_path) as made:
        yield made


def test_from_preservation_to_files_in_the_authoritys_hands(world: Served, tmp_path: Path) -> None:
    """Every step over HTTPS, with parts in messages and one by address; what is exported is byte for byte what was given."""
    nodes, desk, key = world.nodes, world.desk(SG), world.nodes.key("receipt", SG)
    preserve = world.sent("preserve")
    nodes.considered(preserve)
    acts.accept(desk, preserve.id, key, until=nodes.later(days=60))
    world.work()
    extension = world.followed(preserve, "extends")
    nodes.considered(extension)
    acts.accept(desk, extension.id, key, until=nodes.later(days=90))
    world.work()
    assert world.clocks(preserve)["preserved_until"] == nodes.later(days=90)
    disclose = world.followed(preserve, "follows", "disclose_subscriber")
    acts.review(desk, disclose.id, "Lan Tester", "In order.")
    nodes.considered(disclose)
    acts.accept(desk, disclose.id, key)
    given = {
        "subscriber.json": b'{"name": "n"}',
        "login history.csv": b"2026-11-20T02:00:00Z,192.0.2.44\n" * 100,
        "mailbox.bin": bytes(range(256)) * 20_000,
    }
    acts.deliver(desk, disclose.id, [world.file(name, data) for name, data in given.items()])
    cut = bytes(reversed(range(256))) * 8300
    acts.deliver(desk, disclose.id, [world.file("cut.bin", cut)], terms=Terms("", way="binary"))
    world.work()
    for party in (VN, SG):
        assert {kept.state for kept in world.parts(disclose, party)} == {"Received"}
    assert sorted(kept.part.way for kept in world.parts(disclose)) == ["binary"] * 5 + ["url"]
    assert world.statuses(disclose) == ["Disclosed"]
    out = tmp_path / "out"
    export(nodes.office(VN), disclose.id, out)
    found = {
        path.name: path.read_bytes() for path in out.rglob("*") if path.is_file() and path.name in {*given, "cut.bin"}
    }
    assert found == given | {"cut.bin": cut}
    assert subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=out, check=False).returncode == 0
    assert len(list((out / "messages").iterdir())) == 6
    steps = [event.removeprefix("delivery.") for event in nodes.events(VN) if event.startswith("delivery.")]
    assert {one: steps.count(one) for one in dict.fromkeys(steps)} == {
        "announced": 6, "verified": 6, "acknowledged": 6, "fetched": 1, "received": 6, "exported": 2,
    }  # fmt: skip


def test_an_answer_in_part_and_an_emergency(world: Served) -> None:
    """One target disclosed and one refused by two people; an emergency after its call back."""
    nodes, desk, key = world.nodes, world.desk(SG), world.nodes.key("receipt", SG)
    request = world.sent("disclose_subscriber", targets=TWO)
    acts.review(desk, request.id, "Lan Tester", "The second is too wide.")
    nodes.considered(request)
    said = [Outcome(1, "disclosed"), Outcome(2, "refused", "too_broad", "No period.")]
    acts.partial(desk, request.id, key, said=said, released_by="Minh Probe")
    acts.deliver(desk, request.id, [world.file("one.json", b"{}")])
    world.work()
    assert world.statuses(request) == ["Disclosed", "Rejected"]
    assert [kept.state for kept in world.parts(request, SG)] == ["Received"]
    urgent = world.sent("disclose_emergency")
    assert "emergency_due" in world.clocks(urgent, SG) and "emergency_due" in world.clocks(urgent, VN)
    nodes.considered(urgent)
    acts.accept(desk, urgent.id, key)
    said_there = Called("+1 555 0101", reached=True, confirmed_by="Officer 3", confirmed=True)
    emergency.call_back(nodes.office(SG), urgent.id, "Lan Tester", said_there)
    acts.deliver(desk, urgent.id, [world.file("place.json", b"{}")])
    world.work()
    assert [kept.state for kept in world.parts(urgent)] == ["Received"]
    assert list(world.clocks(urgent, VN)) == ["followup_due"]


def test_a_token_opens_nothing_over_another_connection(world: Served) -> None:
    """The provider's own certificate, or an invented token, gets no file; the addressee's certificate does."""
    request = disclosed(world, b"x" * (MAX_BINARY + 1))
    token = world.parts(request, SG)[0].token
    got: list[bytes] = []
    for party, one in ((SG, token), (VN, token[::-1])):
        with pytest.raises(PeerRefused, match="404"):
            world.serving(party).courier.fetch(SG, one, got.append, limit=1 << 22)
    assert world.serving(VN).courier.fetch(SG, token, got.append, limit=1 << 22) == MAX_BINARY + 1


def test_a_node_killed_while_it_fetches_fetches_again(world: Served, tmp_path: Path) -> None:
    """Being killed in the middle of a fetch loses nothing: the part is due again, is fetched once, and is received once."""
    data = bytes(range(256)) * (2 * HALF // 256)
    request = disclosed(world, data)
    world.serving(SG).work()
    home = world.nodes.home(VN)
    killed = subprocess.run([sys.executable, "-c", WORK], env=os.environ | {"COMITY_HOME": str(home)}, check=False)
    assert killed.returncode == -signal.SIGXFSZ
    assert [path.stat().st_size for path in (home / "files" / "partial").glob("*")] == [HALF]
    assert [kept.state for kept in world.parts(request)] == ["Available"]
    assert [kept.state for kept in world.parts(request, SG)] == ["Available"]
    world.nodes.clock.moment = SystemClock().now()
    world.nodes.clock.advance(LEASE + timedelta(seconds=1))
    world.work()
    for party in (VN, SG):
        assert [kept.state for kept in world.parts(request, party)] == ["Received"]
    kept = world.parts(request)[0]
    assert world.nodes.office(VN).blobs.path(kept.file).stat().st_size == len(data)
    assert world.nodes.events(VN).count("delivery.received") == 1


def disclosed(world: Served, data: bytes) -> Request:
    """A request on which one large file was delivered but not yet fetched."""
    request = world.sent("disclose_subscriber")
    world.nodes.considered(request)
    acts.accept(world.desk(SG), request.id, world.nodes.key("receipt", SG))
    acts.deliver(world.desk(SG), request.id, [world.file("large.bin", data)])
    return request
