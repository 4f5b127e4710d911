"""The demonstration's desks: two of its nodes get pages, people with roles and keys, and a way in for each of them.

Everything is what an administrator does on the page of the people: nobody's door is set up yet, and every key keeps its passphrase.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from comity.kernel.language import _

from .demonodes import settle
from .stage import PASSPHRASE, Stage

if TYPE_CHECKING:
    from comity.accounts.model import Person
    from comity.accounts.staff import Staff

REASON, WAY = "for the demonstration", "demonstration"


@dataclass(frozen=True)
class Post:
    """Somebody at a desk: the role, and the key file with which he signs."""

    name: str
    label: str
    role: str
    key: str


CREWS = {
    "vn": (
        Post("lan", "Lan", "drafter", "post-3"),
        Post("minh", "Minh", "releaser", "post-1b"),
        Post("huy", "Huy", "officer", "desk"),
    ),
    "sg": (Post("wei", "Wei", "provider", "desk"),),
}
CASES = {"vn": ("VN-2022-RONIN", "VN-2017-WANNACRY"), "sg": ("VN.a05:VN-2022-RONIN",)}


def desks(stage: Stage, ports: dict[str, int]) -> None:
    """Give nodes of the demonstration a desk, each on its port, and say who comes in where."""
    stage.scene(_("Two nodes get a desk with pages: their people are invited, and each sets up his own door"))
    for home, crew in CREWS.items():
        url = f"http://localhost:{ports[home]}"
        settle(stage.folder, home, desk=f"127.0.0.1:{ports[home]}", desk_url=url)
        for post in crew:
            _key(stage.folder, home, post.key)
        codes = _people(stage.folder / home, crew, CASES[home])
        stage.say(f"comity serve --home {stage.folder / home}")
        for (name, does), code in codes.items():
            stage.say(f"    {name:<6} {does:<20} {url}/join?code={code}")
    stage.say(
        _("Each works once, within a day. Two people need two browser profiles, or one of them a private window.")
    )
    stage.say(_("Every key's passphrase is: {passphrase}").format(passphrase=PASSPHRASE))


def _key(folder: Path, home: str, name: str) -> None:
    """Lay a key, sealed as it is, where the desk of a node looks for it."""
    to = folder / home / "keys"
    to.mkdir(mode=0o700, exist_ok=True)
    for file in (name, f"{name}.pub"):
        shutil.copy(folder / "keys" / home / file, to)


def _people(home: Path, crew: tuple[Post, ...], cases: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """Make the administrator of a node and let him invite its people; gives each one's code by name and duty."""
    from comity.accounts.duties import ADMINISTRATOR, roles
    from comity.accounts.people import bind_key, first, invite
    from comity.crypto.keys import read_public
    from comity.node.service import open_node

    with open_node(home) as node:
        holders = {key.keyid: key.holder for key in node.office.me().keys}
        admin, own = first(node.staff)
        people, codes = [], {}
        for post in crew:
            person, code = invite(node.staff, admin, post.name, post.label, [post.role], REASON)
            bind_key(
                node.staff, admin, person.id, post.key, holders[read_public(home / "keys" / f"{post.key}.pub").keyid]
            )
            people.append(person)
            codes[post.name, _(roles()[post.role].label)] = code
        for case in cases:
            _know(node.staff, case, *people)
    return codes | {(admin.name, _(roles()[ADMINISTRATOR].label)): own}


def _know(staff: Staff, case: str, begun: Person, *others: Person) -> None:
    """Let one person be the first who knows of a case, and bring in the others."""
    from comity.accounts import access, knowledge, sessions
    from comity.accounts.sessions import Caller

    with staff.store.write(durable=True) as unit:
        knowledge.begin(staff, unit, begun, case, REASON)
        opened = sessions.begin(staff, unit, begun, WAY, Caller())
        who = access.standing(staff, unit, begun, opened.session)
    for one in others:
        knowledge.bring_in(staff, who, case, one.id, REASON)
    sessions.end(staff, opened.word)
