"""Emergencies at both desks: the call back, the clocks, the formal request that follows, the counts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders.exchange import SG, VN
from builders.nodes import Nodes
from builders.provider import Provider, provider
from builders.world import SHEET
from comity.exchange import emergency, worklist
from comity.exchange import provider as acts
from comity.exchange.emergency import Called, Count
from comity.exchange.errors import NotDecided
from comity.exchange.provider import Override
from comity.exchange.sending import send, withdrawn
from comity.exchange.worklist import queue
from comity.kernel.clock import stamp
from comity.requests.clocks import EMERGENCY
from comity.requests.drafting import follow
from comity.requests.model import Request
from comity.requests.release import release, seal_request, withdraw
from comity.requests.tables import clocks_of, running

NUMBER = "+1 555 0101"
CONFIRMED = Called(NUMBER, reached=True, confirmed_by="Officer 3", confirmed=True)


@pytest.fixture
def sg(nodes: Nodes, tmp_path: Path) -> Iterator[Provider]:
    """SG.orchid, a provider, with VN.a05 as its peer."""
    with provider(nodes, tmp_path) as made:
        yield made


@pytest.fixture
def request_(sg: Provider) -> Request:
    """An emergency that SG.orchid accepted."""
    made = sg.received("disclose_emergency")
    sg.nodes.considered(made)
    acts.accept(sg.desk(SG), made.id, sg.nodes.key("receipt", SG))
    return made


def deliver(sg: Provider, request: Request, **more: Override) -> None:
    """SG.orchid delivers."""
    acts.deliver(sg.desk(SG), request.id, [sg.file("a.txt", b"one")], **more)  # type: ignore[arg-type]  # only override
    sg.rounds()


def count(sg: Provider, party: str = SG) -> Count:
    """How emergencies went, at one party."""
    with sg.nodes.office(party).store.read() as unit:
        return emergency.emergency_counts(unit, sg.nodes.clock.now())[0]


def clocks(sg: Provider, request: Request, party: str) -> dict[str, tuple[str, bool]]:
    """The emergency's clocks at one party: when, and whether they run."""
    office = sg.nodes.office(party)
    with office.store.write() as unit:
        emergency.tend(unit, office)
        found = clocks_of(unit, request.id)
    return {c.kind: (stamp(c.due_at), c.open) for c in found if c.kind in ("emergency_due", "followup_due")}


def formal(sg: Provider, earlier: Request) -> Request:
    """The formal request of VN.a05 that follows an emergency, received."""
    office = sg.nodes.office(VN)
    sheets = [sg.nodes.sheet(SHEET)]
    drafted = follow(office, earlier.id, relation="follows", measure="disclose_subscriber", sheets=sheets)
    seal_request(office, drafted.id, sg.nodes.key("draft"))
    made = release(office, drafted.id, sg.nodes.key("release"))
    send(sg.desk(VN), made.id)
    sg.rounds()
    return made


@contextmanager
def counted() -> Iterator[list[str]]:
    """The questions that are put to a database meanwhile."""
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            asked.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def test_a_confirmed_call_back_opens_the_way(sg: Provider, request_: Request) -> None:
    """After a call under the directory's number that somebody there confirmed, data may leave."""
    emergency.call_back(sg.nodes.office(SG), request_.id, "Lan Tester", CONFIRMED)
    deliver(sg, request_)
    assert sg.states(request_) == ["Received"]
    assert (count(sg).called_back, count(sg).overridden) == (1, 0)
    assert "desk.calledback" in sg.nodes.events(SG)


def test_without_a_call_back_nothing_leaves(sg: Provider, request_: Request) -> None:
    """Neither files nor the word whether there are any leave before the call; a call that reached nobody is none."""
    for _ in range(2):
        with pytest.raises(NotDecided, match="nobody called back"):
            deliver(sg, request_)
        with pytest.raises(NotDecided, match="nobody called back"):
            acts.exist(sg.desk(SG), request_.id, exists=True)
        emergency.call_back(sg.nodes.office(SG), request_.id, "Lan Tester", Called(NUMBER, reached=False))
    assert sg.states(request_, SG) == []


def test_a_named_person_may_go_on_and_is_counted(sg: Provider, request_: Request) -> None:
    """Going on without a call needs a name and a reason, and is counted once."""
    for _ in range(2):
        deliver(
            sg, request_, override=Override("Minh Probe", "No line to the country for an hour; a child is at risk.")
        )
    assert sg.states(request_) == ["Received"]
    assert (count(sg).overridden, count(sg).called_back) == (1, 0)
    assert sg.nodes.events(SG).count("desk.overridden") == 1


def test_a_denied_request_stays_where_it_is(sg: Provider, request_: Request) -> None:
    """When the sender says that it is not theirs nothing leaves, whoever would go on."""
    said = Called(NUMBER, reached=True, confirmed_by="Officer 3", confirmed=False)
    emergency.call_back(sg.nodes.office(SG), request_.id, "Lan Tester", said)
    with pytest.raises(NotDecided, match="denied"):
        deliver(sg, request_, override=Override("Minh Probe", "It looked right."))
    assert count(sg).denied == 1


