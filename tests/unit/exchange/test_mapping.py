"""Any sealed request makes one order, which fits ETSI's tables in both encodings, and any other order is told from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.requests import SHAPE, example_request, requests_from
from builders.trials import tries
from comity.exchange.agreement import agrees
from comity.exchange.errors import NotCarried
from comity.exchange.mapping import Preserved, Sealed, document_id, order, rules, task_id
from comity.hi1 import codec, profile
from comity.hi1.model import Action, Endpoint, Header, Message, Thing
from comity.identifiers.kinds import normalise
from comity.packages.result import Signer

NOW = datetime(2026, 11, 25, 3, tzinfo=UTC)
PEOPLE = tuple(
    Signer(role, holder, keyid * 32, NOW, NOW)
    for role, holder, keyid in (("draft", "Officer 1", "aa"), ("release", "Officer 2", "bb"), ("emergency", "Officer 3", "cc"))
)  # fmt: skip
SEALED = Sealed(digest="5" * 64, sealed_at=NOW, signers=PEOPLE[:2], body=b"PK package")
HEADER = Header(sender=Endpoint("VN", "a05"), receiver=Endpoint("SG", "orchid"), transaction=task_id("x", 1), at=NOW)
WORDS = (
    ("phone", "+1 202 555 0143", ""), ("email", "name@example.org", ""), ("email", "tên@example.org", ""),
    ("ip", "192.0.2.1:50123", ""), ("ip", "2001:db8::1", ""), ("domain", "www.example.org", ""),
    ("url", "https://www.example.org/page?id=1", ""), ("iban", "GB82 WEST 1234 5698 7654 32", ""),
    ("wallet", "0x52908400098527886E0F7030069857D2E4169EE7", "orchid"), ("handle", "@someone", "telegram"),
    ("hash", "d41d8cd98f00b204e9800998ecf8427e", ""),
)  # fmt: skip
TARGETS = [normalise(kind, text, platform=platform).as_target("Seen in the case.") for kind, text, platform in WORDS]


def extending(**changes: Any) -> dict[str, Any]:
    """An extension of the example request."""
    related = [{"relation": "extends", "reference": "A05/2026/0117", "package": "5" * 64}]
    made = example_request(measure="extend_preservation", related=related, id="01939f3c-7a2e-7c11-9b52-6d1f0c8e4a78")
    return made | changes


@pytest.mark.parametrize("encoding", ["xml", "json"])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(document=requests_from(SHAPE), targets=st.lists(st.sampled_from(TARGETS), min_size=1, max_size=4))
def test_any_request_makes_an_order_that_both_encodings_carry(
    encoding: Any, document: dict[str, Any], targets: list[dict[str, Any]]
) -> None:
    """What is derived fits ETSI's tables and our profile, comes back from the wire unchanged, and agrees with itself."""
    document = document | {"targets": targets}
    earlier = Preserved(example_request()["id"], document)
    actions = order(document, SEALED, earlier)
    assert [profile.missing(one.thing, one.verb) for one in actions if one.thing] == [()] * len(actions)
    raw = codec.write(Message(HEADER, actions=actions), encoding)
    assert codec.read(raw).actions == actions
    assert agrees(codec.read(raw).actions, document, SEALED, earlier) is None


def test_every_measure_basis_and_role_has_its_words() -> None:
    """What a request can say is in the tables: nothing stops at a code that nobody mapped."""
    assert set(rules()["measures"]) == set(SHAPE.codes["measures"])
    assert {profile.legal_type(kind) for kind in SHAPE.codes["bases"]}
    assert set(rules()["roles"]) == {"draft", "release", "emergency"}


def test_an_identifier_that_no_format_holds_is_not_carried() -> None:
    """A target that is not in its normal form is refused before anything is sent."""
    target = {"kind": "ip", "value": "somewhere", "relation": "Seen in the case."}
    with pytest.raises(NotCarried, match="expected one that an HI-1 format holds"):
        order(example_request(targets=[target]), SEALED)


def test_each_target_has_a_task_that_names_the_authorisation() -> None:
    """The authorisation is the request, the document carries the package, and the tasks follow the targets."""
    document = example_request()
    first, second, *tasks = [action.thing for action in order(document, SEALED) if action.thing]
    assert (first.type, first.id) == ("AuthorisationObject", document["id"])
    assert (second.type, second.id) == ("DocumentObject", document_id(document["id"]))
    assert [task.id for task in tasks] == [task_id(document["id"], 1), task_id(document["id"], 2)]
    assert {task.members["AssociatedObjects"]["AssociatedObject"][0] for task in tasks} == {document["id"]}


