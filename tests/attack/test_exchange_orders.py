"""Attacks on orders between nodes: each is refused with its code, and leaves nothing behind."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from builders.exchange import PH, SG, VN
from builders.nodes import Nodes
from builders.orders import Street, changed, faults, street
from comity.exchange.call import Call
from comity.exchange.inbound import Inbound, content_type
from comity.exchange.mapping import document_id, task_id
from comity.exchange.objecttables import THEIRS, objects_of
from comity.exchange.verbs import take_actions
from comity.hi1 import codec, signing
from comity.hi1.errors import BadMessage
from comity.hi1.model import Action, Endpoint, Fault, Message, Thing
from comity.hi1.things import derived
from comity.requests.model import Request
from comity.requests.register import list_requests


@pytest.fixture
def road(nodes: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes that know each other."""
    with street(nodes, tmp_path) as made:
        yield made


def untouched(road: Street) -> bool:
    """Whether SG took nothing in."""
    office = road.nodes.office(SG)
    return list_requests(office) == [] and "package.received" not in road.nodes.events(SG)


def taken(road: Street, **how: Any) -> Request:
    """A request that SG took in as an order."""
    request = road.sent(**how)
    road.work()
    assert road.state(request, SG) == "received"
    return request


Change = Callable[[Message], Message]


def another_value(message: Message) -> Message:
    """The task asks about another account."""
    task = message.actions[2].thing
    assert task is not None
    value = {"FormatType": {"FormatOwner": "ETSI", "FormatName": "EmailAddress"}, "Value": "victim@example.org"}
    return changed(
        message, 2, RequestDetails={**task.members["RequestDetails"], "RequestValues": {"RequestValue": [value]}}
    )


def one_more_task(message: Message) -> Message:
    """A task is added that nobody signed."""
    task = message.actions[2].thing
    assert task is not None
    return replace(message, actions=(*message.actions, Action(3, "CREATE", replace(task, id=derived("more")))))


def wider_span(message: Message) -> Message:
    """The task asks for a longer time."""
    task = message.actions[2].thing
    assert task is not None
    return changed(message, 2, RequestDetails={**task.members["RequestDetails"], "StartTime": "2020-01-01T00:00:00Z"})


def other_basis(message: Message) -> Message:
    """A voluntary request is dressed up as an order."""
    entry = {"Owner": "comity", "Name": "AuthorisationLegalType", "Value": "DomesticOrder"}
    return changed(message, 0, AuthorisationLegalType=entry)


def emergency_flag(message: Message) -> Message:
    """An emergency is claimed that nobody confirmed."""
    flag = {"Owner": "ETSI", "Name": "AuthorisationFlag", "Value": "IsEmergency"}
    return changed(message, 0, AuthorisationFlags={"AuthorisationFlag": [flag]})


def another_approver(message: Message) -> Message:
    """Somebody else stands as having approved."""
    authorisation = message.actions[0].thing
    assert authorisation is not None
    rows = [dict(row) for row in authorisation.members["AuthorisationApprovalDetails"]]
    rows[0]["ApproverDetails"] = {"ApproverName": "The Minister", "ApproverRole": "draft"}
    return changed(message, 0, AuthorisationApprovalDetails=rows)


def status_set_by_the_sender(message: Message) -> Message:
    """The sender writes that its own authorisation is approved."""
    entry = {"Owner": "ETSI", "Name": "AuthorisationStatus", "Value": "Approved"}
    return changed(message, 0, AuthorisationStatus=entry)


def generation_set_by_the_sender(message: Message) -> Message:
    """The sender sets the generation that is the receiver's."""
    return changed(message, 2, Generation=7)


def task_missing(message: Message) -> Message:
    """A target that people signed has no task."""
    return replace(message, actions=message.actions[:-1])


@pytest.mark.parametrize(
    "change",
    [
        another_value, one_more_task, wider_span, other_basis, emergency_flag, another_approver,
        status_set_by_the_sender, generation_set_by_the_sender, task_missing,
    ],
)  # fmt: skip
def test_an_order_that_says_otherwise_than_its_package_is_refused(road: Street, change: Change) -> None:
    """One member that differs from what people signed refuses the whole message with 3007."""
    order = road.order(road.sent())
    answer = road.asked(change(order))
    assert max(faults(answer)) == 3007
    assert len(faults(answer)) == len(change(order).actions)
    assert untouched(road)


