"""The pages of the desk at a node after years of work: 10^5 requests in 5,000 cases, 10^6 events in the log.

    PYTHONPATH=tests python benchmarks/desk.py [--quick] [--seconds 5] [--clients 4] [--keep FOLDER]

The store is built once for each engine, SQLite and PostgreSQL (COMITY_TEST_POSTGRES names the server); with --keep it stays in a
folder and is taken again. The desk runs in a process of its own, as `comity serve` runs it. Each page is asked for by one client,
then by several at once, all over connections that are kept, by people who know of one case in ten. *processor* is what the
server and its database used for one answer. The peer is a bare Starlette page: a hundred requests read in one plain query and put into a
Jinja2 table, without sign-in, roles, need-to-know, languages or log.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from builders.databases import SERVER, fresh_database
from builders.desk import served_on
from builders.directory import START
from builders.exchange import VN
from builders.full import LONG, Full
from builders.pair import Homes
from builders.patience import free_port
from comity.kernel.clock import FixedClock, stamp

ROLES = {
    "asking": ["drafter"], "answering": ["provider"], "auditing": ["auditor"], "releasing": ["releaser"],
    "keeping": ["custodian"], "deciding": ["lawyer"], "running": ["administrator"],
}  # fmt: skip
TICKS = os.sysconf("SC_CLK_TCK")


def build(engine: str, folder: Path, url: str, sizes: tuple[int, int]) -> None:
    """Fill a node in *folder* and write down what is needed to open it again."""
    nodes = Homes(folder, START, {VN: url})
    with closing(nodes), served_on(nodes) as desk:
        people = {who: desk.person(who, *roles).id for who, roles in ROLES.items()}
        model, began = nodes.draft(), time.perf_counter()
        Full(*sizes, people["asking"], people["answering"]).fill(nodes, model)
        print(f"\n{engine}: {sizes[0]:,} requests, {sizes[1]:,} events, in {time.perf_counter() - began:.0f} s")
        for who in ("asking", "releasing", "keeping"):
            desk.member(who, model.case)
        facts = {"at": stamp(nodes.clock.now()), "draft": model.id, "people": people, "incoming": _incoming(desk)}
        (folder / "facts.json").write_text(json.dumps(facts))


def _incoming(desk: Any) -> str:
    """Take in a real package, whose page verifies it."""
    from comity.requests.intake import receive

    nodes = desk.nodes
    request = nodes.maker.request(
        to={"party": VN, "name": "Department for Cyber Security"},
        **{"from": {"party": "PH.cicc", "name": "Cybercrime Coordination Center"}},
    )
    signers = [nodes.key(role, "PH.cicc") for role in ("draft", "release")]
    path = nodes.maker.good(request, signers=signers, role=nodes.world.slice("PH.cicc"))
    found = receive(nodes.office(), path).request
    desk.member("answering", f"{found.peer}:{found.case}")
    return str(found.id)


def serve(home: Path, port: int) -> None:
    """Serve the desk of a filled node, with the time at which it was filled; print who may come in with which word."""
    from comity.accounts import sessions, tokens
    from comity.accounts.access import standing
    from comity.accounts.duties import acts
    from comity.accounts.model import PASSKEY
    from comity.accounts.sessions import Caller
    from comity.node.service import open_node
    from comity.web.desk.desk import Desk
    from comity.web.desk.serving import DeskServer
    from comity.web.desk.site import Site

    facts, words = json.loads((home.parent / "facts.json").read_text()), {}
    with open_node(home, clock=FixedClock(datetime.fromisoformat(facts["at"])), fresh=True) as node:
        desk = Desk(node, Site(f"http://localhost:{port}"), token_calls=10**9, token_rate=1e9)
        staff = desk.staff
        for who, person in facts["people"].items():
            with staff.store.write() as unit:
                opened = sessions.begin(staff, unit, staff.person(unit, person), PASSKEY, Caller("192.0.2.9"))
                there = standing(staff, unit, opened.person, opened.session)
            wanted = [name for name in acts() if not name.startswith(tokens.NEVER) and there.may(name)]
            token = tokens.make(staff, there, "bench", wanted, tokens.LONGEST)[1] if wanted else ""
            words[who] = [f"{desk.site.cookie('visit')}={opened.word}", f"Bearer {token}"]
        server = DeskServer(desk, f"127.0.0.1:{port}")
        server.start()
        print(json.dumps(words), flush=True)
        sys.stdin.read()
        server.stop()


PEER = """
import sys
import sqlalchemy as sa, uvicorn
from jinja2 import Environment
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
engine = sa.create_engine(sys.argv[1])
QUERY = sa.text('SELECT id, reference, peer, measure, state, changed_at FROM request WHERE id >= :id ORDER BY id LIMIT 100')
PAGE = Environment(autoescape=True).from_string('<!doctype html><table>{% for one in rows %}<tr>'
    '{% for cell in one %}<td>{{ cell }}</td>{% endfor %}<td>' + 'x' * 100 + '</td></tr>{% endfor %}</table>')
