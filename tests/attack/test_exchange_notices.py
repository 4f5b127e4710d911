"""Attacks on notices and answers between nodes: none moves a request that its receipt does not move."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from builders.directory import START
from builders.exchange import PH, SG, VN
from builders.nodes import Nodes
from builders.orders import Street, changed, faults, street
from comity.exchange.mapping import task_id
from comity.exchange.objecttables import THEIRS, Object, put_object
from comity.exchange.outbox import deliver_due
from comity.hi1 import codec
from comity.hi1.model import Action, Answer, Message
from comity.hi1.things import derived
from comity.requests.model import Request


@pytest.fixture
def road(nodes: Nodes, tmp_path: Path) -> Iterator[Street]:
    """Three nodes that know each other."""
    with street(nodes, tmp_path) as made:
        yield made


def noticed(road: Street, state: str = "accepted", **word: str) -> tuple[Request, Message]:
    """A request that SG took in and answered, and SG's notice, which lies in its outbox."""
    request = road.sent()
    road.work()
    if state == "accepted":
        word["preserved_until"] = road.nodes.later(days=60)
    road.answered(request, state, **word)
    (kept,) = road.messages(SG, direction="out", kind="notice", about=request.id)
    return request, codec.read(road.unsigned(kept.raw))


def told(road: Street, message: Message, *, by: str = SG) -> Message:
    """VN's answer to a notice that came over the connection of *by* and under its signature."""
    return road.asked(message, to=VN, by=(by,), signer=road.nodes.key("node", by))


def with_receipt(message: Message, raw: bytes) -> Message:
    """The notice with another receipt in it."""
    paper = message.actions[1].thing
    assert paper is not None
    contents = base64.b64encode(raw).decode()
    body = {**paper.members["DocumentBody"], "Contents": contents, "Checksum": hashlib.sha256(raw).hexdigest()}
    return changed(message, 1, DocumentBody=body)


def with_rows(message: Message, *rows: dict[str, Any]) -> Message:
    """The notice with other statuses in it."""
    return changed(message, 0, StatusOfAssociatedObjects={"AssociatedObjectStatus": list(rows)})


def row(one: str, status: str, name: str = "LPTaskStatus") -> dict[str, Any]:
    """One status."""
    return {"AssociatedObject": one, "Status": {"Owner": "ETSI", "Name": name, "Value": status}}


def test_a_notice_as_it_is_moves_the_request(road: Street) -> None:
    """The notice that the attacks start from is taken."""
    request, notice = noticed(road)
    assert faults(told(road, notice)) == []
    assert road.state(request) == "accepted"


def test_a_status_that_the_receipt_does_not_mean_is_refused(road: Street) -> None:
    """The receipt accepts; a notification that says refused is not believed, and the receipt with it."""
    request, notice = noticed(road)
    assert 3007 in faults(told(road, with_rows(notice, row(task_id(request.id, 1), "Rejected"))))
    assert road.state(request) == "released"


def test_a_notification_about_another_request_is_refused(road: Street) -> None:
    """A receipt on one request does not move the tasks of another one."""
    other = road.sent()
    request, notice = noticed(road)
    assert 3016 in faults(told(road, with_rows(notice, row(task_id(other.id, 1), "Preserved"))))
    assert (road.state(request), road.state(other)) == ("released", "released")


def test_a_receipt_of_another_party_in_a_good_message_is_refused(road: Street) -> None:
    """PH brings SG's receipt in its own message, under its own signature."""
    request, notice = noticed(road)
    stolen = replace(notice, header=road.desk(PH).header(VN, derived("stolen")))
    assert 3007 in faults(told(road, stolen, by=PH))
    assert road.state(request) == "released"


def test_a_receipt_that_ph_signs_on_a_request_to_sg_is_refused(road: Street) -> None:
    """PH signs a receipt of its own on a request that went to SG."""
    request, notice = noticed(road)
    signer = road.nodes.key("receipt", PH)
    receipt = road.nodes.maker.receipt(
        request.package, signer=signer, role=road.nodes.world.slice(PH), request=request.id,
        reference=request.reference, **{"from": PH, "state": "received"},
    )  # fmt: skip
    made = with_receipt(replace(notice, header=road.desk(PH).header(VN, derived("own"))), receipt)
    assert 3007 in faults(told(road, made, by=PH))
    assert road.state(request) == "released"


def test_a_receipt_that_the_node_signs_without_the_role_is_refused(road: Street) -> None:
    """SG's node speaks for the machine; its key alone does not accept a request."""
    request, notice = noticed(road)
    receipt = road.nodes.maker.receipt(
        request.package, signer=road.nodes.key("node", SG), request=request.id, reference=request.reference,
        state="accepted",
    )  # fmt: skip
    assert 3007 in faults(told(road, with_receipt(notice, receipt)))
    assert road.state(request) == "released"


