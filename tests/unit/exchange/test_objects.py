"""Objects as they are kept and shown, and the statuses that answers give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from comity.exchange.mapping import rules
from comity.exchange.objects import Names, created, following, meant, moved, record, shown, updated
from comity.exchange.objecttables import OURS, THEIRS, Object, Wanted, find_object, list_objects, objects_of, put_object
from comity.hi1 import states
from comity.hi1.errors import BadMessage
from comity.hi1.model import Thing
from comity.hi1.vocabulary import entry, values
from comity.requests.states import ANSWERS
from comity.store.engine import Store

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
ID, OTHER = "01939f3c-7a2e-4c11-9b52-6d1f0c8e4a77", "01939f3c-7a2e-4c11-9b52-6d1f0c8e4a78"
TASK = Thing(
    "LPTaskObject",
    ID,
    {"CountryCode": "VN", "OwnerIdentifier": "a05", "DesiredStatus": entry("LPTaskDesiredStatus", "Preserved")},
)


def task(**changes: Any) -> Object:
    """A task that VN.a05 made here."""
    made = created(TASK, peer="VN.a05", request="r1", at=NOW, transaction="t1", status="AwaitingPreservation")
    return Object(**{**vars(made), **changes})


@pytest.mark.parametrize("kind", sorted(rules()["statuses"]))
def test_every_answer_gives_each_object_a_status_that_etsi_knows(kind: str) -> None:
    """No answer leaves an object without a word, and none uses a word that is not in the dictionary."""
    assert set(rules()["statuses"][kind]) == set(ANSWERS)
    for state in ANSWERS:
        assert set(meant(kind, state)) <= set(values(Names.of(kind).dictionary))


@pytest.mark.parametrize("kind", sorted(rules()["statuses"]))
def test_objects_follow_every_row_of_answers_along_the_profiles_states(kind: str) -> None:
    """From received, over any answers, each step is one that the profile allows."""
    reached = {following(kind, "", "received")}
    for _ in range(4):
        for status in sorted(reached):
            for state in ANSWERS:
                new = following(kind, status, state)
                assert new == status or states.allowed(kind, status, new)
                reached.add(new)
    assert reached <= set(states.statuses(kind))


def test_an_object_keeps_its_members_without_the_bytes_of_a_document() -> None:
    """The package has its own place; its checksum stays with the object."""
    body = {"Contents": "UEs=", "Checksum": "x", "ChecksumType": "SHA-256"}
    thing = Thing("DocumentObject", ID, {"DocumentBody": body})
    made = created(thing, peer="VN.a05", request="r1", at=NOW, transaction="t1")
    assert made.members["DocumentBody"] == {"Checksum": "x", "ChecksumType": "SHA-256"}


def test_an_update_replaces_members_whole_and_counts_up() -> None:
    """A member that is there replaces the kept one, one that is not stays, and an empty list clears."""
    known = task(members={**TASK.members, "AssociatedObjects": {"AssociatedObject": ["a"]}})
    change = Thing("LPTaskObject", ID, {"AssociatedObjects": {"AssociatedObject": []}})
    made = updated(known, change, at=NOW, transaction="t2", alone=False)
    assert (made.generation, made.desired, made.transaction) == (2, "Preserved", "t2")
    assert made.members["AssociatedObjects"] == {"AssociatedObject": []}
    assert made.members["OwnerIdentifier"] == "a05"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"Status": entry("LPTaskStatus", "Preserved")}, 3006),
        ({"StatusReason": {"ErrorCode": 1, "ErrorDescription": "x"}}, 3006),
        ({"LastChanged": "2026-01-01T00:00:00Z"}, 3006),
        ({"Generation": 9}, 3008),
        ({"RequestDetails": {}}, 3006),
        ({"OwnerIdentifier": "other"}, 3006),
        ({"DesiredStatus": entry("LPTaskDesiredStatus", "Preserved") | {"Value": "[red]gone"}}, 3009),
        ({"DesiredStatus": entry("LDTaskDesiredStatus", "Disclosed")}, 3009),
    ],
)
def test_what_a_sender_may_not_change(members: dict[str, Any], code: int) -> None:
    """The receiver's members, another generation, another owner, and all that needs a sealed request."""
    with pytest.raises(BadMessage) as caught:
        updated(task(), Thing("LPTaskObject", ID, members), at=NOW, transaction="t2", alone=True)
    assert caught.value.code == code


def test_an_update_of_another_type_is_refused() -> None:
    """A task does not become a document."""
    with pytest.raises(BadMessage, match="expected LPTaskObject"):
        updated(task(), Thing("DocumentObject", ID, {}), at=NOW, transaction="t2", alone=True)


def test_an_object_is_shown_with_our_word_on_it() -> None:
    """Status, generation and time of the last change are the receiver's."""
    members = shown(task(generation=3)).members
    assert members["Status"] == entry("LPTaskStatus", "AwaitingPreservation")
    assert (members["Generation"], members["LastChanged"]) == (3, "2026-11-25T03:00:00Z")
    assert record(task())["ObjectType"] == entry("ObjectType", "LPTask")


def test_an_answer_that_changes_nothing_moves_nothing() -> None:
    """The same status again is no change of generation."""
    assert list(moved([task()], "received", at=NOW, transaction="t2")) == []
    (after,) = moved([task()], "accepted", at=NOW, transaction="t2")
    assert (after.status, after.generation) == ("Preserved", 2)


def test_objects_belong_to_a_peer_and_a_side(store: Store) -> None:
    """The same identifier of another peer, or of the other side, is another object."""
    with store.write() as unit:
        for peer, side in (("VN.a05", THEIRS), ("VN.a05", OURS), ("PH.cicc", THEIRS)):
            put_object(unit, task(peer=peer, side=side))
        put_object(unit, task(status="Preserved", generation=2))
    with store.read() as unit:
        mine, theirs = find_object(unit, "VN.a05", OURS, ID), find_object(unit, "VN.a05", THEIRS, ID)
        assert mine is not None and theirs is not None
        assert (mine.status, theirs.status) == ("AwaitingPreservation", "Preserved")
        assert find_object(unit, "SG.orchid", THEIRS, ID) is None
        assert len(objects_of(unit, "r1", side=THEIRS)) == 2
        assert theirs.members == TASK.members


def test_a_list_is_narrowed_and_bounded(store: Store) -> None:
    """By type, status and time, the latest first, and never more than asked for."""
    with store.write() as unit:
        put_object(unit, task())
        put_object(unit, task(id=OTHER, type="LDTaskObject", status="Disclosed", changed_at=NOW + timedelta(hours=1)))

    def found(**wanted: Any) -> list[str]:
        with store.read() as unit:
            return [one.id for one in list_objects(unit, "VN.a05", Wanted(**{"limit": 10, **wanted}))]

    assert found() == [OTHER, ID]
    assert found(limit=1) == [OTHER]
    assert found(types=("LPTaskObject",)) == [ID]
    assert found(status="Disclosed") == [OTHER]
    assert found(since=NOW + timedelta(minutes=1)) == [OTHER]
    assert found(until=NOW) == [ID]