def test_a_package_whose_bytes_are_not_those_of_the_checksum_is_refused(road: Street) -> None:
    """A body that was damaged on the way is found before anything reads it."""
    order = road.order(road.sent())
    package = order.actions[1].thing
    assert package is not None
    body = {**package.members["DocumentBody"], "Contents": base64.b64encode(b"other").decode()}
    assert 3007 in faults(road.asked(changed(order, 1, DocumentBody=body)))
    assert untouched(road)


def test_a_package_that_was_altered_is_refused(road: Street) -> None:
    """The checksum fits, the seal does not: the package is verified like one that came by hand."""
    order = road.order(road.sent())
    package = order.actions[1].thing
    assert package is not None
    data = bytearray(base64.b64decode(package.members["DocumentBody"]["Contents"]))
    data[len(data) // 3] ^= 1
    checksum = hashlib.sha256(data).hexdigest()
    body = {**package.members["DocumentBody"], "Contents": base64.b64encode(data).decode(), "Checksum": checksum}
    assert 3007 in faults(road.asked(changed(order, 1, DocumentBody=body)))
    assert untouched(road)


def test_a_package_of_another_party_is_refused(road: Street) -> None:
    """PH sends what VN signed, over its own connection and under its own signature."""
    order = road.order(road.sent())
    header = road.desk(PH).header(SG, derived("stolen"))
    stolen = replace(order, header=header)
    answer = road.asked(stolen, by=(PH,), signer=road.nodes.key("node", PH))
    assert 3007 in faults(answer)
    assert untouched(road)


def test_a_package_of_another_party_that_is_here_already_is_refused_alike(road: Street) -> None:
    """PH learns nothing from sending a package that SG knows: the answer is that to one it does not know."""
    order = road.order(taken(road))
    answer = road.asked(
        replace(order, header=road.desk(PH).header(SG, derived("stolen"))), by=(PH,), signer=road.nodes.key("node", PH)
    )
    texts = [one.fault.text for one in answer.answers if one.fault]
    assert "expected one of PH.cicc" in texts[0]


def test_the_same_order_under_another_transaction_is_refused(road: Street) -> None:
    """A replay has no second effect and gets 3010."""
    request = taken(road)
    answer = road.asked(replace(road.order(request), header=road.desk(VN).header(SG, derived("again"))))
    assert 3010 in faults(answer)
    assert road.nodes.events(SG).count("package.received") == 1


def test_other_bytes_under_a_transaction_that_is_known_are_refused(road: Street) -> None:
    """A transaction is one message: the first stays, and another one under it is turned away."""
    request = taken(road)
    order = road.order(request)
    answer = road.asked(replace(order, header=replace(order.header, at=order.header.at + timedelta(seconds=1))))
    assert (answer.fault.code if answer.fault else 0) == 3007
    assert road.nodes.events(SG).count("message.taken") == 1


def test_the_same_message_again_gets_the_same_answer(road: Street) -> None:
    """Delivered three times, one effect and one answer, also long after."""
    request = taken(road)
    (_, _, raw, answer) = road.handed[0]
    road.nodes.clock.advance(timedelta(days=20))
    road.nodes.update(VN, SG)
    again = road.asked(raw)
    assert again == codec.read(road.unsigned(answer))
    assert road.nodes.events(SG).count("package.received") == 1
    assert road.state(request, SG) == "received"


def test_a_message_for_somebody_else_is_refused(road: Street) -> None:
    """VN's order for SG is brought to PH."""
    answer = road.asked(road.order(road.sent()), to=PH)
    assert answer.fault is not None and answer.fault.code == 3007
    assert list_requests(road.nodes.office(PH)) == []


def test_a_sender_that_the_connection_does_not_belong_to_is_refused(road: Street) -> None:
    """PH hands over, on its own connection, a message that VN signed."""
    answer = road.asked(road.order(road.sent()), by=(PH,))
    assert answer.fault is not None and "SenderIdentifier" in answer.fault.text
    assert untouched(road)


def test_a_sender_in_the_header_that_did_not_sign_is_refused(road: Street) -> None:
    """PH writes VN into the header and signs with its own key, over VN's connection."""
    answer = road.asked(road.order(road.sent()), signer=road.nodes.key("node", PH))
    assert answer.fault is not None and answer.fault.code == 3000
    assert untouched(road)


@pytest.mark.parametrize("role", ["draft", "release", "receipt", "emergency"])
def test_a_message_signed_by_a_persons_key_is_refused(road: Street, role: str) -> None:
    """Only the node's key speaks for the node."""
    answer = road.asked(road.order(road.sent()), signer=road.nodes.key(role, VN))
    assert answer.fault is not None and answer.fault.code == 3000
    assert untouched(road)


def test_an_unsigned_message_is_refused(road: Street) -> None:
    """What nobody signed is not read."""
    answer = road.asked(codec.write(road.order(road.sent()), "json"))
    assert answer.fault is not None and answer.fault.code == 3000
    assert untouched(road)


def test_a_key_that_was_revoked_is_refused(road: Street) -> None:
    """A message signed by a node's key that the directory took back is not believed."""
    raw = road.letter(road.order(road.sent()))
    road.nodes.world.revoke(VN, "node", reason="compromised")
    road.nodes.update(SG)
    answer = road.asked(raw)
    assert answer.fault is not None and answer.fault.code == 3000
    assert untouched(road)


def test_a_key_whose_time_is_over_is_refused(road: Street) -> None:
    """A node's key that ran out does not speak for the node any more."""
    old = road.nodes.maker.new_key(VN, "Old node", "node", since=timedelta(days=-40), days=30)
    raw = road.letter(road.order(road.sent()), old)
    road.nodes.update(SG)
    answer = road.asked(raw)
    assert answer.fault is not None and answer.fault.code == 3000
    assert untouched(road)


def test_nobody_is_believed_by_an_old_directory(road: Street) -> None:
    """A directory that ran out cannot say whose key it is: the receiver is not set up, and says so."""
    raw = road.letter(road.order(road.sent()))
    road.nodes.clock.advance(timedelta(days=60))
    answer = road.asked(raw)
    assert answer.fault is not None and answer.fault.code == 3004
    assert untouched(road)


@pytest.mark.parametrize("span", [timedelta(minutes=11), timedelta(days=-31)])
def test_a_message_of_another_time_is_refused(road: Street, span: timedelta) -> None:
    """A message from the future, or older than its package could be, is refused."""
    order = road.order(road.sent())
    answer = road.asked(replace(order, header=replace(order.header, at=order.header.at + span)))
    assert set(faults(answer)) == {3000, 3007}
    assert untouched(road)


@pytest.mark.parametrize("version", ["V1.3.1", "V1.99.1"])
def test_a_version_nobody_speaks_is_refused(road: Street, version: str) -> None:
    """The answer names the versions that are spoken."""
    order = road.order(road.sent())
    raw = codec.write(order, "json").replace(b'"V1.23.1"', f'"{version}"'.encode())
    answer = road.asked(signing.sign(raw, road.nodes.key("node", VN)))
    assert 3021 in faults(answer)
    assert untouched(road)


def test_an_answer_is_no_message(road: Street) -> None:
    """A response that nobody asked for is turned away."""
    made = replace(road.message(), actions=(), fault=None)
    answer = road.asked(replace(made, fault=Fault(3000, "no")))
    assert answer.fault is not None and answer.fault.code == 3007


def test_a_task_without_a_package_is_refused(road: Street) -> None:
    """Nothing is done on a bare task, whoever signed the message: people sign requests, nodes do not."""
    order = road.order(road.sent())
    answer = road.asked(
        replace(road.message(), actions=(replace(order.actions[0], n=0), replace(order.actions[2], n=1)))
    )
    assert faults(answer) == [3001, 3000]
    assert untouched(road)


def test_an_extension_without_a_package_is_refused(road: Street) -> None:
    """A later expiry is asked for in a sealed request, not by a bare update."""
    request = taken(road)
    members = {"DesiredPreservationExpiration": "2030-01-01T00:00:00Z"}
    answer = road.asked(road.message(Action(0, "UPDATE", Thing("LPTaskObject", task_id(request.id, 1), members))))
    assert faults(answer) == [3006]


def test_a_status_in_an_update_is_refused(road: Street) -> None:
    """Only the receiver says in which state an object is."""
    request = taken(road)
    members = {"Status": {"Owner": "ETSI", "Name": "LPTaskStatus", "Value": "Preserved"}}
    answer = road.asked(road.message(Action(0, "UPDATE", Thing("LPTaskObject", task_id(request.id, 1), members))))
    assert faults(answer) == [3006]


def test_an_update_of_a_stale_generation_is_refused(road: Street) -> None:
    """Who updates what has changed meanwhile is told so."""
    request = taken(road)
    wish = {"DesiredStatus": {"Owner": "ETSI", "Name": "LPTaskDesiredStatus", "Value": "Cancelled"}}
    thing = Thing("LPTaskObject", task_id(request.id, 1), {**wish, "Generation": 1})
    assert faults(road.asked(road.message(Action(0, "UPDATE", thing)))) == []
    assert faults(road.asked(road.message(Action(0, "UPDATE", thing)))) == [3008]


def test_an_update_of_a_closed_object_is_refused(road: Street) -> None:
    """What was refused stays so."""
    request = taken(road)
    road.answered(request, "refused", code="too_broad", reason="Narrow it down.")
    wish = {"DesiredStatus": {"Owner": "ETSI", "Name": "LPTaskDesiredStatus", "Value": "Preserved"}}
    thing = Thing("LPTaskObject", task_id(request.id, 1), wish)
    assert faults(road.asked(road.message(Action(0, "UPDATE", thing)))) == [3012]


def test_one_action_that_is_refused_undoes_all(road: Street) -> None:
    """A good update beside a bad one is not done, and says so."""
    request = taken(road)
    wish = {"DesiredStatus": {"Owner": "ETSI", "Name": "LPTaskDesiredStatus", "Value": "Cancelled"}}
    good = Action(0, "UPDATE", Thing("LPTaskObject", task_id(request.id, 1), wish))
    bad = Action(1, "UPDATE", Thing("LPTaskObject", derived("nothing"), wish))
    assert faults(road.asked(road.message(good, bad))) == [3000, 3011]
    with road.nodes.office(SG).store.read() as unit:
        assert {one.desired for one in objects_of(unit, request.id, side=THEIRS)} == {
            "SubmittedToCSP", "Approved", "Preserved",
        }  # fmt: skip


def test_another_partys_objects_do_not_exist(road: Street) -> None:
    """PH finds nothing of VN's at SG: by GET, UPDATE or LIST, and cannot tell it from what was never there."""
    request = taken(road)

    def ask(action: Action) -> Message:
        message = road.message(action, by=PH)
        answer = road.asked(message, by=(PH,), signer=road.nodes.key("node", PH))
        return replace(answer, header=message.header)

    for real in (request.id, document_id(request.id), task_id(request.id, 1)):
        none = derived(f"none-{real}")
        for made, code in ((_get, 3014), (_update, 3011)):
            (found,), (missing,) = ask(made(real)).answers, ask(made(none)).answers
            assert found.fault is not None and missing.fault is not None
            assert found.fault.code == missing.fault.code == code
            assert found.fault.text.replace(real, "") == missing.fault.text.replace(none, "")
    assert ask(Action(0, "LIST", query={})).answers[0].records == ()


def _get(one: str) -> Action:
    return Action(0, "GET", identifier=one)


def _update(one: str) -> Action:
    wish = {"DesiredStatus": {"Owner": "ETSI", "Name": "LPTaskDesiredStatus", "Value": "Cancelled"}}
    return Action(0, "UPDATE", Thing("LPTaskObject", one, wish))


def test_a_message_by_hand_of_nobody_is_refused(road: Street) -> None:
    """A file whose sender the directory does not have is not believed."""
    order = road.order(road.sent())
    raw = road.letter(replace(order, header=replace(order.header, sender=Endpoint("ZZ", "nobody"))))
    answer = road.asked(raw, by=())
    assert answer.fault is not None and answer.fault.code == 3004
    assert untouched(road)


def test_a_file_by_hand_that_is_no_message_is_named(road: Street) -> None:
    """There is nobody to answer: the person who brought it is told."""
    with pytest.raises(BadMessage, match="neither XML nor JSON"):
        road.asked(b"hello", by=())


def test_two_copies_at_once_have_one_effect(road: Street) -> None:
    """Two copies of one message, both begun before either was answered, change an object once and stand in the log once."""
    request, desk = taken(road), road.desk(SG)
    wish = {"DesiredStatus": {"Owner": "ETSI", "Name": "LPTaskDesiredStatus", "Value": "Cancelled"}}
    message = road.message(Action(0, "UPDATE", Thing("LPTaskObject", task_id(request.id, 1), wish)))
    raw, before = road.letter(message), road.nodes.events(SG)
    inbound = Inbound(raw, content_type(raw), road.nodes.clock.now(), (VN,), b"certificate")
    copies = [Call(desk, VN, message, inbound) for _ in range(2)]
    first, second = (take_actions(copy) for copy in copies)
    assert first == second
    assert road.nodes.events(SG)[len(before) :] == ["message.taken"]
    with desk.office.store.read() as unit:
        task = next(one for one in objects_of(unit, request.id, side=THEIRS) if one.type == "LPTaskObject")
    assert task.generation == 2
