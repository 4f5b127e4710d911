"""A request goes from node to node as an HI-1 order, and its receipt comes back in a notice."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders.databases import current, fresh_database
from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.orders import Street, faults, street
from builders.trials import tries
from builders.world import SHEET
from comity.crypto.recipient import new_identity
from comity.exchange.endpoint import handle
from comity.exchange.errors import NoPeer
from comity.exchange.inbound import JSON, Inbound, content_type
from comity.exchange.mapping import task_id
from comity.exchange.objecttables import OURS, THEIRS, find_object, objects_of
from comity.exchange.sending import send, withdrawn
from comity.hi1 import codec
from comity.hi1.capability import config, parse_capability
from comity.hi1.model import Action, Thing, Version
from comity.hi1.things import derived
from comity.hi1.vocabulary import entry
from comity.requests.drafting import follow
from comity.requests.model import Request
from comity.requests.release import release, seal_request, withdraw


@pytest.fixture
def road(request: pytest.FixtureRequest, nodes: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes that know each other and write JSON, or what the test asks for."""
    with street(nodes, tmp_path, encoding=getattr(request, "param", "json")) as made:
        yield made


CAPABILITY = b"""\
format: comity-capability/1
provider: SG.orchid
changed: 2026-03-01
languages: [en]
hours: At any hour
accepts:
- kind: email
  preserve: [subscriber, traffic]
  disclose: [subscriber]
  subtypes: [AccountHolder]
endpoints:
- {step: NewDisclosure, url: "https://orchid.example.org/ld"}
"""
in_both = pytest.mark.parametrize("road", ["json", "xml"], indirect=True)


def statuses(road: Street, request: str, party: str, side: str) -> dict[str, str]:
    """The statuses of a request's objects by type."""
    with road.nodes.office(party).store.read() as unit:
        return {one.type: one.status for one in objects_of(unit, request, side=side)}


@in_both
def test_an_order_is_taken_in_and_its_receipt_comes_back(road: Street) -> None:
    """From outbox to outbox: taken in, accepted, and the asker's request and objects say so."""
    request = road.sent()
    assert [tried.outcome for tried in road.work()] == ["answered"]
    assert road.state(request, SG) == "received"
    assert road.state(request, VN) == "released"
    road.answered(request, "accepted", preserved_until=road.nodes.later(days=60))
    assert [tried.outcome for tried in road.work()] == ["answered"]
    assert road.state(request, VN) == "accepted"
    expected = {"AuthorisationObject": "Approved", "DocumentObject": "Approved", "LPTaskObject": "Preserved"}
    assert statuses(road, request.id, SG, THEIRS) == expected
    assert statuses(road, request.id, VN, OURS) == expected


def extension(road: Street, request: Request) -> Request:
    """A released extension of a request, in the outbox."""
    nodes = road.nodes
    sheet = nodes.sheet(SHEET)
    made = follow(nodes.office(), request.id, relation="extends", sheets=[sheet])
    seal_request(nodes.office(), made.id, nodes.key("draft"))
    release(nodes.office(), made.id, nodes.key("release"))
    send(road.desk(VN), made.id)
    return made


@pytest.mark.postgres
def test_the_road_is_the_same_on_postgresql(road: Street, tmp_path: Path) -> None:
    """Order, receipt and notice with both nodes on the other engine."""
    with ExitStack() as stack:
        for party in (VN, SG):
            url = stack.enter_context(fresh_database("postgres", tmp_path, filled=True))
            road.settle(party, stack.enter_context(current(url)))
        test_an_order_is_taken_in_and_its_receipt_comes_back(road)


@in_both
def test_an_extension_moves_the_end_of_the_first_tasks(road: Street) -> None:
    """Accepted, it sets a later expiry on the task of the first request, on both sides; its own papers are approved."""
    first = road.sent()
    road.work()
    road.answered(first, "accepted", preserved_until=road.nodes.later(days=60))
    road.work()
    second = extension(road, first)
    assert [tried.message.reason for tried in road.work(VN)] == [""]
    road.answered(second, "accepted", preserved_until=road.nodes.later(days=120))
    road.work(SG)
    assert road.state(second) == "accepted"
    for party, peer, side in ((SG, VN, THEIRS), (VN, SG, OURS)):
        with road.nodes.office(party).store.read() as unit:
            task = find_object(unit, peer, side, task_id(first.id, 1))
        assert task is not None
        assert (task.status, task.members["PreservationExpiration"]) == ("Preserved", road.nodes.later(days=120))
    assert statuses(road, second.id, VN, OURS) == {"AuthorisationObject": "Approved", "DocumentObject": "Approved"}


