"""Who acts, and where: a person as he stands now, at his node. The desk makes one of a visit, the API one of a call."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Protocol

from comity.accounts import attempts
from comity.accounts.access import Standing, cases_of
from comity.accounts.attempts import DEVICE
from comity.accounts.errors import BadAccount, NotAllowed
from comity.accounts.model import Person
from comity.accounts.staff import Staff
from comity.crypto.errors import KeyFileError
from comity.crypto.keys import FileSigner
from comity.exchange.desk import Desk as Exchange
from comity.exchange.refusing import By
from comity.node.service import Node
from comity.requests.office import Office

KEYS = "keys"


class Place(Protocol):
    """Where people act: a node, its people, its exchange, and the lock of what is checked one at a time."""

    @property
    def node(self) -> Node:
        """Give the node."""

    @property
    def staff(self) -> Staff:
        """Give its people."""

    @property
    def exchange(self) -> Exchange:
        """Give where messages with peers are written and heard."""

    @property
    def checking(self) -> threading.Lock:
        """Give the lock that whoever checks something long holds."""


@dataclass(frozen=True)
class Actor:
    """A person as he stands now, at his node."""

    place: Place
    who: Standing

    @property
    def node(self) -> Node:
        """Give the node."""
        return self.place.node

    @property
    def office(self) -> Office:
        """Give the office."""
        return self.place.node.office

    @property
    def exchange(self) -> Exchange:
        """Give where messages with peers are written and heard."""
        return self.place.exchange

    @property
    def staff(self) -> Staff:
        """Give the people of the node."""
        return self.place.staff

    @property
    def person(self) -> Person:
        """Give the person."""
        return self.who.person

    @property
    def by(self) -> By:
        """Give him as one who answers for something: by the name in the directory, if he signs, else as people read it."""
        return By(self.person.id, self.person.holder or self.person.label)

    def cases(self) -> frozenset[str]:
        """Give the cases that he knows of."""
        with self.staff.store.read() as unit:
            return cases_of(self.staff, unit, self.who)

    def require(self, act: str, advice: str) -> None:
        """Find that his roles give him an act beside the one he came for.

        Raises:
            NotAllowed: they do not.
        """
        if not self.who.may(act):
            raise NotAllowed(f"got {act}, expected an act of your roles", advice=advice)

    def signer(self, passphrase: str, *, by: str = "") -> FileSigner:
        """Open his own key for one act; it is kept nowhere. Wrong tries are counted, apart for each *by*.

        Raises:
            BadAccount: he has no key, it is no longer his in the directory, or the passphrase is wrong.
            TooSoon: the passphrase was wrong too often.
        """
        person, staff, node = self.person, self.staff, self.node
        if not person.key:
            advice = "An administrator says on your page among the people which key is yours."
            raise BadAccount("got nobody's key, expected yours", field="passphrase", advice=advice)
        counted = {":".join(filter(None, ("key", person.id, by))): DEVICE}
        with staff.store.write() as unit:
            attempts.begin(staff, unit, counted)
        try:
            signer = FileSigner.open(node.settings.home / KEYS / person.key, passphrase)
        except KeyFileError as e:
            raise BadAccount("got another passphrase, expected your key's", field="passphrase") from e
        with staff.store.write() as unit:
            attempts.forget(unit, counted)
        listed = node.office.me().key(signer.public.keyid)
        if listed is None or listed.holder != person.holder:
            advice = "Let an administrator look which key is yours in the directory."
            raise BadAccount("got a key that the directory does not have as yours", field="passphrase", advice=advice)
        return signer
