"""Two nodes as `comity serve` runs them, each with its desk: messages and files go over real TLS, carried by their own workers."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from builders.browsing import follow
from builders.desk import Served, served_on
from builders.exchange import SG, VN, Link
from builders.nodes import Nodes, opened
from builders.officers import SECRET
from builders.patience import LONG
from builders.served import served as serving_each_other
from comity.accounts import people
from comity.node.serving import Workers, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

Staffed = Iterable[tuple[str, str, str]]


@dataclass
class Wire:
    """Two desks whose nodes reach each other over TLS."""

    link: Link
    office: Served
    company: Served


@contextmanager
def wire(
    folder: Path, office: Staffed, company: Staffed, prepare: Callable[[Nodes], object] = lambda _: None
) -> Iterator[Wire]:
    """Two nodes at work: endpoints, workers, desks, and people: each a name, a role, and the role of his key; what is *prepared* is there first."""
    with ExitStack() as stack:
        nodes = stack.enter_context(opened(folder))
        prepare(nodes)
        pair = stack.enter_context(serving_each_other(nodes, folder))
        for party in (VN, SG):
            workers = Workers(serving(nodes.node(party)), count=1, pause=0.6)
            workers.start()
            stack.callback(workers.stop)
        here = stack.enter_context(served_on(nodes))
        there = stack.enter_context(served_on(nodes, party=SG))
        for desk, persons, party in ((here, office, VN), (there, company, SG)):
            for name, role, key in persons:
                bound(desk, name, role, key, party)
        yield Wire(pair.link, here, there)


def bound(desk: Served, name: str, role: str, key: str, party: str) -> None:
    """A person of a desk, who signs with the key that the directory has for a role."""
    person, keys = desk.person(name, role), desk.desk.node.settings.home / "keys"
    if not key:
        return
    keys.mkdir(exist_ok=True)
    signer = desk.nodes.key(key, party)
    signer.save(keys / name, SECRET)
    holder = desk.desk.node.office.me().key(signer.public.keyid)
    assert holder is not None
    people.bind_key(desk.crew.staff, desk.person("admin"), person.id, name, holder.holder)


def sign(page: Page, button: str) -> None:
    """Type the passphrase into the form of a button, and press it."""
    form = page.locator("form", has=page.get_by_role("button", name=button))
    form.get_by_label("Passphrase of your key").fill(SECRET)
    follow(form.get_by_role("button", name=button))


def unfold(page: Page, title: str) -> None:
    """Open a fold of a page, if it is shut."""
    fold = page.locator("details", has=page.locator("summary", has_text=title)).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()


def until(page: Page, path: str, text: str) -> None:
    """Look at a page again, as a person would, until it says something."""
    end = time.monotonic() + LONG
    page.goto(path)
    while not page.get_by_text(text).count():
        assert time.monotonic() < end, page.get_by_role("main").inner_text()
        page.wait_for_timeout(700)
        page.goto(path)
