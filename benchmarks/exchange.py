"""The exchange between two nodes: a message accepted, requests from end to end, and what a message costs among many tasks.

    PYTHONPATH=tests python benchmarks/exchange.py [--quick]

**Accepted** is what a node does with a stranger's bytes before it acts: read them, verify the signature, read again what
the signature covers. **End to end** runs two nodes as processes, on SQLite and on PostgreSQL (COMITY_TEST_POSTGRES names
the server); beside them a bare Starlette server takes the same bytes over the same TLS and only stores them. **Among
many** fills a node with tasks and measures single messages; what it costs must stay flat.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

import httpx2
from lxml import etree

from builders.databases import SERVER, fresh_database
from builders.exchange import SG, VN, Link
from builders.hi1 import request, xsd
from builders.hi1signed import SIGNER, TRUSTED
from builders.nodes import TODAY, opened
from builders.orders import Street, street
from builders.pair import Homes, bare, filled, processes
from comity.exchange import tables
from comity.exchange.sending import send
from comity.exchange.transport import client_context
from comity.hi1 import codec, signing
from comity.hi1.model import Action
from comity.node.ports import desk_of

WORKERS = 4
PEER = "lxml + ETSI's XSD"


def accepted(seconds: float) -> None:
    """Compare taking a signed message in with parsing and with validating alone."""
    schema = xsd("v1.23.1")
    xml, text = (signing.sign(codec.write(request(), kind), SIGNER) for kind in ("xml", "json"))
    plain = codec.write(request(), "xml")

    def accept(raw: bytes) -> object:
        codec.read(raw, lenient=True)
        return codec.read(signing.verify(raw, TRUSTED).content)

    acts: dict[str, Callable[[], object]] = {
        "comity, XML accepted": lambda: accept(xml),
        "comity, JSON accepted": lambda: accept(text),
        "lxml, bare parse": lambda: etree.fromstring(plain),
        PEER: lambda: schema.assertValid(etree.fromstring(plain)),
    }
    rates = {name: median(_rate(act, seconds / 5) for _ in range(5)) for name, act in acts.items()}
    print(f"\nA message of {len(xml)} bytes of XML, {len(text)} of JSON, signed: per second")
    for name, rate in rates.items():
        print(f"  {name:<24}{rate:>10,.0f} /s   {rate / rates[PEER]:>6.2f} x {PEER}")


def _rate(act: Callable[[], object], seconds: float) -> float:
    act()
    done, begun = 0, time.perf_counter()
    while (spent := time.perf_counter() - begun) < seconds:
        act()
        done += 1
    return done / spent


def end_to_end(engine: str, count: int) -> None:
    """Send requests through two processes, receipts back, and the same bytes to a bare server."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = {}
        for party in (VN, SG):
            (folder / party).mkdir()
            urls[party] = stack.enter_context(fresh_database(engine, folder / party))
        nodes = Homes(folder, TODAY, urls)
        stack.callback(nodes.close)
        link = nodes.linked()
        made = [nodes.released() for _ in range(count)]
        began = time.perf_counter()
        raws = [send(desk_of(nodes.node(VN)), one.id).raw for one in made]
        queued = time.perf_counter() - began
        whole = _through(link, nodes, count)
        alone = _posted(link, folder, raws)
    size = sum(map(len, raws)) / count / 1024
    print(f"\n{engine}: {count} sealed requests of {size:.0f} KiB, queued, delivered, verified, received, receipt back")
    print(f"  {'queued (verified, signed)':<32}{count / queued:>8.1f} /s")
    for name, spent in alone.items():
        print(f"  {name:<32}{count / spent:>8.1f} /s   {whole / spent:>6.1f} x two nodes")
    print(f"  {'two nodes, from end to end':<32}{count / whole:>8.1f} /s   {whole / count * 1000:>6.1f} ms each")


