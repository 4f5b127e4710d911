"""The staff of a node: what every act on people works with, brought together once by the node."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from comity.kernel.clock import Clock, stamp
from comity.kernel.ids import Random, new_id
from comity.ledger.service import Ledger
from comity.store.engine import Store, Unit

from . import tables
from .errors import NoPerson
from .model import Person
from .passwords import Passwords
from .vault import Vault

SECRET_BYTES = 32


@dataclass(frozen=True)
class Staff:
    """A node's people, with its store, log, clock, randomness, and what seals the secrets of their one-time codes."""

    party: str
    store: Store
    ledger: Ledger
    clock: Clock
    vault: Vault
    random: Random = secrets.token_bytes
    passwords: Passwords = field(default_factory=Passwords)

    @property
    def now(self) -> datetime:
        """Give the time now."""
        return self.clock.now()

    def new_id(self) -> str:
        """Make an id for a row."""
        return new_id(self.now, self.random)

    def secret(self) -> str:
        """Make something that nobody can guess, to be shown once."""
        return base64.urlsafe_b64encode(self.random(SECRET_BYTES)).rstrip(b"=").decode()

    def log(self, unit: Unit, kind: str, **facts: str | int) -> None:
        """Append an event about a person to the node's log."""
        event: Mapping[str, Any] = {"type": f"account.{kind}", "at": stamp(self.now)}
        self.ledger.append(unit, {**event, **{name: fact for name, fact in facts.items() if fact != ""}})

    def person(self, unit: Unit, person: str) -> Person:
        """Give a person by id.

        Raises:
            NoPerson: there is none.
        """
        found = tables.find(unit, Person, id=person)
        if found is None:
            raise NoPerson(f"got {person[:40]!r}, expected a person of this node", field="person")
        return found


def hashed(secret: str) -> str:
    """Give the form in which a secret is kept: its SHA-256."""
    return hashlib.sha256(secret.encode()).hexdigest()
