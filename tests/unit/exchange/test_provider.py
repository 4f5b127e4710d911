"""What a provider's people do with a request, and what the authority sees of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.provider import Provider, provider
from comity.exchange import provider as acts
from comity.exchange.deliverytables import find_notes
from comity.exchange.errors import NotDecided
from comity.exchange.objecttables import OURS, THEIRS
from comity.exchange.outcomes import Outcome, tasks
from comity.exchange.part import MAX_BINARY
from comity.exchange.sending import withdrawn
from comity.exchange.worklist import queue
from comity.kernel.errors import BadInput
from comity.requests.errors import WrongState
from comity.requests.model import Request
from comity.requests.release import withdraw
from comity.requests.tables import answers_of

TWO = [
    {"kind": "email", "value": "one@example.org", "relation": "Received the money."},
    {"kind": "email", "value": "two@example.org", "relation": "Sent the mail."},
]


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield made


def accepted(sg: Provider, measure: str = "disclose_subscriber", **changes: object) -> Request:
    """A request that SG.orchid accepted."""
    request = sg.received(measure, **changes)
    sg.nodes.considered(request)
    acts.accept(sg.desk(SG), request.id, sg.nodes.key("receipt", SG))
    sg.rounds()
    return request


def statuses(sg: Provider, request: Request, party: str = VN) -> list[str]:
    """The statuses of the tasks as a node has them."""
    with sg.nodes.office(party).store.read() as unit:
        return [task.status for task in tasks(unit, request, side=OURS if party == VN else THEIRS)]


def test_an_accepted_request_is_delivered_on(sg: Provider) -> None:
    """Review, acceptance, delivery in a message and by address, acknowledgement, both sides alike."""
    request = sg.received()
    acts.review(sg.desk(SG), request.id, "Lan Tester", "In order.")
    sg.nodes.considered(request)
    acts.accept(sg.desk(SG), request.id, sg.nodes.key("receipt", SG))
    files = [sg.file("subscriber.json", b"{}"), sg.file("log.csv", b"x" * (MAX_BINARY + 1))]
    acts.deliver(sg.desk(SG), request.id, files)
    sg.rounds()
    assert sg.state(request) == "accepted"
    assert sg.states(request) == sg.states(request, SG) == ["Received", "Received"]
    assert statuses(sg, request) == statuses(sg, request, SG) == ["Disclosed"]
    kinds = [message.kind for message in sg.messages(SG, direction="out")]
    assert sorted(kinds) == ["delivery", "delivery", "notice", "outcome"]


def test_delivering_twice_has_one_effect(sg: Provider) -> None:
    """The very same files again queue no further message and make no further part."""
    request = accepted(sg)
    file = sg.file("a.txt", b"one")
    first, again = (acts.deliver(sg.desk(SG), request.id, [file]) for _ in range(2))
    assert [kept.part for kept in first] == [kept.part for kept in again]
    sg.rounds()
    assert sg.states(request) == ["Received"]
    assert len(sg.messages(SG, direction="out", kind="delivery")) == 1


@pytest.mark.parametrize("exists", [True, False])
def test_whether_data_exist_is_said(exists: bool, sg: Provider) -> None:
    """Yes or no reaches the authority, with the task's status."""
    request = accepted(sg)
    acts.exist(sg.desk(SG), request.id, exists=exists)
    sg.rounds()
    assert [kept.part.exists for kept in sg.parts(request)] == [exists]
    assert statuses(sg, request) == ["Disclosed" if exists else "DisclosureNotAvailable"]


def test_an_answer_in_part_names_each_target(sg: Provider) -> None:
    """One target disclosed, one refused by two people: the receipt says both, each task its own status."""
    request = sg.received(targets=TWO)
    acts.review(sg.desk(SG), request.id, "Lan Tester", "The second is too wide.")
    sg.nodes.considered(request)
    said = [Outcome(1, "disclosed"), Outcome(2, "refused", "too_broad", "No period.")]
    acts.partial(sg.desk(SG), request.id, sg.nodes.key("receipt", SG), said=said, released_by="Minh Probe")
    sg.rounds()
    assert statuses(sg, request) == statuses(sg, request, SG) == ["Disclosed", "Rejected"]
    with sg.nodes.office(VN).store.read() as unit:
        reason = answers_of(unit, request.id)[-1].reason
    assert "target 2: refused too_broad" in reason
    assert "Released by: Minh Probe" in reason


def test_a_preservation_is_extended_to_a_later_date(sg: Provider) -> None:
    """The later date moves the clocks of both sides; an earlier one, or one on nothing preserved, is refused."""
    request = sg.received("preserve")
    key = sg.nodes.key("receipt", SG)
    with pytest.raises(WrongState):
        acts.extend(sg.desk(SG), request.id, key, sg.nodes.later(days=90))
    sg.nodes.considered(request)
    acts.accept(sg.desk(SG), request.id, key, until=sg.nodes.later(days=60))
    with pytest.raises(BadInput, match="a time after"):
        acts.extend(sg.desk(SG), request.id, key, sg.nodes.later(days=30))
    acts.extend(sg.desk(SG), request.id, key, sg.nodes.later(days=90))
    sg.rounds()
    with sg.nodes.office(VN).store.read() as unit:
        assert answers_of(unit, request.id)[-1].preserved_until == sg.nodes.later(days=90)


