"""A desk at work over HTTP: a node of VN.a05 with its people, and visitors as programs or in a real browser."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2

from builders.nodes import Nodes
from builders.nodes import opened as nodes_in
from builders.patience import free_port, until
from builders.staff import QUICK, Crew
from comity.accounts import knowledge, sessions
from comity.accounts.model import PASSKEY, Person
from comity.accounts.passwords import Passwords
from comity.accounts.sessions import Caller
from comity.accounts.staff import Staff
from comity.node.service import Node
from comity.web.desk.desk import Desk
from comity.web.desk.pages import ROUTES
from comity.web.desk.routes import Route
from comity.web.desk.serving import DeskServer
from comity.web.desk.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
ADMIN = "admin"
PLAIN = ssl.SSLContext(
    ssl.PROTOCOL_TLS_CLIENT
)  # the desks of tests are asked by HTTP; authorities take long to be read


@dataclass
class Served:
    """The desk of VN.a05, with everything behind it."""

    nodes: Nodes
    desk: Desk
    crew: Crew
    server: DeskServer
    _clients: list[httpx2.Client] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Where the desk is."""
        return self.desk.site.origin

    def person(self, name: str, *roles: str) -> Person:
        """A person of the node, made when first asked for; nobody needs naming before the administrator."""
        self.crew.person(ADMIN)
        return self.crew.person(name, *roles)

    def session(self, name: str, *roles: str) -> str:
        """The word of a new session of a person, as a passkey would open it."""
        person = self.person(name, *roles)
        with self.crew.staff.store.write() as unit:
            return sessions.begin(self.crew.staff, unit, person, PASSKEY, Caller("192.0.2.9", "test")).word

    def member(self, name: str, case: str) -> None:
        """Let a person know of a case: as its first member, or brought in by one."""
        person, staff = self.crew.people[name], self.crew.staff
        with staff.store.read() as unit:
            first = next(iter(knowledge.members(unit, case)), None)
        if first is None:
            with staff.store.write() as unit:
                knowledge.begin(staff, unit, person, case, "for the test")
            return
        by = next(who for who, one in self.crew.people.items() if one.id == first.person)
        knowledge.bring_in(staff, self.crew.standing(by), case, person.id, "for the test")

    def visitor(self) -> Visitor:
        """Somebody who is not signed in."""
        client = httpx2.Client(base_url=self.origin, follow_redirects=False, timeout=60, verify=PLAIN)
        self._clients.append(client)
        return Visitor(client, self.origin)

    def client(self, name: str, *roles: str) -> Visitor:
        """A person who is signed in, as a program that does what a browser would."""
        visitor = self.visitor()
        visitor.client.cookies.set(self.desk.site.cookie("visit"), self.session(name, *roles), domain="localhost.local")
        return visitor

    @contextmanager
    def browser(self, browser: Browser, *person: str, also: tuple[str, ...] = (), **context: Any) -> Iterator[Page]:
        """A page in a fresh profile, of a person and his roles who is signed in, or of nobody; what goes wrong is told.

        Any request to elsewhere than to what is known *also*, any error or warning of a page but that an answer was a refusal, fails the test.
        """
        profile = browser.new_context(base_url=self.origin, **({"locale": "en-GB"} | context))
        page, wrong = profile.new_page(), []
        self.seat(page, *person)
        known = (self.origin, "data:", *also)
        profile.on("request", lambda one: None if one.url.startswith(known) else wrong.append(one.url))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda one: wrong.append(one.text) if _bad(one.type, one.text) else None)
        try:
            yield page
        finally:
            profile.close()
        assert wrong == []

    def seat(self, page: Page, *person: str) -> None:
        """Let a person with roles, or nobody, sit at the browser of a page."""
        page.context.clear_cookies()
        if person:
            word = self.session(*person)
            page.context.add_cookies([{"name": self.desk.site.cookie("visit"), "value": word, "url": self.origin}])

    def settled(self) -> None:
        """Wait until nothing is set aside any more: what was given away is let go of after its last byte."""
        until(lambda: not list(self.desk.node.settings.files.glob("staging/*/*/*")))

    def close(self) -> None:
        """Close what was opened."""
        for client in self._clients:
            client.close()
        self.server.stop()


@dataclass
class Visitor:
    """A browser without eyes: keeps cookies, sends forms with what the page said, from the page's origin."""

    client: httpx2.Client
    origin: str

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for a page."""
        return self.client.get(path, headers=headers)

    def read(self, path: str) -> str:
        """What a person reads on a page: its text without the markup."""
        return unescape(" ".join(re.sub(r"<[^>]+>", "", self.get(path).text).split()))

    def csrf(self, path: str = "/sign-in") -> str:
        """The word that a page's forms send back."""
        found = CSRF.search(self.get(path).text)
        assert found, path
        return found[1]

    def post(
        self, path: str, data: dict[str, Any] | None = None, *, page: str = "/sign-in", **more: Any
    ) -> httpx2.Response:
        """Send a form as from a *page* of the desk."""
        headers = {"origin": self.origin, "sec-fetch-site": "same-origin", "referer": self.origin + page}
        body = {"csrf": self.csrf(page)} | (data or {})
        return self.client.post(path, data=body, headers=headers | more.pop("headers", {}), **more)


@contextmanager
def served(folder: Path, **changes: Any) -> Iterator[Served]:
    """Give the desk of VN.a05 at work."""
    with nodes_in(folder) as nodes, served_on(nodes, **changes) as made:
        yield made


@contextmanager
def served_on(
    nodes: Nodes, routes: tuple[Route, ...] = ROUTES, *, party: str = "VN.a05", node: Node | None = None, **changes: Any
) -> Iterator[Served]:
    """Give the desk of a world's VN.a05, or of another party, at work; or of a *node* with settings of its own."""
    node, port = node or nodes.node(party), free_port()
    vault = node.staff.vault
    staff = Staff(node.settings.party, node.store, node.ledger, node.clock, vault, passwords=Passwords(QUICK))
    desk = Desk(node, Site(f"http://localhost:{port}"), people=staff, **changes)
    server = DeskServer(desk, f"127.0.0.1:{port}", routes=routes)
    server.start()
    made = Served(nodes, desk, Crew(staff, nodes.clock), server)
    try:
        yield made
    finally:
        made.close()


def _bad(kind: str, text: str) -> bool:
    return kind in ("error", "warning") and not text.startswith("Failed to load resource: the server responded")
