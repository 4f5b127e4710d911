"""What is kept of people comes back as it went in, on each engine."""

from __future__ import annotations

from datetime import timedelta

from builders.staff import crew
from comity.accounts import knowledge, passkeys, people, tables, tokens
from comity.accounts.model import Passkey
from comity.store.engine import Store


def test_everything_about_people_is_kept_on_each_engine(store: Store) -> None:
    """An account, its roles, passkey, token, membership and broken glass are written and read on both engines."""
    made = crew(store)
    lan, admin = made.person("lan", "drafter"), made.person("admin")
    who, now = made.standing("lan"), made.clock.now()
    minh = made.person("minh", "releaser")
    people.depute(made.staff, admin, minh.id, lan.id, now, now + timedelta(days=1), "ill")
    knowledge.break_glass(made.staff, who, "X-1", "night")
    tokens.make(made.staff, who, "nightly", ["request.draft"], timedelta(days=1))
    row = Passkey("an id", lan.id, b"\x00key", 2**32 - 1, "Key", now)
    with store.write() as unit:
        tables.add(unit, row)
        knowledge.begin(made.staff, unit, lan, "X-2", "opened")
    with store.read() as unit:
        assert passkeys.of(unit, lan.id) == [row]
        assert tables.among(unit, Passkey, "id", ["an id", "another"]) == [row]
        assert tokens.of(unit, lan.id)[0].acts == ["request.draft"]
    assert made.there(made.enter("lan"))