def page(request):
    with engine.connect() as unit:
        rows = unit.execute(QUERY, {'id': 'request-00000500'}).all()
    return HTMLResponse(PAGE.render(rows=rows))
uvicorn.run(Starlette(routes=[Route('/', page)]), port=int(sys.argv[2]), log_level='critical', access_log=False)
"""


@dataclass(frozen=True)
class Server:
    """A server in a process of its own, with what lets each person in."""

    port: int
    process: subprocess.Popen[str]
    words: dict[str, list[str]]
    database: int = 0

    def processor(self) -> float:
        """The milliseconds of processor that it and its database's server used until now."""
        return sum(_used(one) for one in (self.process.pid, *_family(self.database))) * 1000 / TICKS


def _used(process: int) -> int:
    try:
        found = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return sum(int(one) for one in found[11:15])


def _family(parent: int) -> list[int]:
    """Name a database's server and its processes; nothing where there is none."""
    if not parent:
        return []
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return [parent, *map(int, children)]


def _database(url: str) -> int:
    """Find the process of a database's server on this machine."""
    if not url.startswith("postgresql"):
        return 0
    import psycopg

    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT setting FROM pg_settings WHERE name = 'data_directory'").fetchone()
    assert row
    return int((Path(row[0]) / "postmaster.pid").read_text().split("\n")[0])


@contextmanager
def running(line: list[str], port: int, url: str, *, speaks: bool) -> Iterator[Server]:
    """Run a server; one that *speaks* says who may come in."""
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin and process.stdout
    try:
        words = json.loads(process.stdout.readline()) if speaks else {}
        _wait(port)
        yield Server(port, process, words, _database(url))
    finally:
        process.stdin.close()
        process.terminate()
        process.wait(30)


def _wait(port: int) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        try:
            return HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.1)
    raise SystemExit("got no server, expected one")


def pages(facts: dict[str, Any], requests: int) -> Iterator[tuple[str, str, str]]:
    """Name the pages, who asks for each, and where it is."""
    people, since, own = facts["people"], facts["at"][:10], "VA-2026-000000"
    for who in ROLES:
        yield f"home, {who}", who, "/"
    yield "cases", "asking", "/cases"
    yield "cases, the last page", "asking", f"/cases?after=VA-2026-{requests // 40 - 60:06}"
    yield "case", "asking", f"/case/{own}"
    yield "request", "asking", "/request/request-00000003"
    yield f"request, {2 * 300} lines", "asking", f"/request/request-{LONG:08}"
    yield "draft", "asking", f"/request/{facts['draft']}/draft"
    yield "inbox", "answering", "/inbox"
    yield "inbox, also done", "answering", "/inbox?all=yes"
    yield "queue", "answering", "/queue"
    yield "incoming", "answering", f"/incoming/{facts['incoming']}"
    yield "figures", "answering", "/figures"
    yield "search, a word of one", "asking", f"/search?q=own{requests // 4}"
    yield "search, a word of all", "asking", "/search?q=savings"
    yield "search, an identifier", "asking", "/search?q=Mule@example.org"
    yield "evidence", "asking", "/evidence"
    yield "returns", "asking", f"/returns/{own}"
    yield "matching", "asking", "/matching"
    yield "directory", "asking", "/directory"
    yield "party", "asking", "/directory/SG.orchid"
    yield "peers", "running", "/peers"
    yield "audit", "auditing", "/audit"
    yield "audit, a person", "auditing", f"/audit?person={people['asking']}"
    yield "audit, a case", "auditing", f"/audit?case={own}"
    yield "audit, a kind seldom", "auditing", "/audit?kind=glass"
    yield "audit, a day", "auditing", f"/audit?since={since}&kind=reads"
    yield "people", "running", "/people"
    yield "person", "running", f"/people/{people['asking']}"
    yield "node", "running", "/node"
    yield "duties", "asking", "/duties"
    yield "law", "asking", "/law"
    yield "country", "asking", "/law/country/VN"
    yield "article", "asking", "/law/article/42"
    yield "api: cases", "asking", "/api/v1/cases"
    yield "api: case", "asking", f"/api/v1/cases/{own}"
    yield "api: requests", "asking", "/api/v1/requests"
    yield "api: request", "asking", "/api/v1/requests/request-00000003"
    yield "api: incoming", "answering", "/api/v1/incoming"
    yield "api: incoming one", "answering", f"/api/v1/incoming/{facts['incoming']}"
    yield "api: directory", "asking", "/api/v1/directory"
    yield "api: article", "asking", "/api/v1/law/articles/42"


