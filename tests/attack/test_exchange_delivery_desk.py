"""Attempts to get data out of a provider's desk without what must stand before, and to speak for somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from builders.exchange import PH, SG, VN
from builders.nodes import Nodes
from builders.orders import faults
from builders.provider import Provider, provider
from comity.exchange import emergency
from comity.exchange import provider as acts
from comity.exchange.deliveries import Terms
from comity.exchange.emergency import Called
from comity.exchange.errors import NotDecided
from comity.exchange.mapping import owner, task_id
from comity.exchange.outcomes import REJECTED, tasks
from comity.exchange.part import BINARY, Part, thing
from comity.hi1.model import Action, Thing
from comity.hi1.vocabulary import entry
from comity.kernel.clock import stamp
from comity.kernel.errors import BadInput
from comity.requests.errors import NotYours, OnePerson
from comity.requests.model import Request


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield made


@pytest.mark.parametrize("number", ["+1 555 0199", "+84 24 3826 0000", "0101", "", "+1 555 0101 9"])
def test_a_number_that_is_not_in_the_directory_is_not_called(number: str, sg: Provider) -> None:
    """A call back to any other number, such as one in the request, is not recorded and opens nothing."""
    request = sg.received("disclose_emergency")
    said = Called(number, reached=True, confirmed_by="Officer 3", confirmed=True)
    with pytest.raises(BadInput) as caught:
        emergency.call_back(sg.nodes.office(SG), request.id, "Lan Tester", said)
    assert caught.value.field == "number"
    assert "+1 555 0101" in caught.value.message
    assert "desk.calledback" not in sg.nodes.events(SG)


REVIEWERS = ["Lan Tester", "lan tester", "  LAN  TESTER ", "Lan-Tester", "Lán Tester", "𝐋𝐀𝐍 𝐓𝐄𝐒𝐓𝐄𝐑"]


@pytest.mark.parametrize("name", REVIEWERS)
def test_the_reviewer_does_not_release_the_refusal(name: str, sg: Provider) -> None:
    """However the name is written, who reviewed cannot release; nothing is signed."""
    request = sg.received()
    acts.review(sg.desk(SG), request.id, "Lan Tester", "No order.")
    with pytest.raises(OnePerson) as caught:
        refuse(sg, request, name)
    assert caught.value.field == "released-by"
    assert sg.state(request, SG) == "received"


def test_an_earlier_reviewer_does_not_release_either(sg: Provider) -> None:
    """A second review by somebody else does not set the first reviewer free to release."""
    request = sg.received()
    for who in ("Lan Tester", "Minh Probe"):
        acts.review(sg.desk(SG), request.id, who, "No order.")
    with pytest.raises(OnePerson):
        refuse(sg, request, "Lan Tester")


def test_a_refusal_without_review_is_not_signed(sg: Provider) -> None:
    """Without a review there is no refusal."""
    with pytest.raises(NotDecided) as caught:
        refuse(sg, sg.received(), "Minh Probe")
    assert caught.value.field == "review"


def test_nobody_releases_namelessly(sg: Provider) -> None:
    """A refusal needs the name of who releases it."""
    request = sg.received()
    acts.review(sg.desk(SG), request.id, "Lan Tester", "No order.")
    with pytest.raises(BadInput):
        refuse(sg, request, " ")


def test_a_key_without_the_role_accepts_nothing(sg: Provider) -> None:
    """The node's own key, or another party's, does not sign the company's word."""
    request = sg.received()
    sg.nodes.considered(request)
    for key in (sg.nodes.key("node", SG), sg.nodes.key("receipt", VN)):
        with pytest.raises(NotYours):
            acts.accept(sg.desk(SG), request.id, key)


def test_another_party_delivers_nothing_into_our_task(sg: Provider) -> None:
    """A signed delivery of a third party on a task that we sent to somebody else meets no such task."""
    request = sg.received()
    data = b"planted"
    part = Part(
        id="5c1b2c0e-59f5-4a0b-8f54-4f3f0a2b9c11", delivery="5c1b2c0e-59f5-4a0b-8f54-4f3f0a2b9c12",
        task=task_id(request.id, 1), sequence=1, last=True, way=BINARY, name="a.txt", type="text/plain", size=len(data),
        sha256=sha256(data).hexdigest(),
    )  # fmt: skip
    message = sg.message(Action(0, "DELIVER", thing(part, data), identifier=part.id), by=PH, to=VN)
    answer = sg.asked(message, to=VN, by=(PH,), signer=sg.nodes.key("node", PH))
    assert faults(answer) == [3016]
    assert sg.parts(request) == []
    assert sg.nodes.events(VN).count("delivery.refused") == 1


def test_another_party_settles_no_task_of_ours(sg: Provider) -> None:
    """A third party's notification on our task is refused, and the task stays what it was."""
    request = sg.received()
    message = sg.message(Action(0, "CREATE", outcome(sg, request, PH)), by=PH, to=VN)
    assert faults(sg.asked(message, to=VN, by=(PH,), signer=sg.nodes.key("node", PH))) == [3016]
    with sg.nodes.office(VN).store.read() as unit:
        assert [task.status for task in tasks(unit, request, side="ours")] != [REJECTED]


def test_a_settled_task_is_not_settled_otherwise(sg: Provider) -> None:
    """Once a provider said what became of a task, its node cannot say something else."""
    request = sg.received()
    sg.nodes.considered(request)
    acts.accept(sg.desk(SG), request.id, sg.nodes.key("receipt", SG))
    acts.deliver(sg.desk(SG), request.id, [sg.file("a.txt", b"one")], terms=Terms(""))
    sg.rounds()
    message = sg.message(Action(0, "CREATE", outcome(sg, request, SG)), by=SG, to=VN)
    assert faults(sg.asked(message, to=VN, by=(SG,), signer=sg.nodes.key("node", SG))) == [3012]


def refuse(sg: Provider, request: Request, released_by: str) -> None:
    """SG.orchid refuses."""
    key = sg.nodes.key("receipt", SG)
    acts.refuse(sg.desk(SG), request.id, key, code="order_missing", reason="No order.", released_by=released_by)


def outcome(sg: Provider, request: Request, party: str) -> Thing:
    """A notification of *party* that the request's first task is refused."""
    task = task_id(request.id, 1)
    row = {"AssociatedObject": task, "Status": entry("LDTaskStatus", REJECTED)}
    news = {
        **owner(party),
        "AssociatedObjects": {"AssociatedObject": [task]},
        "NotificationDetails": "No.",
        "NotificationType": entry("NotificationType", "General"),
        "NewNotification": True,
        "NotificationTimestamp": stamp(sg.nodes.clock.now()),
        "StatusOfAssociatedObjects": {"AssociatedObjectStatus": [row]},
    }
    return Thing("NotificationObject", "5c1b2c0e-59f5-4a0b-8f54-4f3f0a2b9c13", news)
