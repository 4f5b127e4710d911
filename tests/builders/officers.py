"""Officers at the desk: people of VN.a05 with keys of their own, the case they work on, and forms as they fill them."""

from __future__ import annotations

import re
from typing import Any

from builders.desk import Served, Visitor
from builders.world import ANSWERS, CASE, GATES, ITEMS
from comity.accounts import people
from comity.requests.model import Request

SECRET = "open sesame"
KNOWN = str(CASE["reference"])
SIGNERS = {"drafter": "draft", "releaser": "release", "confirmer": "emergency"}
FORM: dict[str, Any] = {
    "reference": "VN-2026-0042",
    "title": "Savings moved by callers",
    "facts": "Callers moved savings within two hours.",
    "offence-0": "Fraud by means of a computer",
    "article-0": "13",
    "pasted": "Mule@example.com\n+1 202 555 0143\n=HYPERLINK(1)",
    "relation": "Received the money.",
    "since": "2026-11-20T02:00",
    "until": "2026-11-20T04:30",
}


def signer(desk: Served, name: str, role: str) -> Visitor:
    """A person with a role who has the key of it, and is signed in."""
    person = desk.person(name, role)
    keys = desk.nodes.home() / "keys"
    keys.mkdir(exist_ok=True)
    file = keys / f"{role}.key"
    key = desk.nodes.key(SIGNERS[role])
    if not file.exists():
        key.save(file, SECRET)
    listed = desk.nodes.office().me().key(key.public.keyid)
    assert listed is not None
    people.bind_key(desk.crew.staff, desk.person("admin"), person.id, file.name, listed.holder)
    return desk.client(name, role)


def draft(desk: Served, *members: str, measure: str = "preserve", **changes: Any) -> Request:
    """A complete draft in the case, of which the people named know."""
    made = desk.nodes.draft(measure, **changes)
    for name in members:
        known(desk, name)
    return made


def known(desk: Served, name: str, case: str = KNOWN) -> None:
    """Let a person know of a case, if he does not yet."""
    from comity.accounts import knowledge

    person = desk.crew.people[name]
    with desk.crew.staff.store.read() as unit:
        if any(one.person == person.id for one in knowledge.members(unit, case)):
            return
    desk.member(name, case)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def complete(page: str) -> dict[str, Any]:
    """What an officer types into the form of a draft, so that nothing is missing."""
    typed: dict[str, Any] = {"seen": hidden(page, "seen"), "target": re.findall(r'name="target" value="(\w+)"', page)}
    shown = set(re.findall(r' name="([\w-]+)"', page))
    typed |= {f"contents-{item}": f"Stated on {item}." for item in ITEMS if f"contents-{item}" in shown}
    for gate in GATES:
        if f"answer-{gate}" in shown:
            typed |= {f"answer-{gate}": "Considered.", f"concern-{gate}": "none"}
    typed |= {name: ANSWERS[name] for name in ("necessity", "proportionality")}
    typed |= {"secrecy-reason": "The suspects would move the money.", "secrecy-until": "2027-02-28", "language": "en"}
    return typed
