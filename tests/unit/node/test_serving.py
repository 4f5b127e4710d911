"""Two nodes as real processes: `comity serve` on both sides, requests out, answers back, kills in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders.commands import comity
from builders.crash import HOOK
from builders.exchange import SG, VN, Link
from builders.nodes import Nodes
from builders.patience import until
from builders.trials import soaking
from comity.exchange import tables
from comity.exchange.identity import Identity
from comity.node.doctor import examine
from comity.node.serving import Serving, Workers, serving

PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]


@pytest.fixture
def pair(today: Nodes, tmp_path: Path) -> Iterator[Link]:
    """Two nodes whose homes hold their TLS pairs, made by the command, and listed in both directories."""
    link = Link(today, tmp_path)
    for party in (VN, SG):
        link.enrol_by_command(party)
    link.spread()
    yield link


def start(link: Link, party: str) -> subprocess.Popen[str]:
    """A node's `comity serve`, once it says where it listens."""
    line = [*PROGRAM, "serve", "--home", str(link.nodes.home(party)), "--json"]
    line += ["--listen", f"127.0.0.1:{link.ports[party]}"]
    made = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert made.stdout is not None
    said = "".join(made.stdout.readline() for _ in range(4))
    assert json.loads(said) == {"party": party, "listen": f"127.0.0.1:{link.ports[party]}"}, made.stderr
    return made


@contextmanager
def served(link: Link, *parties: str) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Nodes that serve as processes, stopped by SIGTERM afterwards, and expected to leave in order."""
    running = {party: start(link, party) for party in parties}
    try:
        yield running
    finally:
        for one in running.values():
            one.terminate()
        left = [one.communicate(timeout=90) for one in running.values()]
    codes = [one.returncode for one in running.values()]
    assert all(code in (0, -signal.SIGKILL) for code in codes), (codes, left)


def states(link: Link, direction: str, party: str = VN) -> list[str]:
    """The states of a node's messages of one direction."""
    with link.node(party).store.read() as unit:
        return [message.state for message in tables.find_messages(unit, direction=direction)]


def test_a_request_goes_from_process_to_process(pair: Link) -> None:
    """A released request reaches the other node and is acknowledged, by nothing but `send` and two servers."""
    request = pair.nodes.released()
    with served(pair, VN, SG):
        assert comity("send", request.id, "--home", pair.nodes.home(VN)).code == 0
        until(lambda: states(pair, "out") == ["answered"])
    assert states(pair, "in", SG) == ["answered"]
    assert "package.received" in pair.nodes.events(SG)
    assert pair.nodes.events(VN).count("message.answered") == 1


def test_one_round_of_work_without_a_server(pair: Link) -> None:
    """`comity work` delivers what is due once, and says what came of it: here first nobody is there, then it is taken."""
    request, home = pair.nodes.released(), pair.nodes.home(VN)
    comity("send", request.id, "--home", home)
    (tried,) = comity("work", "--home", home, "--json").data
    assert (tried["outcome"], tried["peer"]) == ("later", SG)
    assert "no answer of SG.orchid" in tried["reason"]
    assert "1 message tried" not in comity("work", "--home", home).out
    with served(pair, SG):
        comity("peer", "resume", SG, "--home", home)
        assert [one["outcome"] for one in comity("work", "--home", home, "--json").data] == ["answered"]


@pytest.mark.parametrize("moment", [0.05, *(pytest.param(one, marks=pytest.mark.soak) for one in (0.0, 0.2))])
def test_a_receiver_that_is_killed(pair: Link, moment: float) -> None:
    """A receiver killed with -9 while it takes a message takes it once, when it is back."""
    request = pair.nodes.released()
    comity("send", request.id, "--home", pair.nodes.home(VN))
    with served(pair, SG) as running:
        work = subprocess.Popen(
            [*PROGRAM, "work", "--home", pair.nodes.home(VN)],
            stdout=subprocess.DEVNULL,
        )
        until(lambda: work.poll() is not None or _connected(pair.ports[SG]))
        time.sleep(moment)
        os.kill(running[SG].pid, signal.SIGKILL)
        work.wait(300)
    with served(pair, SG):
        comity("peer", "resume", SG, "--home", pair.nodes.home(VN))
        comity("work", "--home", pair.nodes.home(VN))
    assert states(pair, "out") == ["answered"]
    assert pair.nodes.events(SG).count("package.received") == 1


def test_a_sender_that_is_killed(pair: Link, tmp_path: Path) -> None:
    """A sender killed with -9 at one lasting point after the other is acknowledged once, and the receiver acts once."""
    request, home = pair.nodes.released(), pair.nodes.home(VN)
    comity("send", request.id, "--home", home)
    line, kills = [*PROGRAM, "work", "--home", str(home)], 0
    with served(pair, SG):
        while states(pair, "out") != ["answered"]:
            kills += 1 if soaking() else 2  # a check takes every other point
            hook = {"PYTHONPATH": str(HOOK), "COMITY_TEST_KILL_AT": str(kills), "COMITY_TEST_KILL_IN": str(tmp_path)}
            code = subprocess.run(line, env={**os.environ, **hook}, stdout=subprocess.DEVNULL, check=False).returncode
            assert code in (0, -signal.SIGKILL)
            _forget_lease(pair)
    assert kills > 3
    assert pair.nodes.events(SG).count("package.received") == 1
    assert pair.nodes.events(VN).count("message.answered") == 1


def test_workers_stop_when_told(pair: Link) -> None:
    """Workers deliver in the background and stop when told; a fault of the round does not end them."""
    request = pair.nodes.released()
    node = pair.node(VN)
    broken = [True]

    def chore(courier: object) -> None:
        if broken[0]:
            broken[0] = False
            raise KeyError("a fault")

    plain = serving(node)
    crew = Workers(Serving(node, replace(plain.ports, chores=(chore,))), count=1, pause=0.05)
    with served(pair, SG):
        crew.start()
        comity("send", request.id, "--home", pair.nodes.home(VN))
        pair.nodes.clock.advance(timedelta(minutes=2))
        until(lambda: states(pair, "out") == ["answered"])
        crew.stop()
    assert not broken[0]


def test_the_doctor_looks_at_the_exchange(pair: Link) -> None:
    """The doctor finds the pair listed; another pair, a missing one and stuck messages are named with what to do."""
    home = pair.nodes.home(VN)

    def found() -> dict[str, tuple[bool, str]]:
        return {one.name: (one.good, one.found + one.advice) for one in examine(home)}

    assert found()["exchange"][0]
    assert found()["outbox"] == (True, "0 messages waiting, none stuck")
    (home / "tls.pem").rename(home / "kept.pem")
    assert "comity node tls" in found()["exchange"][1]
    pair.identity("other").file.rename(home / "tls.pem")
    good, words = found()["exchange"]
    assert not good
    assert Identity(home / "kept.pem").pin[:16] in words
    with pair.node(VN).store.write() as unit:
        tables.put_standing(unit, tables.Standing(SG, failures=5, error="got a, expected b"))
    assert found()["outbox"][0] is False
    assert "SG.orchid failed 5 times: got a, expected b" in found()["outbox"][1]


def _connected(port: int) -> bool:
    """Whether somebody has a connection to that port."""
    wanted = f":{port:04X}"
    rows = Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]
    return any(row.split()[2].endswith(wanted) and row.split()[3] == "01" for row in rows)


def _forget_lease(link: Link) -> None:
    """Let the lease of a killed worker be over, as it would be ten minutes later."""
    with link.node(VN).store.write() as unit:
        unit.exec_driver_sql("UPDATE job SET lease_until = NULL WHERE state = 'open'")
