"""Two nodes as processes over links that fail, killed again and again, while people work at both desks."""

from __future__ import annotations

import hashlib
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path

from builders.exchange import SG, VN, Link
from builders.nodes import TODAY, Nodes
from builders.patience import free_port
from comity.exchange import provider, tables
from comity.exchange.deliveries import Terms
from comity.exchange.sending import send
from comity.exchange.transport import Courier
from comity.exchange.transport import Limits as Patience
from comity.kernel.errors import ComityError
from comity.node.ports import desk_of
from comity.node.service import Node, open_node
from comity.node.serving import serving
from comity.requests.model import Request
from comity.requests.tables import find_requests

PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]
HASTY = Patience(connect=3.0, step=5.0, whole=8.0, answer=1 << 20)
PIECE = 1 << 14
ENDS = ("accepted", "refused", "info_needed", "delivered", "fetched", "denied")
MEASURES = {"accepted": "preserve", "refused": "preserve"}
STATES = {"delivered": "accepted", "fetched": "accepted", "denied": "accepted"}


class Live(Nodes):
    """Nodes that go by the machine's own clock, as the processes do beside which they are open."""

    def node(self, party: str = VN) -> Node:
        """A party's node at work."""
        if party not in self._open:
            self._open[party] = self._stack.enter_context(open_node(self.home(party)))
        return self._open[party]


@dataclass
class Proxy:
    """A link on the way to a port: each connection has its own luck, until the link is healed."""

    port: int
    target: int
    luck: random.Random
    healed: bool = False
    fates: Counter[str] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _down_until: float = 0.0

    def run(self) -> None:
        """Take connections until `stop`."""
        with socket.create_server(("127.0.0.1", self.port), backlog=128) as listener:
            listener.settimeout(0.2)
            while not self._over.is_set():
                with suppress(OSError):
                    came, _ = listener.accept()
                    threading.Thread(target=self._carry, args=(came, self._fate()), daemon=True).start()

    def stop(self) -> None:
        """Take no more connections."""
        self._over.set()

    def _fate(self) -> str:
        now = time.monotonic()
        if self.healed:
            return "passed"
        if now < self._down_until:
            fate = "refused"
        else:
            names, weights = ("passed", "delayed", "cut up", "cut down", "answer lost", "down"), (45, 20, 10, 10, 12, 3)
            fate = self.luck.choices(names, weights)[0]
        if fate == "down":
            self._down_until = now + self.luck.uniform(0.2, 1.0)
        self.fates[fate] += 1
        return fate

    def _carry(self, came: socket.socket, fate: str) -> None:
        """Carry bytes both ways, as far as fate lets them."""
        with came, suppress(OSError):
            if fate in ("refused", "down"):
                return
            with socket.create_connection(("127.0.0.1", self.target), timeout=5) as there:
                limits = {"cut up": self.luck.randint(0, 16_000), "cut down": self.luck.randint(0, 4_000)}
                up, down = (limits.get(name, -1) if name == fate else -1 for name in ("cut up", "cut down"))
                down = 1_500 if fate == "answer lost" else down  # the handshake passes, the answer does not
                wait = self.luck.uniform(0.05, 0.8) if fate == "delayed" else 0.0
                back = threading.Thread(target=_pump, args=(there, came, down, wait), daemon=True)
                back.start()
                _pump(came, there, up, wait)
                back.join(60)


