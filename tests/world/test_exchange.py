"""Whole cases between three nodes over HTTPS with certificates on both sides: an authority, a provider, a central authority."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from builders.crash import HOOK
from builders.exchange import PH, SG, VN, Link
from builders.nodes import Nodes
from builders.orders import Street
from comity.exchange.endpoint import handler
from comity.exchange.outbox import Tried, deliver_due
from comity.exchange.sending import on_answer, send
from comity.hi1 import codec
from comity.kernel.clock import stamp
from comity.requests import tables
from comity.requests.model import Request

PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]
POINTS = range(22, 46, 3)  # the start takes the first twenty-odd, the message the rest


@pytest.fixture
def world(today: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes of today that know each other's address and certificate."""
    link = Link(today, tmp_path)
    link.enrol(VN, PH, SG)
    yield Street(link)


@contextmanager
def doors(world: Street, *parties: str) -> Iterator[None]:
    """The endpoints of parties, serving."""
    with ExitStack() as open_doors:
        for party in parties:
            open_doors.enter_context(world.link.serving(party, handler(world.desk(party))))
        yield


def work(world: Street, *parties: str) -> list[Tried]:
    """Let the workers of parties deliver what is due, over the network."""
    outboxes = [world.link.outbox(party, on_answer=on_answer(world.desk(party))) for party in parties]
    return [tried for outbox in outboxes for tried in deliver_due(outbox)]


def clocks(world: Street, request: Request, party: str) -> dict[str, str]:
    """The running clocks of a request at a party."""
    with world.nodes.office(party).store.read() as unit:
        return {one.kind: stamp(one.due_at) for one in tables.clocks_of(unit, request.id) if one.open}


def test_a_preservation_from_draft_to_accepted(world: Street) -> None:
    """The order goes out, `received` comes back, then `accepted`; the end of preservation runs on both sides alike."""
    with doors(world, VN, SG):
        request = world.sent()
        assert [tried.outcome for tried in work(world, VN)] == ["answered"]
        assert (world.state(request, SG), world.state(request, VN)) == ("received", "released")
        world.answered(request, "received")
        work(world, SG)
        assert world.state(request, VN) == "received"
        assert "receipt_expected" not in clocks(world, request, VN)
        until = world.nodes.later(days=60)
        world.answered(request, "accepted", preserved_until=until)
        assert [tried.outcome for tried in work(world, SG)] == ["answered"]
    assert world.state(request, VN) == "accepted"
    assert clocks(world, request, SG) == {"preserved_until": until}
    assert clocks(world, request, VN)["preserved_until"] == until


def test_a_central_authority_asks_back_and_refuses(world: Street) -> None:
    """The same road leads to an authority: it asks for the order, then refuses with a code, and both are seen."""
    with doors(world, VN, PH):
        request = world.sent("disclose_subscriber", PH)
        work(world, VN)
        world.answered(request, "info_needed", PH, code="order_copy", reason="Send the order.")
        work(world, PH)
        assert world.state(request, VN) == "info_needed"
        world.answered(request, "refused", PH, code="order_missing", reason="No order came.")
        work(world, PH)
    assert world.state(request, VN) == "refused"
    with world.nodes.office(VN).store.read() as unit:
        assert [one.code for one in tables.answers_of(unit, request.id)] == ["order_copy", "order_missing"]


def test_a_link_that_is_down_is_waited_for(world: Street) -> None:
    """For two days nobody answers; then the same bytes arrive, and the notice comes back when our own door opens."""
    request = world.sent()
    for _ in range(2):
        assert [tried.outcome for tried in work(world, VN)] == ["later"]
        world.nodes.clock.advance(timedelta(days=1))
    with doors(world, SG):
        assert [tried.outcome for tried in work(world, VN)] == ["answered"]
        world.answered(request, "accepted", preserved_until=world.nodes.later(days=60))
        assert [tried.outcome for tried in work(world, SG)] == ["later"]
    world.nodes.clock.advance(timedelta(hours=2))
    with doors(world, VN):
        assert [tried.outcome for tried in work(world, SG)] == ["answered"]
    assert world.state(request, VN) == "accepted"


def test_a_message_delivered_twice_has_one_effect(world: Street) -> None:
    """The order and the notice arrive three times each, and are answered alike each time."""
    with doors(world, VN, SG):
        request = world.sent()
        (order,) = world.messages(VN, direction="out", kind="order")
        answers = {world.link.courier(VN).deliver(SG, order.raw) for _ in range(3)}
        assert len(answers) == 1
        work(world, VN)
        world.answered(request, "accepted", preserved_until=world.nodes.later(days=60))
        (notice,) = world.messages(SG, direction="out", kind="notice")
        assert len({world.link.courier(SG).deliver(VN, notice.raw) for _ in range(3)}) == 1
        work(world, SG)
    assert world.nodes.events(SG).count("package.received") == 1
    assert world.nodes.events(VN).count("receipt.received") == 1
    assert world.state(request, VN) == "accepted"


def test_everything_on_the_way_is_signed_by_a_node(world: Street) -> None:
    """What lies in the inboxes, message and answer, verifies under the keys of the nodes."""
    with doors(world, SG):
        world.sent()
        work(world, VN)
    (kept,) = world.messages(SG, direction="in")
    assert kept.answer is not None
    for raw, party in ((kept.raw, VN), (kept.answer, SG)):
        assert str(codec.read(world.unsigned(raw, party)).header.sender) == party


def test_a_provider_that_is_killed_between_receiving_and_answering(today: Nodes, tmp_path: Path) -> None:
    """Killed with -9 at one lasting point after the other while it takes an order in, it takes it once, and says so."""
    link = Link(today, tmp_path)
    for party in (VN, SG):
        link.enrol_by_command(party)
    link.spread()
    street = Street(link)
    request = today.released()
    send(street.desk(VN), request.id)
    (order,) = street.messages(VN, direction="out", kind="order")
    killed = sum(_killed(link, order.raw, point) for point in POINTS)
    assert killed > 3
    process = _serve(link)
    try:
        answer = link.courier(VN).deliver(SG, order.raw)
        assert link.courier(VN).deliver(SG, order.raw) == answer
    finally:
        process.terminate()
        process.communicate(timeout=90)
    assert today.events(SG).count("package.received") == 1
    assert street.state(request, SG) == "received"
    assert [one.state for one in street.messages(SG, direction="in")] == ["answered"]


def _killed(link: Link, raw: bytes, point: int) -> bool:
    """Let the provider's process take a message in and be killed at a point; tells whether it was."""
    hook = {"PYTHONPATH": str(HOOK), "COMITY_TEST_KILL_AT": str(point), "COMITY_TEST_KILL_IN": str(link.folder)}
    process = _serve(link, **hook)
    try:
        if process.poll() is None:
            link.courier(VN).deliver(SG, raw)
    except Exception:  # noqa: BLE001 - whatever the end of a killed peer looks like
        pass
    finally:
        process.terminate()
        process.communicate(timeout=90)
    return process.returncode == -signal.SIGKILL


def _serve(link: Link, **environment: str) -> subprocess.Popen[str]:
    """The provider's `comity serve`, once it listens or is dead."""
    line = [*PROGRAM, "serve", "--home", str(link.nodes.home(SG)), "--listen", f"127.0.0.1:{link.ports[SG]}", "--json"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(line, stdout=pipe, stderr=pipe, text=True, env={**os.environ, **environment})
    assert process.stdout is not None
    said = "".join(process.stdout.readline() for _ in range(4))
    assert not said or json.loads(said)["party"] == SG
    return process