def _through(link: Link, nodes: Homes, count: int) -> float:
    """Serve both nodes until every receipt is back; gives the seconds from the first message to the last."""
    with processes(link):
        end = time.monotonic() + 60 + count * 5
        while nodes.confirmed() < count:
            assert time.monotonic() < end, f"{nodes.confirmed()} of {count} came back"
            time.sleep(0.1)
    with nodes.node(VN).store.read() as unit:
        sent = tables.find_messages(unit, direction="out")
        back = tables.find_messages(unit, direction="in")
    first = min(one.answered_at for one in sent if one.answered_at)
    last = max(one.answered_at for one in back if one.answered_at)
    return (last - first).total_seconds() * count / max(count - 1, 1)


def _posted(link: Link, folder: Path, raws: list[bytes]) -> dict[str, float]:
    """Post the same bytes to a bare server: over a connection each, and over few that are kept."""
    found, peer = {}, link.peer(SG)
    context = client_context(link.identities[VN], peer)
    with bare(link, folder) as url:

        def each(raw: bytes) -> None:
            with httpx2.Client(verify=context, trust_env=False) as client:
                client.post(url, content=raw).raise_for_status()

        for name, act in (("bare, a connection each", each), ("bare, connections kept", None)):
            with httpx2.Client(verify=context, trust_env=False) as kept, ThreadPoolExecutor(WORKERS) as pool:
                post = act or (lambda raw: kept.post(url, content=raw).raise_for_status())
                list(pool.map(post, raws[:WORKERS]))
                begun = time.perf_counter()
                list(pool.map(post, raws))
                found[name] = time.perf_counter() - begun
    return found


def among_many(sizes: tuple[int, ...], times: int) -> None:
    """Measure messages at a node that keeps ever more tasks."""
    print("\nMilliseconds of the processor for a message, both sides, at a node with so many tasks")
    names: list[str] = []
    for size in sizes:
        with _street() as made:
            known = filled(made.nodes, SG, size)
            rows = {act: median(spent) * 1000 for act, spent in _measured(made, known, times).items()}
        if not names:
            names = list(rows)
            print(f"  {'tasks':>8}" + "".join(f"{one:>14}" for one in names))
        print(f"  {size:>8}" + "".join(f"{rows[one]:>14.2f}" for one in names))


@contextmanager
def _street() -> Iterator[Street]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield stack.enter_context(street(stack.enter_context(opened(folder, today=True)), folder))


def _measured(made: Street, known: str, times: int) -> dict[str, list[float]]:
    acts: dict[str, Callable[[], object]] = {
        "GET": lambda: made.asked(made.message(Action(0, "GET", identifier=known))),
        "LIST 10": lambda: made.asked(made.message(Action(0, "LIST", query={"MaximumObjectCount": 10}))),
        "LIST rare": lambda: made.asked(made.message(Action(0, "LIST", query=RARE))),
    }
    found = {name: [_spent(act) for _ in range(times)] for name, act in acts.items()}
    found["order"], found["receipt"] = [], []
    for _ in range(max(times // 4, 3)):
        one = made.sent()
        found["order"].append(_spent(lambda: made.work(VN)))
        made.answered(one, "received")
        found["receipt"].append(_spent(lambda: made.work(SG)))
    return found


RARE = {"ObjectType": {"Owner": "ETSI", "Name": "ObjectType", "Value": "LDTask"}, "MaximumObjectCount": 10}


def _spent(act: Callable[[], object]) -> float:
    begun = time.thread_time()
    act()
    return time.thread_time() - begun


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer messages, and 1,000 and 10,000 tasks only")
    quick = parser.parse_args().quick
    accepted(0.5 if quick else 5.0)
    for engine in ("sqlite", "postgres"):
        if engine == "postgres" and not os.environ.get(SERVER):
            print(f"\npostgres: SKIPPED, {SERVER} names no server")
            continue
        end_to_end(engine, 20 if quick else 100)
    among_many((1_000, 10_000) if quick else (1_000, 10_000, 100_000), 10 if quick else 40)


if __name__ == "__main__":
    main()