def test_the_clocks_run_on_both_sides(sg: Provider) -> None:
    """Eight hours for the answer and seventy-two for what follows, as local targets, on both nodes."""
    made = sg.received("disclose_emergency")
    due = {
        "emergency_due": (sg.nodes.later(hours=8), True),
        "followup_due": (sg.nodes.later(hours=72), True),
    }
    assert clocks(sg, made, SG) == clocks(sg, made, VN) == due
    with sg.nodes.office(SG).store.read() as unit:
        sources = [c.source for c in clocks_of(unit, made.id) if c.kind in due]
    assert all(source.startswith("local target") for source in sources)


def test_a_delivery_ends_the_first_clock_and_a_formal_request_the_second(sg: Provider, request_: Request) -> None:
    """What was delivered is no longer due; the follow-up is due until it comes."""
    emergency.call_back(sg.nodes.office(SG), request_.id, "Lan Tester", CONFIRMED)
    assert all(runs for _, runs in clocks(sg, request_, SG).values())
    deliver(sg, request_)
    for party in (SG, VN):
        assert [runs for _, runs in clocks(sg, request_, party).values()] == [False, True]
    formal(sg, request_)
    for party in (SG, VN):
        assert [runs for _, runs in clocks(sg, request_, party).values()] == [False, False]
    assert count(sg) == count(sg, SG)
    assert (count(sg).followed, count(sg).overdue) == (1, 0)


def test_a_settled_emergency_costs_nothing(sg: Provider, request_: Request) -> None:
    """Once both clocks were stopped a round of the worker asks one question, and reads none of what is settled."""
    office = sg.nodes.office(SG)
    emergency.call_back(office, request_.id, "Lan Tester", CONFIRMED)
    deliver(sg, request_)
    with counted() as before:
        emergency.keep_clocks(office)
    formal(sg, request_)
    emergency.keep_clocks(office)
    with counted() as after:
        emergency.keep_clocks(office)
    assert (len(before) > 1, len(after)) == (True, 1)
    with office.store.read() as unit:
        assert running(unit, EMERGENCY, emergency.CLOCKS) == []


def test_a_formal_request_that_is_withdrawn_follows_nothing(sg: Provider, request_: Request) -> None:
    """When what followed an emergency is withdrawn the second clock runs again at its sender."""
    followed = formal(sg, request_)
    emergency.keep_clocks(sg.nodes.office(VN))
    assert clocks(sg, request_, VN)["followup_due"][1] is False
    withdraw(sg.nodes.office(VN), followed.id, "Sent in error.", also=withdrawn(sg.desk(VN)))
    assert clocks(sg, request_, VN)["followup_due"][1] is True


def test_an_overdue_formal_request_is_a_flag_on_the_agency(sg: Provider, request_: Request) -> None:
    """After seventy-two hours without a formal request the agency is flagged at the desk, until it comes."""
    sg.nodes.clock.advance(timedelta(hours=71))
    assert count(sg).awaited == 1
    sg.nodes.clock.advance(timedelta(hours=2))
    assert (count(sg).overdue, count(sg).awaited) == (1, 0)
    with sg.nodes.office(SG).store.read() as unit:
        assert emergency.flags(unit, sg.nodes.clock.now()) == {VN: [request_.reference]}
    assert [row.flagged for row in queue(sg.desk(SG))] == [True]
    sg.nodes.update(VN, SG)
    formal(sg, request_)
    assert (count(sg).overdue, count(sg).followed) == (0, 1)


def test_a_refused_emergency_needs_nothing_more(sg: Provider) -> None:
    """A refusal stops both clocks and is counted."""
    made = sg.received("disclose_emergency")
    acts.review(sg.desk(SG), made.id, "Lan Tester", "Not theirs.")
    acts.refuse(
        sg.desk(SG), made.id, sg.nodes.key("receipt", SG), code="not_authentic", reason="Not theirs.",
        released_by="Minh Probe",
    )  # fmt: skip
    assert [runs for _, runs in clocks(sg, made, SG).values()] == [False, False]
    assert (count(sg).refused, count(sg).overdue) == (1, 0)


def test_a_node_sets_its_own_time_for_the_formal_request(nodes: Nodes, tmp_path: Path) -> None:
    """The setting moves this node's own target and no other."""
    settings = nodes.home(SG) / "comity.toml"
    settings.write_text(settings.read_text().replace('followup_hours = "72"', 'followup_hours = "48"'))
    with provider(nodes, tmp_path) as sg:
        made = sg.received("disclose_emergency")
        assert clocks(sg, made, SG)["followup_due"][0] == nodes.later(hours=48)
        assert clocks(sg, made, VN)["followup_due"][0] == nodes.later(hours=72)


def test_the_flags_of_agencies_are_asked_once_for_a_whole_queue(sg: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many blocks a queue takes, one query tells which agencies have a formal request overdue."""
    for _ in range(3):
        sg.received()
    monkeypatch.setattr(worklist, "BLOCK", 1)
    with sg.desk(SG).office.store.read() as unit, counted() as asked:
        emergency.flags(unit, sg.nodes.clock.now())
    (flags,) = asked
    with counted() as asked:
        rows = queue(sg.desk(SG))
    assert len(rows) == 3
    assert asked.count(flags) == 1
