"""What is kept of people comes back as it went in, on each engine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from builders.staff import crew
from comity.accounts import errands, identities, knowledge, passkeys, people, tables, tokens
from comity.accounts.idtoken import Vouched
from comity.accounts.model import Passkey
from comity.store.engine import Store


def test_everything_about_people_is_kept_on_each_engine(store: Store, tmp_path: Path) -> None:
    """An account, its roles, passkey, token, link, errand, membership and broken glass are written and read on both engines."""
    made = crew(store, tmp_path)
    lan, admin = made.person("lan", "drafter"), made.person("admin")
    who, now = made.standing("lan"), made.clock.now()
    minh = made.person("minh", "releaser")
    people.depute(made.staff, admin, minh.id, lan.id, now, now + timedelta(days=1), "ill")
    knowledge.break_glass(made.staff, who, "X-1", "night")
    tokens.make(made.staff, who, "nightly", ["request.draft"], timedelta(days=1))
    link = identities.link(made.staff, lan.id, Vouched("https://login.example.org", "8c1f"))
    row = Passkey("an id", lan.id, b"\x00key", 2**32 - 1, "Key", now)
    with store.write() as unit:
        tables.add(unit, row)
        knowledge.begin(made.staff, unit, lan, "X-2", "opened")
        errands.half(made.staff, unit, "word", lan.id, "/cases")
    with store.read() as unit:
        assert identities.find(unit, "https://login.example.org", "8c1f") == link
        found = errands.waiting(made.staff, unit, "word")
        assert (found and found.person, errands.waiting(made.staff, unit, "other")) == (lan.id, None)
        assert passkeys.of(unit, lan.id) == [row]
        assert tables.among(unit, Passkey, "id", ["an id", "another"]) == [row]
        assert tokens.of(unit, lan.id)[0].acts == ["request.draft"]
    assert made.there(made.enter("lan"))