def test_a_question_goes_back(sg: Provider) -> None:
    """What is asked moves the authority's request, with the code and the date."""
    request = sg.received()
    key, until = sg.nodes.key("receipt", SG), sg.nodes.later(days=2)
    acts.ask(sg.desk(SG), request.id, key, code="clarify_period", reason="Which days?", reply_by=until)
    sg.rounds()
    assert sg.state(request) == "info_needed"


def test_a_refusal_names_two_people(sg: Provider) -> None:
    """The receipt says who reviewed and who released; both are recorded once."""
    request = sg.received()
    acts.review(sg.desk(SG), request.id, "Lan Tester", "No order.")
    for _ in range(2):
        acts.refuse(
            sg.desk(SG), request.id, sg.nodes.key("receipt", SG), code="order_missing", reason="No order.",
            released_by="Minh Probe",
        )  # fmt: skip
    sg.rounds()
    with sg.nodes.office(VN).store.read() as unit:
        reason = answers_of(unit, request.id)[-1].reason
    assert reason == "No order. Legal review: Lan Tester. Released by: Minh Probe."
    with sg.nodes.office(SG).store.read() as unit:
        assert [note.who for note in find_notes(unit, request=request.id, kind="refusal")] == ["Minh Probe"]
    assert statuses(sg, request) == ["Rejected"]


def test_nothing_leaves_before_acceptance(sg: Provider) -> None:
    """Data, and the word whether there are any, wait for acceptance; a preservation has none to deliver."""
    request, preserve = sg.received(), sg.received("preserve")
    file = sg.file("a.txt", b"one")
    for name in (request.id, preserve.id):
        with pytest.raises(WrongState):
            acts.deliver(sg.desk(SG), name, [file])
        with pytest.raises(WrongState):
            acts.exist(sg.desk(SG), name, exists=True)


def test_there_is_no_such_target(sg: Provider) -> None:
    """A target is counted from one to the last."""
    request = accepted(sg)
    for target in (0, 2, -1):
        with pytest.raises(BadInput, match="from 1 to 1"):
            acts.deliver(sg.desk(SG), request.id, [sg.file("a.txt", b"one")], target=target)


WORDS = {
    "not every target": ([Outcome(1, "disclosed")], "target"),
    "a target twice": ([Outcome(1, "disclosed"), Outcome(1, "disclosed")], "target"),
    "no such target": ([Outcome(1, "disclosed"), Outcome(3, "disclosed")], "target"),
    "no such word": ([Outcome(1, "disclosed"), Outcome(2, "maybe")], "outcome"),
    "a refusal without code": ([Outcome(1, "disclosed"), Outcome(2, "refused")], "code"),
    "no such code": ([Outcome(1, "disclosed"), Outcome(2, "refused", "because")], "code"),
    "a code without refusal": ([Outcome(1, "disclosed", "too_broad"), Outcome(2, "disclosed")], "code"),
}


def test_an_answer_in_part_is_complete(sg: Provider) -> None:
    """Each target is named once, by a known word, with a code exactly when it is refused."""
    request, key = sg.received(targets=TWO), sg.nodes.key("receipt", SG)
    acts.review(sg.desk(SG), request.id, "Lan Tester", "Seen.")
    for name, (said, field) in WORDS.items():
        with pytest.raises(BadInput) as caught:
            acts.partial(sg.desk(SG), request.id, key, said=said, released_by="Minh Probe")
        assert caught.value.field == field, name


def test_a_target_is_not_refused_by_one_person(sg: Provider) -> None:
    """A refused target needs review and release like a whole refusal."""
    request = sg.received(targets=TWO)
    said = [Outcome(1, "disclosed"), Outcome(2, "refused", "too_broad")]
    with pytest.raises(NotDecided):
        acts.partial(sg.desk(SG), request.id, sg.nodes.key("receipt", SG), said=said, released_by="Minh Probe")


def test_nothing_leaves_after_the_sender_withdrew(sg: Provider) -> None:
    """A request that its sender withdrew is delivered on no more, and does not wait at the desk."""
    request = accepted(sg)
    assert [row.withdrawn for row in queue(sg.desk(SG))] == [False]
    withdraw(sg.nodes.office(VN), request.id, "No longer needed.", also=withdrawn(sg.desk(VN)))
    sg.rounds()
    with pytest.raises(WrongState, match="withdrew"):
        acts.deliver(sg.desk(SG), request.id, [sg.file("a.txt", b"one")])
    with pytest.raises(WrongState, match="withdrew"):
        acts.exist(sg.desk(SG), request.id, exists=True)
    assert queue(sg.desk(SG)) == []
    assert [row.withdrawn for row in queue(sg.desk(SG), everything=True)] == [True]
