"""Two nodes for measuring: on any database, as processes or filled with many tasks; and a bare server beside them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import sqlalchemy as sa

from builders.exchange import SG, VN, Link
from builders.nodes import Nodes
from builders.patience import free_port
from comity.crypto.keys import FileSigner
from comity.exchange.identity import Identity
from comity.exchange.mapping import task_id
from comity.exchange.objecttables import THEIRS
from comity.exchange.transport import client_context
from comity.node.service import make_node
from comity.node.settings import Settings
from comity.requests.tables import find_requests
from comity.store.schema import metadata

PROGRAM = [sys.executable, "-c", "from comity.cli.main import main; main()"]
CHUNK = 5_000


class Homes(Nodes):
    """Nodes on databases of one's choice, whose receivers answer `received` by themselves."""

    def __init__(self, folder: Path, now: datetime, urls: Mapping[str, str]) -> None:
        """Make a world; a party's database is at its URL."""
        super().__init__(folder, now)
        self._urls = urls

    def home(self, party: str = VN) -> Path:
        """The folder of a party's node, made when first asked for."""
        home = self.folder / f"node-{party}"
        if not home.exists():
            home.mkdir()
            self.key("node", party).save(home / "node.key", "")
            root = self.folder / "root.json"
            root.write_bytes(self.world.root)
            settings = Settings(home, party, database=self._urls[party])
            make_node(settings, root=root, source=self.world.mirror.folder.path, clock=self.clock)
        return home

    def linked(self) -> Link:
        """Both nodes, that know each other's addresses and certificates."""
        link = Link(self, self.folder)
        rows = self.world.registry.shelf.party(SG).document()["keys"]
        key = self.world.keys[SG]["node"] = FileSigner.generate()
        row = {**rows[0], "keyid": key.public.keyid, "public": key.public.hex, "roles": ["node", "receipt"]}
        link.change(SG, keys=[*rows, row])
        self.world.refresh()
        for party in (VN, SG):
            link.enrol_by_command(party)
        link.spread(VN, SG)
        return link

    def confirmed(self) -> int:
        """How many requests the receiver's word came back on."""
        with self.node(VN).store.read() as unit:
            return len(find_requests(unit, state="received"))


@contextmanager
def processes(link: Link) -> Iterator[None]:
    """Both nodes serving."""
    running = []
    for party in (SG, VN):
        line = [*PROGRAM, "serve", "--home", str(link.nodes.home(party)), "--json"]
        line += ["--listen", f"127.0.0.1:{link.ports[party]}"]
        running.append(subprocess.Popen(line, stdout=subprocess.DEVNULL))
    try:
        yield
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait(60)


BARE = """
import os, ssl, sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
folder, pair, peer, port = sys.argv[1:]
count = 0

def store(raw):
    global count
    count += 1
    with open(Path(folder) / f"{count}-{os.urandom(4).hex()}", "xb") as f:
        f.write(raw)
        f.flush()
        os.fsync(f.fileno())

async def take(request):
    store(await request.body())
    return Response(b"taken")

app = Starlette(routes=[Route("/", take, methods=["POST"])])
uvicorn.run(app, port=int(port), ssl_certfile=pair, ssl_keyfile=pair, ssl_ca_certs=peer,
            ssl_cert_reqs=ssl.CERT_REQUIRED, log_level="critical", access_log=False)
"""


@contextmanager
def bare(link: Link, folder: Path) -> Iterator[str]:
    """A Starlette server with the receiver's own key that only stores what the sender posts."""
    port, stored = free_port(), folder / "stored"
    stored.mkdir()
    pairs = [str(link.identities[party].file) for party in (SG, VN)]
    process = subprocess.Popen([sys.executable, "-c", BARE, str(stored), *pairs, str(port)])
    url = f"https://127.0.0.1:{port}/"
    try:
        _wait(link.identities[VN], link, url)
        yield url
    finally:
        process.terminate()
        process.wait(30)


def _wait(identity: Identity, link: Link, url: str) -> None:
    end = time.monotonic() + 60
    with httpx2.Client(verify=client_context(identity, link.peer(SG)), trust_env=False) as client:
        while time.monotonic() < end:
            try:
                client.post(url, content=b"x").raise_for_status()
            except httpx2.TransportError:
                time.sleep(0.1)
            else:
                return
    raise AssertionError("the bare server did not start")


def filled(nodes: Nodes, party: str, count: int) -> str:
    """Fill a node with so many requests of VN.a05, each with a task, two messages and a job; names one of the tasks."""
    node, now = nodes.node(party), nodes.clock.now()
    with node.store.write() as unit:
        for start in range(0, count, CHUNK):
            rows: dict[str, list[dict[str, Any]]] = {}
            for number in range(start, min(start + CHUNK, count)):
                for table, row in _rows(number, now):
                    rows.setdefault(table, []).append(row)
            for table, made in rows.items():
                unit.execute(sa.insert(metadata.tables[table]), made)
    return task_id(_name(0), 1)


def _name(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012x}"


def _rows(number: int, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    name, transaction, digest = _name(number), f"00000000-0000-4000-8000-{number:012x}", f"{number:064x}"
    yield (
        "request",
        {
            "id": name, "direction": "in", "reference": f"OLD-{number}", "case": "", "peer": VN, "measure": "preserve",
            "state": "received", "document": {"reference": f"OLD-{number}"}, "changed_at": now, "package": digest,
            "file": f"package-{name}.zip", "envelope": "",
        },
    )  # fmt: skip
    for kind, one in (("AuthorisationObject", name), ("LPTaskObject", task_id(name, 1))):
        yield (
            "hi1_object",
            {
                "peer": VN, "side": THEIRS, "id": one, "type": kind, "generation": 1, "status": "", "desired": "",
                "request": name, "changed_at": now - timedelta(seconds=number), "members": {"Reference": name}, "transaction": transaction,
            },
        )  # fmt: skip
    for direction in ("in", "out"):
        yield (
            "exchange_message",
            {
                "direction": direction, "peer": VN, "transaction": transaction, "kind": "order", "about": name,
                "raw": b"x" * 200, "sha256": digest, "at": now, "state": "answered", "reason": "", "answer": b"y" * 100,
                "answered_at": now,
            },
        )  # fmt: skip
    yield (
        "job",
        {
            "kind": "deliver", "subject": transaction, "payload": {}, "due_at": now, "attempts": 1, "last_error": "",
            "state": "done",
        },
    )  # fmt: skip