def test_an_extension_of_a_preservation_that_came_by_hand(road: Street) -> None:
    """The tasks are not here yet: they begin with the extension, in the state of the first request."""
    first = road.nodes.received()
    road.answered(first, "accepted", preserved_until=road.nodes.later(days=60))
    road.work(SG)
    extension(road, first)
    assert [tried.message.reason for tried in road.work(VN)] == [""]
    assert statuses(road, first.id, SG, THEIRS) == {"LPTaskObject": "Preserved"}


def test_a_disclosure_waits_and_is_refused_with_its_code(road: Street) -> None:
    """The task waits for approval, then it is rejected, and the reason stands on it on both sides."""
    request = road.sent("disclose_subscriber")
    road.work()
    assert statuses(road, request.id, SG, THEIRS)["LDTaskObject"] == "AwaitingApproval"
    road.answered(request, "info_needed", code="order_copy", reason="Send the order.")
    road.answered(request, "refused", code="order_missing", reason="No order came.")
    road.work()
    assert road.state(request) == "refused"
    for party, peer, side in ((SG, VN, THEIRS), (VN, SG, OURS)):
        with road.nodes.office(party).store.read() as unit:
            task = find_object(unit, peer, side, task_id(request.id, 1))
        assert task is not None
        assert (task.status, task.members["StatusReason"]["ErrorCode"]) == ("Rejected", 9109)


def test_what_was_accepted_and_is_refused_later_is_cancelled(road: Street) -> None:
    """A preserved task cannot be rejected any more: it is cancelled, and the asker's copy too."""
    request = road.sent()
    road.work()
    road.answered(request, "accepted", preserved_until=road.nodes.later(days=60))
    road.work()
    road.answered(request, "refused", code="no_data", reason="There were none.")
    road.work()
    assert road.state(request) == "refused"
    assert statuses(road, request.id, SG, THEIRS) == statuses(road, request.id, VN, OURS)
    assert statuses(road, request.id, VN, OURS)["LPTaskObject"] == "Cancelled"


def test_receipts_that_overtake_each_other_end_alike(road: Street) -> None:
    """The refusal arrives before the acceptance that was given earlier: request and objects end as refused."""
    request = road.sent()
    road.work(VN)
    road.answered(request, "info_needed", code="order_copy", reason="Send the order.")
    road.answered(request, "refused", code="order_missing", reason="No order came.")
    first, second = sorted(
        road.messages(SG, direction="out", kind="notice"), key=lambda one: one.raw.count(b"Rejected")
    )
    for one in (second, first):
        assert faults(road.asked(one.raw, to=VN, by=(SG,))) == []
    assert road.state(request) == "refused"
    assert statuses(road, request.id, VN, OURS)["LPTaskObject"] == "Rejected"


def test_sending_again_sends_nothing_twice(road: Street) -> None:
    """Queued or taken in, the message that stands is given back."""
    request = road.nodes.released()
    desk = road.desk(VN)
    first = send(desk, request.id)
    assert send(desk, request.reference).transaction == first.transaction
    road.work()
    assert send(desk, request.id).state == "answered"
    assert len(road.messages(VN, direction="out", kind="order")) == 1
    assert road.nodes.events(VN).count("request.queued") == 1


def test_an_order_that_is_given_up_is_seen_on_the_request(road: Street) -> None:
    """After two weeks without an answer the history says so; sending it again begins anew."""
    request = road.sent()
    road.shut.add(SG)
    for _ in range(2):
        road.work(VN)
        road.nodes.clock.advance(timedelta(days=15))
    (message,) = road.messages(VN, direction="out", about=request.id)
    assert message.state == "stuck"
    assert road.history(request)[-1][0] == "send, given up"
    assert "no connection" in road.history(request)[-1][1]


