"""The desks of two linked nodes at work: VN.a05, which asks, and SG.orchid, which answers; messages go over the street."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builders.desk import Served, served_on
from builders.exchange import SG, VN
from builders.nodes import opened as nodes_in
from builders.provider import Provider, provider
from comity.accounts import people
from comity.accounts.access import knows
from comity.accounts.model import Person
from comity.crypto.keys import FileSigner
from comity.kernel.clock import stamp
from comity.requests.model import Request

PASSPHRASE = "open sesame on the hill"


@dataclass
class Desks:
    """The provider's desk, and the street on which messages go."""

    street: Provider
    served: Served

    def signer(self, name: str, *roles: str, holder: str = "") -> Person:
        """A person of the desk with a key of his own in the directory, that signs receipts."""
        person, home = self.served.person(name, *roles), self.served.desk.node.settings.home
        if person.key:
            return person
        key = FileSigner.generate()
        (home / "keys").mkdir(exist_ok=True)
        key.save(home / "keys" / name, PASSPHRASE)
        self.enrol(key, holder or person.label)
        staff = self.served.crew.staff
        people.bind_key(staff, self.served.person("admin"), person.id, name, holder or person.label)
        return self.served.person(name, *roles)

    def enrol(self, key: FileSigner, holder: str, party: str = SG) -> None:
        """Put a key that signs receipts into the directory."""
        link = self.street.link
        document = link.nodes.world.registry.shelf.party(party).document()
        row = {
            **document["keys"][0], "keyid": key.public.keyid, "public": key.public.hex, "holder": holder,
            "roles": ["receipt"],
        }  # fmt: skip
        link.change(party, keys=[*document["keys"], row])
        with suppress(KeyError):
            link.spread()

    def arrived(self, measure: str = "disclose_subscriber", **changes: Any) -> Request:
        """A request of VN.a05 that lies in the provider's inbox."""
        return self.street.received(measure, **changes)

    def taken(self, name: str, measure: str = "disclose_subscriber", **changes: Any) -> Request:
        """A request that a person at the desk has taken up."""
        request = self.arrived(measure, **changes)
        self.know(name, request)
        return request

    def know(self, name: str, request: Request) -> None:
        """Let a person know of the case of a request."""
        case, staff = f"{VN}:{request.case}", self.served.crew.staff
        with staff.store.read() as unit:
            if knows(staff, unit, self.served.crew.standing(name), case):
                return
        self.served.member(name, case)

    def state(self, request: Request, party: str = SG) -> str:
        """The state of a request at a party."""
        return self.street.state(request, party)

    def staged(self) -> set[Path]:
        """What the provider's node has set aside and not kept."""
        return {one for one in self.served.desk.node.settings.files.glob("staging/*/*/*") if one.is_file()}

    @property
    def today(self) -> str:
        """The day it is."""
        return stamp(self.served.desk.staff.now)[:10]


@contextmanager
def desks(folder: Path, **changes: Any) -> Iterator[Desks]:
    """Give the desk of SG.orchid at work, linked with VN.a05."""
    with nodes_in(folder) as nodes, provider(nodes, folder) as street, served_on(nodes, party=SG, **changes) as served:
        yield Desks(street, served)