@dataclass(frozen=True)
class Measured:
    """Milliseconds of each answer to one client and to several, and of processor for one answer."""

    alone: list[float]
    crowd: list[float]
    processor: float
    size: int
    seconds: float
    refused: int = 0

    def line(self) -> str:
        """The figures in a row."""
        worst = [quantiles(found, n=100, method="inclusive") for found in (self.alone, self.crowd)]
        figures = [median(self.alone), worst[0][94], self.processor, median(self.crowd), worst[1][94], worst[1][98]]
        rest = f"{len(self.crowd) / self.seconds:>8.0f}{self.size:>8.0f}"
        return "".join(f"{one:>8.0f}" for one in figures) + rest + (f"  {self.refused} refused" if self.refused else "")


HEAD = "".join(f"{one:>8}" for one in ("median", "95 %", "cpu", "median", "95 %", "99 %", "/s", "KiB"))


def measured(server: Server, who: str, path: str, *, seconds: float, clients: int) -> Measured:
    """Ask for a page alone, then with several clients."""
    cookie, token = server.words.get(who, ["", ""])
    headers = {"Host": f"localhost:{server.port}", "Accept-Encoding": "identity"}
    headers |= {"Authorization": token} if path.startswith("/api/") else {"Cookie": cookie}
    _ask(server.port, headers, path, 0)
    before = server.processor()
    alone = _ask(server.port, headers, path, seconds)
    used = (server.processor() - before) / len(alone.times)
    began = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        found = list(pool.map(lambda _: _ask(server.port, headers, path, seconds), range(clients)))
    lasted, crowd = time.perf_counter() - began, [one for each in found for one in each.times]
    refused = alone.refused + sum(one.refused for one in found)
    return Measured(alone.times, crowd, used, alone.size // 1024, lasted, refused)


@dataclass
class Asked:
    """The milliseconds of each answer to one client, the size of the last one, and how many were none."""

    times: list[float] = field(default_factory=list)
    size: int = 0
    refused: int = 0


def _ask(port: int, headers: dict[str, str], path: str, seconds: float) -> Asked:
    """Ask again and again over one connection, as fast as answers come."""
    end, found = time.perf_counter() + seconds, Asked()
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        while len(found.times) < 2 or time.perf_counter() < end:
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            found.size = len(answer.read())
            found.times.append((time.perf_counter() - began) * 1000)
            found.refused += answer.status != 200
    return found


@contextmanager
def store(engine: str, keep: Path | None, sizes: tuple[int, int]) -> Iterator[tuple[Path, str]]:
    """Give the folder of a filled node and its database, built now or kept from before."""
    with ExitStack() as stack:
        folder = keep / engine if keep else Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))
        folder.mkdir(parents=True, exist_ok=True)
        address = folder / "url"
        if not address.exists():
            url = _kept(engine, folder) if keep else stack.enter_context(fresh_database(engine, folder))
            build(engine, folder, url, sizes)
            address.write_text(url)
        yield folder, address.read_text()


def _kept(engine: str, folder: Path) -> str:
    """Give the URL of a new database that stays."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'node.db'}"
    import psycopg

    server, name = os.environ[SERVER], f"desk_{os.urandom(4).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return f"{server.rpartition('/')[0]}/{name}"


def table(engine: str, given: argparse.Namespace, sizes: tuple[int, int]) -> None:
    """Print the figures of an engine, the peer first."""
    how = {"seconds": given.seconds, "clients": given.clients}
    with store(engine, given.keep, sizes) as (folder, url):
        print(
            f"\n{engine:<24}{'one client':^24}{f'{given.clients} clients':^32}\n{'milliseconds':<24}{HEAD}", flush=True
        )
        port = free_port()
        address = url.replace("postgresql:", "postgresql+psycopg:")
        with running([sys.executable, "-c", PEER, address, str(port)], port, url, speaks=False) as peer:
            print(f"{'(bare page, 100 rows)':<24}{measured(peer, '', '/', **how).line()}", flush=True)
        port, facts = free_port(), json.loads((folder / "facts.json").read_text())
        line = [sys.executable, __file__, "--serve", str(folder / f"node-{VN}"), str(port)]
        with running(line, port, url, speaks=True) as server:
            for name, who, path in pages(facts, sizes[0]):
                if name.startswith(given.only):
                    print(f"{name:<24}{measured(server, who, path, **how).line()}", flush=True)


def main() -> None:
    """Print a table for each engine."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2,000 requests and 10,000 events")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each page is asked for")
    parser.add_argument("--clients", type=int, default=4, help="how many ask at once")
    parser.add_argument("--keep", type=Path, help="folder in which the filled nodes stay, to be measured again")
    parser.add_argument("--only", default="", help="only pages whose name begins with this")
    parser.add_argument("--engine", default="", help="only this engine")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(Path(given.serve[0]), int(given.serve[1]))
        return
    sizes = (2_000, 10_000) if given.quick else (100_000, 1_000_000)
    for engine in filter(None, [given.engine] if given.engine else ["sqlite", _postgres()]):
        table(engine, given, sizes)


def _postgres() -> str:
    if os.environ.get(SERVER):
        return "postgresql"
    print(f"{SERVER} names no server: PostgreSQL is left out")
    return ""


if __name__ == "__main__":
    main()