def _pump(source: socket.socket, target: socket.socket, limit: int, wait: float) -> None:
    """Carry one way until the end, or *limit* bytes, after which both ways are shut."""
    left = limit
    with suppress(OSError):
        source.settimeout(60)
        while piece := source.recv(PIECE):
            if wait:
                time.sleep(wait)
                wait = 0.0
            if limit >= 0:
                piece = piece[:left]
                left -= len(piece)
            target.sendall(piece)
            if limit >= 0 and left <= 0:
                break
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@dataclass
class Machines:
    """The two nodes as processes behind their links, killed again and again until all is over."""

    link: Link
    proxies: dict[str, Proxy]
    seed: int
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)
    killers: list[threading.Thread] = field(default_factory=list)

    @property
    def nodes(self) -> Nodes:
        """The nodes, as they are looked at from here."""
        return self.link.nodes

    def start(self, party: str) -> None:
        """Start a node's `comity serve` behind its link."""
        line = [*PROGRAM, "serve", "--home", str(self.nodes.home(party)), "--json"]
        line += ["--listen", f"127.0.0.1:{self.proxies[party].target}"]
        log = (self.nodes.folder / f"{party}.log").open("ab")
        with log:
            self.running[party] = subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def kill(self, party: str, luck: random.Random) -> None:
        """Kill a node with -9 and start it again; to the leases that it held, ten minutes pass meanwhile."""
        self.running[party].kill()
        self.running[party].wait()
        self.kills[party] += 1
        time.sleep(luck.uniform(0, 0.5))
        with self.nodes.node(party).store.write() as unit:
            unit.exec_driver_sql("UPDATE job SET lease_until = NULL WHERE state = 'open'")
        self.start(party)

    def killer(self, party: str, longest: float, most: float) -> None:
        """Kill a node again and again, *most* times, at most so many seconds after it listens, now and then before it does."""
        luck = random.Random(f"{self.seed}/{party}")
        while not self.over.is_set() and self.kills[party] < most:
            if luck.random() < 0.9:
                self._listening(party)
            self.over.wait(luck.uniform(0.2, longest))
            self.kill(party, luck)

    def _listening(self, party: str) -> None:
        """Wait until a node listens, or all is over."""
        while not self.over.wait(0.05):
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.proxies[party].target), timeout=1):
                return

    def hurry(self, party: str) -> None:
        """Let the time pass until which messages and files were put off."""
        with self.nodes.node(party).store.write() as unit:
            unit.exec_driver_sql("UPDATE job SET due_at = '2026-01-01 00:00:00.000000' WHERE state = 'open'")

    def waiting(self) -> int:
        """How much is still under way on both sides."""
        found = 0
        for party in (VN, SG):
            with self.nodes.node(party).store.read() as unit:
                found += int(unit.exec_driver_sql("SELECT count(*) FROM job WHERE state = 'open'").scalar_one())
        return found