def test_the_same_order_eight_times_at_once_has_one_effect(road: Street) -> None:
    """All get the answer of the first, whoever that was."""
    road.sent()
    (order,) = road.messages(VN, direction="out", kind="order")
    desk = road.desk(SG)
    arrived = Inbound(order.raw, content_type(order.raw), road.nodes.clock.now(), (VN,), b"certificate")
    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(lambda _: handle(desk, arrived).raw, range(8)))
    (answer,) = answers
    assert faults(codec.read(answer)) == []
    assert road.nodes.events(SG).count("package.received") == 1


def test_what_was_refused_can_be_sent_anew(road: Street) -> None:
    """A receiver that could not open the package refuses it; sent plainly, the same package is taken in."""
    road.link.change(SG, recipients=[new_identity().recipient])
    road.link.spread()
    request = road.nodes.released()
    first = send(road.desk(VN), request.id, confidential=True)
    assert road.work(VN)[0].message.reason.startswith("3001")
    again = send(road.desk(VN), request.id)
    assert again.transaction != first.transaction
    assert road.work(VN)[0].message.reason == ""
    assert road.state(request, SG) == "received"


def test_a_nodes_key_that_may_sign_receipts_says_received_by_itself(road: Street) -> None:
    """The receipt goes out at once, once, and again only if a crash came before it."""
    key = road.nodes.maker.new_key(SG, "Node desk", "node", "receipt")
    road.nodes.update(VN, SG)
    request = road.sent()
    (order,) = road.messages(VN, direction="out", about=request.id)
    desk = road.desk(SG, signer=key)
    arrived = Inbound(order.raw, content_type(order.raw), road.nodes.clock.now(), (VN,), b"certificate")
    for _ in range(2):
        assert faults(codec.read(handle(desk, arrived).raw)) == []
    assert road.nodes.events(SG).count("receipt.issued") == 1
    road.work()
    assert road.state(request) == "received"


def test_an_order_whose_package_came_by_hand_is_joined_to_it(road: Street) -> None:
    """The request is there once; the order adds its objects, in the state the request has by now."""
    request = road.nodes.received()
    road.answered(request, "accepted", preserved_until=road.nodes.later(days=60))
    send(road.desk(VN), request.id)
    road.work()
    assert statuses(road, request.id, SG, THEIRS)["LPTaskObject"] == "Preserved"
    assert road.state(request) == "accepted"
    assert road.nodes.events(SG).count("package.received") == 1


def test_a_confidential_package_travels_sealed(road: Street) -> None:
    """It is sealed to the addressee's recipient in the directory, and its node opens it with its identity."""
    identity = new_identity()
    road.link.change(SG, recipients=[identity.recipient])
    road.link.spread()
    request = road.nodes.released()
    order = send(road.desk(VN), request.id, confidential=True)
    assert b".comity.zip.age" in order.raw
    arrived = Inbound(order.raw, content_type(order.raw), road.nodes.clock.now(), (VN,), b"certificate")
    assert faults(codec.read(handle(road.desk(SG, identity=identity), arrived).raw)) == []
    assert road.state(request, SG) == "received"


def test_the_asker_lists_and_reads_its_own_objects(road: Street) -> None:
    """LIST narrows by type, status, time and number; GET shows our word on an object."""
    request = road.sent()
    road.work()

    def listed(**query: Any) -> list[str]:
        answer = road.asked(road.message(Action(0, "LIST", query=query)))
        return [str(row["ObjectType"]["Value"]) for row in answer.answers[0].records]

    assert sorted(listed()) == ["Authorisation", "Document", "LPTask"]
    assert listed(ObjectType=entry("ObjectType", "LPTask")) == ["LPTask"]
    assert listed(Status=entry("LPTaskStatus", "AwaitingPreservation")) == ["LPTask"]
    assert listed(LastChanged=road.nodes.later(hours=1)) == []
    assert len(listed(MaximumObjectCount=2)) == 2
    assert listed(CountryCode="SG") == []
    thing = road.asked(road.message(Action(0, "GET", identifier=task_id(request.id, 1)))).answers[0].thing
    assert thing is not None
    assert (thing.members["Status"]["Value"], thing.members["Generation"]) == ("AwaitingPreservation", 1)


