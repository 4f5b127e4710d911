"""Parties and their keys: what a party file must be, and what a key may do when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from builders.directory import START, party_document
from comity.crypto.keys import FileSigner
from comity.directory import model
from comity.directory.errors import BadParty, NoParty
from comity.kernel import canonical
from comity.kernel.clock import stamp

YEAR = timedelta(days=365)


def document() -> dict[str, Any]:
    """Write a good party document with two keys."""
    keys = {"draft": FileSigner.generate(), "release": FileSigner.generate()}
    return party_document("VN.a05", "Department for Cyber Security", "authority", keys)


def parsed(value: dict[str, Any]) -> model.Party:
    """Read a document as a party file."""
    return model.parse(canonical.dump(value), "party.json")


def revoked(reason: str) -> model.PartyKey:
    """Give a key revoked ten days after the start."""
    value = document()
    since = stamp(START + timedelta(days=10))
    value["keys"][0]["revoked"] = {"at": since, "invalid_from": since, "reason": reason}
    return parsed(value).keys[0]


def test_a_party_file_is_read_whole() -> None:
    """Every field of a document is found again in the party, and its bytes are kept."""
    value = document()
    party = parsed(value)
    assert (party.id, party.country, party.path, party.callback[0].number) == (
        "VN.a05",
        "VN",
        "VN/a05.json",
        "+1 555 0101",
    )
    assert (party.raw, party.document()) == (canonical.dump(value), value)
    assert party.key(value["keys"][1]["keyid"]) == party.keys[1]


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda value: value.pop("callback"), "callback: got nothing"),
        (lambda value: value.update(callback=[]), "callback: got 0 items"),
        (lambda value: value.update(id="vn.a05"), "id: got"),
        (lambda value: value.update(kind="bank"), "kind: got 'bank'"),
        (lambda value: value.update(note="x"), "note: got an unknown field"),
        (lambda value: value["keys"][0].update(roles=["judge"]), r"keys\[0\].roles\[0\]: got 'judge'"),
        (lambda value: value["keys"][0].update(keyid="0" * 64), r"keys\[0\].keyid: got 0{64}, expected the SHA-256"),
        (lambda value: value["keys"].append(value["keys"][0]), "keys: got the same key twice"),
        (lambda value: value["keys"][1].update(valid_until=value["keys"][1]["valid_from"]), r"keys\[1\].valid_until: got"),
        (lambda value: value["keys"][0].update(public="zz"), r"keys\[0\].public: got"),
        (lambda value: value.update(name="A\u202ecba"), r"name: got the character U\+202E"),
    ],
    ids=["no number", "empty numbers", "id", "kind", "unknown", "role", "key id", "key twice", "dates", "key", "direction"],
)  # fmt: skip
def test_a_malformed_document_names_its_field(change: Any, match: str) -> None:
    """A document with a fault is refused, with the file and the field in the message."""
    value = document()
    change(value)
    with pytest.raises(BadParty, match=f"party.json: {match}"):
        parsed(value)


def test_a_party_file_must_be_canonical() -> None:
    """The same document in another spelling is refused."""
    with pytest.raises(BadParty, match="canonical"):
        model.parse(canonical.dump(document()) + b"\n")


@pytest.mark.parametrize(
    ("role", "at", "reason"),
    [
        ("draft", START, ""),
        ("draft", START - YEAR, ""),
        ("draft", START + YEAR - timedelta(seconds=1), ""),
        ("release", START, "does not have the role release, only: draft"),
        ("draft", START - YEAR - timedelta(seconds=1), "not valid before"),
        ("draft", START + YEAR, "expired at"),
    ],
    ids=["now", "first moment", "last moment", "other role", "too early", "too late"],
)
def test_a_key_may_act_in_its_role_and_time(role: str, at: Any, reason: str) -> None:
    """A key acts in its own roles, from the first moment of its validity until just before the last."""
    said = parsed(document()).keys[0].may(role, at)
    assert (said == "") == (reason == "")
    assert reason in said


@pytest.mark.parametrize("reason", ["left", "superseded"])
def test_a_revoked_key_counts_until_it_is_invalid(reason: str) -> None:
    """What a key signed before the moment of its revocation stays valid when it was merely given up."""
    key = revoked(reason)
    assert key.may("draft", START) == ""
    assert f"revoked from 2026-12-05T03:00:00Z: {reason}" in key.may("draft", START + timedelta(days=10))


def test_a_stolen_key_counts_only_with_an_attested_time() -> None:
    """A compromised key's earlier signatures count only if somebody else attests their time."""
    key = revoked("compromised")
    assert "nobody else attests" in key.may("draft", START)
    assert key.may("draft", START, attested=True) == ""
    assert "revoked from" in key.may("draft", START + timedelta(days=10), attested=True)


def test_who_is_able_to_act() -> None:
    """The keys for a role at a moment are exactly those that may act in it."""
    party = parsed(document())
    assert party.able("release", START) == (party.keys[1],)
    assert party.able("node", START) == ()


@pytest.mark.parametrize("start", ["", "1234567", "zzzzzzzz"])
def test_a_key_is_found_by_its_first_digits(start: str) -> None:
    """Eight digits that begin one key's id find it; fewer, or another's, find nothing."""
    party = parsed(document())
    assert party.find_key(party.keys[0].keyid[:8]) == party.keys[0]
    with pytest.raises(NoParty, match="at least 8 digits"):
        party.find_key(start)


def test_the_last_drill_is_the_latest() -> None:
    """The latest test call is found whatever the order; a party without any has none."""
    value = document()
    assert parsed(value).last_drill is None
    calls = [(3, True), (9, False), (5, True)]
    value["drills"] = [
        {"at": stamp(START + timedelta(days=d)), "by": "Registry", "number": "+1 555 0101", "reached": ok}
        for d, ok in calls
    ]
    drill = parsed(value).last_drill
    assert drill is not None
    assert (drill.at, drill.reached) == (START + timedelta(days=9), False)