@dataclass
class Crowd(Machines):
    """Everybody who works or errs at them."""

    ends: dict[str, str] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)
    replays: Counter[str] = field(default_factory=Counter)
    faults: list[BaseException] = field(default_factory=list)

    @cached_property
    def couriers(self) -> dict[str, Courier]:
        """The thief's ways to both nodes, with the other one's certificate."""
        known = {party: serving(self.nodes.node(party)) for party in (VN, SG)}
        return {party: Courier(one.peers, one.identity, HASTY) for party, one in known.items()}

    def officers(self, count: int) -> None:
        """Draft, seal, release and send requests."""
        desk, luck = desk_of(self.nodes.node(VN)), random.Random(self.seed)
        for number in range(count):
            end = ENDS[number % len(ENDS)]
            request = self.nodes.released(MEASURES.get(end, "disclose_subscriber"), SG)
            self.ends[request.id] = end
            send(desk, request.id)
            self.sent.append(request.id)
            if luck.random() < 0.1:
                send(desk, request.id)

    def desks(self, count: int) -> None:
        """Answer at the provider's desk what arrives, twice now and then, until everything is answered."""
        node, done, luck = self.nodes.node(SG), set[str](), random.Random(self.seed + 1)
        while len(done) < count and not self.over.is_set():
            with node.store.read() as unit:
                came = [r for r in find_requests(unit, direction="in", state="received") if r.id not in done]
            for request in came:
                if end := self.ends.get(request.id):
                    for _ in range(1 + (luck.random() < 0.2)):
                        self.decide(request, end)
                    done.add(request.id)
            time.sleep(0.05)

    def decide(self, request: Request, end: str) -> None:
        """Do what ends a request in that way."""
        desk, signer, name = desk_of(self.nodes.node(SG)), self.nodes.key("receipt", SG), request.id
        if end == "refused":
            provider.review(desk, name, "Legal One", "No such account.")
            provider.refuse(desk, name, signer, code="no_data", reason="No such account.", released_by="Legal Two")
        elif end == "info_needed":
            provider.ask(desk, name, signer, code="clarify_period", reason="Which days?")
        else:
            self.nodes.considered(request, SG)
            provider.accept(desk, name, signer, until=UNTIL if end == "accepted" else "")
        if end == "denied":
            provider.exist(desk, name, exists=False)
        elif end in ("delivered", "fetched"):
            files = [self.file(name, n) for n in range(2)]
            provider.deliver(desk, name, files, terms=Terms("", way="url" if end == "fetched" else ""))

    def file(self, request: str, number: int) -> Path:
        """The file that is delivered on a request."""
        path = self.nodes.folder / "data" / request / f"{number}.bin"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(hashlib.shake_256(f"{request}/{number}".encode()).digest(20_000 + 5_000 * number))
        return path

    def impatience(self) -> None:
        """Let time pass for both nodes' queues."""
        while not self.over.wait(2.0):
            for party in (VN, SG):
                self.hurry(party)

    def thief(self) -> None:
        """Post stored messages again with the node's own certificate, old ones too and in any order."""
        luck = random.Random(self.seed + 3)
        while not self.over.wait(luck.uniform(0.1, 0.5)):
            party, other = luck.choice(((VN, SG), (SG, VN)))
            with self.nodes.node(party).store.read() as unit:
                rows = unit.exec_driver_sql("SELECT \"transaction\" FROM exchange_message WHERE direction = 'out'")
                sent = list(rows.scalars())
                known = tables.find_messages(unit, direction="out", transaction=luck.choice(sent)) if sent else []
            for message in known:
                self.replay(party, other, message)

    def replay(self, party: str, other: str, message: tables.Message) -> None:
        """Post one message again; if it was answered before, the answer must be the same."""
        try:
            answer = self.couriers[party].deliver(other, message.raw)
        except ComityError:
            self.replays["lost"] += 1
            return
        assert message.answer in (None, answer), f"another answer to {message.transaction}"
        self.replays["again" if message.answer else "before"] += 1

    def during(self, *acts: Callable[[], object]) -> list[threading.Thread]:
        """Begin acts in threads of their own; what they raise is kept."""

        def guarded(act: Callable[[], object]) -> None:
            try:
                act()
            except BaseException as e:  # noqa: BLE001 - it is raised again by whoever waits
                self.faults.append(e)
                self.over.set()

        threads = [threading.Thread(target=guarded, args=(act,), daemon=True) for act in acts]
        for one in threads:
            one.start()
        return threads

    def play(self, count: int, *, seconds: float, lives: float, kills: float) -> None:
        """Have everybody work under chaos until all is answered, then heal all and wait until nothing is under way."""
        end = time.monotonic() + seconds
        self.killers = self.during(*(partial(self.killer, party, lives, kills) for party in (VN, SG)))
        around = [*self.killers, *self.during(self.impatience, self.thief)]
        people = self.during(lambda: self.officers(count), lambda: self.desks(count))
        self._join(people, end)
        self.over.set()
        self._join(around, end)
        for proxy in self.proxies.values():
            proxy.healed = True
        while self.waiting():
            self._check(end)
            for party in (VN, SG):
                self.hurry(party)
            time.sleep(1.0)

    def _join(self, threads: list[threading.Thread], end: float) -> None:
        for one in threads:
            while one.is_alive():
                self._check(end)
                one.join(0.2)
        self._check(end)

    def _check(self, end: float) -> None:
        if self.faults:
            raise self.faults[0]
        assert time.monotonic() < end, f"not done in time: {len(self.sent)} sent, {self.waiting()} waiting"


UNTIL = TODAY.replace(year=TODAY.year + 1, day=1).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def crowd(folder: Path, seed: int) -> Iterator[Crowd]:
    """Two nodes serving behind bad links."""
    nodes = Live(folder, TODAY)
    link = Link(nodes, folder)
    for party in (VN, SG):
        link.enrol_by_command(party)
    link.spread(VN, SG)
    with ExitStack() as stack:
        stack.callback(nodes.close)
        luck = random.Random(seed + 4)
        proxies = {party: Proxy(link.ports[party], free_port(), luck) for party in (VN, SG)}
        for proxy in proxies.values():
            threading.Thread(target=proxy.run, daemon=True).start()
            stack.callback(proxy.stop)
        made = Crowd(link, proxies, seed)
        for party in (VN, SG):
            made.start(party)
        stack.callback(_stop, made)
        yield made


def _stop(made: Crowd) -> None:
    """Stop both nodes in order; one that is not in order has a code of its own."""
    made.over.set()
    for killer in made.killers:
        killer.join(60)  # it may be starting a node anew
    for one in made.running.values():
        one.send_signal(signal.SIGTERM)
    codes = {party: one.wait(60) for party, one in made.running.items()}
    assert set(codes.values()) <= {0, -signal.SIGKILL}, codes
