"""The pages of the desk at a node after years of work: 10^5 requests in 5,000 cases, 10^6 events in the log.

    PYTHONPATH=tests python benchmarks/desk.py [--quick] [--seconds 5]

Each page is asked for by four threads at once, over connections that are kept, by a person who knows of one
case in ten, on SQLite and on PostgreSQL (COMITY_TEST_POSTGRES names the server). The server runs in the same process, so the times include
those of who asks. *alone* is one visitor without the others.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median, quantiles

import httpx2

from builders.databases import SERVER, fresh_database
from builders.desk import Served, Visitor, served_on
from builders.directory import START
from builders.exchange import VN
from builders.full import Full
from builders.pair import Homes

THREADS = 4
ROLES = {"asking": ["drafter"], "answering": ["provider"], "auditing": ["auditor"]}


@contextmanager
def full(engine: str, requests: int, events: int) -> Iterator[tuple[Served, str]]:
    """Give the desk of a full node at work, and the id of a draft in the first case."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name, fresh_database(engine, Path(name)) as url:
        nodes = Homes(Path(name), START, {VN: url})
        with closing(nodes), served_on(nodes) as desk:
            people = {who: desk.person(who, *roles).id for who, roles in ROLES.items()}
            model = nodes.draft()
            began = time.perf_counter()
            Full(requests, events, people["asking"], people["answering"]).fill(nodes, model)
            print(f"\n{engine}: {requests:,} requests, {events:,} events, in {time.perf_counter() - began:.0f} s")
            desk.member("asking", model.case)
            yield desk, model.id


def pages(desk: Served, draft: str, requests: int) -> Iterator[tuple[str, Visitor, str]]:
    """Name the pages, who asks for each, and where it is."""
    asking, answering, auditing = (desk.client(who) for who in ROLES)
    person, since = desk.person("asking").id, f"{desk.nodes.clock.now():%Y-%m-%d}"
    yield "home, who asks", asking, "/"
    yield "home, who answers", answering, "/"
    yield "cases", asking, "/cases"
    yield "case", asking, "/case/VA-2026-000000"
    yield "request", asking, "/request/request-00000002"
    yield "draft", asking, f"/request/{draft}/draft"
    yield "inbox", answering, "/inbox"
    yield "inbox, also done", answering, "/inbox?all=yes"
    yield "queue", answering, "/queue"
    yield "figures", answering, "/figures"
    yield "search, a word of one", asking, f"/search?q=own{requests // 4}"
    yield "search, a word of all", asking, "/search?q=savings"
    yield "search, an identifier", asking, "/search?q=Mule@example.org"
    yield "audit", auditing, "/audit"
    yield "audit, a person", auditing, f"/audit?person={person}"
    yield "audit, a case", auditing, "/audit?case=VA-2026-000000"
    yield "audit, a kind seldom", auditing, "/audit?kind=glass"
    yield "audit, a day", auditing, f"/audit?since={since}&kind=reads"
    yield "law", asking, "/law"


def measured(visitor: Visitor, path: str, seconds: float) -> tuple[float, list[float]]:
    """Give the milliseconds of a page alone, and of each answer to four threads."""
    first, alone = _timed(visitor.client, path), [_timed(visitor.client, path) for _ in range(3)]
    del first
    end = time.perf_counter() + seconds

    def ask(_thread: int) -> list[float]:
        found = []
        with httpx2.Client(base_url=visitor.origin, cookies=visitor.client.cookies, timeout=120) as client:
            while time.perf_counter() < end:
                found.append(_timed(client, path))
        return found

    with ThreadPoolExecutor(THREADS) as pool:
        return median(alone), [one for each in pool.map(ask, range(THREADS)) for one in each]


def _timed(client: httpx2.Client, path: str) -> float:
    began = time.perf_counter()
    answer = client.get(path)
    if answer.status_code != 200:
        raise SystemExit(f"got {answer.status_code} from {path}, expected a page")
    return (time.perf_counter() - began) * 1000


def main() -> None:
    """Print a table for each engine."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="2,000 requests and 10,000 events")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each page is asked for")
    parser.add_argument("--only", default="", help="only pages whose name begins with this")
    parser.add_argument("--engine", default="", help="only this engine")
    given = parser.parse_args()
    sizes = (2_000, 10_000) if given.quick else (100_000, 1_000_000)
    for engine in filter(None, [given.engine] if given.engine else ["sqlite", _postgres()]):
        with full(engine, *sizes) as (desk, draft):
            print(f"{'milliseconds':<24}{'alone':>8}{'median':>8}{'99 %':>8}{'a second':>10}")
            for name, visitor, path in pages(desk, draft, sizes[0]):
                if name.startswith(given.only):
                    alone, found = measured(visitor, path, given.seconds)
                    worst = quantiles(found, n=100, method="inclusive")[-1] if len(found) > 1 else found[0]
                    rate = len(found) / given.seconds
                    print(f"{name:<24}{alone:>8.0f}{median(found):>8.0f}{worst:>8.0f}{rate:>10.1f}", flush=True)


def _postgres() -> str:
    import os

    if os.environ.get(SERVER):
        return "postgresql"
    print(f"{SERVER} names no server: PostgreSQL is left out")
    return ""


if __name__ == "__main__":
    main()
