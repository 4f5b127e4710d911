"""People for tests: a staff with quick passwords, persons with roles, an authenticator app."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from builders.databases import current, fresh_database
from builders.logs import NOON, counting, ledger
from comity.accounts import access, entering, people, sessions, totp
from comity.accounts.access import Standing
from comity.accounts.model import Grant, Person
from comity.accounts.passwords import Passwords
from comity.accounts.sessions import Caller, Opened
from comity.accounts.staff import Staff
from comity.accounts.vault import Vault
from comity.kernel.clock import FixedClock
from comity.store.engine import Store

QUICK = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
PASSWORD = "a long walk by the river"
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"


@dataclass
class Crew:
    """People at work, each with password and one-time codes."""

    staff: Staff
    clock: FixedClock
    people: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, Opened] = field(default_factory=dict)

    def person(self, name: str, *roles: str) -> Person:
        """A person with roles who set up his account; made when first asked for."""
        if name not in self.people:
            _, code = self._invited(name, *roles)
            opened = entering.by_code(self.staff, code, Caller("192.0.2.1"))
            self.sessions[name] = entering.set_password(
                self.staff, opened.session, PASSWORD, SECRET, totp.code(SECRET, totp.step_of(self.clock.now()))
            )
        with self.staff.store.read() as unit:
            self.people[name] = self.staff.person(unit, self.sessions[name].person.id)
        return self.people[name]

    def _invited(self, name: str, *roles: str) -> tuple[Person, str]:
        if name == "admin":
            return people.first(self.staff, name)
        with self.staff.store.read() as unit:
            able = people.able_administrators(self.staff, unit)
        by = able[0] if able else self.person("admin")
        return people.invite(self.staff, by, name, name.title(), roles, "for the test")

    def standing(self, name: str, *roles: str) -> Standing:
        """A person as he stands now."""
        person = self.person(name, *roles)
        with self.staff.store.read() as unit:
            return access.standing(self.staff, unit, person, self.sessions[name].session)

    def code(self) -> str:
        """The six digits that everybody's telephone shows, of a step of time not used yet."""
        self.clock.advance(timedelta(seconds=totp.STEP))
        return totp.code(SECRET, totp.step_of(self.clock.now()))

    def enter(self, person: str, caller: Caller = Caller("192.0.2.7"), **wrong: str) -> Opened:  # noqa: B008 - frozen
        """Sign a person in by password and code, or with something *wrong*."""
        given = {"name": person, "password": PASSWORD, "code": wrong.get("code") or self.code()} | wrong
        return entering.by_password(self.staff, given["name"], given["password"], given["code"], caller)

    def there(self, opened: Opened) -> bool:
        """Tell whether a session still counts."""
        return sessions.look(self.staff, opened.word) is not None

    def grants(self, name: str) -> list[Grant]:
        """The roles a person has now."""
        with self.staff.store.read() as unit:
            return access.grants_of(self.staff, unit, self.people[name].id)

    def events(self) -> list[str]:
        """The types of all events in the log."""
        import json

        with self.staff.store.read() as unit:
            entries = self.staff.ledger.entries(unit, 0, self.staff.ledger.size(unit))
        return [json.loads(entry.event)["type"] for entry in entries]


def crew(store: Store, folder: Path) -> Crew:
    """Give people on a store, with the key of their secrets in a folder."""
    clock, vault = FixedClock(NOON), Vault(folder / "accounts.key")
    return Crew(Staff("VN.a05", store, ledger(clock=clock), clock, vault, counting(), Passwords(QUICK)), clock)


@contextmanager
def at_work(folder: Path) -> Iterator[Crew]:
    """Give people on a database in a folder."""
    with fresh_database("sqlite", folder, filled=True) as url, current(url) as store:
        yield crew(store, folder)
