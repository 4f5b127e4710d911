"""Programs that call the API of a served desk, each with a token of a person."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2

from builders.desk import Served
from builders.records import logged, paid, written
from comity.accounts import people, tables, tokens
from comity.accounts.duties import acts
from comity.accounts.model import Token
from comity.accounts.staff import hashed
from comity.crypto.keys import FileSigner
from comity.web.api.operations import FILE, FORM, JSON, Operation

BASE = "/api/v1"
_CLIENTS: dict[str, httpx2.Client] = {}
NONE = "00000000-0000-7000-8000-000000000000"
PLAIN = {
    "CASE": "X-NONE",
    "request": NONE,
    "country": "VN",
    "number": "29",
    "instrument": "hanoi",
    "party": "SG.orchid",
}


@dataclass(frozen=True)
class Program:
    """A program with a token."""

    client: httpx2.Client
    word: str
    token: Token

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """Call one path of the API."""
        headers = {"authorization": f"Bearer {self.word}"} | more.pop("headers", {})
        return self.client.request(method, BASE + path, headers=headers, **more)

    def get(self, path: str, **query: Any) -> httpx2.Response:
        """Look at something."""
        return self.call("GET", path, params=query)

    def post(self, path: str, body: Any = None, key: str = "", **more: Any) -> httpx2.Response:
        """Change something, perhaps under an idempotency key."""
        sent = {"content": body} if isinstance(body, bytes) else {"json": body}
        headers = {"content-type": FILE} if isinstance(body, bytes) else {}
        return self.call("POST", path, headers=headers | ({"idempotency-key": key} if key else {}), **sent, **more)

    def asks(self, operation: Operation) -> httpx2.Response:
        """Call an operation about things that are nowhere, with a body of the right kind that says nothing."""
        name = "item" if operation.path.startswith("/evidence") else "case"
        query = {name: "X-NONE"} if operation.case and "{" not in operation.path else {}
        body: dict[str, Any] = {"json": {}} if operation.takes == JSON else {}
        if operation.takes == FILE:
            body = {"content": b"nothing", "headers": {"content-type": FILE}}
        if operation.takes == FORM:
            body = {"files": [("files", ("nothing.txt", b"nothing"))]}
        return self.call(operation.method, path_of(operation), params=query, **body)


def path_of(operation: Operation) -> str:
    """A path of an operation, with something that is nowhere in every place that names one thing."""
    path = operation.path.replace("{case:path}", PLAIN["CASE"])
    return re.sub(r"\{([a-z]+)}", lambda found: PLAIN.get(found[1], "0"), path)


def program(desk: Served, name: str, *roles: str, only: list[str] | None = None, days: int = 7) -> Program:
    """A program of a person, with a token of all that he may, or of some acts only."""
    desk.person(name, *roles)
    who = desk.crew.standing(name)
    wanted = tokens.offered(who) if only is None else only
    token, word = tokens.make(desk.crew.staff, who, "program", wanted, timedelta(days=days))
    return Program(_client(desk), word, token)


def forged(desk: Served, name: str, *roles: str, but: str = "") -> Program:
    """A program whose token says that it holds every act there is, whatever its person may, *but* perhaps one."""
    person, staff, word = desk.person(name, *roles), desk.crew.staff, tokens.PREFIX + desk.crew.staff.secret()
    held = [one for one in acts() if one != but]
    token = Token(hashed(word), person.id, "forged", held, staff.now, staff.now + timedelta(days=1))
    with staff.store.write() as unit:
        tables.add(unit, token)
    return Program(_client(desk), word, token)


def _client(desk: Served) -> httpx2.Client:
    """One client for all programs of a desk: making one takes longer than a call."""
    found = _CLIENTS.get(desk.origin)
    if found is None or found.is_closed:
        found = _CLIENTS[desk.origin] = desk.visitor().client
    return found


def signs_as(desk: Served, name: str, role: str) -> FileSigner:
    """Bind a key of the directory to a person of the desk, and give it to him."""
    key = desk.nodes.key(role)
    listed = desk.nodes.office().me().require_key(key.public.keyid)
    people.bind_key(desk.crew.staff, desk.person("admin"), desk.person(name).id, f"{name}.key", listed.holder)
    return key


def returned(desk: Served, folder: Path, case: str) -> None:
    """Let the node keep a return for a case: two people who pay each other and come from one address."""
    noon = desk.nodes.clock.now()
    rows = [logged("lan@example.org", "192.0.2.7", noon), logged("minh@example.org", "192.0.2.7", noon)]
    rows += [paid("DE89370400440532013000", "GB82WEST12345698765432", "25.50", noon)]
    written(folder, rows)
    entry = {"sha256": "0" * 64, "reader": "test/1"}
    coverage = {"files": [entry], "records": {"session": 2, "transaction": 1}, "states": {"read": 1}}
    (folder / "coverage.json").write_text(json.dumps(coverage))
    desk.nodes.node().catalogue.keep(folder, case=case, by="Evidence room")