def test_a_receipt_whose_bytes_are_not_those_of_the_checksum_is_refused(road: Street) -> None:
    """The receipt is exchanged, the checksum stays."""
    request, notice = noticed(road)
    paper = notice.actions[1].thing
    assert paper is not None
    body = {**paper.members["DocumentBody"], "Contents": base64.b64encode(b"{}").decode()}
    assert 3007 in faults(told(road, changed(notice, 1, DocumentBody=body)))
    assert road.state(request) == "released"


def test_a_notice_with_more_in_it_is_refused(road: Street) -> None:
    """Beside the receipt stands a second notification that nobody asked for."""
    request, notice = noticed(road)
    more = replace(notice, actions=(*notice.actions, replace(notice.actions[0], n=2)))
    assert 3007 in faults(told(road, more))
    assert road.state(request) == "released"


def test_the_same_receipt_under_another_transaction_has_no_second_effect(road: Street) -> None:
    """A notice that is replayed is taken, and changes nothing."""
    request, notice = noticed(road)
    told(road, notice)
    before = road.history(request)
    told(road, replace(notice, header=road.desk(SG).header(VN, derived("again"))))
    assert road.history(request) == before
    assert road.nodes.events(VN).count("receipt.received") == 1


def test_a_notice_does_not_replace_an_object_of_a_request(road: Street) -> None:
    """SG, who also asks VN for something, cannot write a notification over an object of its own request."""
    request, notice = noticed(road)
    with road.nodes.office(VN).store.write() as unit:
        put_object(unit, task(SG))
    news = notice.actions[0].thing
    assert news is not None
    stolen = replace(notice.actions[0], thing=replace(news, id=task(SG).id))
    assert 3010 in faults(told(road, replace(notice, actions=(stolen, notice.actions[1]))))
    assert road.state(request) == "released"


def task(peer: str) -> Object:
    """A task that a peer made at VN."""
    return Object(
        peer=peer, side=THEIRS, id=derived("task"), type="LPTaskObject", generation=1, status="Rejected", desired="",
        request="other", changed_at=START, members={}, transaction=derived("t"),
    )  # fmt: skip


def test_an_answer_of_another_party_does_not_end_a_message(road: Street) -> None:
    """Who stands between cannot say for SG that it was taken in: the message waits and is tried again."""
    request = road.sent()
    (kept,) = road.messages(VN, direction="out", about=request.id)
    header = road.desk(PH).header(VN, kept.transaction)
    forged = road.desk(PH).signed(Message(header, answers=(Answer(0, "CREATE", request.id),)), "json")
    assert _tried(road, forged) == "later"


def test_an_answer_to_another_transaction_does_not_end_a_message(road: Street) -> None:
    """SG's answer to something else is not taken for the answer to this."""
    request = road.sent()
    header = road.desk(SG).header(VN, derived("other"))
    other = road.desk(SG).signed(Message(header, answers=(Answer(0, "CREATE", request.id),)), "json")
    assert _tried(road, other) == "later"


def test_an_unsigned_answer_does_not_end_a_message(road: Street) -> None:
    """A gateway that answers for the peer, without its key, is not believed."""
    request = road.sent()
    (kept,) = road.messages(VN, direction="out", about=request.id)
    header = road.desk(SG).header(VN, kept.transaction)
    raw = codec.write(Message(header, answers=(Answer(0, "CREATE", request.id),)), "json")
    assert _tried(road, raw) == "later"


def test_a_message_of_our_own_is_no_answer(road: Street) -> None:
    """The order itself, sent back as its answer, does not end it."""
    request = road.sent()
    (kept,) = road.messages(VN, direction="out", about=request.id)
    assert _tried(road, kept.raw) == "later"


def _tried(road: Street, answer: bytes) -> str:
    class Liar:
        """Brings a made-up answer."""

        def deliver(self, party: str, raw: bytes) -> bytes:
            """Give it."""
            return answer

    (tried,) = deliver_due(replace(road.outbox(VN), carrier=Liar()))
    return tried.outcome


def test_an_action_of_a_peer_does_not_reach_our_own_objects(road: Street) -> None:
    """SG cannot read at VN the objects that VN made at SG."""
    request, _ = noticed(road)
    header = road.desk(SG).header(VN, derived("look"))
    asked = Message(header, actions=(Action(0, "GET", identifier=request.id), Action(1, "LIST", query={})))
    assert faults(told(road, asked)) == [3014, 3000]


def test_a_refusal_is_written_on_the_request(road: Street) -> None:
    """What SG's node refuses is seen on VN's request, which stays released; sending it again begins anew."""
    request = road.sent()
    road.nodes.world.revoke(VN, "release", reason="compromised")
    road.nodes.update(SG)
    (tried,) = road.work(VN)
    assert (tried.outcome, tried.message.reason[:4]) == ("answered", "3007")
    assert road.state(request) == "released"
    assert road.history(request)[-1][0] == "send, refused by the peer"