def test_people_who_signed_are_the_approvals() -> None:
    """Drafter, releaser and confirmer stand as approvals, the last as one of an emergency."""
    document = example_request(measure="disclose_emergency")
    (authorisation, *_) = order(document, replace(SEALED, signers=PEOPLE))
    assert authorisation.thing is not None
    rows = authorisation.thing.members["AuthorisationApprovalDetails"]
    assert [(row["ApproverDetails"]["ApproverName"], row["ApprovalIsEmergency"]) for row in rows] == [
        ("Officer 1", False),
        ("Officer 2", False),
        ("Officer 3", True),
    ]
    assert authorisation.thing.members["AuthorisationPriority"]["Value"] == "High"


def test_an_extension_updates_the_tasks_of_the_first_preservation() -> None:
    """It brings its own authorisation and package, and the earlier tasks name both authorisations."""
    first = example_request()
    document = extending(targets=first["targets"][1:])
    actions = order(document, SEALED, Preserved(first["id"], first))
    assert [(one.verb, one.thing.type) for one in actions if one.thing] == [
        ("CREATE", "AuthorisationObject"),
        ("CREATE", "DocumentObject"),
        ("UPDATE", "LPTaskObject"),
    ]
    task = actions[2].thing
    assert task is not None and task.id == task_id(first["id"], 2)
    assert task.members["AssociatedObjects"]["AssociatedObject"] == [first["id"], document["id"]]


def test_an_extension_of_something_unknown_is_not_carried() -> None:
    """Without the earlier request there are no tasks to extend."""
    with pytest.raises(NotCarried, match="not known here"):
        order(extending(), SEALED)


def test_an_extension_with_a_new_target_is_not_carried() -> None:
    """What was never preserved cannot be extended."""
    first = example_request()
    with pytest.raises(NotCarried, match="expected one of the request that is extended"):
        order(extending(), SEALED, Preserved(first["id"], first | {"targets": first["targets"][:1]}))


@settings(max_examples=tries(200), deadline=None)
@given(data=st.data(), measure=st.sampled_from(["preserve", "disclose_traffic", "extend_preservation"]))
def test_an_order_that_says_anything_else_disagrees(data: st.DataObject, measure: str) -> None:
    """Any member changed, left out or added, any verb, type or identifier, and any action too many or too few differs."""
    earlier = Preserved(example_request()["id"], example_request())
    document = extending(measure=measure) if measure == "extend_preservation" else example_request(measure=measure)
    actions = order(document, SEALED, earlier)
    other = data.draw(st.sampled_from(list(others(actions))))
    found = agrees(other, document, SEALED, earlier)
    assert found is not None
    assert "as in the sealed request" in str(found)


def others(actions: tuple[Action, ...]) -> Iterator[tuple[Action, ...]]:
    """Every order that differs in one place."""
    yield actions[:-1]
    yield (*actions, actions[-1])
    yield (actions[1], actions[0], *actions[2:])
    for at, action in enumerate(actions):
        assert action.thing is not None
        for thing in things(action.thing):
            yield (*actions[:at], replace(action, thing=thing), *actions[at + 1 :])
        yield (
            *actions[:at],
            replace(action, verb="UPDATE" if action.verb == "CREATE" else "CREATE"),
            *actions[at + 1 :],
        )
        yield (*actions[:at], replace(action, n=action.n + 100), *actions[at + 1 :])


def things(thing: Thing) -> Iterator[Thing]:
    """Every object that differs in one place."""
    yield replace(thing, id=task_id("other", 1))
    yield replace(thing, type="LITaskObject")
    yield replace(thing, members={**thing.members, "ExternalIdentifier": "x"})
    for members in trees(thing.members):
        yield replace(thing, members=members)


def trees(value: Any) -> Iterator[Any]:
    """Every tree that differs in one place: a leaf changed, a member left out, an item left out."""
    if isinstance(value, Mapping):
        for name in value:
            yield {other: value[other] for other in value if other != name}
            yield from ({**value, name: changed} for changed in trees(value[name]))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield value[:at] + value[at + 1 :]
            yield from ([*value[:at], changed, *value[at + 1 :]] for changed in trees(item))
    else:
        yield not value if isinstance(value, bool) else f"{value}x"


@pytest.mark.parametrize(("said", "same"), [("2026-11-25T10:00:00+07:00", True), ("2026-11-25T10:00:00+08:00", False)])
def test_a_time_may_be_said_in_another_zone(said: str, same: bool) -> None:
    """The same moment on another clock agrees with the sealed request; another moment does not."""
    document = example_request(drafted_at="2026-11-25T03:00:00Z")
    first, *rest = order(document, SEALED)
    assert first.thing is not None
    thing = replace(first.thing, members={**first.thing.members, "AuthorisationCreationTimestamp": said})
    assert (agrees((replace(first, thing=thing), *rest), document, SEALED) is None) is same