def test_what_a_peer_wishes_for_is_written_on_the_request(road: Street) -> None:
    """A cancelled task is a wish: a person decides, and sees it in the history."""
    request = road.sent()
    road.work()
    wish = {"DesiredStatus": entry("LPTaskDesiredStatus", "Cancelled")}
    answer = road.asked(road.message(Action(0, "UPDATE", Thing("LPTaskObject", task_id(request.id, 1), wish))))
    assert answer.answers[0].thing is not None
    assert answer.answers[0].thing.members["Generation"] == 2
    assert road.history(request, SG)[-1][0] == "asked to be Cancelled"
    assert road.state(request, SG) == "received"


def test_a_withdrawn_request_is_wished_to_be_cancelled(road: Street) -> None:
    """The wish may overtake the order: it is tried again until the order is there, and a person sees it."""
    request = road.sent()
    withdraw(road.nodes.office(), request.id, "Solved.", also=withdrawn(road.desk(VN)))
    (order,) = road.messages(VN, direction="out", kind="order")
    (wish,) = road.messages(VN, direction="out", kind="cancel")
    assert faults(road.asked(replace(road.message(), actions=codec.read(wish.raw).actions))) == [3011]
    assert {tried.outcome for tried in road.work(VN)} <= {"answered", "later"}
    road.nodes.clock.advance(timedelta(minutes=1))
    road.work(VN)
    assert {one.state for one in road.messages(VN, direction="out")} == {"answered"}
    assert road.history(request, SG)[-1][0] == "asked to be Cancelled"
    assert order.about == wish.about == request.id


def test_a_request_that_was_never_sent_is_withdrawn_silently(road: Street) -> None:
    """Nobody's node knows of it."""
    request = road.nodes.released()
    withdraw(road.nodes.office(), request.id, "Solved.", also=withdrawn(road.desk(VN)))
    assert road.messages(VN, direction="out") == []


def test_what_this_node_offers_is_said_when_there_is_something(road: Street) -> None:
    """Without a configuration the verb is not offered."""
    assert faults(road.asked(road.message(Action(0, "GETCSPCONFIG")))) == [3001]


def test_an_addressee_without_an_address_is_not_sent_to(road: Street) -> None:
    """The advice is to carry the package as a file."""
    road.link.change(SG, exchange=None)
    road.link.spread()
    request = road.nodes.released()
    with pytest.raises(NoPeer) as caught:
        send(road.desk(VN), request.id)
    assert "request export" in caught.value.advice


def test_what_this_node_offers_is_said_in_the_version_of_the_one_who_asks(road: Street) -> None:
    """The configuration is written for the version of the message."""
    capability = parse_capability(CAPABILITY)
    desk = road.desk(SG, config=partial(config, capability))
    for version in ("V1.17.1", "V1.23.1"):
        message = road.message(Action(0, "GETCSPCONFIG"), transaction=derived(version))
        message = replace(message, header=replace(message.header, version=Version(version)))
        arrived = Inbound(road.letter(message), JSON, road.nodes.clock.now(), (VN,), b"certificate")
        answer = codec.read(handle(desk, arrived).raw)
        assert answer.header.version.etsi == version
        assert answer.answers[0].config is not None


def test_a_key_that_the_receiver_does_not_know_yet_is_waited_for(road: Street) -> None:
    """A message signed by a new node key is tried again until the receiver's directory has it."""
    key = road.nodes.maker.new_key(VN, "New node", "node")
    request = road.nodes.released()
    send(road.desk(VN, signer=key), request.id)
    assert road.work(VN)[0].outcome == "later"
    road.nodes.update(SG)
    road.nodes.clock.advance(timedelta(hours=1))
    assert road.work(VN)[0].outcome == "answered"
    assert road.state(request, SG) == "received"


@settings(max_examples=tries(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(raw=st.binary(max_size=200) | st.text(max_size=200).map(str.encode) | st.just(b"{}") | st.just(b"<a/>"))
def test_whatever_comes_is_answered_with_a_signature(road: Street, raw: bytes) -> None:
    """No bytes of a known peer make the endpoint fall over; each gets a signed fault."""
    answer = road.asked(raw)
    assert answer.fault is not None and 3000 <= answer.fault.code <= 3022
