"""The secrets of one-time codes at rest: sealed (age, X25519) under a key of the node that lies outside of its database.

Each is sealed together with whose it is, so that one that was moved to another person does not open. The recipient is
published nowhere: who has the database alone can neither open a secret nor make one.

A node that has no key yet seals what lies open first, and puts its key in place after that. Wherever it is killed, the next
try goes on with the same key; once the key is in its place, what lies open does not count any more.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from comity.crypto.recipient import Identity, kept_identity, open_bytes, read_identity, seal_bytes
from comity.kernel import canonical
from comity.kernel.disk import settle
from comity.kernel.errors import ComityError
from comity.store.engine import Store, Unit

from . import tables
from .errors import NoVault
from .model import Person

NAME, SEALED = "accounts.key", "age:"
LOST = (
    "Put the file back from where it is kept apart, or let two administrators give new codes; a passkey needs no code."
)


@dataclass(frozen=True)
class Vault:
    """What seals and opens secrets of people, by the key in a file."""

    path: Path

    def prepare(self, store: Store) -> None:
        """Have the key in its place, and all that lay open before sealed; again changes nothing.

        Raises:
            NoVault: something is sealed, and the key is not here.
        """
        if self.path.exists():
            self._coming.unlink(missing_ok=True)
            return
        with store.read() as unit:
            lost = [one for one in _coded(unit) if _is_sealed(one.totp)] if not self._coming.exists() else []
        if lost and not self.path.exists():
            raise NoVault(f"got {len(lost)} sealed secrets and no key, expected it", file=self.path.name, advice=LOST)
        coming = kept_identity(self._coming)
        with store.write(durable=True) as unit:
            for one in [] if self.path.exists() else _coded(unit):
                if not _is_sealed(one.totp):
                    tables.change(unit, replace(one, totp=_sealed(coming, one.id, one.totp)))
        self._settle()

    def seal(self, person: str, secret: str) -> str:
        """Give the form in which a secret of a person is kept.

        Raises:
            NoVault: the key is not here, or is none.
        """
        return _sealed(self._identity(), person, secret)

    def open(self, person: str, kept: str) -> str:
        """Give the secret of a person; nothing where what is kept is not sealed, altered, or somebody else's.

        Raises:
            NoVault: the key is not here, or is none.
        """
        identity = self._identity()
        try:
            data = open_bytes(base64.b64decode(kept.removeprefix(SEALED), validate=True), identity)
            said = canonical.load(data)
        except (ComityError, ValueError):
            return ""
        fits = kept.startswith(SEALED) and isinstance(said, dict) and said.get("person") == person
        return str(said.get("secret", "")) if fits else ""

    def faults(self, unit: Unit) -> tuple[int, list[str]]:
        """Count the secrets that are kept, and name the people whose one does not open."""
        kept = _coded(unit)
        return len(kept), [one.name for one in kept if not self.open(one.id, one.totp)]

    @property
    def _coming(self) -> Path:
        return self.path.with_name(f"{self.path.name}.new")

    def _identity(self) -> Identity:
        try:
            return read_identity(self.path)
        except ComityError as e:
            raise NoVault(f"got no key of the secrets: {e.message}", file=self.path.name, advice=LOST) from e

    def _settle(self) -> None:
        """Put the key in its place, never over another one; another process may have done so."""
        with suppress(FileNotFoundError, FileExistsError):
            self.path.hardlink_to(self._coming)
        self._coming.unlink(missing_ok=True)
        settle(self.path.parent)


def _sealed(identity: Identity, person: str, secret: str) -> str:
    data = canonical.dump({"person": person, "secret": secret})
    return SEALED + base64.b64encode(seal_bytes(data, [identity.recipient])).decode()


def _is_sealed(kept: str) -> bool:
    return kept.startswith(SEALED)


def _coded(unit: Unit) -> list[Person]:
    """List the people with one-time codes."""
    return [one for one in tables.select(unit, Person) if one.totp]
