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

REASON, WAY, AUDITOR = "for the demonstration", "demonstration", "auditor"


@dataclass(frozen=True)
class Post:
    """Somebody at a desk: the roles, and the key file with which they sign; none where they sign nothing."""

    name: str
    label: str
    roles: tuple[str, ...]
    key: str = ""


CREWS = {
    "vn": (
        Post("lan", "Lan", ("drafter",), "post-3"),
        Post("minh", "Minh", ("releaser",), "post-1b"),
        Post("huy", "Huy", ("officer",), "desk"),
        Post("hoa", "Hoa", ("confirmer",), "post-0"),
        Post("thu", "Thu", ("lawyer",)),
        Post("binh", "Binh", ("custodian",), "evidence"),
        Post("ngan", "Ngan", (AUDITOR,)),
    ),
    "sg": (
        Post("wei", "Wei", ("provider",), "desk"),
        Post("jun", "Jun", ("provider", "releaser"), "counsel"),
    ),
}
CASES = {"vn": ("VN-2022-RONIN", "VN-2017-WANNACRY"), "sg": ("VN.a05:VN-2022-RONIN",)}


def desks(stage: Stage, ports: dict[str, int]) -> None:
    """Give nodes of the demonstration a desk, each on its port, and say who comes in where."""
    stage.scene(_("Two nodes get a desk with pages: their people are invited, and each sets up a door of their own"))
    for home, crew in CREWS.items():
        url = f"http://localhost:{ports[home]}"
        settle(stage.folder, home, desk=f"127.0.0.1:{ports[home]}", desk_url=url)
        for post in crew:
            if post.key:
                _key(stage.folder, home, post.key)
        codes = _people(stage.folder / home, crew, CASES[home])
        stage.say(f"comity serve --home {stage.folder / home}")
        for (name, role, does), code in codes.items():
            stage.say(f"    {name:<6} {role:<32} {url}/join?code={code}")
            stage.say(f"           [dim]{does}[/]")
    stage.say(_("Each address works once: the administrator's within a day, the others' within a week."))
    stage.say(_("Two people need two browser profiles, or one of them a private window. Begin with lan."))
    stage.say(_("Every key's passphrase is: {passphrase}").format(passphrase=PASSPHRASE))


def _key(folder: Path, home: str, name: str) -> None:
    """Lay a key, sealed as it is, where the desk of a node looks for it."""
    to = folder / home / "keys"
    to.mkdir(mode=0o700, exist_ok=True)
    for file in (name, f"{name}.pub"):
        shutil.copy(folder / "keys" / home / file, to)


def _people(home: Path, crew: tuple[Post, ...], cases: tuple[str, ...]) -> dict[tuple[str, str, str], str]:
    """Make the administrator of a node and let him invite its people; gives each one's code by name, role and what it does."""
    from comity.accounts.duties import ADMINISTRATOR
    from comity.accounts.people import bind_key, first, invite
    from comity.crypto.keys import read_public
    from comity.node.service import open_node

    with open_node(home) as node:
        holders = {key.keyid: key.holder for key in node.office.me().keys}
        admin, own = first(node.staff)
        people, codes = [], {}
        for post in crew:
            person, code = invite(node.staff, admin, post.name, post.label, post.roles, REASON)
            if post.key:
                holder = holders[read_public(home / "keys" / f"{post.key}.pub").keyid]
                bind_key(node.staff, admin, person.id, post.key, holder)
            if AUDITOR not in post.roles:
                people.append(person)
            codes[post.name, *_told(*post.roles)] = code
        for case in cases:
            _know(node.staff, case, *people)
    return codes | {(admin.name, *_told(ADMINISTRATOR)): own}


def _told(*named: str) -> tuple[str, str]:
    """Give roles in words, and what they do."""
    from comity.accounts.duties import roles

    held = [roles()[one] for one in named]
    return ", ".join(_(one.label) for one in held), " ".join(_(one.does) for one in held)


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
